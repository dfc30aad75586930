"""What was looked at and what was not: checklists in force × points × period (一.2 全覆盖)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max

from anxiao.foundation.kernel.periods import Cadence, Window, period_of
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import calendar_for
from anxiao.foundation.places.models import Point
from anxiao.foundation.places.queries import points_of
from anxiao.loop.inspections.models import Checklist, Inspection
from anxiao.loop.inspections.queries.checklists import checklists_at
from anxiao.loop.inspections.queries.points import lists_by_point

YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One checklist at one point (``None``: the unit as a whole).

    ``owed`` is false where the calendar asks for nothing now; ``last_on`` is the last time ever.
    """

    checklist: Checklist
    point: Point | None
    owed: bool
    done: bool
    last_on: date | None

    @property
    def never(self) -> bool:
        """Whether nobody ever looked."""
        return self.last_on is None

    @property
    def tone(self) -> str:
        """late: never looked at; soon: not yet in this period; done; plain: not owed now."""
        if self.done:
            return "done"
        if self.never:
            return "late"
        return "soon" if self.owed else "plain"


def coverage(org: Org, day: date) -> list[CoverageRow]:
    """Every checklist that fits the unit, at each of its points; what was never looked at first.

    A checklist without a point of its own is looked for in the unit as a whole. Seven queries.
    """
    lists, points = checklists_at(org), list(points_of(org))
    at_point = lists_by_point(points, lists)
    spots: dict[str, list[Point | None]] = {row.code: [] for row in lists}
    for point in points:
        for row in at_point[point.pk]:
            spots[row.code].append(point)
    last = _last(org)
    calendar, window = calendar_for(org), Window(day - YEAR, day + YEAR)
    rows = []
    for row in lists:
        period = period_of(day, Cadence(row.cadence), calendar, window)
        for spot in spots[row.code] or [None]:
            seen = last.get((row.code, spot.pk if spot else None))
            done = seen is not None and period is not None and seen >= period.start
            rows.append(CoverageRow(row, spot, period is not None, done, seen))
    order = {"late": 0, "soon": 1, "plain": 2, "done": 3}
    return sorted(rows, key=lambda row: (order[row.tone], row.checklist.clause))


def coverage_counts(rows: list[CoverageRow]) -> dict[str, int]:
    """``{"all", "never", "waiting", "done"}`` of the rows of ``coverage``."""
    return {
        "all": len(rows),
        "never": sum(row.never for row in rows),
        "waiting": sum(row.owed and not row.done for row in rows),
        "done": sum(row.done for row in rows),
    }


def _last(org: Org) -> dict[tuple[str, int | None], date]:
    """Last day by checklist code and point id; under point ``None``, anywhere in the unit."""
    rows = (
        Inspection.objects.filter(org=org)
        .values_list("checklist__code", "point_id")
        .annotate(last=Max("happened_on"))
        .order_by()
    )
    found: dict[tuple[str, int | None], date] = {}
    for code, point_id, last in rows:
        found[code, point_id] = max(last, found.get((code, point_id), last))
        found[code, None] = max(last, found.get((code, None), last))
    return found
