"""Rounds: what is owed of them, and where somebody stands on one."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import reverse

from anxiao.foundation.kernel.calendar import SchoolCalendar
from anxiao.foundation.kernel.periods import Cadence, Period, Window, period_of
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import calendar_for
from anxiao.foundation.places.models import Point
from anxiao.loop.inspections.models import Checklist, Inspection, Round, RoundPoint
from anxiao.loop.inspections.queries.checklists import checklists_in_force
from anxiao.loop.inspections.rules import laps

YEAR = timedelta(days=366)
StopKey = tuple[int, int, str]
"""Round id, point id, checklist code."""


@dataclass(frozen=True, slots=True)
class RoundDue:
    """A round owed in the period that holds today: walked ``done`` of ``needed`` times.

    ``minutes`` are those of one walk; ``stops_done`` of ``stops`` in the walk under way.
    """

    round: Round
    done: int
    needed: int
    minutes: int
    url: str
    stops_done: int
    stops: int
    until_on: date


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop: ``checked`` in the walk under way; ``url`` begins the check, "" if none is held."""

    point: Point
    checklist: Checklist | None
    code: str
    checked: bool
    is_next: bool
    url: str


@dataclass(frozen=True, slots=True)
class Walk:
    """A round as it is walked in the present period; ``done`` whole walks of ``needed``."""

    round: Round
    stops: tuple[Stop, ...]
    done: int
    needed: int
    owed: bool
    until_on: date | None

    @property
    def next(self) -> Stop | None:
        """The stop to go to."""
        return next((stop for stop in self.stops if stop.is_next), None)

    @property
    def checked(self) -> int:
        """Stops done in the walk under way."""
        return sum(stop.checked for stop in self.stops)


@dataclass(frozen=True, slots=True)
class RoundHere:
    """A round that passes a point: ``open_codes`` are the checklists the walk still wants here."""

    round: Round
    mine: bool
    owed: bool
    done: int
    needed: int
    stops_done: int
    stops: int
    open_codes: frozenset[str]


def rounds_of(org: Org) -> QuerySet[Round]:
    """Rounds of a unit in use, by name, with their stops."""
    return rounds_with_stops(Round.objects.filter(org=org, retired_on__isnull=True))


def rounds_with_stops(rows: QuerySet[Round]) -> QuerySet[Round]:
    """``rows`` by name, with their unit, its parent, and their stops."""
    stops = RoundPoint.objects.select_related("point__place").order_by("position")
    return (
        rows.select_related("org__parent")
        .prefetch_related(Prefetch("stops", queryset=stops))
        .order_by("name")
    )


def rounds_due(roles: Collection[str], org: Org, day: date) -> list[RoundDue]:
    """Rounds of a unit that the holders of ``roles`` owe in the period of ``day``.

    A round that is not owed today (a holiday, between terms) is left out. Six queries, whatever
    the number of rounds.
    """
    rounds = [row for row in rounds_of(org) if row.owner in roles]
    if not rounds:
        return []
    calendar = calendar_for(org)
    periods = {row.pk: _period(row, day, calendar) for row in rounds}
    owed = [(row, period) for row in rounds if (period := periods[row.pk]) is not None]
    counts = _counts(owed)
    minutes = {row.code: row.minutes for row in checklists_in_force(org)}
    return [_due(row, period, counts, minutes) for row, period in owed if row.stops.all()]


def walk_of(round_: Round, day: date) -> Walk:
    """Where a round stands in the period of ``day``; ``round_`` comes from ``rounds_of``."""
    period = _period(round_, day, calendar_for(round_.org))
    counts = _counts([(round_, period or Period(day, day + timedelta(days=1), "day"))])
    stops = list(round_.stops.all())
    done, index = laps(_per_stop(round_, stops, counts))
    held = {row.code: row for row in checklists_in_force(round_.org)}
    lines = []
    for position, stop in enumerate(stops):
        checklist = held.get(stop.checklist_code)
        count = counts[(round_.pk, stop.point_id, stop.checklist_code)]
        lines.append(
            Stop(
                point=stop.point,
                checklist=checklist,
                code=stop.checklist_code,
                checked=count > done,
                is_next=position == index,
                url=_url(round_, stop, checklist),
            )
        )
    return Walk(
        round=round_,
        stops=tuple(lines),
        done=done,
        needed=round_.times,
        owed=period is not None,
        until_on=period.end - timedelta(days=1) if period else None,
    )


def rounds_through(point: Point, roles: Collection[str], day: date) -> list[RoundHere]:
    """Rounds in use that pass a point, those of ``roles`` first: a substitute scans and has them.

    Five queries, whatever the number of rounds.
    """
    wanted = Round.objects.filter(
        org=point.org_id, retired_on__isnull=True, stops__point=point
    ).distinct()
    rounds = list(rounds_with_stops(wanted))
    if not rounds:
        return []
    calendar = calendar_for(point.org)
    periods = {row.pk: _period(row, day, calendar) for row in rounds}
    today = Period(day, day + timedelta(days=1), "day")
    counts = _counts([(row, periods[row.pk] or today) for row in rounds])
    found = [_here(row, point, periods[row.pk], counts, row.owner in roles) for row in rounds]
    return sorted(found, key=lambda here: (not here.mine, not here.owed, here.round.name))


def next_stop(round_: Round, day: date) -> Stop | None:
    """The stop after the one just checked; ``None`` when the walk is complete."""
    walk = walk_of(rounds_with_stops(Round.objects.filter(pk=round_.pk)).get(), day)
    return walk.next if walk.checked else None


def _url(round_: Round, stop: RoundPoint, checklist: Checklist | None) -> str:
    if checklist is None or stop.point.retired_on:
        return ""
    asked = f"checklist={checklist.pk}&point={stop.point_id}&round={round_.pk}&kind=patrol"
    return f"{reverse('inspections:new')}?{asked}"


def _period(round_: Round, day: date, calendar: SchoolCalendar) -> Period | None:
    window = Window(day - YEAR, day + YEAR)
    return period_of(day, Cadence(round_.cadence), calendar, window)


def _counts(owed: Iterable[tuple[Round, Period]]) -> Counter[StopKey]:
    """How often each stop was checked in its round's period; one query."""
    wanted = Q(pk__in=())
    for row, period in owed:
        wanted |= Q(round=row, happened_on__gte=period.start, happened_on__lt=period.end)
    rows = (
        Inspection.objects.filter(wanted)
        .values_list("round_id", "point_id", "checklist__code")
        .annotate(number=Count("id"))
        .order_by()
    )
    return Counter({(one, two, three): number for one, two, three, number in rows})


def _per_stop(round_: Round, stops: Iterable[RoundPoint], counts: Counter[StopKey]) -> list[int]:
    return [counts[(round_.pk, stop.point_id, stop.checklist_code)] for stop in stops]


def _here(
    round_: Round, point: Point, period: Period | None, counts: Counter[StopKey], mine: bool
) -> RoundHere:
    stops = list(round_.stops.all())
    numbers = _per_stop(round_, stops, counts)
    done, _index = laps(numbers)
    here = zip(stops, numbers, strict=True)
    return RoundHere(
        round=round_,
        mine=mine,
        owed=period is not None,
        done=done,
        needed=round_.times,
        stops_done=sum(number > done for number in numbers),
        stops=len(stops),
        open_codes=frozenset(
            stop.checklist_code
            for stop, number in here
            if stop.point_id == point.pk and number == done
        ),
    )


def _due(
    round_: Round, period: Period, counts: Counter[StopKey], minutes: Mapping[str, int]
) -> RoundDue:
    stops = list(round_.stops.all())
    numbers = _per_stop(round_, stops, counts)
    done, _index = laps(numbers)
    return RoundDue(
        round=round_,
        done=min(done, round_.times),
        needed=round_.times,
        minutes=sum(minutes.get(stop.checklist_code, 0) for stop in stops),
        url=reverse("inspections:walk", args=[round_.pk]),
        stops_done=sum(number > done for number in numbers),
        stops=len(stops),
        until_on=period.end - timedelta(days=1),
    )
