"""The error workbook: rejected rows as they were, with a column that says what to do."""

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from anxiao.foundation.kernel.later import Later
from anxiao.foundation.registers.services.importing import Report
from anxiao.foundation.registers.services.understanding import shown
from anxiao.foundation.registers.services.workbook import Sheet, keepable, read_sheets

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet
else:
    xlsxwriter = Later("xlsxwriter")

SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
LONGEST_CELL = 32_000
BIG = 1e15
"""Excel keeps fifteen digits; longer numbers are written as text."""
FIRST_YEAR = 1900


def write_error_book(path: Path, sheet: Sheet, report: Report) -> None:
    """Header and rejected rows of ``sheet`` into ``path``, the advice in a last column."""
    understood = report.understood
    advice: dict[int, list[str]] = defaultdict(list)
    for error in report.rejected:
        where = f"{error.cell} {error.heading}：" if error.cell else ""
        advice[error.row].append(f"{where}{error.message}")
    last = max(understood.headings, default=0)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, **SAFE}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        head = book.add_format({"bold": True, "bg_color": "#EEEEEE", "border": 1})
        page = book.add_worksheet(_("未导入的行"))
        page.set_column(0, max(last - 1, 0), 14)
        page.set_column(last, last, 60)
        for column, heading in sorted(understood.headings.items()):
            page.write_string(0, column - 1, _fit(heading.rpartition("·")[2]), head)
        page.write_string(0, last, _("错误说明"), head)
        for place, number in enumerate(sorted(advice), start=1):
            for column, value in sorted(sheet.rows.get(number, {}).items()):
                write_value(page, (place, column - 1), value, day)
            page.write_string(place, last, _fit("；".join(advice[number])))
    path.chmod(0o600)


def write_errors_of(file: Path, report: Report, target: Path) -> None:
    """The error workbook of an import from disk; ``file`` is read again for its rows."""
    sheets = read_sheets(file.read_bytes())
    sheet = next(sheet for sheet in sheets if sheet.name == report.understood.sheet)
    write_error_book(target, sheet, report)


def write_value(page: "Worksheet", at: tuple[int, int], value: Any, day: "Format") -> None:
    """A value into the cell ``at``; text never becomes a formula, link or number."""
    row, column = at
    if value is None or value == "":
        return
    if isinstance(value, bool):
        page.write_string(row, column, _("是") if value else _("否"))
    elif isinstance(value, int | float) and abs(value) < BIG:
        page.write_number(row, column, value)
    elif isinstance(value, date) and value.year >= FIRST_YEAR:
        page.write_datetime(row, column, value, day)
    else:
        text = value if isinstance(value, str) else shown(value)
        page.write_string(row, column, _fit(text))


def _fit(text: str) -> str:
    return keepable(text)[:LONGEST_CELL]
