"""A register on paper: its rows as texts, and columns as wide as their contents ask."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from django.urls import reverse

from anxiao.foundation.registers.declare import Asked, Column, Register, Text
from anxiao.foundation.registers.queries.asking import Query
from anxiao.foundation.registers.queries.pages import capped_count, ordered
from anxiao.foundation.registers.queries.values import paper_columns, value_of, words

PAPER_ROWS = 2000
LANDSCAPE, PORTRAIT = 84.0, 48.0
"""What stands beside each other on A4, in Chinese characters."""
LATIN, CAPITAL, SIGN = 0.56, 0.7, 0.38
"""Widths of a digit or small letter, a capital, and a sign, in Chinese characters."""
DENSE_FROM = 13
"""From this many columns on, cells have narrow edges."""
EDGES, DENSE_EDGES = 0.95, 0.65
NARROWEST, WIDEST, WIDEST_PLAIN, LONGEST_WHOLE, REMARKS = 2.1, 18.0, 7.0, 10.0, 4.0
PAPER_WIDTHS = {"text": 4.5, "choice": 2.5}


@dataclass(frozen=True, slots=True)
class PaperCell:
    """A text and whether it keeps to one line."""

    text: str
    numeric: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """The 台账 on paper: rows of texts, serial number first, remarks last."""

    title: str
    unit: str
    day: date
    landscape: bool
    dense: bool
    heads: list[Column]
    shares: list[float]
    rows: list[tuple[int, list[PaperCell]]]
    totals: list[str] | None
    total: str
    cut: bool
    signatures: tuple[Text, ...]
    back_url: str


def paper_sheet(register: Register, asked: Asked, query: Query) -> Paper:
    """At most ``PAPER_ROWS`` rows; ``cut`` says that there are more."""
    columns = paper_columns(register, [one for one in register.columns if one.printed])
    rows = ordered(register, asked, query)
    found = list(rows[: PAPER_ROWS + 1])
    cut = len(found) > PAPER_ROWS
    count = capped_count(rows) if cut else len(found)
    lines = [
        (serial, [_cell(column, words(value_of(column, row, asked))) for column in columns])
        for serial, row in enumerate(found[:PAPER_ROWS], start=1)
    ]
    totals = None if cut else _paper_totals(columns, found, asked)
    texts = [[cell.text for cell in cells] for _serial, cells in lines]
    return Paper(
        title=str(register.print.title),
        unit=asked.post.org_name if asked.post else "",
        day=asked.day,
        landscape=register.print.landscape,
        dense=len(columns) >= DENSE_FROM,
        heads=columns,
        shares=shares(
            columns,
            [*texts, totals] if totals else texts,
            room=LANDSCAPE if register.print.landscape else PORTRAIT,
        ),
        rows=lines,
        totals=totals,
        total=f"{count:,}",
        cut=cut,
        signatures=register.print.signatures,
        back_url=reverse(register.url_name) + query.link(),
    )


def shares(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, room: float) -> list[float]:
    """Hundredths of the paper's width per column, that of the serial number first.

    What keeps to one line gets the width of its widest text; the others share the rest.
    """
    edges = DENSE_EDGES if len(columns) >= DENSE_FROM else EDGES
    widest = [max((width_of(row[at]) for row in rows), default=0.0) for at in range(len(columns))]
    wanted = [_wanted(column, text) for column, text in zip(columns, widest, strict=True)]
    serial = max(NARROWEST, width_of(str(len(rows))))
    firm = [width for column, width in zip(columns, wanted, strict=True) if column.unbroken]
    least = NARROWEST * (len(columns) - len(firm))
    more = sum(wanted) - sum(firm) - least
    left = room - edges * (len(columns) + 1) - serial - sum(firm) - least
    stretch = max(0.0, left) / more if more else 0.0
    widths = [serial] + [
        width if column.unbroken else NARROWEST + (width - NARROWEST) * stretch
        for column, width in zip(columns, wanted, strict=True)
    ]
    whole = sum(widths) + edges * len(widths)
    return [round(100 * (width + edges) / whole, 2) for width in widths]


def _wanted(column: Column, text: float) -> float:
    if column.unbroken:
        return max(_head_width(column), min(text, LONGEST_WHOLE))
    least = REMARKS if column.key == "remarks" else _head_width(column)
    return max(least, min(text, _declared(column)))


def _cell(column: Column, text: str) -> PaperCell:
    fits = column.unbroken and width_of(text) <= LONGEST_WHOLE
    return PaperCell(text, column.numeric, fits)


def width_of(text: str) -> float:
    """How wide a text is, in Chinese characters."""
    return sum(_width_of_sign(sign) for sign in text)


def _width_of_sign(sign: str) -> float:
    if not sign.isascii():
        return 1.0
    if not sign.isalnum():
        return SIGN
    return CAPITAL if sign.isupper() else LATIN


def _head_width(column: Column) -> float:
    """A head may stand in two lines, a Latin word in one."""
    label = str(column.label)
    longest: Iterable[float] = (width_of(word) for word in label.split() if word.isascii())
    return max(NARROWEST, ceil(width_of(label) / 2), *longest)


def _declared(column: Column) -> float:
    if column.wide:
        return WIDEST
    return min(column.width / 2 or PAPER_WIDTHS.get(column.kind, NARROWEST), WIDEST_PLAIN)


def _paper_totals(columns: list[Column], rows: list[Any], asked: Asked) -> list[str] | None:
    if not rows or not any(column.total for column in columns):
        return None
    return [
        words(sum(value_of(column, row, asked) or 0 for row in rows)) if column.total else ""
        for column in columns
    ]
