"""Cells: opened for the day, judged again when something about a unit changes; rollups follow."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count, Max, Q

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.turns import in_turns
from anxiao.foundation.kernel.calendar import SchoolCalendar
from anxiao.foundation.kernel.periods import Cadence, Owed, Period, owed, period_of
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import calendars_for
from anxiao.loop.duties.models import Binding, Duty, Evidence, Exemption, Tally
from anxiao.loop.duties.queries.subjects import BOUND_KINDS, duties_for
from anxiao.loop.duties.rules import counts_from, due_day, is_whole_plan
from anxiao.loop.duties.services.locks import lock_county, lock_units
from anxiao.loop.duties.services.rollups import (
    CellChange,
    counts,
    save_cells,
    settle,
    shift_rollups,
)
from anxiao.loop.duties.services.statements import (
    OpenPeriod,
    Scope,
    count_cells,
    open_periods,
    rebuild_rollups,
)

DUTY_NAME = ("plan__issuer", "plan__code", "code")
"""What a duty keeps through the versions of its plan."""

EXEMPTED = tuple(f"duty__{each}" for each in DUTY_NAME)
MOST_IDS = 5000
"""Unit ids named in one statement."""

TOGETHER = 1200
"""Cells opened in one transaction, about: SQLite's other writers wait for its end."""

GIVEN = (
    *("duty_id", "unit_id", "county_id", "town_id", "period_key", "starts_on", "ends_on"),
    *("counts_from", "due_on", "needed", "owed", "exempt", "late"),
)
"""What a new cell says before it is counted."""

Pair = tuple[int, int]
"""Unit id and duty id."""


def open_cells(county: Org, day: date, *, together: int = TOGETHER) -> int:
    """Open the cells of every period of ``day`` for every unit bound in ``county``.

    A few duties at a time, each few in a transaction of their own, a handful of statements per
    calendar in use. Safe to run again: cells already there stay as they are, and what a kill left
    undone is opened. ``together`` is how many cells at a time, about. Returns how many were opened.
    """
    in_force = duties_for(county.path).filter(plan__from_on__lte=day, plan__to_on__gte=day)
    duties = list(in_force.order_by("pk").values_list("pk", flat=True))
    units = Org.objects.filter(county=county, kind__in=BOUND_KINDS).count()
    some = max(1, together // max(1, units))
    slices = (duties[start : start + some] for start in range(0, len(duties), some))
    return sum(_open_some(county, each, day) for each in in_turns(slices))


@transaction.atomic
def _open_some(county: Org, duty_ids: Sequence[int], day: date) -> int:
    """Open the cells of some duties: those still in force once nobody else writes."""
    orgs = Org.objects.filter(county=county, kind__in=BOUND_KINDS)
    lock_units(orgs)  # cells that are there already are counted anew too
    lock_county(county.pk)
    duties = list(duties_for(county.path).filter(pk__in=duty_ids))
    groups: dict[int, list[int]] = defaultdict(list)
    calendars: dict[int, SchoolCalendar] = {}
    for unit_id, calendar in calendars_for(orgs).items():
        groups[id(calendar)].append(unit_id)
        calendars[id(calendar)] = calendar
    by_size = sorted(groups, key=lambda each: len(groups[each]))
    opened, keys = 0, set()
    for place, group in enumerate(by_size):
        periods = list(_periods(duties, calendars[group], day))
        keys |= {each.key for each in periods}
        for only, but in _unit_groups(groups, by_size, place):
            opened += open_periods(county.pk, periods, only=only, but=but)
    if opened:
        scope = Scope(county.pk, tuple(duty.pk for duty in duties), tuple(sorted(keys)))
        count_cells(scope, day)
        rebuild_rollups(scope)
        _exempt_new(county, duties, day)
    return opened


def _unit_groups(
    groups: Mapping[int, list[int]], by_size: Sequence[int], place: int
) -> Iterator[tuple[list[int], list[int]]]:
    """``(only, but)`` for one group: the largest by all the others, the rest by their ids."""
    smaller = [unit_id for each in by_size[:-1] for unit_id in groups[each]]
    if place == len(by_size) - 1 and len(smaller) <= MOST_IDS:
        yield [], smaller
        return
    ids = groups[by_size[place]]
    for start in range(0, len(ids), MOST_IDS):
        yield ids[start : start + MOST_IDS], []


def _periods(duties: Iterable[Duty], calendar: SchoolCalendar, day: date) -> Iterator[OpenPeriod]:
    for duty in duties:
        cadence = Cadence(duty.cadence)
        period = period_of(day, cadence, calendar, duty.plan.window)
        if period is None:
            continue
        whole = is_whole_plan(cadence)
        bound_all_along = owed(
            period,
            cadence=cadence,
            calendar=calendar,
            in_holidays=duty.in_holidays,
            opened_on=period.start,
            closed_on=None,
        )
        yield OpenPeriod(
            duty_id=duty.pk,
            key=period.key,
            start=period.start,
            end=period.end,
            counts_from=counts_from(period, cadence, duty.valid_days),
            due_on=due_day(period, cadence, duty.grace_days, day),
            needed=duty.times,
            owed=bool(bound_all_along),
            whole=whole,
        )


def _exempt_new(county: Org, duties: Iterable[Duty], day: date) -> None:
    """Judge again the cells of ``day`` for which an exemption has been approved."""
    approved = Exemption.objects.approved().filter(unit__county=county, until_on__gte=day)
    asked = set(approved.values_list("unit_id", *EXEMPTED))
    if not asked:
        return
    known = {(each.plan.issuer_id, each.plan.code, each.code): each.pk for each in duties}
    pairs = {(unit_id, known[tuple(key)]) for unit_id, *key in asked if tuple(key) in known}
    judge_again(pairs, since=day)


def open_for(
    bindings: Sequence[Binding], day: date, calendars: Mapping[int, SchoolCalendar], *, today: date
) -> None:
    """Open the missing cells that ``day`` has for bindings of one county, which must be locked.

    ``bindings`` carry their duty and its plan, ``calendars`` are those of their units. New cells
    count what evidence there already is. A period over before ``today`` that nobody opened in its
    time is not owed: a late entry must not make a unit late where a silent one is not.
    """
    cut = [(each, _period_for(each, day, calendars[each.unit_id])) for each in bindings]
    there = _there(cut, day)
    judges = Judge.of([(each.unit_id, each.duty_id) for each in bindings])
    made = []
    for binding, period in cut:
        pair = (binding.unit_id, binding.duty_id)
        if period is not None and not {(*pair, period.key), (*pair, "")} & there:
            verdict = judges.owed(binding, period, calendars[binding.unit_id])
            made.append(_cell(binding, period, verdict, day, today))
    if made:
        _add(made, day)


def _there(cut: Sequence[tuple[Binding, Period | None]], day: date) -> set[tuple[int, int, str]]:
    """Unit, duty and key of cells that are there already; ``""`` for one that runs on ``day``."""
    rows = Tally.objects.filter(
        Q(counts_from__lte=day, ends_on__gt=day)
        | Q(period_key__in={period.key for _binding, period in cut if period}),
        unit__in={each.unit_id for each, _period in cut},
        duty__in={each.duty_id for each, _period in cut},
    )
    told = rows.values_list("unit_id", "duty_id", "period_key", "counts_from", "ends_on")
    return {
        (unit_id, duty_id, "" if begins <= day < ends else key)
        for unit_id, duty_id, key, begins, ends in told
    }


def _add(made: Sequence[Tally], day: date) -> None:
    """Write new cells of one county, count them, and add them to the rollups."""
    ids = quick.insert(Tally, [{name: getattr(cell, name) for name in GIVEN} for cell in made])
    new = dict(zip(ids, made, strict=True))
    if count_cells(Scope(made[0].county_id, cells=tuple(ids)), day):
        met = Tally.objects.filter(pk__in=ids, met=True).values_list("pk", flat=True)
        for pk in met:
            new[pk].met = True
    shift_rollups(CellChange(cell, *counts(cell)) for cell in made)


def _period_for(binding: Binding, day: date, calendar: SchoolCalendar) -> Period | None:
    duty = binding.duty
    cadence, window = Cadence(duty.cadence), duty.plan.window
    if binding.until_on is not None and binding.until_on <= max(day, window.start):
        return None
    inside = day
    if cadence is Cadence.STANDING and day < window.start:
        inside = window.start  # an older proof that may still hold
    elif binding.from_on > day and not is_whole_plan(cadence):
        return None
    period = period_of(inside, cadence, calendar, window)
    if period is None or day < counts_from(period, cadence, duty.valid_days):
        return None
    return period


def _cell(binding: Binding, period: Period, verdict: Owed, day: date, today: date) -> Tally:
    """A new cell, not yet counted; ``late`` if its period was over before ``today``."""
    duty = binding.duty
    cadence = Cadence(duty.cadence)
    late = period.end <= today
    return Tally(
        duty_id=duty.pk,
        unit_id=binding.unit_id,
        county_id=binding.county_id,
        town_id=binding.town_id,
        period_key=period.key,
        starts_on=period.start,
        ends_on=period.end,
        counts_from=counts_from(period, cadence, duty.valid_days),
        due_on=due_day(period, cadence, duty.grace_days, day),
        needed=duty.times,
        owed=not late and (verdict.owed or verdict.exempt),
        exempt=not late and verdict.exempt,
        late=late,
    )


def count_again(cell: Tally, day: date) -> None:
    """Set the counts and marks of one cell from its evidence, as they stand on ``day``."""
    facts = Evidence.objects.filter(
        unit_id=cell.unit_id,
        kind__in=cell.duty.evidence,
        happened_on__gte=cell.counts_from,
        happened_on__lt=cell.ends_on,
        revoked_at__isnull=True,
    ).aggregate(done=Count("id"), newest=Max("happened_on"))
    cell.done = facts["done"]
    stands = cell.duty.valid_days is not None and facts["newest"] is not None
    cell.valid_until = (
        facts["newest"] + timedelta(days=cell.duty.valid_days or 0) if stands else None
    )
    if cell.ends_on > day:
        cell.lapsed = cell.valid_until is not None and cell.valid_until < day
    settle(cell)


@dataclass(frozen=True, slots=True)
class Judge:
    """Says whether a period is owed, knowing the approved exemptions of some units and duties."""

    exemptions: Mapping[Pair, list[tuple[date, date]]]

    @classmethod
    def of(cls, pairs: Iterable[Pair]) -> "Judge":
        """A judge for ``pairs``; two queries. An exemption holds in every version of a plan."""
        asked = set(pairs)
        duties = Duty.objects.filter(pk__in={duty_id for _, duty_id in asked})
        names = {pk: name for pk, *name in duties.values_list("pk", *DUTY_NAME)}
        days: dict[tuple[object, ...], list[tuple[date, date]]] = defaultdict(list)
        approved = Exemption.objects.approved().filter(
            unit__in={unit_id for unit_id, _ in asked},
            duty__code__in={code for *_, code in names.values()},
        )
        for *name, start, end in approved.values_list("unit_id", *EXEMPTED, "from_on", "until_on"):
            days[tuple(name)].append((start, end))
        return cls({(unit, duty): days.get((unit, *names[duty]), []) for unit, duty in asked})

    def owed(
        self,
        binding: Binding,
        period: Period,
        calendar: SchoolCalendar,
        *,
        bound_on: date | None = None,
    ) -> Owed:
        """Whether the bound unit owes ``period``; ``bound_on`` if not since the binding's day."""
        return owed(
            period,
            cadence=Cadence(binding.duty.cadence),
            calendar=calendar,
            in_holidays=binding.duty.in_holidays,
            opened_on=bound_on or binding.from_on,
            closed_on=binding.until_on,
            exemptions=self.exemptions.get((binding.unit_id, binding.duty_id), ()),
        )


def judge_again(pairs: Iterable[Pair], *, since: date) -> int:
    """Judge again whether the cells of ``pairs`` that end after ``since`` are owed.

    Their counties must be locked. Returns how many changed.
    """
    asked = set(pairs)
    units, duties = {unit_id for unit_id, _ in asked}, {duty_id for _, duty_id in asked}
    rows = Tally.objects.filter(unit__in=units, duty__in=duties, ends_on__gt=since)
    cells = [cell for cell in rows if (cell.unit_id, cell.duty_id) in asked]
    before = [(cell.owed, cell.exempt, cell.met, counts(cell)) for cell in cells]
    judge(cells)
    changed, changes = [], []
    for cell, (*marks, share) in zip(cells, before, strict=True):
        if marks != [cell.owed, cell.exempt, cell.met]:
            changed.append(cell)
            changes.append(CellChange.since(cell, share))
    save_cells(changed, ("owed", "exempt", "met"))
    moved = [each for each in changes if each.owed or each.met]
    shift_rollups(moved)
    return len(moved)


def judge(cells: Sequence[Tally]) -> None:
    """Set anew whether ``cells`` are owed and exempt, without saving; late ones never are."""
    asked = {(cell.unit_id, cell.duty_id) for cell in cells}
    units, duties = {unit_id for unit_id, _ in asked}, {duty_id for _, duty_id in asked}
    bindings = {
        (each.unit_id, each.duty_id): each
        for each in Binding.objects.filter(unit__in=units, duty__in=duties).select_related("duty")
    }
    calendars = calendars_for(Org.objects.filter(pk__in=units))
    judges = Judge.of(asked)
    for cell in cells:
        if cell.late:
            continue
        binding = bindings[cell.unit_id, cell.duty_id]
        period = Period(cell.starts_on, cell.ends_on, cell.period_key)
        # A duty lost and regained is bound from its return; what was owed before stays owed.
        before_its_return = cell.owed and cell.ends_on <= binding.from_on
        verdict = judges.owed(
            binding,
            period,
            calendars[cell.unit_id],
            bound_on=cell.starts_on if before_its_return else None,
        )
        cell.owed, cell.exempt = verdict.owed or verdict.exempt, verdict.exempt
        settle(cell)


@transaction.atomic
def close_cells(plan_id: int, county_id: int, day: date) -> None:
    """A plan ends on ``day``: what still runs is no longer owed; what is over stays as it is."""
    lock_county(county_id)
    running = Tally.objects.filter(county=county_id, duty__plan=plan_id, ends_on__gt=day)
    running.update(owed=False, met=False)
    ended = tuple(Duty.objects.filter(plan=plan_id).values_list("pk", flat=True))
    if ended:
        rebuild_rollups(Scope(county_id, ended))
