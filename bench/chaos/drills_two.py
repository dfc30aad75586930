"""R12, R17 on one PostgreSQL: two web servers and two workers, of which one of each is killed."""

import threading
import time
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg

from bench.chaos.field import Field
from bench.chaos.outage import Outages, watching
from bench.chaos.server import Program
from bench.databases import database

ROUNDS = 2
EVERY = {
    "duties.rebind_changed": timedelta(minutes=1),
    "messaging.deliver": timedelta(seconds=30),
}
"""The periods of the jobs that come due often enough to be followed here."""
LEASE = timedelta(seconds=60)
SLACK = timedelta(seconds=30)
"""For a round of the worker: its pause, and the jobs before this one in the list."""
WATCHED = 200.0


class Runs(threading.Thread):
    """Every start of a job, as its row tells it; looked at more often than a job could run."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url, self.over = url, threading.Event()
        self.begun: dict[str, list[datetime]] = defaultdict(list)

    def run(self) -> None:
        """Until it is over."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            while not self.over.wait(0.05):
                for name, at in connection.execute(
                    "SELECT name, started_at FROM jobs_periodicrun WHERE started_at IS NOT NULL"
                ):
                    if self.begun[name][-1:] != [at]:
                        self.begun[name].append(at)

    def faults(self) -> list[str]:
        """Runs too near each other, and gaps in which one is missing."""
        found = []
        for name, every in EVERY.items():
            starts = self.begun[name]
            for earlier, later in pairwise(starts):
                gap = later - earlier
                if gap < every:
                    taken_up = gap >= LEASE  # its runner was killed: at least once, after the lease
                    found += [] if taken_up else [f"{name} ran twice within {gap}"]
                if gap > every + LEASE + SLACK:
                    found.append(f"{name} did not run for {gap}")
            if len(starts) < WATCHED / (every + LEASE).total_seconds():
                found.append(f"{name} ran {len(starts)} times in {WATCHED:.0f} s")
        return found


def two_webs(folder: Path, seed: int) -> dict[str, Any]:
    """Phones that know both servers go to the other one; the jobs of the dead worker too."""
    with database("postgresql") as url:
        field = Field(folder, url, seed)
        field.start(web=2, workers=2)
        first, other, *workers = field.programs
        outages = Outages(field.history)
        runs = Runs(url)
        runs.start()
        recoveries = []
        began = time.monotonic()
        token = field.world.schools[0].officer.token
        with field.working(), watching(other.address, token) as watch:
            outages.settle(5)
            for number in range(ROUNDS):
                with outages.blow():
                    first.kill()
                    workers[number].kill()
                recoveries.append(outages.wait())
                outages.settle(20)
                _again(first, workers[number])
                outages.settle(10)
            time.sleep(max(0.0, began + WATCHED - time.monotonic()))
        runs.over.set()
        runs.join()
        field.stop()
        blow = outages.blows[0][0]
        told = outages.report(field.judge(), recoveries, {0}, unreachable=True)
        told["faults"] += runs.faults()
        return told | {
            "pages of the other": watch.pages(),
            "longest wait for a receipt_s": round(field.history.longest(blow), 1),
            "runs": {name: len(runs.begun[name]) for name in EVERY},
        }


def _again(*programs: Program) -> None:
    for program in programs:
        program.start()


DRILLS = {"two_webs": two_webs}
