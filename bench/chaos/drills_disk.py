"""R2 and R3: the power goes, a sync fails, the disk is full."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.chaos.cluster import Cluster
from bench.chaos.faults import Faults
from bench.chaos.field import Field
from bench.chaos.outage import Outages, Watch, watching

CUTS = 6
LOAD = 1.0, 4.0
"""Seconds of work before a blow."""
SLOW = 5_000
"""Microseconds that a sync lasts longer, so that each cut finds some of the log still unsynced."""
SYNCS = 50
"""A sync among so many fails: few enough to be met within seconds by a slow machine too."""
FULL = 6.0
READS, WRITES_REFUSED = {200}, {503, 507}
ANSWERS = {0, 503, 507}


def power_sqlite(folder: Path, seed: int) -> dict[str, Any]:
    """Cut the power at any moment; what had not reached the disk is gone."""
    faults = Faults(folder / "faults")
    field = Field(folder, "", seed, faults=faults)
    return _power(field, Machine(field.data, faults, field.kill, field.again))


def power_postgresql(folder: Path, seed: int) -> dict[str, Any]:
    """The same for the database's own server; the programs' folder is not looked at."""
    faults = Faults(folder / "faults")
    cluster = Cluster(folder / "cluster", faults.env)
    cluster.start()
    field = Field(folder, cluster.url, seed)
    cluster.kill()

    def kill() -> None:
        cluster.kill()
        field.kill()

    def again() -> None:
        cluster.start()
        field.again()

    try:
        return _power(field, Machine(cluster.data, faults, kill, again))
    finally:
        cluster.stop()


def power_control(folder: Path, seed: int) -> dict[str, Any]:
    """The proof that a cut is one: where syncs do nothing the judge must find records lost."""
    faults = Faults(folder / "faults")
    field = Field(folder, "", seed, faults=faults)
    machine = Machine(field.data, faults, field.kill, field.again)
    field.prepare()
    machine.on()
    with field.working():
        while not field.history.acknowledged():
            time.sleep(0.1)
        faults.lie()
        time.sleep(LOAD[1])
        machine.cut()
    verdict = field.judge()
    lost = sum("acknowledged, and stored 0 times" in fault for fault in verdict["faults"])
    return {
        "acknowledged": verdict["counts"]["ok"],
        "lost, as must be": lost,
        "faults": [] if lost else ["syncs did nothing, and the judge saw no loss"],
    }


@dataclass(frozen=True, slots=True)
class Machine:
    """What loses its power together: programs, and the folder of the one disk looked at."""

    data: Path
    faults: Faults
    kill: Callable[[], None]
    start: Callable[[], None]

    def on(self) -> None:
        """Start; all that lies there now is on the disk."""
        self.faults.keep_synced(self.data)
        self.faults.slow_syncs(0)
        self.start()
        self.faults.slow_syncs(SLOW)

    def cut(self) -> int:
        """How many files lost something."""
        self.kill()
        return self.faults.cut_power(self.data)


def _power(field: Field, machine: Machine) -> dict[str, Any]:
    dice = random.Random(field.seed)  # noqa: S311 - to be made again
    outages = Outages(field.history)
    recoveries, undone = [], 0
    field.prepare()
    machine.on()
    with field.working():
        for _ in range(CUTS):
            outages.settle(dice.uniform(*LOAD))
            with outages.blow():
                undone += machine.cut()
                machine.on()
            recoveries.append(outages.wait())
        undone += machine.cut()
    machine.on()
    field.stop()
    verdict = field.judge()
    return {
        "cuts": CUTS + 1,
        "files that lost something": undone,
        "acknowledged": verdict["counts"]["ok"],
        "unanswered": verdict["counts"]["unknown"],
        "recovery_s": [round(each, 1) for each in recoveries],
        "faults": verdict["faults"],
    }


def eio_sqlite(folder: Path, seed: int) -> dict[str, Any]:
    """A sync fails: nothing is called safe until a restart, though reading goes on. Then the
    power goes too, so that nothing counts but what had reached the disk."""
    faults = Faults(folder / "faults")
    field = Field(folder, "", seed, faults=faults)
    dice = random.Random(seed)  # noqa: S311 - to be made again
    machine = Machine(field.data, faults, field.kill, field.again)
    field.prepare()
    machine.on()
    found: list[str] = []
    red, recoveries = [], []
    with _observed(field) as (outages, watch):
        for _ in range(CUTS // 2):
            outages.settle(LOAD[0])
            with outages.blow():
                faults.fail_sync(dice.randrange(1, SYNCS))
                red.append(watch.until(_disk_is_red))
                found += _reads_only(field, watch, "after a failed sync")
                machine.cut()
                faults.heal_sync()
                machine.on()
            recoveries.append(outages.wait())
    field.stop()
    return _with(found, red, outages.report(field.judge(), recoveries, ANSWERS))


def full_sqlite(folder: Path, seed: int) -> dict[str, Any]:
    """No room for a while: 507 for what would be written, pages still read, no restart needed."""
    faults = Faults(folder / "faults")
    field = Field(folder, "", seed, faults=faults)
    field.start()
    found: list[str] = []
    red, recoveries = [], []
    with _observed(field) as (outages, watch):
        for _ in range(CUTS // 2):
            outages.settle(LOAD[0])
            with outages.blow():
                faults.full(True)
                red.append(watch.until(_disk_is_red))
                found += _reads_only(field, watch, "on a full disk")
                faults.full(False)
            recoveries.append(outages.wait())
            found += [] if watch.until(_disk_is_well) < 20 else ["health stays red"]
    field.stop()
    return _with(found, red, outages.report(field.judge(), recoveries, ANSWERS))


def full_postgresql(folder: Path, seed: int) -> dict[str, Any]:
    """No room for the database's own server, which may stop over it; started again when there is
    room. A failed sync of its log stops it as well."""
    faults = Faults(folder / "faults")
    cluster = Cluster(folder / "cluster", faults.env)
    cluster.start()
    field = Field(folder, cluster.url, seed)
    dice = random.Random(seed)  # noqa: S311 - to be made again
    field.start()
    outages = Outages(field.history)
    recoveries = []
    try:
        with field.working():
            for number in range(CUTS):
                outages.settle(dice.uniform(*LOAD))
                with outages.blow():
                    if number % 2:
                        faults.fail_sync(dice.randrange(1, SYNCS))
                        time.sleep(FULL / 2)
                        faults.heal_sync()
                    else:
                        faults.full(True)
                        time.sleep(FULL)
                        faults.full(False)
                    if not cluster.answers_within(10):
                        cluster.kill()
                        cluster.start()
                recoveries.append(outages.wait())
        field.stop()
        return outages.report(field.judge(), recoveries, ANSWERS)
    finally:
        field.kill()
        cluster.stop()


@contextmanager
def _observed(field: Field) -> Iterator[tuple[Outages, Watch]]:
    """The clients at work, and somebody who reads pages and looks at health meanwhile."""
    outages, reader = Outages(field.history), field.world.schools[0].officer.token
    with field.working(), watching(field.addresses[0], reader) as watch:
        yield outages, watch


def _disk_is_red(look: Any) -> bool:
    return bool(look.health == 503 and look.signals.get("disk") == "fault")


def _disk_is_well(look: Any) -> bool:
    return bool(look.signals.get("disk", "fault") != "fault")


def _reads_only(field: Field, watch: Watch, when: str) -> list[str]:
    """For some seconds: pages are read, and writes are refused in words.

    200 is for what is stored already and was sent again; that it is, the judge sees.
    """
    since = time.monotonic() + 1
    time.sleep(FULL)
    events = [e for e in field.history.snapshot() if e.began >= since and e.ended]
    writes = {event.status for event in events}
    reads = set(watch.pages(since))
    found = []
    if not writes & WRITES_REFUSED:
        found.append(f"{when} no write was refused: {sorted(writes)}")
    if writes - WRITES_REFUSED - {200, 403, 404, 409, 422}:
        found.append(f"{when} writes were answered {sorted(writes)}")
    if not reads or reads - READS:
        found.append(f"{when} a page was answered {sorted(reads)}")
    return found


def _with(found: list[str], red: list[float], told: dict[str, Any]) -> dict[str, Any]:
    """The figures with health's, and what was found besides."""
    return told | {
        "red_s": [round(each, 1) for each in red],
        "faults": [*found, *told["faults"]],
    }


DRILLS = {
    "power_sqlite": power_sqlite,
    "power_control": power_control,
    "power_postgresql": power_postgresql,
    "eio_sqlite": eio_sqlite,
    "full_sqlite": full_sqlite,
    "full_postgresql": full_postgresql,
}
