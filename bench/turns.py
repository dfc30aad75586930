"""How long writers wait for their turn on SQLite (R4): ``python -m bench.turns [--units 190]``.

First phones' writes by two processes of eight threads, while a third binds all units anew for ten
seconds and a backup is made (``bench.crowd``). Then every kind of write by itself, with the time it
holds the turn (``bench.held``).
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.load import machine_load, part
from bench.servers import ROOT, Place, places

SECONDS = 10.0
ROLES = (("phones", "1"), ("phones", ""), ("job", ""))
"""Who writes, and whether its commits share syncs as the web server's do."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """What became of the writers: milliseconds that phones waited, and that turns were held by
    phones and by the job.
    """

    waits: list[float]
    held: list[float]
    job: list[float]
    rounds: int
    faults: list[str]

    def __str__(self) -> str:
        return (
            f"{len(self.waits)} writes of phones: p50 {part(self.waits, 0.5):.0f} ms,"
            f" p99 {part(self.waits, 0.99):.0f} ms, longest {max(self.waits, default=0):.0f} ms;"
            f" the job came round {self.rounds} times;"
            f" turns of phones p99 {part(self.held, 0.99):.0f} ms,"
            f" longest {part(self.held, 1):.0f} ms, {len(self.job)} of the job"
            f" p99 {part(self.job, 0.99):.0f} ms, longest {part(self.job, 1):.0f} ms;"
            f" locked out {len(self.faults)}"
        )


def main() -> int:
    """Measure and print; 1 if somebody was locked out."""
    parser = argparse.ArgumentParser(prog="bench.turns", description=__doc__)
    parser.add_argument("--units", type=int, default=190)
    units = parser.parse_args().units
    with places(["sqlite"], units) as (place,):
        world = place.folder / "world.json"
        world.write_text(json.dumps(place.world))
        backup = [sys.executable, "-m", "anxiao", "backup", str(place.folder / "backups")]
        print(f"load average {machine_load()}", flush=True)
        found = crowd(place.env_of(mini=False), world, SECONDS, backup)
        print(f"{found}\nload average {machine_load()}", flush=True)
        told = json.loads(_inside(place, "bench.held", str(world)))
        print(", ".join(f"{number:,} {name}" for name, number in told["about"].items()))
        print(table(told["taken"]))
        print(f"load average {machine_load()}")
    for fault in found.faults:
        print(fault)
    return 1 if found.faults else 0


def crowd(env: Mapping[str, str], world: Path, seconds: float, backup: Sequence[str]) -> Crowd:
    """Let them write for ``seconds``, and until the backup is there."""
    programs = [_program(env | {"ANXIAO_GROUP_COMMIT": sync}, role, world) for role, sync in ROLES]
    for program in programs:
        if program.stdout is None or program.stdout.readline() != "ready\n":
            raise RuntimeError("a writer did not start")
    began = time.monotonic()
    for program in programs:
        if program.stdin is not None:
            program.stdin.write("begin\n")
            program.stdin.flush()
    subprocess.run(
        backup, env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(max(0.0, began + seconds - time.monotonic()))
    told: list[dict[str, Any]] = [json.loads(each.communicate(timeout=120)[0]) for each in programs]
    return Crowd(
        waits=sorted(wait for each in told[:-1] for wait in each["waits"]),
        held=sorted(held for each in told[:-1] for held in each["held"]),
        job=sorted(told[-1]["held"]),
        rounds=len(told[-1]["waits"]),
        faults=[fault for each in told for fault in each["faults"]],
    )


def table(taken: Mapping[str, Sequence[Sequence[float]]]) -> str:
    """Kinds by their longest turn: on the wall, and of it computing."""
    rows = [
        "| a transaction of | number | p50 ms | longest ms | most computing ms |",
        "|---|---|---|---|---|",
    ]
    for kind, turns in sorted(taken.items(), key=lambda each: -max(each[1])[0]):
        walls, computing = (sorted(side) for side in zip(*turns, strict=True))
        middle = part(walls, 0.5)
        rows.append(
            f"| {kind} | {len(turns)} | {middle:.1f} | {walls[-1]:.0f} | {computing[-1]:.0f} |"
        )
    return "\n".join(rows)


def _program(env: Mapping[str, str], role: str, world: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "bench.inside", "bench.crowd", role, str(world)],
        env=env,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _inside(place: Place, *words: str) -> str:
    return place.run("bench.inside", *words).splitlines()[-1]


if __name__ == "__main__":
    sys.exit(main())
