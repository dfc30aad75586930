"""Reads the shipped rules of 三.4; a bad entry stops everything."""

import tomllib
from functools import cache
from pathlib import Path

from anxiao.foundation.access.capabilities import ROLE_LABELS
from anxiao.safeguards.accountability.rules import Rule

FILE = Path(__file__).parent / "catalog" / "rules.toml"


class BadRule(ValueError):
    """A rule that is not as it must be; says which and what."""


def parse_rules(text: str) -> dict[str, Rule]:
    """Rules by clause, in the notice's order; strict about keys, posts and numbers."""
    rules: dict[str, Rule] = {}
    wanted = set(Rule.__slots__)
    for entry in tomllib.loads(text).get("rule", []):
        name = entry.get("code", "？")
        if entry.keys() != wanted:
            odd = "、".join(sorted(entry.keys() ^ wanted))
            raise BadRule(f"规则 {name}：缺少或不认识 {odd}")
        if entry["who"] not in ROLE_LABELS or min(entry["days"], entry["answer_days"]) < 1:
            raise BadRule(f"规则 {name}：岗位或天数不正确")
        if entry["clause"] in rules:
            raise BadRule(f"规则 {name}：条款 {entry['clause']} 重复")
        rules[entry["clause"]] = Rule(**entry)
    return rules


@cache
def shipped_rules() -> dict[str, Rule]:
    """The rules that come with the program."""
    return parse_rules(FILE.read_text(encoding="utf-8"))
