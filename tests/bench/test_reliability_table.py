"""Every test and drill that ``docs/dev/reliability.md`` names exists; each row stands once."""

import ast
import re
from pathlib import Path

from bench.chaos.drills import DRILLS

ROOT = Path(__file__).parent.parent.parent
TABLE = (ROOT / "docs" / "dev" / "reliability.md").read_text()
ROW = re.compile(r"^\| (R\d+) \| .+ \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def test_each_row_stands_once_and_names_tests_that_exist():
    rows = ROW.findall(TABLE)
    numbers = [number for number, _shown in rows]
    assert numbers == sorted(set(numbers), key=lambda number: int(number[1:]))
    assert len(numbers) == 18
    for number, shown in rows:
        named = TEST.findall(shown)
        assert named, number
        for path, name in named:
            source = ROOT / path
            assert source.exists(), path
            functions = {
                node.name
                for node in ast.walk(ast.parse(source.read_text()))
                if isinstance(node, ast.FunctionDef)
            }
            assert not name or name in functions, f"{path}::{name}"


def test_every_drill_is_named_in_a_row_and_every_one_named_exists():
    told = " ".join(shown for _number, shown in ROW.findall(TABLE))
    named = {
        name
        for listed in re.findall(r"drills? ((?:`\w+`(?:, )?)+)", told)
        for name in re.findall(r"`(\w+)`", listed)
    }
    assert named == DRILLS.keys()
