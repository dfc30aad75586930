"""Rows of a sheet that are no records: totals, notes, signatures."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from anxiao.foundation.kernel.spellings.texts import Unreadable, plain

_TOTAL = re.compile(r"(?:\S{0,12}?)(?:合计|总计|小计|共计)(?:\([^()]*\))?[::]?")
_TOTAL_CELLS = 2
_NOTE_WORDS = (
    "填表说明|填报说明|说明|备注|注意事项|注意|注|填报人|填表人|填报单位|填表单位|填报日期|填表日期"
    "|制表人|制表|审核人|负责人|主要负责人|单位负责人|联系人|经办人|统计人|报送人"
)
_NOTE = re.compile(rf"(?:{_NOTE_WORDS})(?:\([^()]*\))?\d{{0,2}}\s*[:.、].*", re.DOTALL)
_SEAL = re.compile(r".*\((?:盖章|公章|签章|签字)\).*", re.DOTALL)
_NOTE_CELLS = 6


def is_total_row(cells: Sequence[object]) -> bool:
    """Whether the row sums others up: 合计, 总计 or 小计 in one of its first two filled cells."""
    first = islice(_filled(cells), _TOTAL_CELLS)
    return any(_TOTAL.fullmatch(text.replace(" ", "")) for text in first)


def is_note_row(cells: Sequence[object]) -> bool:
    """Whether the row is a note or a signature line: few cells, and the first says so."""
    filled = _filled(cells)
    first = next(filled, "")
    if _NOTE.fullmatch(first):
        return len(list(filled)) < _NOTE_CELLS
    return bool(_SEAL.fullmatch(first)) and next(filled, None) is None


def _filled(cells: Sequence[object]) -> Iterator[str]:
    for cell in cells:
        try:
            text = plain(cell)
        except Unreadable:
            text = "…"
        if text:
            yield text
