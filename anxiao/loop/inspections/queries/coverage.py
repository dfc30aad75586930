"""What was looked at and what was not: checklists in force × points × period (一.2 全覆盖)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from anxiao.foundation.kernel.periods import Cadence
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import calendar_for
from anxiao.foundation.places.models import Point
from anxiao.foundation.places.queries import points_of
from anxiao.loop.inspections.models import Checklist, Inspection
from anxiao.loop.inspections.queries.checklists import checklists_at
from anxiao.loop.inspections.queries.periods import Standing, standing, term_start
from anxiao.loop.inspections.queries.points import lists_by_point


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One checklist at one point (``None``: the unit as a whole); ``since`` the term began."""

    standing: Standing
    point: Point | None
    since: date | None

    @property
    def checklist(self) -> Checklist:
        """The checklist."""
        return self.standing.checklist

    @property
    def owed(self) -> bool:
        """Whether the calendar asks for it now."""
        return self.standing.owed

    @property
    def done(self) -> bool:
        """Whether it was filled in in this period."""
        return self.standing.done

    @property
    def last_on(self) -> date | None:
        """The last time ever."""
        return self.standing.last_on

    @property
    def never(self) -> bool:
        """Whether nobody ever looked."""
        return self.last_on is None

    @property
    def dark(self) -> bool:
        """Whether nobody looked this term: a dead corner. A season that is not on casts none."""
        if self.done or (self.checklist.cadence == Cadence.HEATING_SEASON and not self.owed):
            return False
        return self.last_on is None or (self.since is not None and self.last_on < self.since)

    @property
    def tone(self) -> str:
        """late: not looked at this term; soon: not yet in this period; done; plain: not owed."""
        if self.done:
            return "done"
        if self.dark:
            return "late"
        return "soon" if self.owed else "plain"


@dataclass(frozen=True, slots=True)
class Coverage:
    """All rows, dead corners first; ``bare`` are points that no checklist asks for."""

    rows: tuple[CoverageRow, ...]
    bare: tuple[Point, ...]
    since: date | None

    @property
    def counts(self) -> dict[str, int]:
        """``{"all", "dark", "never", "waiting", "done", "bare"}``."""
        return {
            "all": len(self.rows),
            "dark": sum(row.dark for row in self.rows),
            "never": sum(row.never for row in self.rows),
            "waiting": sum(row.owed and not row.done for row in self.rows),
            "done": sum(row.done for row in self.rows),
            "bare": len(self.bare),
        }


def coverage(org: Org, day: date) -> Coverage:
    """Every checklist that fits the unit, at each of its points; what is in the dark first.

    A checklist without a point of its own is looked for in the unit as a whole. Seven queries.
    """
    lists, points = checklists_at(org), list(points_of(org))
    at_point = lists_by_point(points, lists)
    spots: dict[str, list[Point | None]] = {row.code: [] for row in lists}
    for point in points:
        for row in at_point[point.pk]:
            spots[row.code].append(point)
    last, calendar = _last(org), calendar_for(org)
    since = term_start(calendar, day)
    rows = [
        CoverageRow(
            standing(row, last.get((row.code, spot.pk if spot else None)), calendar, day),
            spot,
            since,
        )
        for row in lists
        for spot in spots[row.code] or [None]
    ]
    order = {"late": 0, "soon": 1, "plain": 2, "done": 3}
    rows.sort(key=lambda row: (order[row.tone], row.checklist.clause))
    bare = tuple(point for point in points if not at_point[point.pk])
    return Coverage(tuple(rows), bare, since)


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
