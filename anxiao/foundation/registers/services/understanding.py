"""From a sheet to rows that a room understands: header, mapping, values, row errors."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.kernel.spellings import (
    Unreadable,
    clean_text,
    is_note_row,
    is_total_row,
    read_text,
)
from anxiao.foundation.registers.declare import ImportField, ImportSpec, Row
from anxiao.foundation.registers.rules.headings import (
    Header,
    find_header,
    header_at,
    normal,
    unit_of,
)
from anxiao.foundation.registers.services.workbook import Cells, Fault, Sheet, reference

SHOWN_LENGTH = 60
NUMBER_ROW_CELLS = 3


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row is not taken: row number, cell (``C12``, may be empty), heading, value, advice."""

    row: int
    cell: str
    heading: str
    value: str
    message: str
    field: str = ""
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row as understood: field values, and what could not be read."""

    number: int
    values: Row
    errors: tuple[RowError, ...] = ()


@dataclass(slots=True)
class Understood:
    """A workbook as understood. ``missing`` are keys of required fields without a column.

    ``headings`` maps column numbers to what stands above them, ``columns`` field keys to columns,
    ``skipped`` counts rows that are no records (blank, total, note, header).
    """

    sheet: str
    header_row: int
    headings: dict[int, str]
    columns: dict[str, int]
    missing: tuple[str, ...]
    corrections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rows: list[ReadRow] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person said about a workbook; empty means: find out.

    ``columns`` maps field keys to a column: its number, letter or heading; "" leaves it out.
    ``corrections`` maps field keys to what is written there and what is meant by it.
    """

    sheet: str = ""
    header_row: int = 0
    columns: Mapping[str, int | str] = field(default_factory=dict)
    corrections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def understand(sheets: Iterable[Sheet], spec: ImportSpec, wish: Wish = Wish()) -> Understood:
    """Find sheet, header and columns and read the rows; ``Invalid`` when there is no table."""
    names = _names(spec, wish)
    sheet, header = _choose(list(sheets), names, wish)
    columns = _columns(header, spec, wish)
    missing = tuple(one.key for one in spec.fields if one.required and one.key not in columns)
    result = Understood(sheet.name, header.row, header.headings, columns, missing, wish.corrections)
    if not missing:
        _read_rows(sheet, spec, result)
    return result


def shown(value: Any) -> str:
    """A cell's value as short text for people."""
    if isinstance(value, Fault):
        return _("（公式）") if value is Fault.FORMULA else _("（错误值）")
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        value = value.date()
    try:
        text = value.isoformat() if isinstance(value, date) else clean_text(value)
    except Unreadable:
        text = _("（过大的数字）")
    text = text.replace("\n", " ")
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"


def _names(spec: ImportSpec, wish: Wish) -> dict[str, list[str]]:
    """Field → headings it may stand under, what a person said first."""
    names = {one.key: [str(one.label), *one.synonyms] for one in spec.fields}
    for key, said in wish.columns.items():
        if isinstance(said, str) and said and key in names:
            names[key].insert(0, said)
    return names


def _choose(
    sheets: list[Sheet], names: Mapping[str, list[str]], wish: Wish
) -> tuple[Sheet, Header]:
    """The wished sheet, else the one whose header says most."""
    best: tuple[Sheet, Header] | None = None
    for sheet in sheets:
        if wish.sheet and sheet.name != wish.sheet:
            continue
        header = _header(sheet, names, wish.header_row)
        if header and (best is None or header.score > best[1].score):
            best = sheet, header
    if best is None:
        raise Invalid(_("没有找到表头。请保留写有各列名称的一行，放在前 15 行之内。"))
    return best


def _header(sheet: Sheet, names: Mapping[str, list[str]], wished: int) -> Header | None:
    texts = [
        (number, {column: shown(value) for column, value in sheet.head[number].items()})
        for number in sorted(sheet.head)
    ]
    return header_at(texts, wished, names) if wished else find_header(texts, names)


def _columns(header: Header, spec: ImportSpec, wish: Wish) -> dict[str, int]:
    columns = dict(header.columns)
    for key, said in wish.columns.items():
        columns.pop(key, None)
        column = _column(said, header)
        if column:
            columns = {other: at for other, at in columns.items() if at != column}
            columns[key] = column
    known = {one.key for one in spec.fields}
    return {key: column for key, column in columns.items() if key in known}


def _column(said: int | str, header: Header) -> int:
    """A column by number, heading or letter; 0 when left out. ``Invalid`` if there is none."""
    if isinstance(said, int) or not said:
        return said or 0
    for column, heading in header.headings.items():
        if normal(heading) == normal(said) or normal(heading.rpartition("·")[2]) == normal(said):
            return column
    for column in header.headings:
        if reference(1, column)[:-1] == said.upper():
            return column
    raise BadMapping(
        _("表头里没有“%(name)s”这一列。现有各列：%(all)s。")
        % {"name": said, "all": "、".join(header.headings.values())}
    )


def _read_rows(sheet: Sheet, spec: ImportSpec, result: Understood) -> None:
    skipped: Counter[str] = Counter()
    last = result.header_row
    seen: dict[object, int] = {}
    columns = [_Column(one, result) for one in spec.fields if one.key in result.columns]
    blank = dict.fromkeys(one.key for one in spec.fields)
    for number, cells in sheet.rows.items():
        if number <= result.header_row:
            continue
        skipped["blank"] += max(0, number - last - 1)
        last = number
        if kind := _no_record(cells, result):
            skipped[kind] += 1
            continue
        row = _read_row(number, cells, columns, blank)
        result.rows.append(_once(row, spec, seen))
    result.skipped = {kind: count for kind, count in skipped.items() if count}


def _no_record(cells: Cells, result: Understood) -> str:
    """Why a row is no record: blank, total, note, header; "" when it is one."""
    values = [cells[column] for column in sorted(cells)]
    if is_total_row(values):
        return "total"
    if is_note_row(values):
        return "note"
    mapped = [cells[column] for column in result.columns.values() if column in cells]
    if not mapped:
        return "blank"
    if _repeats_header(cells, result.headings) or _is_number_row(values):
        return "header"
    return ""


def _repeats_header(cells: Cells, headings: Mapping[int, str]) -> bool:
    return all(
        isinstance(value, str)
        and normal(headings.get(column, "").rpartition("·")[2]) == normal(value)
        for column, value in cells.items()
    )


def _is_number_row(values: list[Any]) -> bool:
    """The line 1, 2, 3 … that numbers the columns of official forms."""
    return len(values) >= NUMBER_ROW_CELLS and all(
        shown(value) == str(place) for place, value in enumerate(values, start=1)
    )


def _read_row(
    number: int, cells: Cells, columns: "Sequence[_Column]", blank: Mapping[str, None]
) -> ReadRow:
    values: Row = dict(blank)
    errors: list[RowError] = []
    for column in columns:
        raw = cells.get(column.number)
        value = column.value_of(raw)
        if isinstance(value, _Unfit):
            errors.append(error_at(column.result, number, column.field, raw, str(value)))
        else:
            values[column.field.key] = value
    return ReadRow(number, values, tuple(errors))


class _Column:
    """A column that means a field. What stands in many of its cells is understood once."""

    def __init__(self, one: ImportField, result: Understood) -> None:
        self.field, self.result = one, result
        self.number = result.columns[one.key]
        self.heading = result.headings.get(self.number, "")
        self.meant = result.corrections.get(one.key)
        self.known: dict[tuple[type, Any], Any] = {}

    def value_of(self, raw: Any) -> "Any | _Unfit":
        """What a cell means, or why it does not do."""
        said = (type(raw), raw)  # 1, 1.0 and True are equal, and not the same
        if said not in self.known:
            self.known[said] = self._understand(raw)
        return self.known[said]

    def _understand(self, raw: Any) -> "Any | _Unfit":
        try:
            value = _read_cell(self.field, raw, self.heading)
        except _Unfit as unfit:
            return unfit.with_traceback(None)
        return self.meant.get(shown(value), value) if self.meant else value


def error_at(
    result: Understood, number: int, one: ImportField | None, raw: Any, message: str
) -> RowError:
    """A row error at the cell of a field, or of the whole row."""
    column = result.columns.get(one.key) if one else None
    heading = result.headings.get(column, "") if column else str(one.label) if one else ""
    cell = reference(number, column) if column else ""
    text = "" if raw is None else shown(raw)
    return RowError(number, cell, heading, text, message, one.key if one else "")


class BadMapping(Invalid):
    """A wish for a field or a column that is not there."""


class _Unfit(Exception):
    """A cell's value does not do; the text says what to do."""


def _read_cell(one: ImportField, raw: Any, heading: str) -> Any:
    value = None if raw is None else _read_filled(one, raw, heading)
    if value in (None, "") and one.required and not one.may_be_blank:
        raise _Unfit(_("请填写“%(label)s”。") % {"label": one.label})
    return value


def _read_filled(one: ImportField, raw: Any, heading: str) -> Any:
    if _is(raw, Fault.FORMULA):
        wanted = _("请改成文字。") if one.read is None else _("请粘贴为数值。")
        raise _Unfit(_("单元格是公式，%(wanted)s") % {"wanted": wanted})
    if _is(raw, Fault.ERROR):
        raise _Unfit(_("单元格是错误值，请改成文字或数字。"))
    try:
        return _read_value(one, raw, heading)
    except Unreadable as fault:
        raise _Unfit(_(fault.hint)) from fault
    except (ValueError, TypeError, ArithmeticError) as fault:
        raise _Unfit(_("无法识别，请核对后重新填写。")) from fault


def _is(raw: Any, fault: Fault) -> bool:
    """A fault, or the word for it that stands in an error workbook."""
    return raw is fault or (isinstance(raw, str) and raw[:1] in "（(" and raw == shown(fault))


def _read_value(one: ImportField, raw: Any, heading: str) -> Any:
    if one.read is not None:
        return one.read(raw, unit=unit_of(heading)) if one.unit_aware else one.read(raw)
    # A text that merely begins with "=" is text: formulas came as Fault.FORMULA.
    text = clean_text(raw) if isinstance(raw, str) else read_text(raw)
    if len(text) > one.max_length:
        raise _Unfit(_("内容过长，请精简到 %(length)d 字以内。") % {"length": one.max_length})
    return text or None


def _once(row: ReadRow, spec: ImportSpec, seen: dict[object, int]) -> ReadRow:
    """The row, or with an error when the file holds the same one above."""
    if spec.identity is None or row.errors:
        return row
    identity = spec.identity(row.values)
    if identity is None:
        return row
    first = seen.setdefault(identity, row.number)
    if first == row.number:
        return row
    message = _("与第 %(row)d 行重复，请核对后保留一行。") % {"row": first}
    return ReadRow(row.number, row.values, (RowError(row.number, "", "", "", message),))
