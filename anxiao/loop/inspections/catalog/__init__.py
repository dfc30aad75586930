"""Shipped checklists and their strict parser: a bad entry stops everything.

One file is one checklist; key parts (重点部位) are those of the places room.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from anxiao.foundation.kernel.periods import Cadence
from anxiao.foundation.places.catalog import key_parts

FOLDER = Path(__file__).parent
HEAD = {"code", "title", "clause", "key_part", "category", "cadence", "minutes", "applies_to"}
HEAD_OPTIONAL = {"note", "confirm"}
ITEM = {"code", "text", "look", "basis", "level", "photo", "suggest", "days"}
ITEM_OPTIONAL = {"criterion", "confirm"}
LEVELS = {"ordinary", "major"}
FEWEST_ITEMS = 8


class BadChecklist(ValueError):
    """A checklist entry that is not as it must be; says where and what."""


def parse_checklist(text: str, name: str) -> dict[str, Any]:
    """One checklist of TOML text as ``{head…, "items": [item, …]}``; strict."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadChecklist(f"{name}：{fault}") from fault
    _keys(data, {"checklist", "item"}, set(), name)
    head, items = data["checklist"], data["item"]
    _keys(head, HEAD, HEAD_OPTIONAL, name)
    _check_head(head, name)
    if len(items) < FEWEST_ITEMS:
        raise BadChecklist(f"{name}：只有 {len(items)} 项，至少要 {FEWEST_ITEMS} 项")
    seen: set[str] = set()
    for item in items:
        where = f"{name} {item.get('code', '？')}"
        _keys(item, ITEM, ITEM_OPTIONAL, where)
        _check_item(item, where)
        if item["code"] in seen:
            raise BadChecklist(f"{where}：代码重复")
        seen.add(item["code"])
    return {**head, "note": head.get("note", ""), "items": items}


@cache
def shipped_checklists() -> tuple[dict[str, Any], ...]:
    """All shipped checklists, by file name."""
    return tuple(
        parse_checklist(path.read_text(encoding="utf-8"), path.name)
        for path in sorted(FOLDER.glob("*.toml"))
    )


def _check_head(head: Mapping[str, Any], name: str) -> None:
    if head["cadence"] not in set(Cadence):
        raise BadChecklist(f"{name}：不认识频次 {head['cadence']}")
    if head["key_part"] not in key_parts():
        raise BadChecklist(f"{name}：不认识重点部位 {head['key_part']}")
    if type(head["minutes"]) is not int or head["minutes"] < 1:
        raise BadChecklist(f"{name}：minutes 要是正整数")


def _check_item(item: Mapping[str, Any], where: str) -> None:
    if item["level"] not in LEVELS:
        raise BadChecklist(f"{where}：level 只能是 ordinary 或 major")
    if type(item["photo"]) is not bool:
        raise BadChecklist(f"{where}：photo 只能是 true 或 false")
    if type(item["days"]) is not int or item["days"] < 1:
        raise BadChecklist(f"{where}：days 要是正整数")
    blank = [key for key in ("code", "text", "look") if not str(item[key]).strip()]
    if blank:
        raise BadChecklist(f"{where}：{'、'.join(blank)} 不能为空")


def _keys(entry: Mapping[str, Any], needed: set[str], optional: set[str], where: str) -> None:
    missing = sorted(needed - entry.keys())
    unknown = sorted(entry.keys() - needed - optional)
    if missing:
        raise BadChecklist(f"{where}：缺少 {'、'.join(missing)}")
    if unknown:
        raise BadChecklist(f"{where}：不认识 {'、'.join(unknown)}")
