"""Reading TOML with the line of every table and key, which ``tomllib`` does not tell."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from anxiao.foundation.kernel.toml import Inside, too_dear
from anxiao.loop.duties.catalog.data import Fault, Located, RawPlan

_HEADER = re.compile(r"\s*\[{1,2}\s*([A-Za-z0-9_.\-\s]+?)\s*\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"\s*[\"']?([A-Za-z0-9_\-]+)[\"']?\s*[.=]")
_PLACE = re.compile(r"\(at line (\d+), column \d+\)")
_END = re.compile(r"\(at end of document\)")
TOP = ("plan", "evidence_kind", "clause")
LARGEST = 500_000
"""Characters; the shipped notice has a tenth of it."""


@dataclass(slots=True)
class _Table:
    name: str
    line: int
    keys: dict[str, int] = field(default_factory=dict)


def read_toml(text: str) -> tuple[RawPlan | None, list[Fault]]:
    """The tables of a plan file, or why they cannot be read."""
    if len(text) > LARGEST:
        return None, [Fault(1, "文件太大；一个方案不超过 50 万字。")]
    if dear := too_dear(text):
        return None, [Fault(*dear)]
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return None, [_syntax(str(error), text)]
    tables = list(_tables(text))
    lines = _lines(tables)
    faults = [
        Fault(lines.get(name, 1), f"没有“{name}”这一节；可用的有：plan、evidence_kind、clause。")
        for name in document
        if name not in TOP
    ]
    faults += _shape(document, lines)
    if faults:
        return None, faults
    return _raw(document, tables), []


def _syntax(message: str, text: str) -> Fault:
    place = _PLACE.search(message)
    line = int(place[1]) if place else text.count("\n") + 1
    reason = _END.sub("", _PLACE.sub("", message)).strip()
    return Fault(line, f"不是合法的 TOML（{reason}）；请检查引号、括号和等号。")


def _shape(document: Mapping[str, Any], lines: Mapping[str, int]) -> Iterator[Fault]:
    if not isinstance(document.get("plan"), dict):
        yield Fault(lines.get("plan", 1), "缺少 [plan] 一节，请在文件开头补上。")
    for name in ("evidence_kind", "clause"):
        if not _is_list_of_tables(document.get(name, [])):
            yield Fault(lines.get(name, 1), f"“{name}”应写成 [[{name}]]（双方括号）。")
            return
    for clause in document.get("clause", []):
        if not _is_list_of_tables(clause.get("duty", [])):
            yield Fault(lines.get("clause.duty", 1), "“duty”应写成 [[clause.duty]]（双方括号）。")


def _is_list_of_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _lines(tables: list[_Table]) -> dict[str, int]:
    """Where each table first stands, and each key above all tables."""
    found: dict[str, int] = {}
    for table in tables:
        if table.name:
            found.setdefault(table.name, table.line)
        else:
            found |= table.keys
    return found


def _raw(document: Mapping[str, Any], tables: list[_Table]) -> RawPlan:
    found: dict[str, Iterator[_Table]] = {
        name: iter([table for table in tables if table.name == name])
        for name in (*TOP, "clause.duty")
    }

    def located(name: str, values: Mapping[str, Any]) -> Located:
        table = next(found[name], None) or _Table(name, 1)
        return Located(values, table.line, table.keys)

    clauses = tuple(
        (
            located("clause", clause),
            tuple(located("clause.duty", duty) for duty in clause.get("duty", [])),
        )
        for clause in document.get("clause", [])
    )
    kinds = tuple(located("evidence_kind", each) for each in document.get("evidence_kind", []))
    return RawPlan(located("plan", document["plan"]), kinds, clauses)


def _tables(text: str) -> Iterator[_Table]:
    """Headers with the lines of their keys; a table below a duty counts as a key of the duty."""
    current = _Table("", 1)
    inside = Inside()
    for number, line in enumerate(text.splitlines(), 1):
        if inside.value:
            inside.read(line)
            continue
        header = _HEADER.match(line)
        if header:
            name = re.sub(r"\s", "", header[1])
            if name in (*TOP, "clause.duty") or "." not in name:
                yield current
                current = _Table(name, number)
            else:
                current.keys.setdefault(name.rpartition(".")[2], number)
            continue
        key = _KEY.match(line)
        if key:
            current.keys.setdefault(key[1], number)
        inside.read(line)
    yield current
