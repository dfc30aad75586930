"""What the pages of units, cells, facts and exemptions show: plain values, few queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.capabilities import ROLE_LABELS
from anxiao.foundation.files.rules import JPEG, PNG
from anxiao.foundation.journal.queries import history_of
from anxiao.foundation.kernel.periods import Status
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.ui.states import spoken
from anxiao.loop.duties.models import Binding, Clause, Duty, Evidence, Exemption, Tally
from anxiao.loop.duties.queries.behalf import recorded_by_level
from anxiao.loop.duties.queries.labels import period_label, rhythm_label
from anxiao.loop.duties.queries.standing import evidence_named, evidence_of, status_of
from anxiao.loop.duties.queries.units import Cell, DutyStatus, unit_status
from anxiao.loop.duties.queries.vacancies import held_roles
from anxiao.loop.duties.states import STATUS_LABELS, STATUS_TONES, ExemptionState

DAY = timedelta(days=1)
PERIODS_SHOWN = 12
PAGE = 50
INSPECTION = "inspection."
"""How kinds of evidence begin whose rest is the code of a checklist."""


@dataclass(frozen=True, slots=True)
class Row:
    """A duty or a cell as a line of a list."""

    duty: Duty
    cell: Tally | Cell | None
    status: Status
    label: str
    tone: str
    period: str
    owner: str
    rhythm: str
    missed: int = 0
    url: str = ""
    vacant: bool = False

    @property
    def title(self) -> str:
        """The clause and the duty."""
        return f"{self.duty.clause.code} {self.duty.title}"

    @property
    def count(self) -> str:
        """How often it was done of how often it is needed."""
        return f"{self.cell.done}/{self.cell.needed}" if self.cell else "—"


@spoken
def _owner(role: str) -> str:
    return str(ROLE_LABELS.get(role, role))


@spoken
def _status(status: Status) -> str:
    return str(STATUS_LABELS[status])


@dataclass(frozen=True, slots=True)
class UnitPage:
    """All duties of a unit by chapter, with the numbers of the first line; ``pressing`` are those
    that are late or soon will be, most pressing first.

    Each duty counts once: what was missed is ``late``, however the present period stands.
    """

    pressing: tuple[Row, ...]
    chapters: tuple[tuple[str, tuple[Row, ...]], ...]
    total: int
    late: int
    open: int
    met: int

    @property
    def idle(self) -> int:
        """Duties that ask for nothing in their present period."""
        return self.total - self.late - self.open - self.met


@dataclass(frozen=True, slots=True)
class DutyHistory:
    """A duty at a unit: now, its proofs, its past periods."""

    row: Row
    proofs: tuple[dict[str, Any], ...]
    periods: tuple[Row, ...]
    bound: bool


def unit_page(unit: Org, day: date, section: str = "") -> UnitPage:
    """What the page of a unit shows, all of it or one section (``"2.3"``); five queries."""
    statuses = [
        each
        for each in unit_status(unit.pk, day)
        if not section or f"{each.duty.clause.code}.".startswith(f"{section}.")
    ]
    held = held_roles(unit, day)
    chapters: dict[str, list[Row]] = {}
    base = reverse("duties:clause", args=[unit.pk, 0])
    for each in statuses:
        url = base.replace("/0/", f"/{each.duty.clause_id}/")
        chapters.setdefault(each.duty.clause.chapter, []).append(
            _row(each, url, vacant=each.duty.owner not in held)
        )
    late = [each.status is Status.OVERDUE or each.missed > 0 for each in statuses]
    present = [each.status for each, is_late in zip(statuses, late, strict=True) if not is_late]
    rows = [row for found in chapters.values() for row in found]
    return UnitPage(
        tuple(sorted(filter(_presses, rows), key=_pressure)),
        tuple((name, tuple(found)) for name, found in chapters.items()),
        len(statuses),
        sum(late),
        sum(status in {Status.DUE, Status.SOON} for status in present),
        sum(status is Status.MET for status in present),
    )


def _presses(row: Row) -> bool:
    return row.missed > 0 or row.status in {Status.OVERDUE, Status.SOON}


def _pressure(row: Row) -> tuple[bool, date]:
    return row.status is not Status.OVERDUE, row.cell.due_on if row.cell else date.max


def _row(standing: DutyStatus, url: str, *, vacant: bool = False) -> Row:
    duty, cell = standing.duty, standing.cell
    return Row(
        duty=duty,
        cell=cell,
        status=standing.status,
        label=_status(standing.status),
        tone=STATUS_TONES[standing.status],
        period=period_label(cell) if cell else "",
        owner=_owner(duty.owner),
        rhythm=rhythm_label(duty),
        missed=standing.missed,
        url=url,
        vacant=vacant,
    )


def cell_row(cell: Tally, day: date) -> Row:
    """One cell as a line."""
    status = status_of(cell, day)
    return Row(
        duty=cell.duty,
        cell=cell,
        status=status,
        label=_status(status),
        tone=STATUS_TONES[status],
        period=period_label(cell),
        owner=_owner(cell.duty.owner),
        rhythm=rhythm_label(cell.duty),
        url=reverse("duties:cell", args=[cell.pk]),
    )


def clause_page(unit: Org, clause: Clause, day: date) -> list[DutyHistory]:
    """The duties of a clause at a unit with proofs and past periods; a few queries per duty."""
    duties = list(clause.duties.select_related("plan", "clause").order_by("id"))
    standing = {each.duty.pk: each for each in unit_status(unit.pk, day, clause.plan)}
    bound = set(
        Binding.objects.filter(unit=unit, duty__in=duties, until_on__isnull=True).values_list(
            "duty_id", flat=True
        )
    )
    found = []
    for duty in duties:
        cells = _cells_of(unit, duty, day)
        if duty.pk not in bound and not cells:
            continue
        now = standing.get(duty.pk) or DutyStatus(duty, None, Status.NOT_OWED)
        present = now.cell.pk if now.cell else None
        newest = next((each for each in cells if each.pk == present), cells[0] if cells else None)
        found.append(
            DutyHistory(
                _row(now, reverse("duties:clause", args=[unit.pk, clause.pk])),
                tuple(proofs_of(newest)) if newest else (),
                tuple(cell_row(cell, day) for cell in cells),
                duty.pk in bound,
            )
        )
    return found


def _cells_of(unit: Org, duty: Duty, day: date) -> list[Tally]:
    """The newest cells of a duty; those of other versions of its plan as far as they count."""
    cells = Tally.objects.filter(
        Q(duty=duty) | Q(owed=True) | Q(ends_on__lte=day),
        unit=unit,
        starts_on__lte=day,
        duty__code=duty.code,
        duty__plan__code=duty.plan.code,
        duty__plan__issuer=duty.plan.issuer_id,
    )
    return list(cells.select_related("duty__plan").order_by("-ends_on", "-pk")[:PERIODS_SHOWN])


def proofs_of(cell: Tally) -> list[dict[str, Any]]:
    """The facts that a cell counts, as plain rows; five queries."""
    labels = cell.duty.plan.evidence_labels
    facts = list(evidence_of(cell))
    above = recorded_by_level([each.pk for each in facts]) if cell.duty.by_hand and facts else {}
    return [
        _proof(each, labels.get(each.kind, each.kind), above.get(each.pk, "")) for each in facts
    ]


def recorder(evidence: Evidence, above: str) -> str:
    """Who recorded a fact, and the level ``above`` if it was done in the unit's stead."""
    name = evidence.recorded_by.name if evidence.recorded_by else _("系统")
    return _("%(name)s（%(org)s）代登记") % {"name": name, "org": above} if above else name


def _proof(evidence: Evidence, label: str, above: str) -> dict[str, Any]:
    return {
        "evidence": evidence,
        "label": label,
        "by": recorder(evidence, above),
        "files": len(evidence.files.all()),
        "url": reverse("duties:evidence", args=[evidence.pk]),
    }


def fact_page(evidence: Evidence) -> dict[str, Any]:
    """A fact with its files, the cells it counts in, and its journal."""
    photos, documents = [], []
    for file in evidence.files.select_related("upload__blob").order_by("pk"):
        full = reverse("duties:evidence_file", args=[evidence.pk, file.pk, "full"])
        if file.upload.blob.media_type in {JPEG, PNG}:
            thumb = reverse("duties:evidence_file", args=[evidence.pk, file.pk, "thumb"])
            photos.append({"url": full, "thumb": thumb, "alt": _("佐证照片"), "caption": ""})
        else:
            documents.append({"url": full, "name": file.upload.name})
    cells = Tally.objects.filter(
        unit=evidence.unit,
        duty__evidence_kinds__kind=evidence.kind,
        counts_from__lte=evidence.happened_on,
        ends_on__gt=evidence.happened_on,
    ).select_related("duty__clause")
    above = recorded_by_level([evidence.pk]).get(evidence.pk, "")
    return {
        "label": evidence_named(evidence),
        "by": recorder(evidence, above),
        "photos": photos,
        "documents": documents,
        "cells": [
            {
                "cell": cell,
                "period": period_label(cell),
                "url": reverse("duties:cell", args=[cell.pk]),
            }
            for cell in cells.order_by("duty_id")
        ],
        "steps": [
            {
                "label": _("撤销") if entry.action == "revoke" else _("登记"),
                "who": entry.actor_name,
                "at": entry.at,
                "text": entry.detail.get("reason") or entry.detail.get("late_reason") or "",
                "tone": "late" if entry.action == "revoke" else "plain",
            }
            for entry in history_of(evidence).reverse()
        ],
    }


def room_url(cell: Tally, actor: Actor) -> str:
    """Where a built room does the work that proves ``cell``; ``""`` if the actor may not there."""
    duty, unit = cell.duty, cell.unit
    codes = [kind.removeprefix(INSPECTION) for kind in duty.evidence if kind.startswith(INSPECTION)]
    if duty.room == "inspections" and codes and actor.may("inspections.inspect", unit.path):
        asked = urlencode({"checklist": codes[0], "unit": unit.pk})
        return f"{reverse('inspections:new')}?{asked}"
    if duty.room == "hazards" and actor.may("hazards.view", unit.path):
        return reverse("hazards:list")
    return ""


ORIGINS = {
    "inspections.inspection": ("inspections:detail", ("inspections.view",)),
    "hazards.hazard": ("hazards:detail", ("hazards.view", "hazards.view_own")),
}
"""Where the records stand that rooms push as facts, by the source's first part."""


def origin_url(evidence: Evidence, actor: Actor) -> str:
    """The record a fact was made of; ``""`` if given by hand or not for ``actor`` to see."""
    model, _colon, rest = evidence.source.partition(":")
    route, needed = ORIGINS.get(model, ("", ()))
    pk = rest.partition(":")[0]
    if not pk.isdecimal() or not any(actor.may(each, evidence.unit.path) for each in needed):
        return ""
    return reverse(route, args=[pk])


@dataclass(frozen=True, slots=True)
class ExemptionsPage:
    """One page of requests: those waiting first, then the newest."""

    rows: tuple[dict[str, Any], ...]
    waiting: int
    next: str


def exemptions_page(visible: QuerySet[Exemption], before: str) -> ExemptionsPage:
    """A keyset page of ``visible``; ``before`` is the last row's ``rank-id``."""
    ranked = visible.annotate(
        rank=Case(
            When(state=ExemptionState.REQUESTED, then=Value(1)),
            default=Value(0),
            output_field=IntegerField(),
        )
    )
    rank, _dash, pk = before.partition("-")
    if rank in {"0", "1"} and pk.isascii() and pk.isdigit():
        below = ranked.filter(rank=int(rank), pk__lt=int(pk))
        ranked = below | ranked.filter(rank__lt=int(rank))
    rows = list(ranked.select_related("unit", "duty__clause").order_by("-rank", "-pk")[: PAGE + 1])
    more = f"{rows[PAGE - 1].rank}-{rows[PAGE - 1].pk}" if len(rows) > PAGE else ""
    waiting = visible.filter(state=ExemptionState.REQUESTED).count()
    return ExemptionsPage(tuple(_exemption_rows(rows[:PAGE])), waiting, more)


def _exemption_rows(rows: Iterable[Exemption]) -> Iterable[dict[str, Any]]:
    tones = {"requested": "soon", "approved": "done", "refused": "plain"}
    for exemption in rows:
        yield {
            "exemption": exemption,
            "tone": tones[exemption.state],
            "url": reverse("duties:exemption", args=[exemption.pk]),
        }
