"""What a cell may hold, and every reader that must bear it."""

from collections.abc import Callable
from datetime import date

from hypothesis import strategies as st

from anxiao.foundation.kernel.spellings import (
    clean_name,
    clean_text,
    is_blank,
    is_formula,
    is_note_row,
    is_total_row,
    name_key,
    read_bool,
    read_date,
    read_deadline,
    read_int,
    read_level,
    read_money,
    read_phone,
    read_text,
)

FOUND_ON = date(2026, 11, 20)
READERS: list[Callable[[object], object]] = [
    clean_text,
    clean_name,
    name_key,
    is_blank,
    is_formula,
    read_text,
    read_bool,
    read_int,
    read_money,
    read_phone,
    read_level,
    read_date,
    lambda value: read_date(value, year=2026),
    lambda value: read_deadline(value, FOUND_ON),
    lambda value: is_total_row([value]),
    lambda value: is_note_row([value]),
]
WORDS = st.text(
    alphabet="0123456789-/.年月日:：()（）约万元立即前底内天一十 　,，－０１Ⅷ½٣", max_size=30
)
CELLS = (
    st.text(max_size=200)
    | WORDS
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.datetimes()
    | st.times()
)
