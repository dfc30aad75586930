"""``python -m bench.chaos.drills [NAME …]``: one kind of outage at a time, on running programs
under load, with the judge deciding. A line of figures for each; exit code 0 = not one fault."""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.chaos import drills_disk, drills_postgresql, drills_two, drills_whole

Drill = Callable[[Path, int], dict[str, Any]]
DRILLS: dict[str, Drill] = {
    **drills_disk.DRILLS,
    **drills_postgresql.DRILLS,
    **drills_two.DRILLS,
    **drills_whole.DRILLS,
}


def main() -> int:
    """Run those named, or all."""
    parser = argparse.ArgumentParser(prog="bench.chaos.drills", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(DRILLS))
    parser.add_argument("--seed", type=int, help="a seed of an earlier run, to make it again")
    given = parser.parse_args()
    if unknown := set(given.names) - DRILLS.keys():
        parser.error(f"no such drill: {', '.join(sorted(unknown))}")
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10**6)
    faults = 0
    for name in given.names or DRILLS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="anxiao-drill-") as folder:
            Path(folder).chmod(0o755)
            told = DRILLS[name](Path(folder), seed)
        faults += len(told["faults"])
        told |= {"faults": told["faults"][:10], "seconds": round(time.monotonic() - began)}
        print(json.dumps({"drill": name, "seed": seed, **told}, ensure_ascii=False), flush=True)
    print(f"faults={faults}", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
