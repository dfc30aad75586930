"""Every gate and every test: what ``make test`` and CI run. Exits with 1 if anything failed.

``--gates`` runs the gates alone.
"""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import browser
import postgres

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
OURS = {"ANXIAO_DATA", "ANXIAO_DEMO", "ANXIAO_DEBUG", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
PYTEST = ("pytest", "-q", "-n", "2", "--dist", "loadgroup", "--durations=10")
ONCE = (
    "tests/api/test_s23_fuzzing.py",
    "tests/foundation/accounts/test_pages.py",
    "tests/foundation/files",
    "tests/loop/hazards/test_matrix.py",
    "tests/project/test_start.py",
)
"""What asks no more of a database than its neighbours do: run on SQLite alone."""
GATES = (
    ("ruff", ("ruff", "check", "--quiet", ".")),
    ("format", ("ruff", "format", "--check", "--quiet", ".")),
    ("imports", ("lint-imports", "--no-cache")),
    ("types", ("mypy",)),
    ("migrations", ("anxiao", "makemigrations", "--check", "--dry-run")),
    ("settings", ("anxiao", "check", "--deploy", "--fail-level", "WARNING")),
)


class Result(NamedTuple):
    """How one stage went."""

    name: str
    passed: bool
    seconds: float


def main() -> int:
    """Run all, show one line for each, return 1 if one failed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # lets the throw-away server be stopped
    scratch = tempfile.mkdtemp(prefix="anxiao-gates-")
    try:
        results = [stage(name, command, ANXIAO_DATA=scratch) for name, command in GATES]
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if "--gates" not in sys.argv:
        results += tests()
    lines = [
        f"{'ok    ' if passed else 'FAILED'} {name} ({seconds:.0f} s)"
        for name, passed, seconds in results
    ]
    print("\n" + "\n".join(lines), flush=True)
    return 0 if all(result.passed for result in results) else 1


def tests() -> list[Result]:
    """The suites: SQLite, PostgreSQL, browser."""
    on_sqlite = stage("tests on SQLite", (*PYTEST, "--ignore=tests/browser"))
    county = tempfile.mkdtemp(prefix="anxiao-county-")
    atexit.register(shutil.rmtree, county, ignore_errors=True)
    building = start_building(county)  # while the next stage waits for its database
    spared = [f"--ignore={path}" for path in ("tests/browser", *ONCE)]
    with postgres.server() as url:
        on_postgresql = stage(
            "tests on PostgreSQL",
            (*PYTEST, *spared, "-m", "django_db"),
            DATABASE_URL=url,
        )
    chromium = browser.ensure()
    if not chromium:
        print(f"\n== tests in the browser\n{browser.MISSING}", flush=True)
        return [on_sqlite, on_postgresql, Result("tests in the browser", False, 0)]
    built = county if building.wait() == 0 else ""
    in_browser = stage(
        "tests in the browser",
        (*PYTEST, "tests/browser"),
        CHROMIUM=chromium,
        CI="true",
        ANXIAO_DEMO_DATA=built,
    )
    return [on_sqlite, on_postgresql, in_browser]


def start_building(folder: str) -> "subprocess.Popen[bytes]":
    """Begin to build the demo county that the browser's servers start from."""
    env = {key: value for key, value in os.environ.items() if key not in OURS}
    return subprocess.Popen(
        [str(BIN / "anxiao"), "demo"],
        cwd=ROOT,
        env=env | {"ANXIAO_DATA": folder},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def stage(name: str, command: tuple[str, ...], **extra: str) -> Result:
    """Run one command of the environment, away from the data of whoever started it."""
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    env = {key: value for key, value in os.environ.items() if key not in OURS}
    code = subprocess.call([str(BIN / command[0]), *command[1:]], cwd=ROOT, env=env | extra)
    return Result(name, code == 0, time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main())
