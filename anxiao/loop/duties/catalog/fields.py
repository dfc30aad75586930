"""What each key of a plan may hold; the same for TOML, Excel and the web editor."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from anxiao.foundation.access.capabilities import ROLE_LABELS
from anxiao.foundation.kernel.periods import Cadence
from anxiao.loop.duties.catalog.data import Fault, Located
from anxiao.loop.duties.rules import ROOMS, predicate_fault
from anxiao.loop.duties.states import ClauseKind, DutyLevel

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
Check = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Field:
    """One key: its Chinese name, what is wrong with a value, its default when left out."""

    label: str
    check: Check
    default: Any = None
    required: bool = False


def text(longest: int, *, empty: bool = False) -> Check:
    """Text of at most ``longest`` characters."""

    def check(value: Any) -> str:
        if not isinstance(value, str):
            return "应为文字（加引号）。"
        if not empty and not value.strip():
            return "不能为空。"
        return f"最多 {longest} 个字，现有 {len(value)} 个。" if len(value) > longest else ""

    return check


def code(longest: int) -> Check:
    """A code: letters, digits, dot, dash, underscore."""

    def check(value: Any) -> str:
        wrong = text(longest)(value)
        if wrong or CODE.fullmatch(value):
            return wrong
        return f"“{value}”不是代码；应由字母、数字、点、横线组成。"

    return check


def whole(least: int, most: int, *, none: bool = False) -> Check:
    """A whole number in a range."""

    def check(value: Any) -> str:
        if value is None and none:
            return ""
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            return f"应为 {least} 到 {most} 的整数。"
        return ""

    return check


def choice(allowed: Collection[str]) -> Check:
    """One of some words."""

    def check(value: Any) -> str:
        if isinstance(value, str) and value in allowed:
            return ""
        return f"“{value}”不认识；应为 {'、'.join(allowed)} 之一。"

    return check


def flag(value: Any) -> str:
    """True or false."""
    return "" if isinstance(value, bool) else "应为 true 或 false。"


def day(value: Any) -> str:
    """A date."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return ""
    return "应为日期，如 2026-11-17（不加引号）。"


def words(value: Any) -> str:
    """A list of codes, at least one."""
    if not isinstance(value, list | tuple) or not value:
        return '应为非空的列表，如 ["drill.done"]。'
    wrong = next((message for each in value if (message := code(60)(each))), "")
    return wrong or ("有重复。" if len(set(value)) < len(value) else "")


def conditions(value: Any) -> str:
    """Predicates on a unit's profile."""
    if not isinstance(value, Mapping):
        return '应为条件表，如 { stages = ["primary"], boarding = true }。'
    return next(
        (wrong for name, each in value.items() if (wrong := predicate_fault(name, each))), ""
    )


HEAD: Mapping[str, Field] = {
    "code": Field("方案代码", code(40), required=True),
    "title": Field("方案名称", text(120), required=True),
    "number": Field("文号", text(60, empty=True), ""),
    "issuer": Field("发文单位", text(60), required=True),
    "from_on": Field("起始日期", day, required=True),
    "to_on": Field("截止日期", day, required=True),
}
EVIDENCE_KIND: Mapping[str, Field] = {
    "code": Field("佐证代码", code(60), required=True),
    "label": Field("佐证名称", text(40), required=True),
}
CLAUSE: Mapping[str, Field] = {
    "code": Field("条款号", code(20), required=True),
    "chapter": Field("章", text(40), required=True),
    "section": Field("节", text(60, empty=True), ""),
    "title": Field("条款", text(60), required=True),
    "demand": Field("要求", text(2000), required=True),
    "kind": Field("类别", choice(ClauseKind.values), required=True),
}
DUTY: Mapping[str, Field] = {
    "code": Field("职责号", code(24), required=True),
    "title": Field("职责", text(80), required=True),
    "owner": Field("责任岗位", choice([str(role) for role in ROLE_LABELS]), required=True),
    "level": Field("适用层级", choice(DutyLevel.values), "unit"),
    "applies_to": Field("适用范围", conditions, {}),
    "cadence": Field("频次", choice([str(each) for each in Cadence]), required=True),
    "times": Field("次数", whole(1, 200), 1),
    "grace_days": Field("宽限天数", whole(0, 200), 0),
    "in_holidays": Field("假期也计", flag, False),
    "evidence": Field("佐证种类", words, required=True),
    "minutes": Field("每次分钟", whole(1, 600), required=True),
    "weight": Field("权重", whole(1, 10), 1),
    "room": Field("登记处", choice(ROOMS), required=True),
    "how": Field("怎么做", text(300, empty=True), ""),
    "basis": Field("依据", text(200, empty=True), ""),
    "confirm": Field("待核实", flag, False),
    "gauge": Field("达标项", text(40, empty=True), ""),
    "target": Field("目标值（%）", whole(0, 100, none=True), None),
    "valid_days": Field("有效天数", whole(1, 3660, none=True), None),
}


def read(
    table: Located, fields: Mapping[str, Field], inner: str = ""
) -> tuple[dict[str, Any], list[Fault]]:
    """Values of one table, defaults filled in, and everything wrong with it.

    ``inner`` names the key under which tables of the next level stand.
    """
    faults = list(_faults(table, fields, inner))
    values = {name: table.values.get(name, field.default) for name, field in fields.items()}
    return values, faults


def _faults(table: Located, fields: Mapping[str, Field], inner: str) -> Iterator[Fault]:
    for name in table.values:
        if name not in fields and name != inner:
            yield table.fault(f"没有“{name}”这一项；可用的有：{'、'.join(fields)}。", name)
    for name, field in fields.items():
        if name not in table.values:
            if field.required:
                yield table.fault(f"缺少“{name}”（{field.label}），请补上。", name)
        elif wrong := field.check(table.values[name]):
            yield table.fault(f"{name}（{field.label}）{wrong}", name)
