"""Whether a period is owed, when it is due, how it stands, and what it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from anxiao.foundation.kernel.calendar import SchoolCalendar
from anxiao.foundation.kernel.periods.spans import DAY, HOLIDAY_KEY, WHOLE_PLAN, Cadence, Period


class Status(StrEnum):
    """How a cell stands on a day."""

    MET = "met"
    DUE = "due"
    SOON = "soon"
    OVERDUE = "overdue"
    NOT_OWED = "not_owed"
    EXEMPT = "exempt"


class Reason(StrEnum):
    """Why a period is or is not owed."""

    OWED = "owed"
    NOT_YET_OPEN = "not_yet_open"
    CLOSED = "closed"
    NO_SCHOOL_DAY = "no_school_day"
    EXEMPT = "exempt"


_ONLY_IN_SCHOOL = frozenset({Cadence.SCHOOL_DAILY, Cadence.PER_TRIP})


@dataclass(frozen=True, slots=True)
class Owed:
    """Whether a unit owes a period; ``exempt`` implies not owed."""

    owed: bool
    reason: Reason

    def __bool__(self) -> bool:
        return self.owed

    @property
    def exempt(self) -> bool:
        """Whether an approved exemption is why it is not owed."""
        return self.reason is Reason.EXEMPT


def owed(
    period: Period,
    *,
    cadence: Cadence,
    calendar: SchoolCalendar,
    in_holidays: bool,
    opened_on: date,
    closed_on: date | None,
    exemptions: Sequence[tuple[date, date]] = (),
) -> Owed:
    """Whether a unit, open on ``[opened_on, closed_on)``, owes ``period``, and why.

    - Opened in mid-period: owed from the first whole period. Daily duties start with the day,
      those of the whole plan (once, standing) at opening.
    - The period of closing, and what follows, is not owed.
    - Without a school day in it, a period is owed only if the duty counts in holidays
      (``in_holidays``); what is asked before each holiday is always owed.
    - ``exemptions`` are approved ones, first and last day inclusive; together they must cover
      every day that is owed.
    """
    if closed_on is not None and closed_on < period.end:
        return Owed(False, Reason.CLOSED)
    if period.end <= opened_on or (period.start < opened_on and cadence not in WHOLE_PLAN):
        return Owed(False, Reason.NOT_YET_OPEN)
    start = max(period.start, opened_on)
    every_day = in_holidays and cadence not in _ONLY_IN_SCHOOL
    if not every_day and cadence is not Cadence.PER_HOLIDAY:
        if not calendar.has_school_day(start, period.end):
            return Owed(False, Reason.NO_SCHOOL_DAY)
        days = calendar.school_days(start, period.end)
    else:
        days = (start + DAY * count for count in range((period.end - start).days))
    if exemptions and all(any(a <= day <= b for a, b in exemptions) for day in days):
        return Owed(False, Reason.EXEMPT)
    return Owed(True, Reason.OWED)


def due_on(period: Period, grace_days: int = 0) -> date:
    """The last day on which the period can be met in time: its last day plus grace (calendar days).

    What is asked before a holiday is due on the day before it begins, plus grace.
    """
    last = period.end - DAY
    if period.key.startswith(HOLIDAY_KEY):
        begins = date.fromisoformat(period.key.removeprefix(HOLIDAY_KEY))
        last = min(max(begins - DAY, period.start), last)
    return last + DAY * grace_days


def status(
    done: int,
    needed: int,
    due_on: date,
    today: date,
    *,
    owed: bool = True,
    exempt: bool = False,
    soon_days: int = 3,
) -> Status:
    """How a cell stands on ``today``: overdue after ``due_on``, soon within ``soon_days`` of it."""
    if exempt or not owed:
        return Status.EXEMPT if exempt else Status.NOT_OWED
    if done >= needed:
        return Status.MET
    if today > due_on:
        return Status.OVERDUE
    return Status.SOON if due_on - today <= DAY * soon_days else Status.DUE


# How often one falls in a year, for the burden of an ordinary week in term: days at their weekly
# rate; seven public holidays and two vacations; two bus trips a school day.
WEEKS_A_YEAR = 365.2425 / 7
_PER_WEEK: Mapping[Cadence, float] = {
    Cadence.DAILY: 7.0,
    Cadence.SCHOOL_DAILY: 5.0,
    Cadence.PER_TRIP: 10.0,
    Cadence.WEEKLY: 1.0,
    Cadence.MONTHLY: 12 / WEEKS_A_YEAR,
    Cadence.QUARTERLY: 4 / WEEKS_A_YEAR,
    Cadence.TERMLY: 2 / WEEKS_A_YEAR,
    Cadence.PER_HOLIDAY: 9 / WEEKS_A_YEAR,
    Cadence.YEARLY: 1 / WEEKS_A_YEAR,
    Cadence.HEATING_SEASON: 1 / WEEKS_A_YEAR,
    Cadence.ONCE: 1 / WEEKS_A_YEAR,
    Cadence.STANDING: 1 / WEEKS_A_YEAR,
}


def weekly_minutes(cadence: Cadence, times: int, minutes: int) -> float:
    """Minutes a week that ``times`` a period of ``minutes`` each cost on average in term.

    Once and standing are spread over a year. A daily duty that rests in holidays still takes
    seven days here unless its cadence says school-daily.
    """
    return _PER_WEEK[cadence] * times * minutes
