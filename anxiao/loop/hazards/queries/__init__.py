"""Reads of the room, by topic."""

from anxiao.loop.hazards.queries.counting import (
    Live,
    Week,
    hazards_by_week,
    live_hazards,
)
from anxiao.loop.hazards.queries.lists import (
    due_soon,
    merge_targets,
    overdue,
    repeats_of,
    supervised,
    unanswered,
    without_deadline,
)
from anxiao.loop.hazards.queries.people import assignable_people, holders_of
from anxiao.loop.hazards.queries.seeing import (
    Asked,
    HazardPage,
    asked_about,
    facts_of,
    hazard_page,
    hazards_with_all,
    history,
    lacking,
)
from anxiao.loop.hazards.queries.waiting import Waiting, waiting_for

__all__ = [
    "Asked",
    "HazardPage",
    "Live",
    "Waiting",
    "Week",
    "asked_about",
    "assignable_people",
    "due_soon",
    "facts_of",
    "hazard_page",
    "hazards_by_week",
    "hazards_with_all",
    "history",
    "holders_of",
    "lacking",
    "live_hazards",
    "merge_targets",
    "overdue",
    "repeats_of",
    "supervised",
    "unanswered",
    "waiting_for",
    "without_deadline",
]
