"""``python -m bench.chaos``: clients, a killer, and a judge. Exit code 0 = not one fault."""

import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench.chaos.clients import Client
from bench.chaos.history import History
from bench.chaos.server import Server, free_port
from bench.chaos.world import World
from bench.databases import database

ROOT = Path(__file__).resolve().parent.parent.parent
SHORTEST, LONGEST = 1.0, 5.0
"""Seconds between an answer after a start and the next kill."""


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
    parser.add_argument("--most", type=float, default=900, help="seconds per database at the most")
    return parser.parse_args()


def run(folder: Path, url: str, seed: int, given: argparse.Namespace) -> dict[str, object]:
    """One database: found, load, kill, stop, judge."""
    environment = {"ANXIAO_DATA": str(folder / "data"), "DATABASE_URL": url}
    inside(environment, "bench.chaos.found", str(folder / "world.json"), str(given.clients * 4))
    world = World.load(folder / "world.json")
    server = Server(free_port(), environment, folder / "server.log")
    server.start()
    history = History()
    began = time.monotonic()
    with working(world, server, history, seed, given.clients):
        kills = kill_at_random(server, history, seed, given)
        spent = time.monotonic() - began
    server.stop()
    history.save(folder / "history.jsonl")
    judged = inside(environment, "bench.chaos.judge", str(folder / "history.jsonl"), ok={0, 1})
    verdict = json.loads(judged)
    return {
        "kills": kills,
        "acknowledged": verdict["counts"]["ok"],
        "per_second": round(verdict["counts"]["ok"] / spent),
        "restart_s": round(max(server.starts), 2),
        "counts": verdict["counts"],
        "faults": verdict["faults"][:50],
    }


@contextlib.contextmanager
def working(
    world: World, server: Server, history: History, seed: int, clients: int
) -> Iterator[None]:
    """All clients at work for the length of the block; two share each set of schools."""
    stop = threading.Event()
    share = max(1, len(world.schools) // max(1, clients // 2))
    people = [
        Client(
            number,
            world,
            world.schools[number // 2 * share : number // 2 * share + share],
            server.address,
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


def kill_at_random(server: Server, history: History, seed: int, given: argparse.Namespace) -> int:
    """Kill and start again until both the kills and the writes are reached; return the kills."""
    dice = random.Random(seed)  # noqa: S311 - to be made again
    until = time.monotonic() + given.most
    kills = 0
    while kills < given.kills or history.acknowledged() < given.writes:
        if time.monotonic() > until:
            break
        time.sleep(dice.uniform(SHORTEST, LONGEST))
        if kills < given.kills:
            server.kill()
            kills += 1
            server.start()
    return kills


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
