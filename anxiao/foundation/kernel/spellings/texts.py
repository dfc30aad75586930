"""Text: what is invisible goes, what is full-width and Latin becomes plain, the rest stays."""

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache

# Blanks, dashes and the words that stand for "nothing here" in a cell.
BLANK_WORDS = frozenset(
    {"", "无", "没有", "暂无", "空", "未填", "/", "\\", "、", "N/A", "n/a", "NA", "None", "null"}
)
ERROR_VALUES = frozenset(
    {"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "####"}
)
MAX_WHOLE = 10**18
LONGEST_WORD = 100  # characters; no number, date or word is longer

_DASHES = "‐‑‒–—―−﹣-─━"
_DASH_TO_HYPHEN = {ord(dash): "-" for dash in _DASHES}
# Soft hyphen, zero-width characters, and the marks that turn the direction of writing.
_INVISIBLE: dict[int, str | int | None] = dict.fromkeys(
    [0xAD, 0x2060, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_BLANKS: dict[int, str | int | None] = {
    ord(char): " " for char in "\u00a0\u3000\u2002\u2003\u2009\u202f\u205f\t\v\f"
}
# Full-width digits and Latin letters; full-width punctuation is proper Chinese and stays.
_NARROW: dict[int, str | int | None] = {
    code: code - 0xFEE0
    for first, last in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
    for code in range(first, last + 1)
}
_UNKEPT = _INVISIBLE | _BLANKS | _NARROW
_UNTIDY = re.compile(r"  |[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_LATIN_EDGE = re.compile(r"(?<![A-Za-z0-9.,]) +| +(?![A-Za-z0-9])")
_LINE_BREAKS = re.compile(r"\r\n?|\u2028|\u2029|\x85")


class Unreadable(ValueError):
    """A cell's ``text`` cannot be read; ``hint`` is a Chinese sentence that says what to write.

    Hints are constants, so that whoever shows them can translate them.
    """

    def __init__(self, text: str, hint: str) -> None:
        super().__init__(f"“{text}”：{hint}")
        self.text = text
        self.hint = hint


def gettext_noop(message: str) -> str:
    """Mark ``message`` for the translators; the kernel itself does not translate."""
    return message


FORMULA_HINT = gettext_noop("单元格里是公式或错误值，请改成文字后再导入。")
NUMBER_HINT = gettext_noop("数字过大，请核对。")


def as_text(value: object) -> str:
    """The cell as somebody would type it; ``35.0`` is ``35``, a day is ``2026-11-23``."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and abs(value) >= MAX_WHOLE:
        raise Unreadable("…", NUMBER_HINT)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def plain(value: object) -> str:
    """For reading only: NFKC, one kind of dash, nothing invisible, single inner blanks."""
    text = as_text(value)
    return _plain_short(text) if len(text) <= LONGEST_WORD else _plain(text)


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    return " ".join(_printable(text).translate(_DASH_TO_HYPHEN).split())


_plain_short = lru_cache(maxsize=2048)(_plain)
"""One cell is looked at in many ways: is it blank, a total, a name, a date."""


def word_of(value: object) -> str:
    """``plain`` for what must be short: a number, a date, a word."""
    return plain(value)[:LONGEST_WORD]


def clean_text(value: object) -> str:
    """For keeping: lines trimmed, blanks single, control characters gone, Latin half-width."""
    text = as_text(value)
    if text.isprintable() and not _UNTIDY.search(text):  # so is almost every cell
        return text.strip()
    text = _LINE_BREAKS.sub("\n", text).translate(_UNKEPT)
    lines = (" ".join(_printable(line).split(" ")).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" {2,}", " ", "\n".join(lines))).strip()


def clean_name(value: object) -> str:
    """A name of a person, unit or place on one line; blanks stay only between Latin words."""
    return _LATIN_EDGE.sub("", clean_text(value).replace("\n", " "))


def name_key(value: object) -> str:
    """What two spellings of one name have in common; to compare with, never to show."""
    text = re.sub(r"[\s·•・.]", "", plain(value))
    return text.casefold()


def is_blank(value: object, *, zero: bool = False) -> bool:
    """Whether the cell says "nothing": empty, 无, a dash or a stroke; with ``zero`` also 0."""
    try:
        text = plain(value).rstrip("。.")
    except Unreadable:
        return False
    return text in BLANK_WORDS or not text.strip("-/ ") or (zero and text in {"0", "0.0"})


def is_formula(value: object) -> bool:
    """Whether the cell holds a formula or the error of one where a value belongs."""
    if isinstance(value, str):
        text = value.strip()
        return (text.startswith("=") and text != "=") or text.upper() in ERROR_VALUES
    return type(value).__name__ in {"ArrayFormula", "DataTableFormula"}


def read_text(value: object) -> str:
    """``clean_text`` that refuses formulas and error values; blank words stay as they are."""
    if is_formula(value):
        raise Unreadable(clean_text(str(value))[:40], FORMULA_HINT)
    return clean_text(value)


def _printable(text: str) -> str:
    """Without control characters (NUL too) and lone surrogates; blanks and line ends stay."""
    if text.isprintable():
        return text
    return "".join(
        char for char in text if char in "\n\t\r " or unicodedata.category(char) not in {"Cc", "Cs"}
    )
