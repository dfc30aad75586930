"""The criteria that make a hazard major (重大事故隐患判定标准), as a file and as entries."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from anxiao.loop.hazards.catalog.parsing import (
    BadCatalog,
    Entry,
    Fault,
    Shape,
    duplicates,
    read_entries,
)

FILE = Path(__file__).parent / "criteria.toml"
METHODS = ("direct", "combined")
LONGEST = {"code": 40, "domain": 40, "text": 400, "source": 200}
SHAPES = {
    "criterion": Shape(
        {
            "code": str,
            "domain": str,
            "method": str,
            "text": str,
            "source": str,
            "confirm": bool,
            "open": bool,
        },
        frozenset({"confirm", "open"}),
    )
}
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class CriterionEntry:
    """One criterion. ``confirm``: 待核实; ``is_open``: a domain whose text the bureau fills in."""

    code: str
    domain: str
    method: str
    text: str
    source: str
    confirm: bool = False
    is_open: bool = False


def parse_criteria(text: str) -> tuple[CriterionEntry, ...]:
    """The criteria of a TOML file, in its order; ``BadCatalog`` with a line per fault."""
    entries = read_entries(text, SHAPES)
    faults = [fault for entry in entries for fault in _faults(entry)] + duplicates(entries, "code")
    if not entries:
        faults.append(Fault(1, "没有任何判定情形，请至少写一条 [[criterion]]。"))
    if faults:
        raise BadCatalog(sorted(faults, key=lambda fault: fault.line))
    return tuple(_entry(entry.values) for entry in entries)


@cache
def shipped_criteria() -> tuple[CriterionEntry, ...]:
    """The criteria that come with the program."""
    return parse_criteria(FILE.read_text(encoding="utf-8"))


def _entry(values: Mapping[str, Any]) -> CriterionEntry:
    given = dict(values)
    return CriterionEntry(is_open=given.pop("open", False), **given)


def criterion_faults(entry: CriterionEntry) -> dict[str, str]:
    """What is wrong with one criterion, by field."""
    return dict(_faults_of(asdict(entry) | {"open": entry.is_open}))


def _faults(entry: Entry) -> Iterator[Fault]:
    for key, message in _faults_of(entry.values):
        yield Fault(entry.line_of(key), message)


def _faults_of(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not _CODE.fullmatch(values["code"]):
        yield ("code", "代码只用小写字母、数字、点和横线，如 fire-1。")
    if values["method"] not in METHODS:
        yield "method", "判定方式只能是 direct（直接判定）或 combined（综合判定）。"
    for key, longest in LONGEST.items():
        if len(values[key]) > longest:
            yield key, f"“{key}”超过 {longest} 字，请缩短。"
    if not values["source"].strip():
        yield "source", "请写明依据（文件名和条款）。"
    if not values.get("open") and not values["text"].strip():
        yield "text", "请写判定情形；只列领域、暂无条文的，请写 open = true。"
