"""Reading a stranger's .xlsx: looked through first, then row by row, values only."""

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from anxiao.foundation.kernel.archives import BadArchive, Limits, look_through
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.kernel.later import Later

if TYPE_CHECKING:
    from anxiao.foundation.registers.services import reader
else:
    reader = Later("anxiao.foundation.registers.services.reader")

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
        return reader.read(content)
    except Invalid:
        raise
    except Exception as fault:  # the reader raises whatever it likes on damaged parts
        raise Invalid(_refusal("broken")) from fault


def keepable(text: str) -> str:
    """``text`` without what UTF-8 or XML cannot hold; half a letter becomes U+FFFD."""
    return _UNFIT.sub("\ufffd", _CONTROLS.sub("", text))


def reference(row: int, column: int) -> str:
    """``C12``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


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
