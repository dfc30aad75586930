"""Cadences, and the periods that a calendar and a plan's window make of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from anxiao.foundation.kernel.calendar import Holiday, SchoolCalendar, Term

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
SPRING_STARTS, AUTUMN_STARTS = 2, 8  # months that halve a school year while no term is entered
HOLIDAY_KEY = "holiday:"


class Cadence(StrEnum):
    """How often a duty is owed."""

    ONCE = "once"
    DAILY = "daily"
    SCHOOL_DAILY = "school_daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    TERMLY = "termly"
    YEARLY = "yearly"
    HEATING_SEASON = "heating_season"
    PER_HOLIDAY = "per_holiday"
    PER_TRIP = "per_trip"
    STANDING = "standing"


DAY_BY_DAY = frozenset({Cadence.DAILY, Cadence.SCHOOL_DAILY, Cadence.PER_TRIP})
WHOLE_PLAN = frozenset({Cadence.ONCE, Cadence.STANDING})


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days ``[start, end)`` under their key."""

    start: date
    end: date
    key: str

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("a period must not be empty")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end


@dataclass(frozen=True, slots=True)
class Window:
    """The days a plan holds, ``[start, end)``.

    What is asked before each holiday (letter, lesson, check) counts from ``holiday_lead_days``
    before it, though never from before the end of the holiday that went before.
    """

    start: date
    end: date
    holiday_lead_days: int = 14

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("a plan must not be empty")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end


@dataclass(frozen=True, slots=True)
class HeatingSeason:
    """First and last day of heating as ``(month, day)``, both inclusive, across the new year."""

    start_md: tuple[int, int] = (11, 15)
    end_md: tuple[int, int] = (3, 15)

    def __post_init__(self) -> None:
        if self.end_md >= self.start_md:
            raise ValueError("a heating season must cross the new year")

    def of(self, day: date) -> tuple[date, date, int] | None:
        """``(start, end, first year)`` of the season that holds ``day``, half-open."""
        for year in (day.year, day.year - 1):
            start, end = self.bounds(year)
            if start <= day < end:
                return start, end, year
        return None

    def bounds(self, year: int) -> tuple[date, date]:
        """``[start, end)`` of the season that begins in ``year``."""
        return date(year, *self.start_md), date(year + 1, *self.end_md) + DAY


NORTHERN_HEATING = HeatingSeason()


def period_of(
    day: date,
    cadence: Cadence,
    calendar: SchoolCalendar,
    window: Window,
    heating: HeatingSeason = NORTHERN_HEATING,
) -> Period | None:
    """The one period that holds ``day``, clipped to ``window``; ``None`` where there is none.

    There is none outside the window, between terms (termly), outside the season (heating), on a
    day without school (school-daily and per trip), or far from any holiday (per holiday).
    """
    if day not in window:
        return None
    whole = whole_period(day, cadence, Frame(calendar, window, heating))
    return None if whole is None else clipped(whole, window)


def periods_between(
    start: date,
    end: date,
    cadence: Cadence,
    calendar: SchoolCalendar,
    window: Window,
    heating: HeatingSeason = NORTHERN_HEATING,
) -> Iterator[Period]:
    """Periods that touch ``[start, end)`` in order, whole except for the plan's window."""
    day, last = max(start, window.start), min(end, window.end)
    while day < last:
        period = period_of(day, cadence, calendar, window, heating)
        if period is not None:
            yield period
        day = period.end if period is not None else day + DAY


@dataclass(frozen=True, slots=True)
class Frame:
    """What periods are cut by."""

    calendar: SchoolCalendar
    window: Window
    heating: HeatingSeason


def whole_period(day: date, cadence: Cadence, frame: Frame) -> Period | None:
    """The period that holds ``day``, not yet clipped to the plan."""
    return _MAKERS[cadence](day, frame)


def clipped(period: Period, window: Window) -> Period | None:
    """The part of ``period`` inside ``window``, under the same key."""
    start, end = max(period.start, window.start), min(period.end, window.end)
    return Period(start, end, period.key) if start < end else None


def _plan(key: str) -> Callable[[date, Frame], Period | None]:
    return lambda _, frame: Period(frame.window.start, frame.window.end, key)


def _day(day: date, _: Frame) -> Period | None:
    return Period(day, day + DAY, day.isoformat())


def _school_day(day: date, frame: Frame) -> Period | None:
    return _day(day, frame) if frame.calendar.is_school_day(day) else None


def _week(day: date, _: Frame) -> Period | None:
    year, week, weekday = day.isocalendar()
    start = day - DAY * (weekday - 1)
    return Period(start, start + WEEK, f"{year:04d}-W{week:02d}")


def _month(day: date, _: Frame) -> Period | None:
    return _months(day, 1, f"{day.year:04d}-{day.month:02d}")


def _quarter(day: date, _: Frame) -> Period | None:
    return _months(day, 3, f"{day.year:04d}Q{(day.month + 2) // 3}")


def _year(day: date, _: Frame) -> Period | None:
    return _months(day, 12, f"{day.year:04d}")


def _months(day: date, count: int, key: str) -> Period:
    first = (day.month - 1) // count * count + 1
    carry, month = divmod(first - 1 + count, 12)
    return Period(date(day.year, first, 1), date(day.year + carry, month + 1, 1), key)


def _term(day: date, frame: Frame) -> Period | None:
    calendar = frame.calendar
    terms = calendar.terms or half_years(day.year - 1) + half_years(day.year)
    term = next((each for each in terms if day in each), None)
    return Period(term.starts_on, term.ends_on_exclusive, term.key) if term else None


def half_years(first_year: int) -> tuple[Term, ...]:
    """Stand-ins while no term is entered: August to January, February to July."""
    autumn = date(first_year, AUTUMN_STARTS, 1)
    spring = date(first_year + 1, SPRING_STARTS, 1)
    return Term("", autumn, spring), Term("", spring, date(first_year + 1, AUTUMN_STARTS, 1))


def _heating(day: date, frame: Frame) -> Period | None:
    season = frame.heating.of(day)
    return Period(season[0], season[1], f"H{season[2]:04d}") if season else None


def _holiday(day: date, frame: Frame) -> Period | None:
    lead = DAY * frame.window.holiday_lead_days
    for holiday in frame.calendar.holidays_between(day, day + lead + DAY):
        start = _lead_start(holiday, frame)
        if start <= day:
            return Period(start, holiday.end, f"{HOLIDAY_KEY}{holiday.start.isoformat()}")
    return None


def _lead_start(holiday: Holiday, frame: Frame) -> date:
    start = holiday.start - DAY * frame.window.holiday_lead_days
    before = frame.calendar.holidays_between(start, holiday.start)
    return max((start, *(each.end for each in before)))


_MAKERS: Mapping[Cadence, Callable[[date, Frame], Period | None]] = {
    Cadence.ONCE: _plan("once"),
    Cadence.STANDING: _plan("standing"),
    Cadence.DAILY: _day,
    Cadence.SCHOOL_DAILY: _school_day,
    Cadence.PER_TRIP: _school_day,
    Cadence.WEEKLY: _week,
    Cadence.MONTHLY: _month,
    Cadence.QUARTERLY: _quarter,
    Cadence.YEARLY: _year,
    Cadence.TERMLY: _term,
    Cadence.HEATING_SEASON: _heating,
    Cadence.PER_HOLIDAY: _holiday,
}
