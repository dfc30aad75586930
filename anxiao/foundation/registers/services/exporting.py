"""Registers as .xlsx: streamed row by row, laid out as 台账 are, text never a formula."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from django.db.models import Model
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import require
from anxiao.foundation.journal.services import record
from anxiao.foundation.kernel.later import Later
from anxiao.foundation.registers.declare import Asked, Column, Register
from anxiao.foundation.registers.queries import ordered, paper_columns, read_query, value_of, words
from anxiao.foundation.registers.queries.values import field_at, label_of
from anxiao.foundation.registers.services.error_book import (
    FIRST_YEAR,
    LONGEST_CELL,
    SAFE,
)
from anxiao.foundation.registers.services.workbook import keepable

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet
else:
    xlsxwriter = Later("xlsxwriter")

MAX_ROWS = 1_000_000
"""Excel's sheets end at 1,048,576 rows."""
CHUNK = 2000
TOLD_EVERY = 500
HEAD_ROWS = 3
WIDTHS = {"text": 16, "int": 9, "money": 12, "date": 12, "moment": 17, "choice": 11, "bool": 7}
WIDE = 36

Line = list[Any]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """How many rows were written, and whether there were more than fit."""

    rows: int
    cut: bool


def export(
    register: Register,
    asked: Asked,
    params: Mapping[str, str],
    target: IO[bytes],
    progress: Progress | None = None,
) -> Exported:
    """Write what ``params`` show to ``target`` as .xlsx and one line to the journal.

    Requires ``registers.export`` at the post's unit. Memory does not grow with the rows;
    ``progress`` is told how many are written, now and then.
    """
    path = asked.post.org_path if asked.post else ""
    require(asked.actor, "registers.export", path)
    query = read_query(register, asked, params)
    rows = ordered(register, asked, query)
    exported = _write(register, asked, rows, target, progress or (lambda _count: None))
    record(
        "export",
        f"registers.{register.slug}",
        actor=asked.actor,
        at=asked.at,
        org_path=path,
        detail={"query": query.link(), "rows": exported.rows},
    )
    return exported


def export_columns(register: Register) -> list[Column]:
    """The columns that are exported, remarks last."""
    return paper_columns(register, [column for column in register.columns if column.export])


def _write(
    register: Register, asked: Asked, rows: Any, target: IO[bytes], progress: Progress
) -> Exported:
    columns = export_columns(register)
    with xlsxwriter.Workbook(target, {"constant_memory": True, **SAFE}) as book:
        page = book.add_worksheet()
        sheet = _Sheet(book, page, columns)
        sheet.write_head(str(register.print.title), asked)
        count = 0
        for line in _lines(rows, columns, asked):
            if count == MAX_ROWS:
                return Exported(count, cut=True)
            count += 1
            sheet.write_line(count, line)
            if count % TOLD_EVERY == 0:
                progress(count)
        sheet.write_foot(register.print.signatures, count)
        progress(count)
    return Exported(count, cut=False)


def _lines(rows: Any, columns: list[Column], asked: Asked) -> Iterator[Line]:
    """Values per row: straight from the database where every column is a plain path."""
    fields = [_field(rows.model, column) for column in columns]
    if all(fields):
        paths = [str(column.value).replace(".", "__") for column in columns]
        labels = [_labels(column, field) for column, field in zip(columns, fields, strict=True)]
        plain = rows.select_related(None).prefetch_related(None).values_list(*paths)
        for values in plain.iterator(chunk_size=CHUNK):
            yield [
                label(value) if label else value
                for label, value in zip(labels, values, strict=True)
            ]
        return
    for row in rows.iterator(chunk_size=CHUNK):
        yield [value_of(column, row, asked) for column in columns]


def _field(model: type[Model], column: Column) -> Any:
    return field_at(model, column.value) if isinstance(column.value, str) else None


def _labels(column: Column, field: Any) -> Callable[[Any], Any] | None:
    if column.kind != "choice" or not field.flatchoices:
        return None
    known = {value: str(label) for value, label in field.flatchoices}
    return lambda value: known.get(value, label_of(field, value))


class _Sheet:
    """The page under the pen."""

    def __init__(
        self, book: "xlsxwriter.Workbook", page: "Worksheet", columns: list[Column]
    ) -> None:
        self.page = page
        self.columns = columns
        self.title = book.add_format({"bold": True, "font_size": 16, "align": "center"})
        self.head = book.add_format(
            {"bold": True, "border": 1, "bg_color": "#EEEEEE", "text_wrap": True, "align": "center"}
        )
        grid = {"border": 1, "valign": "top"}
        self.text = book.add_format({**grid, "text_wrap": True})
        self.number = book.add_format(grid)
        self.formats = {
            "money": book.add_format({**grid, "num_format": "#,##0.00"}),
            "date": book.add_format({**grid, "num_format": "yyyy-mm-dd"}),
            "moment": book.add_format({**grid, "num_format": "yyyy-mm-dd hh:mm"}),
        }

    def write_head(self, title: str, asked: Asked) -> None:
        """Title, 填报单位 and date, column heads; they stay in sight and on every printed page."""
        page, last = self.page, len(self.columns)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_footer("&C第 &P 页 共 &N 页")
        page.repeat_rows(HEAD_ROWS - 1)
        page.freeze_panes(HEAD_ROWS, 0)
        page.set_column(0, 0, 6)
        for place, column in enumerate(self.columns, start=1):
            page.set_column(place, place, _width(column))
        page.merge_range(0, 0, 0, max(last, 1), title, self.title)
        unit = asked.post.org_name if asked.post else ""
        page.write_string(
            1,
            0,
            _("填报单位：%(unit)s        填报日期：%(day)s") % {"unit": unit, "day": asked.day},
        )
        page.write_string(2, 0, _("序号"), self.head)
        for place, column in enumerate(self.columns, start=1):
            page.write_string(2, place, str(column.label), self.head)

    def write_line(self, serial: int, line: Line) -> None:
        """One row below the head."""
        row = serial + HEAD_ROWS - 1
        self.page.write_number(row, 0, serial, self.number)
        for place, (column, value) in enumerate(zip(self.columns, line, strict=True), start=1):
            self._write_cell(row, place, column.kind, value)

    def write_foot(self, signatures: tuple[Any, ...], count: int) -> None:
        """Signatures and stamp space."""
        names = "        ".join(f"{name}：____________" for name in signatures)
        text = _("%(names)s        （盖章）") % {"names": names}
        self.page.write_string(count + HEAD_ROWS + 1, 0, text)

    def _write_cell(self, row: int, place: int, kind: str, value: Any) -> None:
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            self.page.write_number(row, place, value, self.formats.get(kind, self.number))
        elif isinstance(value, date) and value.year >= FIRST_YEAR:
            name = "moment" if isinstance(value, datetime) else "date"
            self.page.write_datetime(row, place, _local(value), self.formats[name])
        else:
            text = keepable(words(value))[:LONGEST_CELL]
            self.page.write_string(row, place, text, self.text)


def _local(value: date) -> date:
    """Excel knows no zones: an instant by Shanghai's clock."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return localtime(value).replace(tzinfo=None)
    return value


def _width(column: Column) -> int:
    return column.width or (WIDE if column.wide else WIDTHS[column.kind])
