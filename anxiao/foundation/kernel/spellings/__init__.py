"""How people in bureaus write values into cells, and what they mean.

Every reader takes a cell as the workbook gives it (text, number, date, ``None``) and returns a
value or raises ``Unreadable`` with a Chinese hint what to write instead; nothing else is raised.
"""

from anxiao.foundation.kernel.spellings.dates import Deadline, read_date, read_deadline
from anxiao.foundation.kernel.spellings.numbers import Money, read_int, read_money, read_phone
from anxiao.foundation.kernel.spellings.rows import is_note_row, is_total_row
from anxiao.foundation.kernel.spellings.texts import (
    Unreadable,
    clean_name,
    clean_text,
    is_blank,
    is_formula,
    name_key,
    read_text,
)
from anxiao.foundation.kernel.spellings.words import Level, read_bool, read_level

__all__ = [
    "Deadline",
    "Level",
    "Money",
    "Unreadable",
    "clean_name",
    "clean_text",
    "is_blank",
    "is_formula",
    "is_note_row",
    "is_total_row",
    "name_key",
    "read_bool",
    "read_date",
    "read_deadline",
    "read_int",
    "read_level",
    "read_money",
    "read_phone",
    "read_text",
]
