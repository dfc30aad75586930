from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxiao.foundation.kernel.clock import TIMEZONE, business_day, day_bounds

DAYS = st.dates(date(1992, 1, 1), date(2200, 1, 1))


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2026, 11, 24, 0, 0, tzinfo=TIMEZONE), date(2026, 11, 24)),
    ],
)
def test_the_day_turns_at_midnight_in_shanghai(at: datetime, day: date) -> None:
    assert business_day(at) == day


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        business_day(datetime(2026, 11, 23, 8, 0))  # noqa: DTZ001 - the very thing refused


@given(DAYS)
def test_bounds_hold_exactly_their_day(day: date) -> None:
    start, end = day_bounds(day)
    assert start.tzinfo is UTC
    assert end - start == timedelta(days=1)
    assert business_day(start) == business_day(end - timedelta(microseconds=1)) == day
    assert business_day(end) == day + timedelta(days=1)
    assert day_bounds(day + timedelta(days=1))[0] == end
