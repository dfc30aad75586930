"""``python -m bench.chaos``: clients, a killer, and a judge. Exit code 0 = not one fault."""

import argparse
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.chaos.clients import Client
from bench.chaos.faults import Faults
from bench.chaos.history import History
from bench.chaos.nemesis import KINDS, Aim, Nemesis
from bench.chaos.server import programs
from bench.chaos.world import World
from bench.databases import database

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    """Run each database in turn and report."""
    given = arguments()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10**6)
    kinds = ("sqlite", "postgresql") if given.database == "both" else (given.database,)
    print(f"seed {seed}", flush=True)
    totals = {"acknowledged": 0, "kills": 0, "faults": 0}
    for kind in kinds:
        with tempfile.TemporaryDirectory(prefix="anxiao-chaos-") as folder, database(kind) as url:
            told = run(Path(folder), url, seed, given)
        print(json.dumps({"database": kind, "seed": seed, **told}, ensure_ascii=False), flush=True)
        totals["acknowledged"] += told["acknowledged"]
        totals["kills"] += told["kills"]
        totals["faults"] += len(told["faults"])
    print(" ".join(f"{name}={value}" for name, value in totals.items()), flush=True)
    return 1 if totals["faults"] else 0


def arguments() -> argparse.Namespace:
    """What may be said on the command line."""
    parser = argparse.ArgumentParser(prog="bench.chaos", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--kills", type=int, default=26, help="kills per database")
    parser.add_argument("--writes", type=int, default=25_500, help="acknowledged writes to reach")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seed", type=int, help="a seed of an earlier run, to make it again")
    parser.add_argument("--most", type=float, default=1500, help="seconds per database at the most")
    parser.add_argument("--web", type=int, default=1, help="web servers")
    parser.add_argument("--workers", type=int, default=1, help="workers for the jobs")
    parser.add_argument("--keep", type=Path, help="a file for the history")
    parser.add_argument("--nemesis", default=",".join(KINDS), help="what happens, by commas")
    return parser.parse_args()


def run(folder: Path, url: str, seed: int, given: argparse.Namespace) -> dict[str, object]:
    """One database: found, load, kill, stop, judge."""
    environment = {"ANXIAO_DATA": str(folder / "data"), "DATABASE_URL": url}
    inside(environment, "bench.chaos.found", str(folder / "world.json"), str(given.clients * 4))
    world = World.load(folder / "world.json")
    faults = Faults(folder / "faults", armed="clock" in given.nemesis)
    running = programs(given.web, given.workers, environment | faults.env, folder / "log")
    for program in running:
        program.start()
    history = History()
    nemesis = Nemesis(running, faults, seed)
    aim = Aim(given.kills, given.writes, given.most, tuple(given.nemesis.split(",")))
    began = time.monotonic()
    addresses = tuple(program.address for program in running if program.port)
    with working(world, addresses, history, seed, given.clients):
        nemesis.rage(history, aim)
        spent = time.monotonic() - began
    for program in running:
        program.stop()
    history.save(folder / "history.jsonl")
    if given.keep:
        shutil.copyfile(folder / "history.jsonl", given.keep)
    judged = inside(environment, "bench.chaos.judge", str(folder / "history.jsonl"), ok={0, 1})
    verdict = json.loads(judged)
    return {
        "kills": nemesis.struck["kill"],
        "acknowledged": verdict["counts"]["ok"],
        "seconds": round(spent),
        "struck": dict(nemesis.struck),
        "restart_s": round(max(time for program in running for time in program.starts), 1),
        "longest_s": round(history.longest(), 1),
        "answers": dict(sorted(Counter(event.status for event in history.events).items())),
        "counts": verdict["counts"],
        "faults": verdict["faults"][:50],
    }


@contextlib.contextmanager
def working(
    world: World, addresses: tuple[str, ...], history: History, seed: int, clients: int
) -> Iterator[None]:
    """All clients at work for the length of the block; two share each set of schools."""
    stop = threading.Event()
    share = max(1, len(world.schools) // max(1, clients // 2))
    people = [
        Client(
            number,
            world,
            world.schools[number // 2 * share : number // 2 * share + share],
            addresses,
            history,
            stop,
            seed,
        )
        for number in range(clients)
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


if __name__ == "__main__":
    sys.exit(main())
