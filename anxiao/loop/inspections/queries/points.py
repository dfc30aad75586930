"""What stands behind a point's QR."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, QuerySet

from anxiao.foundation.orgs.queries import calendar_for
from anxiao.foundation.places.models import Point
from anxiao.loop.inspections.models import Checklist, Inspection, PointChecklist
from anxiao.loop.inspections.queries.checklists import checklists_at
from anxiao.loop.inspections.queries.periods import Standing, standings
from anxiao.loop.inspections.queries.rounds import RoundHere, rounds_through


@dataclass(frozen=True, slots=True)
class ListHere:
    """A checklist at a point: how it stands, its last result, the round it now counts for."""

    standing: Standing
    last: Inspection | None
    round: RoundHere | None

    @property
    def checklist(self) -> Checklist:
        """The checklist."""
        return self.standing.checklist


@dataclass(frozen=True, slots=True)
class PointCard:
    """What to check at a point, when, the last result, and the rounds that pass it."""

    point: Point
    lists: tuple[ListHere, ...]
    rounds: tuple[RoundHere, ...]
    last: Inspection | None

    @property
    def checklists(self) -> tuple[Checklist, ...]:
        """What to check."""
        return tuple(row.checklist for row in self.lists)


def lists_for(
    point: Point, assigned: Mapping[int, set[str]], held: Iterable[Checklist]
) -> tuple[Checklist, ...]:
    """Checklists of a point among ``held``: those assigned, else those of its key part."""
    codes = assigned.get(point.pk)
    if codes:
        return tuple(row for row in held if row.code in codes)
    return tuple(row for row in held if point.key_part and row.key_part == point.key_part)


def assigned_codes(points: Iterable[Point]) -> dict[int, set[str]]:
    """Codes assigned by hand, by point id; one query."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = PointChecklist.objects.filter(point__in=[point.pk for point in points])
    for point_id, code in rows.values_list("point_id", "checklist_code"):
        found[point_id].add(code)
    return dict(found)


def codes_at(point: Point) -> list[str]:
    """Codes assigned by hand to one point."""
    return sorted(assigned_codes([point]).get(point.pk, ()))


def points_in_use() -> QuerySet[Point]:
    """Points that are not retired, of any unit; whether the actor inspects there is asked next."""
    return Point.objects.filter(retired_on__isnull=True)


def lists_by_point(
    points: Iterable[Point], held: Iterable[Checklist]
) -> dict[int, tuple[Checklist, ...]]:
    """Checklists of several points of one unit, by point id; one query."""
    wanted, lists = list(points), list(held)
    assigned = assigned_codes(wanted)
    return {point.pk: lists_for(point, assigned, lists) for point in wanted}


def point_card(point: Point, roles: Collection[str], day: date) -> PointCard:
    """The card of a point for somebody who holds ``roles`` there, what waits first.

    Twelve queries at most.
    """
    lists = lists_for(point, assigned_codes([point]), checklists_at(point.org))
    last = _last_here(point)
    rounds = tuple(rounds_through(point, roles, day))
    when = {code: row.happened_on for code, row in last.items()}
    here = [
        ListHere(row, last.get(row.checklist.code), _round_for(row.checklist, rounds))
        for row in standings(lists, when, calendar_for(point.org), day)
    ]
    here.sort(key=lambda row: (row.round is None, not row.standing.waiting))
    newest = max(last.values(), key=lambda row: row.pk, default=None)
    return PointCard(point, tuple(here), rounds, newest)


def _last_here(point: Point) -> dict[str, Inspection]:
    """The newest inspection at a point by checklist code; one query."""
    newest = (
        Inspection.objects.filter(point=point)
        .values("checklist__code")
        .annotate(newest=Max("id"))
        .order_by()
        .values("newest")
    )
    rows = Inspection.objects.filter(pk__in=newest).select_related("checklist")
    return {row.checklist.code: row for row in rows}


def _round_for(checklist: Checklist, rounds: Iterable[RoundHere]) -> RoundHere | None:
    """The round a check counts for: one of the person's own that still wants it here."""
    wanting = (here for here in rounds if checklist.code in here.open_codes)
    return next((here for here in wanting if here.mine and here.owed), None)
