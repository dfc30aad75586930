"""Reading a stranger's .xlsx: looked through first, then row by row, values only."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.escape import unescape
from openpyxl.worksheet._reader import ROW_TAG, WorkSheetParser
from openpyxl.xml.constants import SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from anxiao.foundation.kernel.archives import BadArchive, Limits, look_through
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.registers.rules.headings import HEADER_REACH

MAX_FILE = 10 << 20
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_SHEETS = 30
MAX_MERGES = 20_000
MAX_FILLED = 400_000
"""Cells that merges may fill: each cell of a large sheet once."""
BLANK_RUN = 5_000
"""So many blank rows in a row are the end: sheets are often formatted down to the last row."""
LIMITS = Limits(parts=1000, total=64 << 20, part=48 << 20, ratio=200)
MERGE_TAG, FORMULA_TAG = f"{{{SHEET_MAIN_NS}}}mergeCell", f"{{{SHEET_MAIN_NS}}}f"
WEB_STARTS = (b"<!doctype", b"<html", b"<?xml", b"<table")
MACRO_PARTS = ("xl/vbaproject.bin", "xl/externallinks/", "xl/macrosheets/")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_UNFIT = re.compile(r"[\ud800-\udfff\ufffe\uffff]")


class Fault(Enum):
    """A cell whose value is not there to be read."""

    FORMULA = "formula"
    ERROR = "error"


Cells = dict[int, Any]


@dataclass(slots=True)
class Sheet:
    """Filled cells by row number and column number, both from 1.

    ``head`` holds the first rows with merged cells filled in both ways, for finding the header;
    in ``rows`` only columns merged downwards are filled.
    """

    name: str
    rows: dict[int, Cells] = field(default_factory=dict)
    head: dict[int, Cells] = field(default_factory=dict)


def read_sheets(content: bytes) -> list[Sheet]:
    """The visible sheets of a workbook; ``Invalid`` says in plain words why it is refused."""
    _check_kind(content)
    try:
        names = look_through(content, LIMITS)
    except BadArchive as fault:
        raise Invalid(_refusal(fault.code)) from fault
    if "xl/workbook.xml" not in names:
        raise Invalid(_("这不是 Excel 工作簿，请上传 .xlsx 文件。"))
    if any(name.lower().startswith(MACRO_PARTS) for name in names):
        raise Invalid(_("文件带有宏或外部链接，请另存为普通 .xlsx（只保留数值）后再上传。"))
    try:
        return _read(content)
    except Invalid:
        raise
    except Exception as fault:  # the reader raises whatever it likes on damaged parts
        raise Invalid(_refusal("broken")) from fault


def keepable(text: str) -> str:
    """``text`` without what UTF-8 or XML cannot hold; half a letter becomes U+FFFD."""
    return _UNFIT.sub("\ufffd", _CONTROLS.sub("", text))


def reference(row: int, column: int) -> str:
    """``C12``."""
    return f"{get_column_letter(column)}{row}"


def _check_kind(content: bytes) -> None:
    if len(content) > MAX_FILE:
        raise Invalid(_("文件超过 10 MB，请拆分后分次导入。"))
    if content.startswith(b"PK\x03\x04"):
        return
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Invalid(_("这是旧版 .xls 或加密的文件，请用 Excel、WPS 另存为不加密的 .xlsx。"))
    if content.startswith(b"%PDF"):
        raise Invalid(_("这是 PDF 文件，请上传 .xlsx 表格。"))
    if content[:64].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(WEB_STARTS):
        raise Invalid(_("这是网页或 XML 文件，请用 Excel、WPS 打开后另存为 .xlsx。"))
    if not content:
        raise Invalid(_("文件是空的，请重新选择。"))
    if b"\x00" not in content[:4096]:
        raise Invalid(_("这是文本或 CSV 文件，请用 Excel、WPS 打开后另存为 .xlsx。"))
    raise Invalid(_("这不是 Excel 工作簿，请上传 .xlsx 文件。"))


def _refusal(code: str) -> str:
    if code in {"size", "ratio", "parts"}:
        return _("文件解压后过大，内容异常，未予读取。请只保留需要的表格后另存再上传。")
    if code in {"path", "xml"}:
        return _("文件内容异常，未予读取。请用 Excel、WPS 另存后再上传。")
    return _("文件已损坏，无法读取。请用 Excel、WPS 打开并另存后再上传。")


def _read(content: bytes) -> list[Sheet]:
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
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["data_type"] == "e":
            cell["value"] = Fault.ERROR
        elif cell["value"] is None and element.find(FORMULA_TAG) is not None:
            cell["value"] = Fault.FORMULA
        elif isinstance(cell["value"], str):
            cell["value"] = keepable(_unescaped(cell["value"]))
        return cell


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
