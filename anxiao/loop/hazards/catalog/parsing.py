"""Reading TOML tables with the line of each, so that a fault can be found at once."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from anxiao.foundation.kernel.toml import too_dear

LARGEST = 1_000_000
"""Characters; the shipped files have a fiftieth of it."""

_HEADER = re.compile(r"\s*\[\[\s*([A-Za-z0-9_]+)\s*\]\]\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_]+)\s*=")
_PLACE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in ``line`` (from 1) and what to do."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.message}"


class BadCatalog(ValueError):
    """A file that is not as it must be; nothing of it is used."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("；".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Entry:
    """One ``[[kind]]`` table with the lines of its header and keys."""

    kind: str
    values: Mapping[str, Any]
    line: int
    lines: Mapping[str, int]

    def line_of(self, key: str) -> int:
        """The line of ``key``, or of the header where the key is missing."""
        return self.lines.get(key, self.line)


@dataclass(frozen=True, slots=True)
class Shape:
    """What an entry may hold: type per key; ``optional`` ones may be left out."""

    fields: Mapping[str, type]
    optional: frozenset[str] = frozenset()


def read_entries(text: str, shapes: Mapping[str, Shape]) -> list[Entry]:
    """The tables of ``text``, each of one of ``shapes`` by kind; else ``BadCatalog`` with lines."""
    document = _document(text)
    tables = _tables(text)
    faults = [
        Fault(_first_line(text, name), f"没有“{name}”这一节；可用的有：{'、'.join(shapes)}。")
        for name in document
        if name not in shapes
    ]
    entries: list[Entry] = []
    for kind in shapes:
        lines = iter(tables.get(kind, []))
        for values in _list_of(document, kind, text, faults):
            line, keys = next(lines, (1, {}))
            entries.append(Entry(kind, values, line, keys))
    for entry in entries:
        faults += _shape_faults(entry, shapes[entry.kind])
    if faults:
        raise BadCatalog(sorted(faults, key=lambda fault: fault.line))
    return entries


def duplicates(entries: list[Entry], key: str) -> list[Fault]:
    """A fault for every entry whose ``key`` an earlier one of its kind has."""
    seen: dict[tuple[str, Any], int] = {}
    faults = []
    for entry in entries:
        named = (entry.kind, entry.values[key])
        if named in seen:
            faults.append(
                Fault(entry.line_of(key), f"“{named[1]}”与第 {seen[named]} 行重复，请改名或删去。")
            )
        seen.setdefault(named, entry.line_of(key))
    return faults


def _document(text: str) -> dict[str, Any]:
    if len(text) > LARGEST:
        raise BadCatalog([Fault(1, "文件太大，请核对。")])
    if dear := too_dear(text):
        raise BadCatalog([Fault(*dear)])
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = _PLACE.search(str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        fault = Fault(line, "不是合法的 TOML，请检查引号、括号和等号。")
        raise BadCatalog([fault]) from error


def _list_of(
    document: Mapping[str, Any], kind: str, text: str, faults: list[Fault]
) -> list[Mapping[str, Any]]:
    found = document.get(kind, [])
    if isinstance(found, list) and all(isinstance(each, dict) for each in found):
        return found
    faults.append(Fault(_first_line(text, kind), f"“{kind}”应写成 [[{kind}]]（双方括号）。"))
    return []


def _first_line(text: str, name: str) -> int:
    pattern = re.compile(rf"\s*(?:\[+\s*{re.escape(name)}\b|{re.escape(name)}\s*=)")
    lines = text.splitlines()
    return next((n for n, line in enumerate(lines, 1) if pattern.match(line)), 1)


def _tables(text: str) -> dict[str, list[tuple[int, dict[str, int]]]]:
    """Line of every table's header and of its keys, by kind, in file order."""
    found: dict[str, list[tuple[int, dict[str, int]]]] = {}
    keys: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header:
            keys = {}
            found.setdefault(header[1], []).append((number, keys))
        elif key := _KEY.match(line):
            keys.setdefault(key[1], number)
    return found


def _shape_faults(entry: Entry, shape: Shape) -> Iterator[Fault]:
    for key in entry.values:
        if key not in shape.fields:
            known = "、".join(shape.fields)
            yield Fault(entry.line_of(key), f"不认识“{key}”；可用的有：{known}。")
    for key, kind in shape.fields.items():
        if key not in entry.values:
            if key not in shape.optional:
                yield Fault(entry.line, f"缺少“{key}”，请补上。")
        elif not _is(entry.values[key], kind):
            yield Fault(entry.line_of(key), f"“{key}”应为{_KINDS[kind]}。")


def _is(value: object, kind: type) -> bool:
    if kind is list:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, kind)


_KINDS = {str: "加引号的文字", bool: "true 或 false", list: '文字的列表，如 ["甲", "乙"]'}
