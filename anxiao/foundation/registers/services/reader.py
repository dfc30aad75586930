"""The rows of a workbook, read with openpyxl; loaded when the first workbook comes."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.utils.escape import unescape
from openpyxl.worksheet._reader import INLINE_STRING, ROW_TAG, WorkSheetParser
from openpyxl.xml.constants import SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.registers.rules.headings import HEADER_REACH
from anxiao.foundation.registers.services.workbook import (
    BLANK_RUN,
    MAX_COLUMNS,
    MAX_FILLED,
    MAX_MERGES,
    MAX_ROWS,
    MAX_SHEETS,
    Cells,
    Fault,
    Sheet,
    keepable,
)

MERGE_TAG, FORMULA_TAG, TEXT_TAG = (
    f"{{{SHEET_MAIN_NS}}}{name}" for name in ("mergeCell", "f", "t")
)


def read(content: bytes) -> list[Sheet]:
    """The visible sheets of a workbook that has been looked through."""
    book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        return [_read_sheet(book, sheet) for sheet in visible[:MAX_SHEETS]]
    finally:
        book.close()


def _read_sheet(book: Any, sheet: Any) -> Sheet:
    result = Sheet(sheet.title)
    with book._archive.open(sheet._worksheet_path) as source:
        parser = _Parser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        blanks = 0
        for number, cells in parser.filled_rows():
            blanks = 0 if cells else blanks + 1
            if cells:
                result.rows[number] = cells
            if len(result.rows) > MAX_ROWS:
                raise Invalid(_("表格超过 20,000 行，请拆分后分次导入。"))
            if blanks > BLANK_RUN:
                break
    _fill_merged(result, parser.merges)
    return result


class _Parser(WorkSheetParser):  # type: ignore[misc]
    """openpyxl's own reading of rows, without all else that a sheet holds."""

    merges: list[str]

    def filled_rows(self) -> Iterator[tuple[int, Cells]]:
        """Row number and filled cells; a formula without a stored value is ``Fault.FORMULA``."""
        self.merges = []
        for _event, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                number, cells = self.parse_row(element)
                element.clear()
                yield (
                    number,
                    {
                        cell["column"]: cell["value"]
                        for cell in cells
                        if cell["column"] <= MAX_COLUMNS and not _is_empty(cell["value"])
                    },
                )
            elif element.tag == MERGE_TAG and len(self.merges) < MAX_MERGES:
                self.merges.append(element.get("ref", ""))

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """A cell as openpyxl reads it, but what is no value, and text as it was meant."""
        cell: dict[str, Any] = self._inline(element) or super().parse_cell(element)
        if cell["data_type"] == "e":
            cell["value"] = Fault.ERROR
        elif cell["value"] is None and element.find(FORMULA_TAG) is not None:
            cell["value"] = Fault.FORMULA
        elif isinstance(cell["value"], str) and not _is_plain(cell["value"]):
            cell["value"] = keepable(_unescaped(cell["value"]))
        return cell

    def _inline(self, element: Any) -> dict[str, Any] | None:
        """A cell that carries its text itself, in one piece, as programs write it; openpyxl makes
        an object with seven attributes of each. None: it is another cell.
        """
        if element.get("t") != "inlineStr" or not element.get("r") or len(element) != 1:
            return None
        inside = element[0]
        if inside.tag != INLINE_STRING or len(inside) != 1 or inside[0].tag != TEXT_TAG:
            return None
        _row, self.col_counter = coordinate_to_tuple(element.get("r"))
        return {"column": self.col_counter, "value": inside[0].text or "", "data_type": "s"}


def _is_plain(text: str) -> bool:
    """Whether a text surely stands for itself: nothing escaped, nothing to be left out."""
    return text.isprintable() and "_x" not in text


def _unescaped(text: str) -> str:
    """``_x000D_`` is how Excel keeps a line break; ``_xD83D__xDE00_`` are halves of one letter."""
    if "_x" not in text:
        return text
    halves: str = unescape(text)
    return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


_RANGE = re.compile(r"[A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7}")


def _fill_merged(sheet: Sheet, merges: list[str]) -> None:
    """Merges of a real sheet never overlap: those that fill more than a sheet holds are refused."""
    numbers = sorted(sheet.rows)
    left_to_fill = MAX_FILLED
    reach = HEADER_REACH + 2
    sheet.head = {number: dict(cells) for number, cells in sheet.rows.items() if number <= reach}
    for merge in filter(_RANGE.fullmatch, merges):
        left, top, right, bottom = range_boundaries(merge)
        value = sheet.rows.get(top, {}).get(left)
        if value is None:
            continue
        left_to_fill -= _fill_head(sheet, (left, top, min(right, MAX_COLUMNS), bottom), value)
        if left == right and top > 1:
            below = numbers[bisect_right(numbers, top) : bisect_right(numbers, bottom)]
            for number in below:
                sheet.rows[number].setdefault(left, value)  # a school's cell means each of its rows
            left_to_fill -= len(below)
        if left_to_fill < 0:
            raise Invalid(_("合并单元格过多或互相重叠，请取消合并后再上传。"))


def _fill_head(sheet: Sheet, area: tuple[int, int, int, int], value: Any) -> int:
    """How many cells of the first rows it went through."""
    left, top, right, bottom = area
    last = min(bottom, HEADER_REACH + 2)
    for number in range(top, last + 1):
        cells = sheet.head.setdefault(number, {})
        for column in range(left, right + 1):
            cells.setdefault(column, value)
    return max(0, last - top + 1) * max(0, right - left + 1)
