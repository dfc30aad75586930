"""``python -m bench.chaos``: clients, a killer, and a judge. Exit code 0 = not one fault."""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.chaos.faults import Faults
from bench.chaos.field import Field
from bench.chaos.nemesis import KINDS, Aim, Nemesis
from bench.databases import database


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
    faults = Faults(folder / "faults", armed="clock" in given.nemesis)
    field = Field(folder, url, seed, clients=given.clients, faults=faults)
    field.start(given.web, given.workers)
    nemesis = Nemesis(field.programs, faults, seed)
    aim = Aim(given.kills, given.writes, given.most, tuple(given.nemesis.split(",")))
    began = time.monotonic()
    with field.working():
        nemesis.rage(field.history, aim)
        spent = time.monotonic() - began
    field.stop()
    verdict = field.judge()
    if given.keep:
        shutil.copyfile(folder / "history.jsonl", given.keep)
    return {
        "kills": nemesis.struck["kill"],
        "acknowledged": verdict["counts"]["ok"],
        "seconds": round(spent),
        "struck": dict(nemesis.struck),
        "restart_s": round(max(time for each in field.programs for time in each.starts), 1),
        "longest_s": round(field.history.longest(), 1),
        "answers": dict(sorted(Counter(event.status for event in field.history.events).items())),
        "counts": verdict["counts"],
        "faults": verdict["faults"][:50],
    }


if __name__ == "__main__":
    sys.exit(main())
