"""Reads of the room, by topic."""

from anxiao.loop.inspections.queries.checklists import (
    checklists_at,
    checklists_in_force,
    checklists_kept,
    checklists_visible_to,
)
from anxiao.loop.inspections.queries.coverage import Coverage, CoverageRow, coverage
from anxiao.loop.inspections.queries.periods import Standing, standing, standings
from anxiao.loop.inspections.queries.points import (
    ListHere,
    PointCard,
    codes_at,
    lists_by_point,
    point_card,
    points_in_use,
)
from anxiao.loop.inspections.queries.records import (
    AnswerRow,
    Record,
    inspection_upload,
    inspections_visible_to,
    last_by,
    last_done,
    last_here,
    record_of,
)
from anxiao.loop.inspections.queries.rounds import (
    RoundDue,
    RoundHere,
    Stop,
    Walk,
    next_stop,
    rounds_due,
    rounds_of,
    rounds_through,
    rounds_with_stops,
    walk_of,
)
from anxiao.loop.inspections.queries.units import (
    inspects_itself,
    kinds_open_to,
    last_visits,
    org_of,
    units_to_inspect,
)

__all__ = [
    "AnswerRow",
    "Coverage",
    "CoverageRow",
    "ListHere",
    "PointCard",
    "Record",
    "RoundDue",
    "RoundHere",
    "Standing",
    "Stop",
    "Walk",
    "checklists_at",
    "checklists_in_force",
    "checklists_kept",
    "checklists_visible_to",
    "codes_at",
    "coverage",
    "inspection_upload",
    "inspections_visible_to",
    "inspects_itself",
    "kinds_open_to",
    "last_by",
    "last_done",
    "last_here",
    "last_visits",
    "lists_by_point",
    "next_stop",
    "org_of",
    "point_card",
    "points_in_use",
    "record_of",
    "rounds_due",
    "rounds_of",
    "rounds_through",
    "rounds_with_stops",
    "standing",
    "standings",
    "units_to_inspect",
    "walk_of",
]
