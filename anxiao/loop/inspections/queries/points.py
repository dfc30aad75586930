"""What stands behind a point's QR."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from anxiao.foundation.places.models import Point
from anxiao.loop.inspections.models import Checklist, Inspection, PointChecklist
from anxiao.loop.inspections.queries.checklists import checklists_at


@dataclass(frozen=True, slots=True)
class PointCard:
    """What to check at a point, and the last result."""

    point: Point
    checklists: tuple[Checklist, ...]
    last: Inspection | None


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


def point_card(point: Point) -> PointCard:
    """The card of a point: four queries."""
    lists = lists_for(point, assigned_codes([point]), checklists_at(point.org))
    last = (
        Inspection.objects.filter(point=point).select_related("checklist").order_by("-id").first()
    )
    return PointCard(point, lists, last)
