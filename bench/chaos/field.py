"""A county, the programs that serve it, the clients at work, and the judge's verdict."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.chaos.clients import Client
from bench.chaos.faults import Faults
from bench.chaos.history import History
from bench.chaos.server import Program, programs
from bench.chaos.world import World

ROOT = Path(__file__).resolve().parent.parent.parent


class Field:
    """Founded at once; ``env`` is what the programs find in their environment besides."""

    def __init__(
        self, folder: Path, url: str, seed: int, *, clients: int = 16, faults: Faults | None = None
    ) -> None:
        self.folder, self.seed, self.clients = folder, seed, clients
        self.data = folder / "data"
        self.environment = {"ANXIAO_DATA": str(self.data), "DATABASE_URL": url}
        self.faults = faults
        self.history = History()
        self.programs: list[Program] = []
        inside(self.environment, "bench.chaos.found", str(folder / "world.json"), str(clients * 4))
        self.world = World.load(folder / "world.json")

    def start(self, web: int = 1, workers: int = 1) -> None:
        """So many programs, each up when this returns."""
        self.prepare(web, workers)
        self.again()

    def prepare(self, web: int = 1, workers: int = 1) -> None:
        """So many programs, not started yet."""
        shim = self.faults.env if self.faults else {}
        self.programs = programs(web, workers, self.environment | shim, self.folder / "log")

    def again(self) -> None:
        """Start all of them once more."""
        for program in self.programs:
            program.start()

    def kill(self) -> None:
        """kill -9 of all."""
        for program in self.programs:
            program.kill()

    def stop(self) -> None:
        """Ask all of them to end."""
        for program in self.programs:
            program.stop()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where it answers."""
        return tuple(program.address for program in self.programs if program.port)

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """All clients at work for the length of the block; two share each set of schools."""
        stop = threading.Event()
        schools = self.world.schools
        share = max(1, len(schools) // max(1, self.clients // 2))
        people = [
            Client(
                number,
                self.world,
                schools[number // 2 * share : number // 2 * share + share],
                self.addresses,
                self.history,
                stop,
                self.seed,
            )
            for number in range(self.clients)
        ]
        for left, right in zip(people[::2], people[1::2], strict=False):
            right.known = left.known  # both know the same hazards, and race for them
        for client in people:
            client.start()
        try:
            yield
        finally:
            stop.set()
            for client in people:
                client.join(timeout=30)

    def judge(self) -> dict[str, Any]:
        """``counts`` and ``faults``."""
        path = self.folder / "history.jsonl"
        self.history.save(path)
        return dict(json.loads(inside(self.environment, "bench.chaos.judge", str(path), ok={0, 1})))


def inside(
    environment: dict[str, str], module: str, *words: str, ok: set[int] | None = None
) -> str:
    """Run a module inside the product; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.inside", module, *words],
        env=os.environ | environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode not in (ok or {0}):
        raise SystemExit(f"{module} ended with {done.returncode}")
    return done.stdout
