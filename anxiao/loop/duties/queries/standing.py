"""Where things stand: today's list, rollups, proofs."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.scoping import within
from anxiao.foundation.kernel.periods import Cadence, Status
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.models import (
    Duty,
    Evidence,
    EvidenceFile,
    Plan,
    Rollup,
    Tally,
)
from anxiao.loop.duties.rules import LOOK_BACK, cell_status, levels_of, still_to_do
from anxiao.loop.duties.states import STATUS_TONES, PlanState


@dataclass(frozen=True, slots=True)
class TodayDuty:
    """One duty on somebody's list; ``url`` is where it is done, ``period`` its period's key."""

    duty_code: str
    title: str
    clause_code: str
    owner: str
    due_on: date
    minutes: int
    done: int
    needed: int
    status: Status
    url: str
    period: str = ""
    room: str = ""
    by_hand: bool = False
    cell_id: int = 0
    cadence: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class RollupLine:
    """How many units below a level owe a duty in its present period, and how many have met it.

    ``url`` is the register of the cells behind the line.
    """

    duty: Duty
    period_key: str
    due_on: date
    owed: int
    met: int
    status: Status

    @property
    def missing(self) -> int:
        """How many still have to."""
        return self.owed - self.met

    @property
    def tone(self) -> str:
        """``late``, ``soon``, ``done`` or ``plain``."""
        return STATUS_TONES[self.status]

    @property
    def url(self) -> str:
        """The cells behind the line, in the register."""
        asked = urlencode({"q": self.duty.code, "current": 1})
        return f"{reverse('registers:duties')}?{asked}"


def status_of(cell: Tally, day: date) -> Status:
    """How a cell stands on ``day``."""
    return cell_status(
        done=cell.done,
        needed=cell.needed,
        due=cell.due_on,
        day=day,
        flags=(cell.owed, cell.exempt, cell.lapsed),
    )


def current(day: date) -> Q:
    """Cells whose period holds ``day``."""
    return Q(starts_on__lte=day, ends_on__gt=day)


def today_items(actor: Actor, unit_id: int, roles: Iterable[str], day: date) -> list[TodayDuty]:
    """What the posts ``roles`` of a unit have to do (all posts if empty), most pressing first.

    Present periods, those of single days also when met; unmet past periods as long as they are
    worth doing or entering late and their plan has a version in force. One query.
    """
    owners = set(roles)
    in_force = Plan.objects.filter(
        issuer=OuterRef("duty__plan__issuer"),
        code=OuterRef("duty__plan__code"),
        state=PlanState.PUBLISHED,
    )
    cells = (
        Tally.objects.visible_to(actor)
        .filter(unit=unit_id, ends_on__gt=day - LOOK_BACK, starts_on__lte=day)
        .filter(owed=True, exempt=False)
        .filter(Q(ends_on__gt=day) | Q(met=False) & Exists(in_force))
        .select_related("duty__clause", "duty__plan")
    )
    if owners:
        cells = cells.filter(duty__owner__in=owners)
    items = [_today(cell, day) for cell in cells if _worth_showing(cell, day)]
    return sorted(items, key=lambda item: (item.status is Status.MET, item.due_on, item.duty_code))


def _worth_showing(cell: Tally, day: date) -> bool:
    cadence = Cadence(cell.duty.cadence)
    if cell.ends_on > day:
        return not cell.met or cell.starts_on == day
    return still_to_do(cadence, cell.ends_on, day)


def _today(cell: Tally, day: date) -> TodayDuty:
    duty = cell.duty
    return TodayDuty(
        duty_code=duty.code,
        title=duty.title,
        clause_code=duty.clause.code,
        owner=duty.owner,
        due_on=cell.due_on,
        minutes=duty.minutes,
        done=cell.done,
        needed=cell.needed,
        status=status_of(cell, day),
        url=reverse("duties:do", args=[cell.pk]),
        period=cell.period_key,
        room=duty.room,
        by_hand=duty.by_hand,
        cell_id=cell.pk,
        cadence=duty.cadence,
        late=cell.ends_on <= day,
    )


def rollups(org: Org, day: date, plan: Plan | None = None) -> list[RollupLine]:
    """Owed and met per duty for the level ``org`` in the periods of ``day``.

    A town or county reads its own rows; a level above them adds up its counties. One query, its
    cost flat in history and in units.
    """
    rows = Rollup.objects.filter(current(day))
    if org.kind in {"town", "county"}:
        rows = rows.filter(org=org)
    else:
        rows = rows.filter(within([org.path], "org__path"), org__kind="county")
    rows = (
        rows.filter(duty__plan=plan) if plan else rows.filter(duty__plan__state=PlanState.PUBLISHED)
    )
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    seen: dict[tuple[int, str], Rollup] = {}
    for row in rows.select_related("duty__clause"):
        key = (row.duty_id, row.period_key)
        sums[key][0] += row.owed
        sums[key][1] += row.met
        seen[key] = row
    lines = [_line(seen[key], owed, met, day) for key, (owed, met) in sums.items()]
    return sorted(lines, key=lambda line: (line.duty.clause.position, line.duty.pk))


def level_lines(org: Org, day: date, section: str = "") -> list[RollupLine]:
    """The rollups of a town or county (or above) that anybody owes, one section or all of them;
    nothing for a school.
    """
    if org.is_unit:
        return []
    return [
        line
        for line in rollups(org, day)
        if line.owed and (not section or f"{line.duty.clause.code}.".startswith(f"{section}."))
    ]


def _line(row: Rollup, owed: int, met: int, day: date) -> RollupLine:
    status = cell_status(
        done=met, needed=max(owed, 1), due=row.due_on, day=day, flags=(owed > 0, False, False)
    )
    return RollupLine(row.duty, row.period_key, row.due_on, owed, met, status)


def evidence_of(cell: Tally) -> QuerySet[Evidence]:
    """The facts that a cell counts, newest first, with their files; revoked ones left out."""
    return (
        Evidence.objects.filter(
            unit=cell.unit_id,
            kind__in=cell.duty.evidence,
            happened_on__gte=cell.counts_from,
            happened_on__lt=cell.ends_on,
            revoked_at__isnull=True,
        )
        .select_related("recorded_by")
        .prefetch_related(Prefetch("files", EvidenceFile.objects.select_related("upload__blob")))
        .order_by("-happened_on", "-pk")
    )


def evidence_named(evidence: Evidence) -> str:
    """The Chinese name of the kind of a fact, from the newest plan that knows it; else its code."""
    labels = (
        Plan.objects.filter(issuer__path__in=levels_of(evidence.unit.path))
        .exclude(state=PlanState.DRAFT)
        .order_by("-pk")
        .values_list("evidence_labels", flat=True)
    )
    named = (each[evidence.kind] for each in labels if evidence.kind in each)
    return str(next(named, evidence.kind))


def kind_labels(actor: Actor) -> dict[str, str]:
    """Chinese names of evidence kinds from all plans the actor sees, the newest plan's winning."""
    labels: dict[str, str] = {}
    plans = Plan.objects.visible_to(actor).order_by("pk")
    for each in plans.values_list("evidence_labels", flat=True):
        labels |= each
    return labels


def plans_in_force(actor: Actor, day: date) -> QuerySet[Plan]:
    """Published plans that the actor sees and that hold on ``day``, newest first."""
    return (
        Plan.objects.visible_to(actor)
        .filter(state=PlanState.PUBLISHED, from_on__lte=day, to_on__gte=day)
        .select_related("issuer")
        .order_by("-from_on", "-pk")
    )
