"""S16: nothing typed becomes SQL, a template or a command; what comes near is known by place.

The other half, hostile text through every form, is in ``test_every_form.py``.
"""

import re
import subprocess
import sys
from pathlib import Path

from django.template import engines

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "anxiao"
RULES = (
    *("S102", "S301", "S307", "S308", "S310", "S314", "S318", "S324", "S501", "S506"),
    *("S602", "S603", "S604", "S605", "S606", "S607", "S608", "S609", "S610", "S611"),
    *("S701", "S702"),
)
KNOWN = {
    "anxiao/foundation/access/rows.py S608",
    "anxiao/project/management/commands/bench.py S603",
    "anxiao/project/management/commands/serve.py S603",
    "anxiao/project/operate/dumps.py S603",
    "anxiao/project/operate/dumps.py S608",
}
"""The server's own programs and PostgreSQL's, started by name; tables counted by the names that
the catalog of the database gives; columns by the names of our own models. Nothing typed on a page
comes to any of them."""
HAND_WRITTEN = {
    "anxiao/foundation/access/rows.py",
    "anxiao/foundation/journal/services.py",
    "anxiao/loop/duties/services/statements.py",
    *(f"anxiao/project/operate/{name}.py" for name in ("backup", "dumps", "examination", "health")),
}
"""Where SQL is written by hand, with parameters: a new place is looked at before it stands here."""


def test_s16_no_finding_is_silenced():
    """ruff's security rules with every ``noqa`` ignored."""
    told = subprocess.run(
        [
            *(sys.executable, "-m", "ruff", "check", "--isolated", "--ignore-noqa", "--no-cache"),
            *("--output-format", "concise", "--exclude", "*/migrations/*"),
            *("--select", ",".join(RULES), "anxiao"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    found = re.findall(r"^(\S+?):\d+:\d+: (\S+)", told.stdout, re.M)
    assert {" ".join(each) for each in found} == KNOWN, told.stderr


def test_s16_sql_by_hand_is_known_by_place():
    by_hand = re.compile(r"cursor\.execute\(|\.raw\(|\.extra\(|RawSQL\(|executescript\(")
    found = {
        str(path.relative_to(ROOT))
        for path in HOUSE.rglob("*.py")
        if "migrations" not in path.parts and by_hand.search(path.read_text())
    }
    assert found == HAND_WRITTEN


def test_s16_templates_escape_and_come_from_the_house_alone():
    """No page is built from text, and none switches escaping off."""
    holes = re.compile(r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off")
    pages = list(HOUSE.glob("**/templates/**/*.html"))
    assert [path.name for path in pages if holes.search(path.read_text())] == []
    built = re.compile(r"from_string\(|mark_safe\(|\bTemplate\(")
    code = [path for path in HOUSE.rglob("*.py") if built.search(path.read_text())]
    assert [path.name for path in code] == []
    assert len(pages) > 60
    assert engines["django"].engine.autoescape
