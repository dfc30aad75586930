"""Every row of ``docs/dev/security.md`` stands once and names tests that exist, or a reason."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/dev/security.md").read_text()
ROW = re.compile(r"^\| (S[\dS-]+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
ROWS = [f"S{number}" for number in range(1, 40) if number not in range(28, 34)]
NOT_BUILT = {"S4", "S28-S33"}
"""Rooms that hold pupils' data or confidential cases."""


def functions_of(path):
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_each_row_stands_once_and_names_tests_that_exist():
    found = ROW.findall(PAGE)
    assert sorted(number for number, *_rest in found) == sorted([*ROWS, "S28-S33"])
    for number, holds, shown, figure in found:
        named = TEST.findall(shown)
        assert bool(named) is (number not in NOT_BUILT), number
        assert holds.startswith("reason: ") is (number in NOT_BUILT), number
        assert (figure != "—") is (number not in NOT_BUILT), number
        for path, name in named:
            assert (ROOT / path).exists(), path
            assert not name or name in functions_of(path), f"{path}::{name}"
