"""School days: terms, public holidays with their make-up days, and what a level decides itself.

Plain values. The orgs room loads them and adapts the library of public holidays; every interval
is half-open, ``[start, end)``.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

DAY = timedelta(days=1)
SATURDAY = 5
AUTUMN_STARTS, SUMMER_TERM_STARTS = 8, 5  # months
SEPTEMBER = 9
SUMMER_MONTHS, WINTER_MONTHS = {7, 8}, {1, 2}
SHORTEST_HOLIDAY = 3  # days in a row; a plain weekend is none
SEARCH_DAYS = 400


def school_year_start(day: date) -> date:
    """The 1 September on or before ``day``."""
    return date(day.year if day.month >= SEPTEMBER else day.year - 1, SEPTEMBER, 1)


class DayKind(StrEnum):
    """What a level sets for one day of its own."""

    SCHOOL = "school"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True, order=True)
class Holiday:
    """Days off in a row, ``[start, end)``: a public holiday, a vacation, or the two together."""

    start: date
    end: date
    name: str = field(compare=False)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end


@dataclass(frozen=True, slots=True)
class PublicDays:
    """The public calendar of the years in ``years``: only what differs from Monday to Friday.

    ``off`` maps a day of a public holiday (its weekends too) to the holiday's name; ``worked``
    holds the weekend days worked instead (调休). Any other year counts as Monday to Friday.
    """

    years: frozenset[int] = frozenset()
    off: Mapping[date, str] = field(default_factory=dict)
    worked: frozenset[date] = frozenset()

    def known(self, year: int) -> bool:
        """Whether the State Council's notice for ``year`` is in; if not, show a banner."""
        return year in self.years

    def is_workday(self, day: date) -> bool:
        """Whether offices work on ``day``."""
        if day.year in self.years:
            if day in self.off:
                return False
            if day in self.worked:
                return True
        return day.weekday() < SATURDAY

    def holiday_name(self, day: date) -> str:
        """Name of the public holiday that ``day`` belongs to, else ``""``."""
        return self.off.get(day, "") if day.year in self.years else ""


@dataclass(frozen=True, slots=True)
class Term:
    """A term, ``[starts_on, ends_on_exclusive)``."""

    name: str
    starts_on: date
    ends_on_exclusive: date

    def __post_init__(self) -> None:
        if self.ends_on_exclusive <= self.starts_on:
            raise ValueError("a term must not be empty")

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_on_exclusive

    @property
    def key(self) -> str:
        """School year and number, as ``"2026-2027-1"``; by the day it starts, so it never moves.

        Starting August to December is 1, January to April 2, May to July (a short term) 3.
        """
        month = self.starts_on.month
        first = self.starts_on.year - (month < AUTUMN_STARTS)
        number = 1 if month >= AUTUMN_STARTS else 3 if month >= SUMMER_TERM_STARTS else 2
        return f"{first:04d}-{first + 1:04d}-{number}"


@dataclass(frozen=True, eq=False)
class SchoolCalendar:
    """Which days are school days for one unit; shared by all units with the same settings.

    ``overrides`` is already merged by the caller, nearest level last, and wins over everything.
    Without any term every working day is a school day, so that nothing is silently not owed.
    Terms that overlap or carry one key twice are a ``ValueError``: check them when entered.
    """

    terms: tuple[Term, ...] = ()
    overrides: Mapping[date, DayKind] = field(default_factory=dict)
    workdays: PublicDays = field(default_factory=PublicDays)

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.terms, key=lambda term: term.starts_on))
        object.__setattr__(self, "terms", ordered)
        for earlier, later in pairwise(ordered):
            if later.starts_on < earlier.ends_on_exclusive:
                raise ValueError(f"terms overlap: {earlier.name}, {later.name}")
            if later.key == earlier.key:
                raise ValueError(f"two terms with one key: {later.key}")

    def known(self, year: int) -> bool:
        """Whether the public holidays of ``year`` are known."""
        return self.workdays.known(year)

    def is_school_day(self, day: date) -> bool:
        """Whether pupils come to school on ``day``."""
        own = self.overrides.get(day)
        if own is not None:
            return own == DayKind.SCHOOL
        return self.in_term(day) and self.workdays.is_workday(day)

    def in_term(self, day: date) -> bool:
        """Whether ``day`` lies in a term; always, as long as no term is entered."""
        return not self.terms or self.term_of(day) is not None

    def term_of(self, day: date) -> Term | None:
        """The term that holds ``day``."""
        place = bisect_right(self._term_starts, day) - 1
        if place >= 0 and day in self.terms[place]:
            return self.terms[place]
        return None

    @cached_property
    def vacations(self) -> tuple[Holiday, ...]:
        """The gaps between one term and the next (寒假, 暑假), oldest first."""
        return tuple(
            Holiday(
                earlier.ends_on_exclusive,
                later.starts_on,
                _vacation_name(earlier.ends_on_exclusive, later.starts_on),
            )
            for earlier, later in pairwise(self.terms)
            if earlier.ends_on_exclusive < later.starts_on
        )

    def holidays_between(self, start: date, end: date) -> tuple[Holiday, ...]:
        """Holidays that touch ``[start, end)``, whole and oldest first.

        They are the vacations, and in term each run of three days or more without school that
        holds a public holiday or a day off set by a level; a run next to a vacation joins it.
        """
        if end <= start:
            return ()
        found = (
            holiday
            for year in range(start.year - 1, end.year + 1)
            for holiday in self._holidays_of(year)
        )
        return tuple(each for each in found if each.start < end and each.end > start)

    def school_days(self, start: date, end: date) -> Iterator[date]:
        """The school days of ``[start, end)`` in order."""
        return (day for day in _days(start, end) if self.is_school_day(day))

    def has_school_day(self, start: date, end: date) -> bool:
        """Whether ``[start, end)`` holds a school day."""
        return next(self.school_days(start, end), None) is not None

    @cached_property
    def _term_starts(self) -> list[date]:
        return [term.starts_on for term in self.terms]

    @cached_property
    def _holidays_by_year(self) -> dict[int, tuple[Holiday, ...]]:
        return {}

    def _holidays_of(self, year: int) -> tuple[Holiday, ...]:
        """Holidays that start in ``year``; reckoned once."""
        known = self._holidays_by_year.get(year)
        if known is None:
            parts = [each for each in self.vacations if year - 1 <= each.start.year <= year + 1]
            parts += self._runs(date(year - 1, 12, 1), date(year + 1, 2, 1))
            known = tuple(each for each in _joined(parts) if each.start.year == year)
            self._holidays_by_year[year] = known
        return known

    def _runs(self, start: date, end: date) -> Iterator[Holiday]:
        """Runs in term without school, begun in ``[start, end)``, that count as holidays."""
        day = start
        while day < end:
            first = day
            while self._is_off_in_term(day) and day - first < DAY * SEARCH_DAYS:
                day += DAY
            names = self._names(first, day)
            if day - first >= DAY * SHORTEST_HOLIDAY and names:
                yield Holiday(first, day, "、".join(names))
            day += DAY

    def _is_off_in_term(self, day: date) -> bool:
        return self.in_term(day) and not self.is_school_day(day)

    def _names(self, start: date, end: date) -> list[str]:
        names = (
            self.workdays.holiday_name(day)
            or ("放假" if self.overrides.get(day) == DayKind.HOLIDAY else "")
            for day in _days(start, end)
        )
        found = list(dict.fromkeys(name for name in names if name))
        return [name for name in found if name != "放假"] or found


def _days(start: date, end: date) -> Iterator[date]:
    return (start + DAY * count for count in range(max(0, (end - start).days)))


def _joined(parts: list[Holiday]) -> Iterator[Holiday]:
    """Holidays that touch become one, named after the longest of them."""
    held: Holiday | None = None
    length = 0
    for each in sorted(parts):
        days = (each.end - each.start).days
        if held is not None and each.start <= held.end:
            name = each.name if days > length else held.name
            held = Holiday(held.start, max(held.end, each.end), name)
            length = max(length, days)
            continue
        if held is not None:
            yield held
        held, length = each, days
    if held is not None:
        yield held


def _vacation_name(start: date, end: date) -> str:
    months = {day.month for day in _days(start, end)}
    if months & SUMMER_MONTHS:
        return "暑假"
    return "寒假" if months & WINTER_MONTHS else "假期"
