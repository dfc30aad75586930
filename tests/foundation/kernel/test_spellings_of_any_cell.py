"""The readers' properties: each spelling is read back, and whatever a cell holds breaks none."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from anxiao.foundation.kernel.spellings import (
    Deadline,
    Money,
    Unreadable,
    clean_name,
    clean_text,
    is_note_row,
    read_bool,
    read_date,
    read_deadline,
    read_int,
    read_money,
)
from tests.foundation.kernel.cells import CELLS, READERS

SPELLINGS: list[Callable[[date], object]] = [
    lambda day: day.isoformat(),
    lambda day: f"{day.year}/{day.month}/{day.day}",
    lambda day: f"{day.year}.{day.month:02d}.{day.day:02d}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f"{day:%Y%m%d}",
    lambda day: (day - date(1899, 12, 30)).days,
    lambda day: f"　{day.isoformat()} ".translate({ord(str(n)): 0xFF10 + n for n in range(10)}),
]


@given(st.dates(date(1950, 1, 1), date(2100, 12, 31)), st.sampled_from(SPELLINGS))
def test_a_day_survives_each_of_its_spellings(day: date, spell: Callable[[date], object]) -> None:
    assert read_date(spell(day)) == day
    assert read_deadline(spell(day), day - timedelta(days=3)) == Deadline(day)


@given(st.integers(0, 10**12 - 1), st.sampled_from(["{}", "{:,}", " {}人", "{}.0", "共{}处"]))
def test_a_count_survives_each_of_its_spellings(count: int, form: str) -> None:
    assert read_int(form.format(count)) == count


@given(st.decimals(0, 10**9, places=2))
def test_money_survives_its_spellings(amount: Decimal) -> None:
    assert read_money(f"{amount:,}元").yuan == amount
    assert read_money(f"约{amount}") == Money(amount, approximate=True)


@given(CELLS, st.sampled_from(READERS))
@example("9" * 6000, read_int)
@example("(" * 60_000, read_bool)
@example("2026-" * 20_000, read_date)
@example(" " * 90_000 + "合计", clean_name)
@example("注" + "（" * 60_000, lambda value: is_note_row([value]))
@example(10**6000, read_date)
@example(-(10**6000), clean_text)
def test_readers_raise_nothing_but_unreadable(
    value: object, reader: Callable[[object], object]
) -> None:
    try:
        reader(value)
    except Unreadable as error:
        assert error.hint
        assert len(error.text) <= 40


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
    assert clean_name(clean_name(text)) == clean_name(text)
    clean_text(text).encode()
