"""Reads the shipped rules of 三.4; a bad entry stops everything."""

import tomllib
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from anxiao.foundation.access.capabilities import ROLE_LABELS
from anxiao.safeguards.accountability.rules import UNITS, Rule

FILE = Path(__file__).parent / "catalog" / "rules.toml"
COUNTED_IN = {"3.4.d": "days", "3.4.e": "days", "3.4.f": "days", "3.4.g": "hours"}
"""The clauses a record alone can show, and what the limit of each is counted in."""


class BadRule(ValueError):
    """A rule that is not as it must be; says which and what."""


def parse_rules(text: str) -> dict[str, Rule]:
    """Rules by clause, in the notice's order; strict about keys, posts and numbers."""
    rules: dict[str, Rule] = {}
    for entry in tomllib.loads(text).get("rule", []):
        rule = _read(entry)
        if rule.clause in rules:
            raise BadRule(f"规则 {rule.code}：条款 {rule.clause} 重复")
        rules[rule.clause] = rule
    if missing := COUNTED_IN.keys() - rules.keys():
        raise BadRule(f"缺少条款 {'、'.join(sorted(missing))} 的规则")
    return rules


def _read(entry: dict[str, Any]) -> Rule:
    name = entry.get("code", "？")
    wanted = {field.name: field.type for field in fields(Rule)}
    if entry.keys() != wanted.keys():
        odd = "、".join(sorted(entry.keys() ^ wanted.keys()))
        raise BadRule(f"规则 {name}：缺少或不认识 {odd}")
    wrong = [key for key, kind in wanted.items() if type(entry[key]) is not kind]
    if wrong:
        raise BadRule(f"规则 {name}：{'、'.join(wrong)} 的类型不正确")
    rule = Rule(**entry)
    if rule.who not in ROLE_LABELS or min(rule.limit, rule.answer_days) < 1:
        raise BadRule(f"规则 {name}：岗位或天数不正确")
    if COUNTED_IN.get(rule.clause) != rule.unit:
        raise BadRule(f"规则 {name}：条款或计时单位不正确，只能按{'或'.join(UNITS.values())}计")
    return rule


@cache
def shipped_rules() -> dict[str, Rule]:
    """The rules that come with the program."""
    return parse_rules(FILE.read_text(encoding="utf-8"))
