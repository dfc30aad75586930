"""Whom published plans bind: all at once on publication, unit by unit when something changes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.actor import SYSTEM, Actor
from anxiao.foundation.access.scoping import within
from anxiao.foundation.access.turns import in_turns
from anxiao.foundation.journal.services import Line, record_all
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import calendars_for
from anxiao.foundation.orgs.states import OrgKind, OrgState
from anxiao.loop.duties.models import Binding, Duty, Plan, Progress
from anxiao.loop.duties.queries.subjects import (
    BOUND_KINDS,
    Subject,
    binds,
    duties_for,
    plans_for,
    subjects,
    subjects_under,
)
from anxiao.loop.duties.rules import levels_of
from anxiao.loop.duties.services.calendars import judge_calendars, note_calendars
from anxiao.loop.duties.services.cells import judge_again, open_cells, open_for
from anxiao.loop.duties.services.locks import lock_county, lock_units
from anxiao.loop.duties.states import PlanState

CHUNK = 200
REBOUND = 2
"""Units bound anew in one transaction: SQLite's other writers wait for its end."""
AT_ONCE = 1_000_000
"""Cells opened with the plan that asks for them: one act, however many they are."""
BOUND = ("duty_id", "unit_id", "county_id", "town_id", "from_on")
OVERLAP = timedelta(minutes=10)
"""A profile written by a transaction that was still open at the last look is found by the next."""

LONGEST_GAP = 31
"""Days made good after the program stood still."""


def bind_plan(plan: Plan, at: datetime) -> int:
    """Bind all open units below the issuer to the duties of a plan just published, open cells.

    Returns how many bindings were made.
    """
    duties = list(plan.duties.all())
    lock_units(Org.objects.filter(within([plan.issuer.path])))
    bound = 0
    counties: set[int] = set()
    for chunk in _chunks(subjects_under(plan.issuer.path), CHUNK):
        made = [
            _bound(duty, subject, max(plan.from_on, subject.opened_on))
            for subject in chunk
            for duty in duties
            if binds(duty, subject)
        ]
        quick.insert(Binding, made)
        bound += len(made)
        counties |= {each["county_id"] for each in made}
    for county in Org.objects.filter(pk__in=counties).order_by("pk"):
        _open_up_to(county, at)
    return bound


def _open_up_to(county: Org, at: datetime) -> None:
    _progress(county, at)
    open_cells(county, business_day(at), together=AT_ONCE)


def open_due(at: datetime) -> int:
    """Open the cells of today, and of the days missed, in every county that has begun."""
    today = business_day(at)
    opened = 0
    for progress in Progress.objects.filter(opened_until__lt=today).select_related("county"):
        first = max(progress.opened_until + timedelta(days=1), today - timedelta(days=LONGEST_GAP))
        for count in in_turns(range((today - first).days + 1)):
            opened += open_cells(progress.county, first + timedelta(days=count))
        Progress.objects.filter(pk=progress.pk).update(opened_until=today)
    return opened


def rebind_changed(at: datetime) -> int:
    """Bind anew the units whose profile, opening or closing changed; return how many.

    Every county that a published plan reaches is looked at, one founded since too. Calendars that
    changed are followed first.
    """
    count = 0
    for county in Org.objects.filter(kind=OrgKind.COUNTY, state=OrgState.ACTIVE):
        if not plans_for(county.path).exists():
            continue
        progress = _progress(county, at)
        judge_calendars(county, at)
        units = _changed(county, progress.bound_at - OVERLAP)
        count += rebind_units(units, actor=SYSTEM, at=at)
        Progress.objects.filter(pk=progress.pk).update(bound_at=at)
    return count


def _progress(county: Org, at: datetime) -> Progress:
    begun = {
        "opened_until": business_day(at),
        "bound_at": at,
        "calendars": lambda: note_calendars(county),
    }
    return Progress.objects.get_or_create(county=county, defaults=begun)[0]


def _changed(county: Org, since: datetime) -> QuerySet[Org]:
    """Units with a profile newer than ``since``, opened without duties, or closed with some."""
    running = Exists(Binding.objects.filter(unit=OuterRef("pk"), until_on__isnull=True))
    changed = (
        Q(state=OrgState.ACTIVE, profile__updated_at__gt=since)
        | Q(state=OrgState.ACTIVE) & ~running
        | ~Q(state=OrgState.ACTIVE) & running
    )
    return Org.objects.filter(changed, county=county, kind__in=BOUND_KINDS)


def rebind_units(units: QuerySet[Org] | Iterable[Org], *, actor: Actor, at: datetime) -> int:
    """Bind ``units`` by what they are now; return how many of them changed.

    A duty gained by a change holds from today, so a period half gone is not owed; a unit new to a
    plan is bound from its opening. A duty lost ends today (or when the unit closed): what still
    runs is no longer owed, what was missed stays missed.
    """
    if not isinstance(units, QuerySet):
        units = Org.objects.filter(pk__in=[unit.pk for unit in units])
    by_county: dict[int, list[Subject]] = defaultdict(list)
    for subject in subjects(units):
        by_county[subject.county_id].append(subject)
    changed = 0
    for county_id, found in sorted(by_county.items()):
        county, known = Org.objects.get(pk=county_id), _Known()
        for chunk in in_turns(_chunks(iter(found), REBOUND)):
            changed += _rebind(county, chunk, known, actor, at)
    return changed


@dataclass(slots=True)
class _Turn:
    """What changes for some units of one county."""

    new: list[Binding] = field(default_factory=list)
    again: list[Binding] = field(default_factory=list)
    ended: list[Binding] = field(default_factory=list)

    def touched(self) -> dict[int, dict[str, list[str]]]:
        """By unit id, the codes of duties gained and lost."""
        found: dict[int, dict[str, list[str]]] = defaultdict(lambda: {"gained": [], "lost": []})
        for word, bindings in (("gained", self.new + self.again), ("lost", self.ended)):
            for binding in bindings:
                found[binding.unit_id][word].append(binding.duty.code)
        return found


@transaction.atomic
def _rebind(
    county: Org, chunk: Sequence[Subject], known: "_Known", actor: Actor, at: datetime
) -> int:
    today = business_day(at)
    lock_units([subject.unit_id for subject in chunk])
    lock_county(county.pk)
    known.refresh(county)
    turn = _turn(known, chunk, today)
    touched = turn.touched()
    if not touched:
        return 0
    new = [{name: getattr(each, name) for name in BOUND} for each in turn.new]
    quick.insert(Binding, new)
    old = [*turn.again, *turn.ended]
    _save_days(old)
    if old:
        since = min([today, *(each.until_on for each in turn.ended if each.until_on)])
        judge_again([(each.unit_id, each.duty_id) for each in old], since=since)
    _open_for(turn.new + turn.again, today)
    lines = [
        Line("rebind", "orgs.org", org_path=subject.path, detail={"unit": subject.unit_id, **words})
        for subject in chunk
        if (words := touched.get(subject.unit_id))
    ]
    record_all(lines, actor=actor, at=at)
    return len(touched)


@dataclass(slots=True)
class _Known:
    """The duties of the plans that reach a county, read once while they stay in force."""

    plans: tuple[int, ...] = ()
    duties: dict[int, Duty] = field(default_factory=dict)

    def refresh(self, county: Org) -> None:
        """Read them anew if a plan was published or retired; the county must be locked."""
        plans = tuple(plans_for(county.path).order_by("pk").values_list("pk", flat=True))
        if plans != self.plans:
            self.plans = plans
            self.duties = {duty.pk: duty for duty in duties_for(county.path)}

    def duty(self, pk: int) -> Duty:
        """One of them, or of a plan that reached the unit where it stood before."""
        return self.duties.get(pk) or Duty.objects.select_related("plan__issuer").get(pk=pk)


def _turn(known: _Known, chunk: Sequence[Subject], today: date) -> _Turn:
    duties = [duty for duty in known.duties.values() if duty.plan.to_on >= today]
    levels = {subject.unit_id: set(levels_of(subject.path)) for subject in chunk}
    existing: dict[int, dict[int, Binding]] = defaultdict(dict)
    for binding in Binding.objects.filter(unit__in=levels, duty__plan__state=PlanState.PUBLISHED):
        binding.duty = known.duty(binding.duty_id)
        existing[binding.unit_id][binding.duty_id] = binding
    turn = _Turn()
    for subject in chunk:
        reach = [duty for duty in duties if duty.plan.issuer.path in levels[subject.unit_id]]
        wanted = [] if subject.closed_on else [duty for duty in reach if binds(duty, subject)]
        _turn_one(turn, subject, wanted, existing[subject.unit_id], today)
    return turn


def _turn_one(
    turn: _Turn,
    subject: Subject,
    wanted: Sequence[Duty],
    existing: dict[int, Binding],
    today: date,
) -> None:
    known_plans = {binding.duty.plan_id for binding in existing.values()}
    for duty in wanted:
        binding = existing.get(duty.pk)
        if binding is None:
            new_to_plan = duty.plan_id not in known_plans
            begin = subject.opened_on if new_to_plan else today
            turn.new.append(_binding(duty, subject, max(duty.plan.from_on, begin)))
        elif binding.until_on is not None:
            if binding.until_on < today:  # lost and regained on one day is as if nothing happened
                binding.from_on = max(duty.plan.from_on, today)
            binding.until_on = None
            turn.again.append(binding)
    kept = {duty.pk for duty in wanted}
    for duty_id, binding in existing.items():
        if duty_id not in kept and binding.until_on is None:
            binding.until_on = max(subject.closed_on or today, binding.from_on)
            turn.ended.append(binding)


def _open_for(bindings: Sequence[Binding], today: date) -> None:
    begun = [each for each in bindings if each.duty.plan.from_on <= today]
    if begun:
        units = Org.objects.filter(pk__in={each.unit_id for each in begun})
        open_for(begun, today, calendars_for(units), today=today)


def _binding(duty: Duty, subject: Subject, from_on: date) -> Binding:
    binding = Binding(**_bound(duty, subject, from_on))
    binding.duty = duty
    return binding


def _bound(duty: Duty, subject: Subject, from_on: date) -> dict[str, Any]:
    return {
        "duty_id": duty.pk,
        "unit_id": subject.unit_id,
        "county_id": subject.county_id,
        "town_id": subject.town_id,
        "from_on": from_on,
    }


def _save_days(bindings: Iterable[Binding]) -> None:
    days = ((each.from_on, each.until_on, each.pk) for each in bindings)
    quick.write_all(
        "UPDATE duties_binding SET from_on = %s, until_on = %s WHERE id = %s",
        [(quick.day(first), last and quick.day(last), pk) for first, last, pk in days],
    )


def _chunks(found: Iterator[Subject], size: int) -> Iterator[list[Subject]]:
    while chunk := list(islice(found, size)):
        yield chunk
