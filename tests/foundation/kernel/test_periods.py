from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxiao.foundation.kernel.calendar import DayKind, SchoolCalendar
from anxiao.foundation.kernel.periods import (
    Cadence,
    HeatingSeason,
    Period,
    Reason,
    Status,
    Window,
    cadences_of_key,
    due_on,
    owed,
    parse_key,
    period_of,
    periods_between,
    status,
    weekly_minutes,
)
from tests.foundation.kernel.calendars import CALENDAR, DAY, PUBLIC, TERMS, days

WIDE = Window(date(2000, 1, 1), date(2100, 1, 1))
YEAR = Window(date(2026, 9, 1), date(2027, 9, 1))
ALWAYS = date(2000, 1, 1)
NO_TERMS = SchoolCalendar((), {}, PUBLIC)

WITHOUT_GAPS = [
    Cadence.ONCE, Cadence.STANDING, Cadence.DAILY, Cadence.WEEKLY, Cadence.MONTHLY,
    Cadence.QUARTERLY, Cadence.YEARLY,
]  # fmt: skip
ANY_DAY = st.dates(date(2001, 1, 1), date(2099, 12, 31))
TERM_DAY = st.dates(date(2025, 8, 1), date(2027, 8, 31))
CADENCES = st.sampled_from(Cadence)
WINDOWS = st.tuples(TERM_DAY, st.integers(1, 700)).map(
    lambda pair: Window(pair[0], pair[0] + DAY * pair[1])
)


@pytest.mark.parametrize(
    ("day", "cadence", "start", "end", "key"),
    [
        (date(2026, 11, 23), Cadence.DAILY, date(2026, 11, 23), date(2026, 11, 24), "2026-11-23"),
        (date(2026, 11, 29), Cadence.WEEKLY, date(2026, 11, 23), date(2026, 11, 30), "2026-W48"),
        (date(2027, 1, 3), Cadence.WEEKLY, date(2026, 12, 28), date(2027, 1, 4), "2026-W53"),
        (date(2024, 12, 30), Cadence.WEEKLY, date(2024, 12, 30), date(2025, 1, 6), "2025-W01"),
        (date(2024, 2, 29), Cadence.MONTHLY, date(2024, 2, 1), date(2024, 3, 1), "2024-02"),
        (date(2026, 12, 31), Cadence.MONTHLY, date(2026, 12, 1), date(2027, 1, 1), "2026-12"),
        (date(2026, 12, 31), Cadence.QUARTERLY, date(2026, 10, 1), date(2027, 1, 1), "2026Q4"),
        (date(2026, 1, 1), Cadence.QUARTERLY, date(2026, 1, 1), date(2026, 4, 1), "2026Q1"),
        (date(2024, 2, 29), Cadence.YEARLY, date(2024, 1, 1), date(2025, 1, 1), "2024"),
        (date(2026, 10, 3), Cadence.TERMLY, date(2026, 9, 1), date(2027, 1, 30), "2026-2027-1"),
        (
            date(2027, 1, 1), Cadence.HEATING_SEASON,
            date(2026, 11, 15), date(2027, 3, 16), "H2026",
        ),
        (
            date(2026, 9, 29), Cadence.PER_HOLIDAY,
            date(2026, 9, 28), date(2026, 10, 8), "holiday:2026-10-01",
        ),
        (
            date(2026, 9, 20), Cadence.PER_HOLIDAY,
            date(2026, 9, 11), date(2026, 9, 28), "holiday:2026-09-25",
        ),
        (date(2026, 11, 23), Cadence.ONCE, date(2000, 1, 1), date(2100, 1, 1), "once"),
        (date(2026, 11, 23), Cadence.STANDING, date(2000, 1, 1), date(2100, 1, 1), "standing"),
    ],
)  # fmt: skip
def test_the_period_of_a_day(day: date, cadence: Cadence, start: date, end: date, key: str) -> None:
    assert period_of(day, cadence, CALENDAR, WIDE) == Period(start, end, key)


@pytest.mark.parametrize(
    ("day", "cadence"),
    [
        (date(2026, 7, 20), Cadence.TERMLY),
        (date(2026, 11, 14), Cadence.HEATING_SEASON),
        (date(2027, 3, 16), Cadence.HEATING_SEASON),
        (date(2026, 11, 21), Cadence.SCHOOL_DAILY),
        (date(2026, 11, 21), Cadence.PER_TRIP),
        (date(2026, 11, 23), Cadence.PER_HOLIDAY),
        (date(1999, 12, 31), Cadence.MONTHLY),
        (date(2100, 1, 1), Cadence.ONCE),
    ],
)
def test_days_without_a_period(day: date, cadence: Cadence) -> None:
    assert period_of(day, cadence, CALENDAR, WIDE) is None


def test_a_period_is_clipped_to_the_plan() -> None:
    window = Window(date(2026, 9, 10), date(2026, 12, 20))
    months = list(
        periods_between(date(2026, 1, 1), date(2028, 1, 1), Cadence.MONTHLY, CALENDAR, window)
    )
    assert [each.key for each in months] == ["2026-09", "2026-10", "2026-11", "2026-12"]
    assert months[0].start == date(2026, 9, 10)
    assert months[-1].end == date(2026, 12, 20)


def test_periods_between_are_whole_where_only_touched() -> None:
    (month,) = periods_between(
        date(2026, 11, 10), date(2026, 11, 11), Cadence.MONTHLY, CALENDAR, WIDE
    )
    assert (month.start, month.end) == (date(2026, 11, 1), date(2026, 12, 1))


def test_a_heating_season_can_be_moved_and_must_cross_the_new_year() -> None:
    early = HeatingSeason((10, 20), (4, 10))
    period = period_of(date(2027, 4, 10), Cadence.HEATING_SEASON, CALENDAR, WIDE, early)
    assert period == Period(date(2026, 10, 20), date(2027, 4, 11), "H2026")
    with pytest.raises(ValueError, match="new year"):
        HeatingSeason((3, 1), (11, 1))


def test_without_terms_the_school_year_is_halved() -> None:
    first = period_of(date(2027, 1, 31), Cadence.TERMLY, NO_TERMS, WIDE)
    second = period_of(date(2027, 2, 1), Cadence.TERMLY, NO_TERMS, WIDE)
    assert first == Period(date(2026, 8, 1), date(2027, 2, 1), "2026-2027-1")
    assert second == Period(date(2027, 2, 1), date(2027, 8, 1), "2026-2027-2")
    assert parse_key("2026-2027-2", NO_TERMS, WIDE) == second


@given(ANY_DAY, st.sampled_from(WITHOUT_GAPS))
def test_periods_tile_the_calendar(day: date, cadence: Cadence) -> None:
    here = period_of(day, cadence, NO_TERMS, WIDE)
    assert here is not None
    assert day in here
    if here.end < WIDE.end:
        following = period_of(here.end, cadence, NO_TERMS, WIDE)
        assert following is not None
        assert following.start == here.end
        assert following.key > here.key


@given(CADENCES, WINDOWS, st.sampled_from([CALENDAR, NO_TERMS]))
def test_a_day_is_in_exactly_one_period_or_in_none(
    cadence: Cadence, window: Window, calendar: SchoolCalendar
) -> None:
    periods = list(periods_between(window.start, window.end, cadence, calendar, window))
    covered: list[date] = []
    for period in periods:
        covered += days(period.start, period.end)
        assert period_of(period.start, cadence, calendar, window) == period
        assert period_of(period.end - DAY, cadence, calendar, window) == period
    assert len(covered) == len(set(covered))
    assert set(covered) == {
        day
        for day in days(window.start, window.end)
        if period_of(day, cadence, calendar, window) is not None
    }
    if cadence in WITHOUT_GAPS:
        assert covered == days(window.start, window.end)


@given(CADENCES, WINDOWS, st.sampled_from([CALENDAR, NO_TERMS]))
def test_keys_sort_like_starts_and_parse_back(
    cadence: Cadence, window: Window, calendar: SchoolCalendar
) -> None:
    periods = list(periods_between(window.start, window.end, cadence, calendar, window))
    keys = [period.key for period in periods]
    assert keys == sorted(set(keys))
    assert [period.start for period in periods] == sorted(period.start for period in periods)
    for period in periods:
        assert len(period.key) <= 24
        assert cadence in cadences_of_key(period.key)
        assert parse_key(period.key, calendar, window) == period


@given(
    st.text(max_size=24)
    | st.from_regex(r"\A(holiday:|H)?\d{4}(-W?\d\d|Q\d)?(-\d\d)?(-\d)?\Z", fullmatch=True)
)
def test_a_strange_key_is_a_value_error(key: str) -> None:
    try:
        period = parse_key(key, CALENDAR, WIDE)
    except ValueError:
        return
    assert period.key == key


@pytest.mark.parametrize(
    "key",
    ["", "2026-13", "2026-02-30", "2026-W54", "2026Q5", "0000", "9999-12-31", "1999-12",
     "2030-2031-1", "2026-2029-1", "holiday:2026-10-02", "H9999", "Once"],
)  # fmt: skip
def test_keys_that_name_nothing(key: str) -> None:
    with pytest.raises(ValueError, match="period"):
        parse_key(key, CALENDAR, WIDE)


def ask(
    key: str,
    cadence: Cadence,
    *,
    calendar: SchoolCalendar = CALENDAR,
    in_holidays: bool = False,
    life: tuple[date, date | None] = (ALWAYS, None),
    exemptions: tuple[tuple[date, date], ...] = (),
) -> Reason:
    return owed(
        parse_key(key, calendar, YEAR),
        cadence=cadence,
        calendar=calendar,
        in_holidays=in_holidays,
        opened_on=life[0],
        closed_on=life[1],
        exemptions=exemptions,
    ).reason


@pytest.mark.parametrize(
    ("key", "cadence", "in_holidays", "reason"),
    [
        ("2026-11", Cadence.MONTHLY, False, Reason.OWED),
        ("2027-08", Cadence.MONTHLY, False, Reason.NO_SCHOOL_DAY),
        ("2027-08", Cadence.MONTHLY, True, Reason.OWED),
        ("2027-07", Cadence.MONTHLY, False, Reason.OWED),  # nine days of school are left
        ("2026-10-03", Cadence.DAILY, False, Reason.NO_SCHOOL_DAY),
        ("2026-10-03", Cadence.DAILY, True, Reason.OWED),
        ("2026-10-10", Cadence.DAILY, False, Reason.OWED),  # a Saturday worked
        ("2027-W06", Cadence.WEEKLY, False, Reason.NO_SCHOOL_DAY),
        ("holiday:2027-01-30", Cadence.PER_HOLIDAY, False, Reason.OWED),
        ("once", Cadence.ONCE, False, Reason.OWED),
    ],
)
def test_holidays_and_what_is_owed(
    key: str, cadence: Cadence, in_holidays: bool, reason: Reason
) -> None:
    assert ask(key, cadence, in_holidays=in_holidays) == reason


@pytest.mark.parametrize(
    ("key", "cadence", "opened_on", "reason"),
    [
        ("2026-10", Cadence.MONTHLY, date(2026, 10, 1), Reason.OWED),
        ("2026-10", Cadence.MONTHLY, date(2026, 10, 2), Reason.NOT_YET_OPEN),
        ("2026-11", Cadence.MONTHLY, date(2026, 10, 2), Reason.OWED),
        ("2026-11-23", Cadence.DAILY, date(2026, 11, 23), Reason.OWED),
        ("2026-11-23", Cadence.DAILY, date(2026, 11, 24), Reason.NOT_YET_OPEN),
        ("2026-11-24", Cadence.SCHOOL_DAILY, date(2026, 11, 24), Reason.OWED),
        ("once", Cadence.ONCE, date(2026, 11, 24), Reason.OWED),
        ("standing", Cadence.STANDING, date(2027, 10, 1), Reason.NOT_YET_OPEN),
    ],
)
def test_a_unit_opened_in_mid_period_owes_from_the_first_whole_one(
    key: str, cadence: Cadence, opened_on: date, reason: Reason
) -> None:
    assert ask(key, cadence, life=(opened_on, None)) == reason


@pytest.mark.parametrize(
    ("key", "cadence", "closed_on", "reason"),
    [
        ("2026-10", Cadence.MONTHLY, date(2026, 11, 1), Reason.OWED),
        ("2026-10", Cadence.MONTHLY, date(2026, 10, 31), Reason.CLOSED),
        ("2026-11", Cadence.MONTHLY, date(2026, 10, 31), Reason.CLOSED),
        ("2026-11-23", Cadence.DAILY, date(2026, 11, 23), Reason.CLOSED),
        ("2026-11-23", Cadence.DAILY, date(2026, 11, 24), Reason.OWED),
    ],
)
def test_a_unit_closed_in_mid_period_does_not_owe_it(
    key: str, cadence: Cadence, closed_on: date, reason: Reason
) -> None:
    assert ask(key, cadence, life=(ALWAYS, closed_on)) == reason


@pytest.mark.parametrize(
    ("spans", "reason"),
    [
        ([(date(2026, 10, 1), date(2026, 10, 31))], Reason.EXEMPT),
        # 1 to 7 October and the weekend at the end are no school days: the owed part is enough
        ([(date(2026, 10, 8), date(2026, 10, 30))], Reason.EXEMPT),
        (
            [(date(2026, 10, 8), date(2026, 10, 15)), (date(2026, 10, 16), date(2026, 11, 5))],
            Reason.EXEMPT,
        ),
        ([(date(2026, 10, 9), date(2026, 10, 31))], Reason.OWED),
        ([(date(2026, 10, 8), date(2026, 10, 29))], Reason.OWED),
    ],
)
def test_an_exemption_must_cover_all_that_is_owed(
    spans: list[tuple[date, date]], reason: Reason
) -> None:
    assert ask("2026-10", Cadence.MONTHLY, exemptions=tuple(spans)) == reason


def test_an_exempt_period_is_not_owed() -> None:
    answer = owed(
        parse_key("2026-11-23", CALENDAR, YEAR),
        cadence=Cadence.DAILY,
        calendar=CALENDAR,
        in_holidays=False,
        opened_on=ALWAYS,
        closed_on=None,
        exemptions=[(date(2026, 11, 23), date(2026, 11, 23))],
    )
    assert answer.exempt
    assert not answer


@given(
    CADENCES.filter(lambda cadence: cadence is not Cadence.PER_HOLIDAY),
    WINDOWS,
    st.sets(TERM_DAY, max_size=60),
    st.tuples(TERM_DAY, TERM_DAY),
    st.booleans(),
)
def test_more_holidays_never_make_more_owed(
    cadence: Cadence,
    window: Window,
    holidays: set[date],
    exempt: tuple[date, date],
    in_holidays: bool,
) -> None:
    more = SchoolCalendar(TERMS, dict.fromkeys(holidays, DayKind.HOLIDAY), PUBLIC)

    def owed_keys(calendar: SchoolCalendar) -> Iterator[str]:
        for period in periods_between(window.start, window.end, cadence, calendar, window):
            if owed(
                period,
                cadence=cadence,
                calendar=calendar,
                in_holidays=in_holidays,
                opened_on=window.start,
                closed_on=None,
                exemptions=[exempt],
            ):
                yield period.key

    assert set(owed_keys(more)) <= set(owed_keys(CALENDAR))


@pytest.mark.parametrize(
    ("key", "grace", "due"),
    [
        ("2026-11-23", 0, date(2026, 11, 23)),
        ("2026-11", 0, date(2026, 11, 30)),
        ("2026-11", 5, date(2026, 12, 5)),
        ("2026-2027-1", 0, date(2027, 1, 29)),
        ("holiday:2026-10-01", 0, date(2026, 9, 30)),
        ("holiday:2026-10-01", 2, date(2026, 10, 2)),
        ("once", 0, date(2027, 8, 31)),
    ],
)
def test_when_a_period_is_due(key: str, grace: int, due: date) -> None:
    assert due_on(parse_key(key, CALENDAR, YEAR), grace) == due


def test_a_holiday_outside_the_plan_is_due_inside_the_part_that_is_left() -> None:
    before = Window(date(2026, 9, 1), date(2026, 9, 29))
    assert due_on(parse_key("holiday:2026-10-01", CALENDAR, before)) == date(2026, 9, 28)
    after = Window(date(2026, 10, 3), date(2026, 12, 1))
    assert due_on(parse_key("holiday:2026-10-01", CALENDAR, after)) == date(2026, 10, 3)


DUE = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("done", "needed", "today", "expected"),
    [
        (0, 1, date(2026, 11, 1), Status.DUE),
        (0, 1, date(2026, 11, 26), Status.DUE),
        (0, 1, date(2026, 11, 27), Status.SOON),
        (0, 1, DUE, Status.SOON),
        (0, 1, date(2026, 12, 1), Status.OVERDUE),
        (1, 2, date(2026, 12, 1), Status.OVERDUE),
        (2, 2, date(2026, 12, 1), Status.MET),
        (3, 2, date(2026, 11, 1), Status.MET),
        (0, 0, date(2026, 12, 1), Status.MET),
    ],
)
def test_how_a_cell_stands(done: int, needed: int, today: date, expected: Status) -> None:
    assert status(done, needed, DUE, today) == expected
    assert status(done, needed, DUE, today, owed=False) == Status.NOT_OWED
    assert status(done, needed, DUE, today, owed=False, exempt=True) == Status.EXEMPT


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 5), TERM_DAY, TERM_DAY, st.booleans())
def test_more_evidence_never_increases_what_is_owed(
    done: int, more: int, needed: int, due: date, today: date, is_owed: bool
) -> None:
    rank = {Status.OVERDUE: 3, Status.SOON: 2, Status.DUE: 1}
    before = status(done, needed, due, today, owed=is_owed)
    after = status(done + more, needed, due, today, owed=is_owed)
    assert rank.get(after, 0) <= rank.get(before, 0)
    assert max(0, needed - done - more) <= max(0, needed - done)


def test_the_weekly_cost_of_a_duty() -> None:
    assert weekly_minutes(Cadence.SCHOOL_DAILY, 1, 10) == 50
    assert weekly_minutes(Cadence.WEEKLY, 2, 15) == 30
    assert weekly_minutes(Cadence.MONTHLY, 1, 60) == pytest.approx(13.8, abs=0.01)
    costs = [weekly_minutes(each, 1, 1) for each in
             (Cadence.YEARLY, Cadence.TERMLY, Cadence.QUARTERLY, Cadence.MONTHLY, Cadence.WEEKLY,
              Cadence.SCHOOL_DAILY, Cadence.DAILY)]  # fmt: skip
    assert costs == sorted(costs)
    assert all(weekly_minutes(each, 1, 1) > 0 for each in Cadence)


def test_empty_values_are_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        Period(ALWAYS, ALWAYS, "x")
    with pytest.raises(ValueError, match="empty"):
        Window(ALWAYS, ALWAYS)
