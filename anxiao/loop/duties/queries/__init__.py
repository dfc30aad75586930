"""Reads of the room, by topic."""

from anxiao.loop.duties.queries.behalf import level_above
from anxiao.loop.duties.queries.plans import (
    DutyPreview,
    PostCost,
    Preview,
    clauses_of,
    duty_cost,
    evidence_by_section,
    newest_version,
    plan_data,
    plan_differences,
    preview,
    published_version,
    weekly_cost,
)
from anxiao.loop.duties.queries.standing import (
    RollupLine,
    TodayDuty,
    evidence_of,
    kind_labels,
    level_lines,
    plans_in_force,
    rollups,
    status_of,
    today_items,
)
from anxiao.loop.duties.queries.subjects import traits_of
from anxiao.loop.duties.queries.trends import progress_of
from anxiao.loop.duties.queries.units import Cell, DutyStatus, unit_status
from anxiao.loop.duties.queries.vacancies import Vacancy, vacancies
from anxiao.loop.duties.queries.waiting import DutyBelow, duties_below, exemptions_waiting

__all__ = [
    "Cell",
    "DutyBelow",
    "DutyPreview",
    "DutyStatus",
    "PostCost",
    "Preview",
    "RollupLine",
    "TodayDuty",
    "Vacancy",
    "clauses_of",
    "duties_below",
    "duty_cost",
    "evidence_by_section",
    "evidence_of",
    "exemptions_waiting",
    "kind_labels",
    "level_above",
    "level_lines",
    "newest_version",
    "plan_data",
    "plan_differences",
    "plans_in_force",
    "preview",
    "progress_of",
    "published_version",
    "rollups",
    "status_of",
    "today_items",
    "traits_of",
    "unit_status",
    "vacancies",
    "weekly_cost",
]
