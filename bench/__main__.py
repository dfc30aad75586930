"""``make bench``: each goal beside its floor, in turns, on both databases; then the table."""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bench import growth, intake, pages
from bench import place as footing
from bench.load import machine_load
from bench.pages import get
from bench.results import Pairs, Result, at_least, at_most, keep
from bench.servers import Place, mini, ours, places

DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    units: int = 200
    rounds: int = 3
    seconds: float = 3
    page_seconds: float = 1.2
    hazards: int = 500_000
    facts_days: int = 2
    more_units: int = 5_000
    exported: int = 100_000
    imported: int = 5_000
    jobs: int = 1_000
    years: tuple[int, ...] = ()


QUICK = Sizes(
    units=40,
    rounds=2,
    seconds=1.5,
    page_seconds=0.5,
    hazards=40_000,
    facts_days=2,
    more_units=1_000,
    exported=20_000,
    imported=5_000,
    jobs=300,
)


def main() -> int:
    """Measure what is asked for, print and keep it; 1 if a goal is not met."""
    asked = _asked()
    sizes = QUICK if asked.quick else Sizes()
    given = {"hazards": asked.hazards, "units": asked.units, "more_units": asked.more_units}
    sizes = replace(sizes, years=asked.growth, **{name: n for name, n in given.items() if n})
    begin = time.monotonic()
    rows: list[Result] = []
    notes = [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {sizes.units} units, {sizes.rounds} rounds",
        f"{platform.machine()}, {os.cpu_count()} cores, load average {machine_load()} at first",
    ]
    try:
        with places(asked.databases, sizes.units) as found:
            for place in found:
                before = footing.fsyncs(place.folder)
                for part in one(place, sizes, set(asked.only)):
                    rows += part
                after = footing.fsyncs(place.folder)
                notes.append(
                    f"{place.database}: the disk synced {before} and {after} times a second"
                )
    finally:  # what was measured before something failed is kept
        minutes = (time.monotonic() - begin) / 60
        notes.append(f"load average {machine_load()} at the end, {minutes:.0f} min")
        keep(rows, notes)
    print("\n".join(notes))
    missed = [row for row in rows if not row.met]
    print(f"{len(rows) - len(missed)} of {len(rows)} figures as wanted")
    return 1 if missed else 0


def one(place: Place, sizes: Sizes, only: set[str]) -> Iterator[list[Result]]:
    """Everything on one database, part by part."""
    parts: tuple[tuple[set[str], Callable[[], list[Result]]], ...] = (
        (
            {"G1", "G2", "G3", "G4"},
            lambda: intake.measure(place, intake.Sizes(sizes.seconds, sizes.rounds)),
        ),
        ({"G10"}, lambda: _keeping(place)),
        ({"G12"}, lambda: footing.measure(place, sizes.rounds)),
        (
            {"G5", "G9", "G11"},
            lambda: pages.measure(place, sizes.hazards, sizes.page_seconds, sizes.rounds),
        ),
        ({"G6"}, lambda: _ledgers(place, sizes)),
        ({"G13"}, lambda: _jobs(place, sizes)),
        (
            {"size"},
            lambda: growth.measure(place, sizes.years, sizes.page_seconds, sizes.rounds),
        ),
        ({"G8"}, lambda: [_matrix(place, sizes)]),
        ({"G7"}, lambda: [_rebuild(place, sizes)]),
    )
    for goals, measured in parts:
        if not only or only & goals:
            yield measured()


def _keeping(place: Place) -> list[Result]:
    said = json.loads(place.run("bench.cells", "keeping", str(place.world["county"])))
    names = {
        "alone": "a fact with its cells and rollups",
        "batch": "twenty facts of a unit in one transaction, the same",
    }
    found = []
    for key, name in names.items():
        mine, floor = zip(*said[key], strict=True)
        pairs = Pairs("s for 600 facts", "without cells", mine, floor)
        found.append(at_most("G10", name, place.database, pairs, 1.5))
    return found


def _ledgers(place: Place, sizes: Sizes) -> list[Result]:
    """Ledgers out and in, in the county beside."""
    county = str(place.world["neighbour"])
    place.run("bench.fill", "hazards", county, str(sizes.exported))
    out = json.loads(place.run("bench.ledgers", "export", county, str(sizes.exported)))
    back = json.loads(place.run("bench.ledgers", "import", county, str(sizes.imported)))
    rates = {
        name: [[each["rows"] / took for took in side] for side in zip(*each["pairs"], strict=True)]
        for name, each in (("out", out), ("back", back))
    }
    exported = Pairs("rows/s", "bare statement and writer", *rates["out"])
    imported = Pairs("rows/s", "bare reader and inserts", *rates["back"])
    grown = Pairs("MiB more", "limit", [out["grown"]], [50.0])
    at = place.database
    return [
        at_least("G6", f"a ledger of {out['rows']:,} rows as .xlsx", at, exported, 0.25),
        at_most("G6", "memory for it", at, grown, 1.0),
        at_least("G6", f"a ledger of {back['rows']:,} rows imported", at, imported, 0.25),
    ]


def _rebuild(place: Place, sizes: Sizes) -> Result:
    county = str(place.world["county"])
    place.run("bench.fill", "facts", county, str(sizes.facts_days))
    said = json.loads(place.run("bench.cells", "rebuild", county))
    mine, floor = zip(*said["pairs"], strict=True)
    pairs = Pairs("s", "bare set-based statement", mine, floor)
    name = f"rebuild of {said['cells']:,} cells, a tenth wrong, from {said['facts']:,} facts"
    return at_most("G7", name, place.database, pairs, 2.0)


def _jobs(place: Place, sizes: Sizes) -> list[Result]:
    """The outbox and the runner of jobs beside a queue whose tasks do nothing, in turns.

    Workers sync for themselves: group commit is the web server's.
    """
    count, alone = str(sizes.jobs), {"ANXIAO_GROUP_COMMIT": ""}
    rounds = [
        [
            sizes.jobs / float(place.run("bench.jobs", "letters", count, **alone)),
            sizes.jobs / float(place.run("bench.jobs", "runs", count, **alone)),
            sizes.jobs / float(place.run("bench.mini.jobs", count, mini=True, **alone)),
        ]
        for _ in range(sizes.rounds)
    ]
    letters, runs, tasks = zip(*rounds, strict=True)
    sent = Pairs("letters/s", "bare tasks that do nothing", letters, tasks)
    ran = Pairs("runs/s", "bare tasks that do nothing", runs, tasks)
    return [
        at_least("G13", "the outbox, letter by letter", place.database, sent, 0.7),
        at_least("G13", "a periodic job that does nothing", place.database, ran, 0.7),
    ]


def _matrix(place: Place, sizes: Sizes) -> Result:
    """The town's board before and after the county grows, each against the floor of its minute."""
    before = _town(place, sizes)
    place.run("bench.fill", "units", str(place.world["county"]), str(sizes.more_units))
    after = _town(place, sizes)
    usual = statistics.median(floor for _mine, floor in before)
    grown, small = ([mine / floor * usual for mine, floor in each] for each in (after, before))
    pairs = Pairs("ms p95", f"with {sizes.units} units", grown, small)
    name = f"a town's board with {sizes.units + sizes.more_units:,} units in the county"
    return at_most("G8", name, place.database, pairs, 1.3)


def _town(place: Place, sizes: Sizes) -> list[tuple[float, float]]:
    cookie = f"__Host-session={place.world['sessions']['officer']}"
    floor = get("/page", f"sessionid={place.sessions[0]}")
    with ours(place) as product, mini(place) as small:
        turns = {"town": (product, [get("/board/", cookie)]), "floor": (small, [floor])}
        rounds = [pages.in_turns(turns, sizes.page_seconds) for _ in range(sizes.rounds)]
    return [(pages.p95(each["town"]), pages.p95(each["floor"])) for each in rounds]


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller sizes, about three minutes")
    parser.add_argument(
        "--databases", default=",".join(DATABASES), type=lambda text: text.split(",")
    )
    parser.add_argument("--only", default=set(), type=lambda text: set(text.split(",")))
    parser.add_argument("--hazards", type=int, default=0, help="rows of the large ledger (G5)")
    parser.add_argument("--units", type=int, default=0, help="units of the county")
    parser.add_argument("--more-units", type=int, default=0, help="units that come (G8, then G7)")
    parser.add_argument(
        "--growth",
        default=(),
        type=lambda text: tuple(map(int, text.split(","))),
        help="the same pages after so many of a county's years, as 1,10,100",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
