"""R14 and R16: a backup under load restored elsewhere, and an update of a million rows killed."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.chaos.field import ROOT, Field, inside
from bench.chaos.outage import Outages, Watch
from bench.chaos.server import programs
from bench.databases import database

LOAD = 15.0
"""Seconds of work before the backup."""
HAZARDS = 1_000_000
BEFORE = "0002"
"""The ledger's migration that the update begins after: what follows adds columns and indexes."""
STEPS = 0.5, 6.0
"""Seconds after which the update is killed, each time; it goes on where it was."""
MOST_KILLS = 12


def backup_sqlite(folder: Path, seed: int) -> dict[str, Any]:
    """See ``_backup``."""
    return _backup(folder, seed, "sqlite")


def backup_postgresql(folder: Path, seed: int) -> dict[str, Any]:
    """See ``_backup``."""
    return _backup(folder, seed, "postgresql")


def _backup(folder: Path, seed: int, kind: str) -> dict[str, Any]:
    """A backup while all write, the house gone, the backup put back elsewhere and served there.

    What was acknowledged before the backup began must be there; what came later may be.
    """
    with ExitStack() as stack:
        url, other = (stack.enter_context(database(kind)) for _ in range(2))
        field = Field(folder, url, seed)
        field.start()
        with field.working():
            Outages(field.history).settle(LOAD)
            began = time.monotonic()
            anxiao(field.environment, "backup", str(folder / "backups"))
            backup_s = time.monotonic() - began
        field.kill()
        for event in field.history.events:
            if event.outcome == "ok" and event.ended > began:
                event.outcome = "unknown"
        lost_at = time.monotonic()
        field.environment = {"ANXIAO_DATA": str(folder / "elsewhere"), "DATABASE_URL": other}
        anxiao(field.environment, "restore", str(folder / "backups"))
        restored = time.monotonic()
        (server,) = programs(1, 1, field.environment, folder / "log")
        server.start()
        up = time.monotonic()
        watch = Watch(server.address, field.world.schools[0].officer.token)
        watch.look()
        server.stop()
        verdict = field.judge()
        found = [] if watch.looks[0].page == 200 else [f"a page: {watch.looks[0].page}"]
    return {
        "acknowledged before": verdict["counts"]["ok"],
        "later": verdict["counts"]["unknown"],
        "backup_s": round(backup_s, 1),
        "restore_s": round(restored - lost_at, 1),
        "until it answers_s": round(up - lost_at, 1),
        "faults": [*found, *verdict["faults"]],
    }


def update_sqlite(folder: Path, seed: int) -> dict[str, Any]:
    """See ``_update``."""
    return _update(folder, seed, "sqlite")


def update_postgresql(folder: Path, seed: int) -> dict[str, Any]:
    """See ``_update``."""
    return _update(folder, seed, "postgresql")


def _update(folder: Path, seed: int, kind: str) -> dict[str, Any]:
    """The ledger with a million rows, an older version's tables, and an update killed again and
    again until one run comes to its end."""
    dice = random.Random(seed)  # noqa: S311 - to be made again
    with database(kind) as url:
        field = Field(folder, url, seed, clients=2)
        run(field.environment, "bench.fill", "hazards", "1", str(HAZARDS))
        anxiao(field.environment, "migrate", "hazards", BEFORE, "-v0")
        anxiao(field.environment, "migrate", "--check", "-v0", ends_with=1)
        rows = inside(field.environment, "bench.chaos.rows")
        kills, began = 0, time.monotonic()
        while True:
            last = time.monotonic()
            most = dice.uniform(*STEPS) if kills < MOST_KILLS else None
            if update(field.environment, most):
                break
            kills += 1
        ended = time.monotonic()
        anxiao(field.environment, "migrate", "--check", "-v0")
        after = inside(field.environment, "bench.chaos.rows")
        faults = [] if rows == after else [f"rows before {rows}, after {after}"]
        verdict = field.judge()
    return {
        "rows": rows.strip(),
        "kills": kills,
        "last run_s": round(ended - last, 1),
        "all runs_s": round(ended - began, 1),
        "faults": [*faults, *(f for f in verdict["faults"] if "hazard" not in f)],
    }


def update(environment: dict[str, str], most: float | None) -> bool:
    """Whether it came to its end before it was killed with -9."""
    process = subprocess.Popen(
        [sys.executable, "-m", "anxiao", "migrate", "-v0"],
        env=os.environ | environment,
        cwd=ROOT,
        start_new_session=True,
    )
    try:
        code = process.wait(most)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False
    if code:
        raise SystemExit(f"the update ended with {code}")
    return True


def anxiao(environment: dict[str, str], *words: str, ends_with: int = 0) -> None:
    """One command of the product."""
    run(environment, "anxiao", *words, ends_with=ends_with)


def run(environment: dict[str, str], *words: str, ends_with: int = 0) -> None:
    """One module, which must end so."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        env=os.environ | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != ends_with:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}: {done.stderr[-2000:]}")


DRILLS = {
    "backup_sqlite": backup_sqlite,
    "backup_postgresql": backup_postgresql,
    "update_sqlite": update_sqlite,
    "update_postgresql": update_postgresql,
}
