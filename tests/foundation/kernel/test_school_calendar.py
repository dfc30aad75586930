from datetime import date
from itertools import pairwise

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxiao.foundation.kernel.calendar import DayKind, Holiday, SchoolCalendar, Term
from tests.foundation.kernel.calendars import (
    AUTUMN_2025,
    AUTUMN_2026,
    CALENDAR,
    DAY,
    EVERY_DAY,
    PUBLIC,
    SPRING_2026,
    SPRING_2027,
    TERMS,
    days,
)

FROM, TO = date(2025, 8, 1), date(2027, 9, 1)
SOME_DAYS = st.dates(FROM, TO - DAY)
OVERRIDES = st.dictionaries(SOME_DAYS, st.sampled_from(DayKind), max_size=30)


def test_every_day_of_three_years_agrees_with_the_public_calendar() -> None:
    table = days(date(2024, 1, 1), date(2027, 1, 1))
    assert len(table) == 1096
    mismatches = [
        day for day in table if EVERY_DAY.is_school_day(day) != chinese_calendar.is_workday(day)
    ]
    assert mismatches == []


@pytest.mark.parametrize(
    ("day", "is_school_day"),
    [
        (date(2026, 9, 1), True),
        (date(2026, 8, 31), False),  # the day before term
        (date(2026, 9, 20), True),  # a Sunday worked for the National Day
        (date(2026, 10, 10), True),  # a Saturday worked
        (date(2026, 10, 1), False),
        (date(2026, 11, 21), False),  # a plain Saturday
        (date(2026, 2, 14), False),  # a Saturday worked, but in the winter vacation
        (date(2027, 1, 29), True),  # the last day of term
        (date(2027, 1, 30), False),
    ],
)
def test_school_days(day: date, is_school_day: bool) -> None:
    assert CALENDAR.is_school_day(day) is is_school_day


def test_an_unknown_year_is_monday_to_friday_and_says_so() -> None:
    assert CALENDAR.known(2026)
    assert not CALENDAR.known(2027)
    monday = date(2027, 3, 1)
    assert [CALENDAR.is_school_day(monday + DAY * count) for count in range(7)] == [True] * 5 + [
        False
    ] * 2


def test_an_override_wins_over_term_and_public_calendar() -> None:
    own = {
        date(2026, 10, 1): DayKind.SCHOOL,
        date(2026, 11, 23): DayKind.HOLIDAY,
        date(2026, 8, 3): DayKind.SCHOOL,
    }
    calendar = SchoolCalendar(TERMS, own, PUBLIC)
    assert calendar.is_school_day(date(2026, 10, 1))
    assert not calendar.is_school_day(date(2026, 11, 23))
    assert calendar.is_school_day(date(2026, 8, 3))


def test_terms_by_day() -> None:
    assert CALENDAR.term_of(date(2026, 9, 1)) is AUTUMN_2026
    assert CALENDAR.term_of(date(2026, 7, 10)) is SPRING_2026
    assert CALENDAR.term_of(date(2026, 7, 11)) is None
    assert CALENDAR.term_of(date(2020, 1, 1)) is None
    assert not CALENDAR.in_term(date(2026, 7, 11))
    assert EVERY_DAY.in_term(date(2026, 7, 11))


@pytest.mark.parametrize(
    ("term", "key"),
    [
        (AUTUMN_2025, "2025-2026-1"),
        (SPRING_2026, "2025-2026-2"),
        (AUTUMN_2026, "2026-2027-1"),
        (SPRING_2027, "2026-2027-2"),
        (Term("小学期", date(2026, 6, 20), date(2026, 7, 20)), "2025-2026-3"),
        (Term("上学期", date(2026, 8, 25), date(2027, 1, 20)), "2026-2027-1"),
    ],
)
def test_the_key_of_a_term(term: Term, key: str) -> None:
    assert term.key == key


def test_terms_are_sorted_and_must_not_overlap() -> None:
    assert SchoolCalendar(tuple(reversed(TERMS))).terms == TERMS
    with pytest.raises(ValueError, match="overlap"):
        SchoolCalendar((AUTUMN_2026, Term("错", date(2026, 12, 1), date(2027, 3, 1))))
    with pytest.raises(ValueError, match="one key"):
        SchoolCalendar(
            (
                Term("甲", date(2026, 9, 1), date(2026, 10, 1)),
                Term("乙", date(2026, 10, 9), date(2027, 1, 9)),
            )
        )
    with pytest.raises(ValueError, match="empty"):
        Term("空", date(2026, 9, 1), date(2026, 9, 1))


def test_holidays_of_a_school_year() -> None:
    found = CALENDAR.holidays_between(date(2025, 9, 1), date(2026, 9, 1))
    assert [(each.name, each.start, each.end) for each in found] == [
        ("国庆节、中秋", date(2025, 10, 1), date(2025, 10, 9)),
        ("元旦", date(2026, 1, 1), date(2026, 1, 4)),
        ("寒假", date(2026, 1, 31), date(2026, 2, 26)),
        ("清明", date(2026, 4, 4), date(2026, 4, 7)),
        ("劳动节", date(2026, 5, 1), date(2026, 5, 6)),
        ("端午", date(2026, 6, 19), date(2026, 6, 22)),
        ("暑假", date(2026, 7, 11), date(2026, 9, 1)),
    ]


def test_holidays_are_given_whole_even_if_only_touched() -> None:
    whole = Holiday(date(2026, 10, 1), date(2026, 10, 8), "国庆节")
    assert CALENDAR.holidays_between(date(2026, 10, 3), date(2026, 10, 4)) == (whole,)
    assert CALENDAR.holidays_between(date(2026, 10, 8), date(2026, 10, 20)) == ()
    assert CALENDAR.holidays_between(date(2026, 10, 3), date(2026, 10, 3)) == ()


def test_a_holiday_of_ones_own_counts_from_three_days() -> None:
    autumn = {date(2026, 11, day): DayKind.HOLIDAY for day in (11, 12, 13)}
    calendar = SchoolCalendar(TERMS, autumn, PUBLIC)
    (found,) = calendar.holidays_between(date(2026, 11, 1), date(2026, 12, 1))
    assert (found.start, found.end, found.name) == (date(2026, 11, 11), date(2026, 11, 16), "放假")
    short = SchoolCalendar(TERMS, {date(2026, 11, 12): DayKind.HOLIDAY}, PUBLIC)
    assert short.holidays_between(date(2026, 11, 1), date(2026, 12, 1)) == ()


def test_days_off_next_to_a_vacation_join_it() -> None:
    early = Term("下学期", date(2026, 2, 20), date(2026, 7, 11))  # 春节 until 23 February
    calendar = SchoolCalendar((AUTUMN_2025, early), {}, PUBLIC)
    (found,) = calendar.holidays_between(date(2026, 1, 20), date(2026, 3, 1))
    assert (found.name, found.start, found.end) == ("寒假", date(2026, 1, 31), date(2026, 2, 24))


def test_school_days_of_a_span() -> None:
    assert not CALENDAR.has_school_day(date(2026, 7, 11), date(2026, 9, 1))
    assert list(CALENDAR.school_days(date(2026, 9, 25), date(2026, 9, 29))) == [date(2026, 9, 28)]


@given(OVERRIDES, SOME_DAYS, st.integers(0, 200))
def test_holidays_are_apart_in_order_and_without_school(
    own: dict[date, DayKind], start: date, length: int
) -> None:
    no_school_in_vacations = {day: kind for day, kind in own.items() if CALENDAR.in_term(day)}
    calendar = SchoolCalendar(TERMS, no_school_in_vacations, PUBLIC)
    found = calendar.holidays_between(start, start + DAY * length)
    assert list(found) == sorted(found)
    assert all(a.end < b.start for a, b in pairwise(found))
    for each in found:
        assert not calendar.has_school_day(each.start, each.end)
        assert (each.end - each.start).days >= 3
        assert each in calendar.holidays_between(each.start, each.start + DAY)
