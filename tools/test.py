"""Every gate and every test: what ``make test`` and CI run. Exits with 1 if anything failed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import browser
import postgres

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
GATES = (
    ("ruff", ["ruff", "check", "--quiet", "."]),
    ("format", ["ruff", "format", "--check", "--quiet", "."]),
    ("imports", ["lint-imports", "--no-cache"]),
    ("types", ["mypy"]),
    ("migrations", ["anxiao", "makemigrations", "--check", "--dry-run"]),
    ("settings", ["anxiao", "check", "--deploy", "--fail-level", "WARNING"]),
)


def main() -> int:
    """Run all, show one line for each, return 1 if one failed."""
    results = [stage(name, command) for name, command in GATES]
    if "--gates" not in sys.argv:
        results += tests()
    print("\n" + "\n".join(f"{'ok    ' if ok else 'FAILED'} {name} ({took:.0f} s)"
                            for name, ok, took in results), flush=True)
    return 0 if all(ok for _name, ok, _took in results) else 1


def tests() -> list[tuple[str, bool, float]]:
    """The suites: SQLite, PostgreSQL, browser."""
    pytest = ["pytest", "-q", "-n", "2", "--dist", "loadgroup"]
    on_sqlite = stage("tests on SQLite", [*pytest, "--ignore=tests/browser"])
    with postgres.server() as url:
        on_postgresql = stage(
            "tests on PostgreSQL",
            [*pytest, "--ignore=tests/browser", "-m", "django_db"],
            DATABASE_URL=url,
        )
    chromium = browser.ensure()
    in_browser = stage(
        "tests in the browser", [*pytest, "tests/browser"], CHROMIUM=chromium, CI="true"
    )
    return [on_sqlite, on_postgresql, in_browser]


def stage(name: str, command: list[str], **extra: str) -> tuple[str, bool, float]:
    """Run one command of the environment; return its name, whether it passed, its seconds."""
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    env = {k: v for k, v in os.environ.items() if k not in {"ANXIAO_DATA", "DATABASE_URL"}}
    env |= {"ANXIAO_DATA": str(ROOT / ".test-data")} if command[0] == "anxiao" else {}
    code = subprocess.call([str(BIN / command[0]), *command[1:]], cwd=ROOT, env=env | extra)
    return name, code == 0, time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
