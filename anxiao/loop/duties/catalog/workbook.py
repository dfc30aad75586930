"""A plan as an Excel workbook: sheets 方案, 佐证种类, 条款, 职责; in and out, the same content.

Codes stand in the cells as they do in TOML; each heading carries its Chinese name and its key.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from anxiao.foundation.kernel.later import Later
from anxiao.foundation.kernel.spellings.texts import FORMULA_HINT, Unreadable, clean_text
from anxiao.foundation.kernel.spellings.words import read_bool
from anxiao.foundation.registers.services.workbook import Fault as CellFault
from anxiao.foundation.registers.services.workbook import Sheet, read_sheets
from anxiao.loop.duties.catalog.data import Fault, Located, PlanData, RawPlan
from anxiao.loop.duties.catalog.fields import (
    CLAUSE,
    DUTY,
    EVIDENCE_KIND,
    HEAD,
    Field,
    day,
    flag,
    words,
)
from anxiao.loop.duties.rules import FLAGS, LISTS

if TYPE_CHECKING:
    import xlsxwriter
else:
    xlsxwriter = Later("xlsxwriter")

HEAD_SHEET, KIND_SHEET, CLAUSE_SHEET, DUTY_SHEET = "方案", "佐证种类", "条款", "职责"
OF_CLAUSE = "clause"
_SPLIT = re.compile(r"[、,，;；\s]+")
_CONDITION = re.compile(r"([^=＝:：]+)[=＝:：](.+)")
BOOLEANS = {"true": "是", "false": "否", "是": "是", "否": "否"}


def write_workbook(plan: PlanData) -> bytes:
    """The plan as ``.xlsx``; reads back to the same plan."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    head = [(field.label, name, _cell(asdict(plan.head)[name])) for name, field in HEAD.items()]
    _sheet(book, HEAD_SHEET, ("项目", "代码", "内容"), head)
    kinds = [(code, label) for code, label in plan.evidence_kinds.items()]
    _sheet(book, KIND_SHEET, _headings(EVIDENCE_KIND), kinds)
    _sheet(
        book, CLAUSE_SHEET, _headings(CLAUSE), [_row(asdict(each), CLAUSE) for each in plan.clauses]
    )
    duties = [
        (clause.code, *_row(asdict(duty), DUTY))
        for clause in plan.clauses
        for duty in clause.duties
    ]
    _sheet(book, DUTY_SHEET, (f"所属条款 {OF_CLAUSE}", *_headings(DUTY)), duties)
    book.close()
    return target.getvalue()


def read_workbook(content: bytes) -> tuple[RawPlan | None, list[Fault]]:
    """The tables of a workbook, or why they cannot be read; ``Invalid`` if it is no workbook."""
    sheets = {sheet.name.strip(): sheet for sheet in read_sheets(content)}
    faults = [
        Fault(1, f"缺少“{name}”工作表，请补上（可先导出一份方案作样子）。", name)
        for name in (HEAD_SHEET, CLAUSE_SHEET, DUTY_SHEET)
        if name not in sheets
    ]
    if faults:
        return None, faults
    head, wrong = _read_head(sheets[HEAD_SHEET])
    faults += wrong
    kinds: list[Located] = []
    if KIND_SHEET in sheets:
        kinds, wrong = _read_rows(sheets[KIND_SHEET], KIND_SHEET, EVIDENCE_KIND)
        faults += wrong
    clauses, wrong = _read_rows(sheets[CLAUSE_SHEET], CLAUSE_SHEET, CLAUSE)
    faults += wrong
    duties, wrong = _read_rows(sheets[DUTY_SHEET], DUTY_SHEET, DUTY, OF_CLAUSE)
    faults += wrong
    by_clause, wrong = _assigned(clauses, duties)
    faults += wrong
    if faults:
        return None, faults
    return RawPlan(
        head,
        tuple(kinds),
        tuple((each, tuple(by_clause[each.values.get("code")])) for each in clauses),
    ), []


def _assigned(
    clauses: Iterable[Located], duties: Iterable[Located]
) -> tuple[dict[Any, list[Located]], list[Fault]]:
    by_clause: dict[Any, list[Located]] = {each.values.get("code"): [] for each in clauses}
    faults = []
    for duty in duties:
        values = dict(duty.values)
        clause = values.pop(OF_CLAUSE, None)
        if clause in by_clause:
            by_clause[clause].append(Located(values, duty.line, duty.lines, duty.sheet))
        else:
            faults.append(
                duty.fault(f"所属条款“{clause or ''}”不在“{CLAUSE_SHEET}”表里，请核对条款号。")
            )
    return by_clause, faults


def _read_head(sheet: Sheet) -> tuple[Located, list[Fault]]:
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    faults: list[Fault] = []
    labels = {field.label: name for name, field in HEAD.items()}
    for number, cells in sorted(sheet.rows.items()):
        texts = [_text(cells[column]) for column in sorted(cells)]
        name = next(
            (each for each in texts[:2] if each in HEAD), labels.get(texts[0] if texts else "")
        )
        if name is None:
            continue
        rest = [
            each for each in sorted(cells) if _text(cells[each]) not in {name, HEAD[name].label}
        ]
        try:
            values[name] = (_value(name, HEAD[name], cells[rest[-1]]) if rest else None) or ""
        except Unreadable as error:
            faults.append(Fault(number, str(error), HEAD_SHEET, name))
        lines[name] = number
    return Located(values, 1, lines, HEAD_SHEET), faults


def _read_rows(
    sheet: Sheet, name: str, fields: Mapping[str, Field], *more: str
) -> tuple[list[Located], list[Fault]]:
    keys = (*fields, *more)
    columns: dict[int, str] = {}
    found: list[Located] = []
    faults: list[Fault] = []
    for number, cells in sorted(sheet.rows.items()):
        if not columns:
            columns = _columns(cells, fields, keys)
            continue
        values, wrong = _read_cells(cells, columns, fields)
        faults += [Fault(number, f"{key} {message}", name, key) for key, message in wrong]
        if values:
            found.append(Located(values, number, {}, name))
    if not columns:
        faults.append(Fault(1, "没有找到表头，请保留带代码的标题行。", name))
    return found, faults


def _read_cells(
    cells: Mapping[int, Any], columns: Mapping[int, str], fields: Mapping[str, Field]
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    values: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for column, key in columns.items():
        try:
            value = _value(key, fields.get(key), cells.get(column, ""))
        except Unreadable as error:
            wrong.append((key, str(error)))
            continue
        if value is not None:
            values[key] = value
    return values, wrong


def _columns(
    cells: Mapping[int, Any], fields: Mapping[str, Field], keys: tuple[str, ...]
) -> dict[int, str]:
    """Columns by key: the heading's last word, or its Chinese name alone."""
    labels = {field.label: key for key, field in fields.items()} | {"所属条款": OF_CLAUSE}
    columns = {}
    for column, cell in cells.items():
        heading = _text(cell)
        key = heading.split()[-1] if heading.split() else ""
        if key in keys:
            columns[column] = key
        elif heading in labels:
            columns[column] = labels[heading]
    return columns if len(columns) > 1 else {}


def _value(key: str, field: Field | None, cell: Any) -> Any:
    """A cell as the value that TOML would hold; ``None`` for an empty one."""
    if isinstance(cell, CellFault):
        raise Unreadable("…", FORMULA_HINT)
    if _text(cell) == "":
        return None
    reader: Callable[[Any], Any] = _BY_KEY.get(key, clean_text)
    return _READERS.get(field.check, reader)(cell) if field else reader(cell)


def _text(cell: Any) -> str:
    try:
        return "" if isinstance(cell, CellFault) else clean_text(cell)
    except Unreadable:
        return "…"


def _day(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        return date.fromisoformat(clean_text(cell))
    except ValueError:
        return clean_text(cell)


def _whole(cell: Any) -> Any:
    text = clean_text(cell)
    return int(text) if text.isascii() and text.isdigit() else text


def _words(cell: Any) -> list[str]:
    return [word for word in _SPLIT.split(clean_text(cell)) if word]


def _conditions(cell: Any) -> dict[str, Any]:
    """``stages=primary,junior; boarding=true`` as predicates."""
    text = clean_text(cell)
    found: dict[str, Any] = {}
    for part in re.split(r"[;；\n]+", text):
        match = _CONDITION.fullmatch(part.strip())
        if match is None:
            raise Unreadable(part.strip(), "应写成 boarding=true 或 stages=primary,junior。")
        name, wanted = match[1].strip(), match[2].strip()
        if name in FLAGS and (name not in LISTS or wanted.lower() in BOOLEANS):
            found[name] = read_bool(BOOLEANS.get(wanted.lower(), wanted))
        else:
            found[name] = [word for word in re.split(r"[、,，\s]+", wanted) if word]
    return found


_READERS: Mapping[Any, Callable[[Any], Any]] = {day: _day, flag: read_bool, words: _words}
_BY_KEY: Mapping[str, Callable[[Any], Any]] = {
    "applies_to": _conditions,
    **dict.fromkeys(("times", "grace_days", "minutes", "weight", "target", "valid_days"), _whole),
}


def _sheet(book: Any, name: str, headings: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    page = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    dated = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
    page.set_column(0, 20, 18)
    page.freeze_panes(1, 0)
    for column, heading in enumerate(headings):
        page.write_string(0, column, heading, bold)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, date):
                page.write_datetime(number, column, value, dated)
            elif isinstance(value, int) and not isinstance(value, bool):
                page.write_number(number, column, value, plain)
            elif value != "":
                page.write_string(number, column, str(value), plain)


def _headings(fields: Mapping[str, Field]) -> tuple[str, ...]:
    return tuple(f"{field.label} {key}" for key, field in fields.items())


def _row(values: Mapping[str, Any], fields: Mapping[str, Field]) -> tuple[Any, ...]:
    return tuple(_cell(values[key]) for key in fields)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        parts = (
            f"{name}={('true' if each else 'false') if isinstance(each, bool) else ','.join(each)}"
            for name, each in value.items()
        )
        return "; ".join(parts)
    if isinstance(value, list | tuple):
        return ", ".join(value)
    return "" if value is None else value
