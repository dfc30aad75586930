"""A calendar changed after its cells were opened: what it decides about them is decided again."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min, Q, QuerySet

from anxiao.foundation.access.turns import in_turns
from anxiao.foundation.kernel.calendar import DayKind, PublicDays, SchoolCalendar, Term
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.periods import DAY_BY_DAY, Cadence, Period, parse_key
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import calendars_for
from anxiao.loop.duties.models import Binding, Progress, Tally
from anxiao.loop.duties.queries.subjects import BOUND_KINDS, duties_for
from anxiao.loop.duties.rules import counts_from, due_day
from anxiao.loop.duties.services.cells import judge, open_for
from anxiao.loop.duties.services.locks import lock_county, lock_units
from anxiao.loop.duties.services.rollups import CellChange, counts, save_cells, shift_rollups
from anxiao.loop.duties.services.statements import Scope, count_cells, rebuild_rollups
from anxiao.loop.duties.states import PlanState

TOGETHER = 3
"""Units judged anew in one transaction: SQLite's other writers wait for its end."""
TOLD = ("starts_on", "ends_on", "counts_from", "due_on", "owed", "exempt", "met")
"""What a calendar decides about a cell."""
SHAPED = (Cadence.TERMLY, Cadence.PER_HOLIDAY)
"""Cadences whose periods a calendar cuts."""

Noted = list[dict[str, Any]]
"""Units with the calendar they share, as JSON keeps it."""


def note_calendars(county: Org) -> Noted:
    """The calendars in force in ``county``, to be compared with at the next look."""
    return _noted(calendars_for(_units(county)))


def judge_calendars(county: Org, at: datetime) -> int:
    """Judge and cut anew the cells that calendars changed since the last look decide otherwise.

    They are those of the days that became school days or ceased to be, and those still running;
    all others stay as they are. Cells that today now asks for are opened. A few units at a time,
    noted with them: what a kill left undone is done by the next look. Returns how many units have
    another calendar.
    """
    noted, found = _noted_of(county), calendars_for(_units(county))
    if _noted(found) == noted:
        return 0
    today = business_day(at)
    units = [unit_id for each in _changed(county, noted, found, today) for unit_id in each.units]
    for start in in_turns(range(0, len(units), TOGETHER)):
        _judge_some(county, units[start : start + TOGETHER], today)
    _note(county, today)
    return len(units)


@transaction.atomic
def _judge_some(county: Org, units: Sequence[int], today: date) -> None:
    orgs = Org.objects.filter(pk__in=units)
    lock_units(orgs)
    lock_county(county.pk)
    noted, found = _noted_of(county), calendars_for(orgs)
    for each in _changed(county, noted, found, today):
        _judge(county, each, today)
        _open(each, today)
    kept = [
        row | {"units": left}
        for row in noted
        if (left := [u for u in row["units"] if u not in found])
    ]
    Progress.objects.filter(pk=county.pk).update(calendars=_joined([*kept, *_noted(found)]))


@transaction.atomic
def _note(county: Org, today: date) -> None:
    """Note the calendars as they are now, of new units too, unless one has changed meanwhile."""
    lock_county(county.pk)
    found = calendars_for(_units(county))
    if not any(_changed(county, _noted_of(county), found, today)):
        Progress.objects.filter(pk=county.pk).update(calendars=_noted(found))


def _open(changed: "_Changed", today: date) -> None:
    """Open the cells that today now asks for."""
    bindings = Binding.objects.filter(
        unit__in=changed.units,
        duty__plan__state=PlanState.PUBLISHED,
        duty__plan__from_on__lte=today,
        duty__plan__to_on__gte=today,
    ).select_related("duty__plan")
    calendars = dict.fromkeys(changed.units, changed.calendar)
    open_for(list(bindings), today, calendars, today=today)


def _noted_of(county: Org) -> Noted:
    noted: Noted = Progress.objects.values_list("calendars", flat=True).get(pk=county.pk)
    return noted


def _joined(rows: Noted) -> Noted:
    """Units with the same calendar in one row."""
    found: Noted = []
    for row in rows:
        same = [
            each for each in found if each["terms"] == row["terms"] and each["days"] == row["days"]
        ]
        if same:
            same[0]["units"] = sorted({*same[0]["units"], *row["units"]})
        else:
            found.append(dict(row))
    return found


def _units(county: Org) -> QuerySet[Org]:
    return Org.objects.filter(county=county, kind__in=BOUND_KINDS)


def _noted(calendars: Mapping[int, SchoolCalendar]) -> Noted:
    groups: dict[int, list[int]] = defaultdict(list)
    by_id = {id(calendar): calendar for calendar in calendars.values()}
    for unit_id, calendar in sorted(calendars.items()):
        groups[id(calendar)].append(unit_id)
    return [
        {
            "units": units,
            "terms": [
                [str(term.starts_on), str(term.ends_on_exclusive)] for term in by_id[key].terms
            ],
            "days": {str(day): str(kind) for day, kind in sorted(by_id[key].overrides.items())},
        }
        for key, units in groups.items()
    ]


@dataclass(frozen=True, slots=True)
class _Changed:
    """Units whose calendar is another now, with the days up to today that it decides otherwise."""

    units: Sequence[int]
    calendar: SchoolCalendar
    days: tuple[date, ...]


def _changed(
    county: Org, noted: Noted, found: Mapping[int, SchoolCalendar], today: date
) -> Iterator[_Changed]:
    first = duties_for(county.path).aggregate(first=Min("plan__from_on"))["first"] or today
    for row in noted:
        groups: dict[int, list[int]] = defaultdict(list)
        for unit_id in row["units"]:
            if unit_id in found:
                groups[id(found[unit_id])].append(unit_id)
        for units in groups.values():
            calendar = found[units[0]]
            before = _calendar(row, calendar.workdays)
            if (before.terms, before.overrides) != (_bare(calendar), dict(calendar.overrides)):
                yield _Changed(units, calendar, _days(before, calendar, first, today))


def _calendar(row: Mapping[str, Any], workdays: PublicDays) -> SchoolCalendar:
    parse = date.fromisoformat
    return SchoolCalendar(
        tuple(Term("", parse(start), parse(end)) for start, end in row["terms"]),
        {parse(day): DayKind(kind) for day, kind in row["days"].items()},
        workdays,
    )


def _bare(calendar: SchoolCalendar) -> tuple[Term, ...]:
    return tuple(Term("", term.starts_on, term.ends_on_exclusive) for term in calendar.terms)


def _days(
    before: SchoolCalendar, after: SchoolCalendar, first: date, last: date
) -> tuple[date, ...]:
    days = (first + timedelta(days=count) for count in range((last - first).days + 1))
    return tuple(day for day in days if before.is_school_day(day) != after.is_school_day(day))


def _judge(county: Org, changed: _Changed, today: date) -> None:
    cells, before = [], []
    cut = []
    for cell in _cells(changed.units, changed.days, today):
        was = _told(cell), counts(cell)
        if _cut(cell, changed, today):
            cut.append(cell)
        elif not _touched(cell, changed.days, today):
            continue
        cells.append(cell)
        before.append(was)
    judge(cells)
    for cell in cells:
        cell.owed = cell.owed and _period(cell, changed.calendar) is not None
        cell.met = cell.met and cell.owed
    pairs = zip(cells, before, strict=True)
    moved = [(cell, share) for cell, (told, share) in pairs if _told(cell) != told]
    save_cells([cell for cell, _share in moved], TOLD)
    shift_rollups(CellChange.since(cell, share) for cell, share in moved)
    _count(county, cut, today)


def _told(cell: Tally) -> list[Any]:
    return [getattr(cell, name) for name in TOLD]


def _cells(units: Sequence[int], days: Sequence[date], today: date) -> Iterable[Tally]:
    """Cells that may be concerned: fewest of the days' own, which are most of all."""
    wanted = Q(ends_on__gt=today) | Q(duty__cadence__in=SHAPED)
    if days:
        spans = Q(starts_on__lte=days[-1], ends_on__gt=days[0])
        by_day = Q(duty__cadence__in=DAY_BY_DAY)
        wanted |= (by_day & Q(starts_on__in=days)) | (~by_day & spans)
    rows = Tally.objects.filter(wanted, unit__in=units, duty__plan__state=PlanState.PUBLISHED)
    return rows.select_related("duty__plan").order_by("pk")


def _touched(cell: Tally, days: Sequence[date], today: date) -> bool:
    return cell.ends_on > today or any(cell.starts_on <= day < cell.ends_on for day in days)


def _period(cell: Tally, calendar: SchoolCalendar) -> Period | None:
    """The period of the cell's key in ``calendar``; ``None`` if it has none any more."""
    try:
        return parse_key(cell.period_key, calendar, cell.duty.plan.window)
    except ValueError:
        return None


def _cut(cell: Tally, changed: _Changed, today: date) -> bool:
    """Give a term's or holiday's cell the days its period has now; whether they are others."""
    cadence = Cadence(cell.duty.cadence)
    period = _period(cell, changed.calendar) if cadence in SHAPED else None
    if period is None or (period.start, period.end) == (cell.starts_on, cell.ends_on):
        return False
    cell.starts_on, cell.ends_on = period.start, period.end
    cell.counts_from = counts_from(period, cadence, cell.duty.valid_days)
    cell.due_on = due_day(period, cadence, cell.duty.grace_days, today)
    return True


def _count(county: Org, cut: Sequence[Tally], today: date) -> None:
    """Count cells of other days anew; their rollups follow."""
    if cut:
        count_cells(Scope(county.pk, cells=tuple(cell.pk for cell in cut)), today)
        duties = tuple(sorted({cell.duty_id for cell in cut}))
        rebuild_rollups(Scope(county.pk, duties, tuple(sorted({cell.period_key for cell in cut}))))
