"""S39: every level-2 requirement of OWASP ASVS 5.0 has a test that exists, or a reason."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TABLE = ROOT / "docs/dev/asvs.md"
SECTIONS = {  # numbers of levels 1 and 2 in each section of ASVS 5.0.0
    **{"1.1": "1-2", "1.2": "1-9", "1.3": "1-11", "1.4": "1-3", "1.5": "1-2"},
    **{"2.1": "1-3", "2.2": "1-3", "2.3": "1-4", "2.4": "1"},
    **{"3.2": "1-2", "3.3": "1-4", "3.4": "1-6", "3.5": "1-5", "3.7": "1-2"},
    **{"4.1": "1-3", "4.2": "1", "4.3": "1-2", "4.4": "1-4"},
    **{"5.1": "1", "5.2": "1-3", "5.3": "1-2", "5.4": "1-3"},
    **{"6.1": "1-3", "6.2": "1-12", "6.3": "1-4", "6.4": "1-4", "6.5": "1-5", "6.6": "1-3"},
    "6.8": "1-4",
    **{"7.1": "1-3", "7.2": "1-4", "7.3": "1-2", "7.4": "1-5", "7.5": "1-2", "7.6": "1-2"},
    **{"8.1": "1-2", "8.2": "1-3", "8.3": "1", "8.4": "1"},
    **{"11.1": "1-2", "11.2": "1-3", "11.3": "1-3", "11.4": "1-4", "11.5": "1", "11.6": "1"},
    **{"12.1": "1-3", "12.2": "1-2", "12.3": "1-4"},
    **{"13.1": "1", "13.2": "1-5", "13.3": "1-2", "13.4": "1-5"},
    **{"14.1": "1-2", "14.2": "1-4", "14.3": "1-3"},
    **{"15.1": "1-3", "15.2": "1-3", "15.3": "1-7"},
    **{"16.1": "1", "16.2": "1-5", "16.3": "1-4", "16.4": "1-3", "16.5": "1-3"},
}
WHOLE_CHAPTERS = {"9.*", "10.*", "17.*"}
ROW = re.compile(r"^\| ([\d.]+\*?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def required():
    for section, numbers in SECTIONS.items():
        first, _, last = numbers.partition("-")
        for number in range(int(first), int(last or first) + 1):
            yield f"{section}.{number}"


def rows():
    return {number: (what, shown) for number, what, shown in ROW.findall(TABLE.read_text())}


@cache
def functions_of(path):
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_s39_every_requirement_has_one_row():
    numbers = [number for number, _what, _shown in ROW.findall(TABLE.read_text())]
    assert sorted(numbers) == sorted({*required(), *WHOLE_CHAPTERS})


def test_s39_every_row_has_a_reason_or_tests_that_exist():
    faults = []
    for number, (what, shown) in rows().items():
        named = TEST.findall(shown)
        if not named and not what.startswith("reason: "):
            faults.append(f"{number}: neither test nor reason")
        for path, name in named:
            if not (ROOT / path).exists() or (name and name not in functions_of(path)):
                faults.append(f"{number}: {path}::{name} does not exist")
    assert faults == []


def test_s39_every_page_that_is_named_exists():
    text = TABLE.read_text()
    pages = set(re.findall(r"docs/[\w/.-]+\.md", text))
    assert [page for page in sorted(pages) if not (ROOT / page).exists()] == []
    decisions = ROOT / "docs/dev/adr"
    assert all(list(decisions.glob(f"{each}-*.md")) for each in re.findall(r"\bADR (\d{4})", text))
