"""Deadlines and numbers of a hazard. Days are business days of Shanghai; no clock is read here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from anxiao.loop.hazards.states import CLOCK_STATES, LIVE_STATES, HazardLevel

SOON_DAYS = 3
"""临期: the deadline is today or at most this many days away."""

SUGGESTED_DAYS = {HazardLevel.ORDINARY: 7, HazardLevel.MAJOR: 30}
"""Days to rectify that a form proposes where the checklist item names none (待核实)."""

ANSWER_DAYS = 5
"""Working days in which the upper level answers a report-up.

待核实: the notice (三.4.b) names no number; the bureau may set another.
"""

REOPEN_DAYS = 180
"""How long a hazard struck off may be reopened where no term is entered (待核实)."""

LATE_DAYS = 1
"""Found longer ago than this, a hazard is a late entry (补录) and needs a reason."""

LONGEST_WAIT = 60
"""Days searched for working days before giving up on a calendar without any."""


class DueKind(StrEnum):
    """How a hazard stands to its deadline."""

    OVERDUE = "overdue"
    SOON = "soon"
    IN_TIME = "in_time"
    NO_DEADLINE = "no_deadline"
    STOPPED = "stopped"
    HANDED_IN = "handed_in"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Due:
    """``days`` past the deadline for overdue, days left for soon and in time, else 0."""

    kind: DueKind
    days: int = 0


def due_of(state: str, due_on: date | None, stopped_on: date | None, day: date) -> Due:
    """How a hazard in ``state`` stands on ``day``.

    ``stopped_on`` is the day on which the upper level took it over: from then the unit's clock
    stands still. No deadline is a state of its own, never overdue.
    """
    if state not in LIVE_STATES:
        return Due(DueKind.ENDED)
    if stopped_on is not None or state not in CLOCK_STATES:
        return Due(DueKind.HANDED_IN if stopped_on is None else DueKind.STOPPED)
    return _running(due_on, day)


def _running(due_on: date | None, day: date) -> Due:
    if due_on is None:
        return Due(DueKind.NO_DEADLINE)
    left = (due_on - day).days
    if left < 0:
        return Due(DueKind.OVERDUE, -left)
    return Due(DueKind.SOON if left <= SOON_DAYS else DueKind.IN_TIME, left)


def suggested_due_on(
    level: str, day: date, days: int | None, is_workday: Callable[[date], bool]
) -> date:
    """The deadline a form proposes on ``day``: a working day, so that somebody is there.

    ``days`` of the checklist item win. One that falls on a holiday is proposed for the working day
    before it, never for today or earlier unless it was to be done at once.
    """
    due_on = day + timedelta(days=SUGGESTED_DAYS[HazardLevel(level)] if days is None else days)
    earlier = (due_on - timedelta(days=back) for back in range((due_on - day).days))
    return next((each for each in earlier if is_workday(each)), due_on)


def interim_days_left(state: str, measure: str, until: date | None, day: date) -> int | None:
    """Days until the interim measure ends, negative once it has ended; ``None`` where none runs."""
    if state not in LIVE_STATES or not measure or until is None:
        return None
    return (until - day).days


def interim_until(measure: str, said: date | None, due_on: date | None) -> date | None:
    """How long an interim measure is promised for: as said, else until the deadline."""
    return (said or due_on) if measure else None


def answer_due_on(day: date, is_workday: Callable[[date], bool]) -> date:
    """Until when a report-up of ``day`` is to be answered: ``ANSWER_DAYS`` working days on."""
    left = ANSWER_DAYS
    for _count in range(LONGEST_WAIT):
        day += timedelta(days=1)
        left -= is_workday(day)
        if not left:
            break
    return day


def stopped_for(stopped_on: date | None, day: date) -> int:
    """Days that the unit's clock stood still until ``day``."""
    return max(0, (day - stopped_on).days) if stopped_on else 0


def resumed_due_on(due_on: date | None, stopped_on: date | None, day: date) -> date | None:
    """The deadline when the clock runs again on ``day``: later by the days it stood still."""
    return due_on + timedelta(days=stopped_for(stopped_on, day)) if due_on else None


def reopen_until(closed_on: date, term_ends_on: date | None) -> date:
    """The last day on which a hazard struck off may be reopened.

    ``term_ends_on`` is the last day of the term in which it was struck off, ``None`` outside any.
    """
    return term_ends_on or closed_on + timedelta(days=REOPEN_DAYS)


def is_late_entry(found_on: date, day: date) -> bool:
    """Whether a finding entered on ``day`` is a late entry (补录)."""
    return (day - found_on).days > LATE_DAYS


def number_of(year: int, serial: int) -> str:
    """The ledger number as it is printed: ``2026-0012``; five digits and more grow."""
    return f"{year}-{serial:04d}"
