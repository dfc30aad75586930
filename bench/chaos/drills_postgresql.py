"""R5: PostgreSQL killed, its connections cut, its connections all taken."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.chaos.cluster import Cluster
from bench.chaos.field import Field
from bench.chaos.outage import Outages, watching

BLOWS = 3
AWAY, LONG = 3.0, 30.0
"""Seconds that the database stays away, once and once more."""
LOAD = 3.0
ANSWERS = {0, 503}
"""What may be said in an outage: nothing, or to come again soon."""


def killed(folder: Path, seed: int) -> dict[str, Any]:
    """The server with all its processes: kill -9, away for a while, started again."""

    def blow(cluster: Cluster, number: int) -> None:
        cluster.kill()
        time.sleep(LONG if number == BLOWS - 1 else AWAY)
        cluster.start()

    return _drill(folder, seed, blow)


def backend_killed(folder: Path, seed: int) -> dict[str, Any]:
    """One process that serves a connection: the server ends all of them and recovers."""

    def blow(cluster: Cluster, _number: int) -> None:
        cluster.kill_backend()
        cluster.answers_within(AWAY)

    return _drill(folder, seed, blow)


def cut_off(folder: Path, seed: int) -> dict[str, Any]:
    """Every connection ended at once, by ``pg_terminate_backend``."""

    def blow(cluster: Cluster, _number: int) -> None:
        cluster.cut_connections()

    return _drill(folder, seed, blow)


def crowded(folder: Path, seed: int) -> dict[str, Any]:
    """No connection left for the product, for a while."""

    def blow(cluster: Cluster, number: int) -> None:
        with cluster.crowded():
            time.sleep(LONG if number == BLOWS - 1 else AWAY)

    return _drill(folder, seed, blow)


def _drill(folder: Path, seed: int, blow: Callable[[Cluster, int], None]) -> dict[str, Any]:
    cluster = Cluster(folder / "cluster")
    cluster.start()
    field = Field(folder, cluster.url, seed)
    try:
        field.start()
        outages = Outages(field.history)
        recoveries = []
        token = field.world.schools[0].officer.token
        with field.working(), watching(field.addresses[0], token) as watch:
            for number in range(BLOWS):
                outages.settle(LOAD)
                with outages.blow():
                    blow(cluster, number)
                recoveries.append(outages.wait())
            outages.settle(LOAD)
        field.stop()
        return outages.report(field.judge(), recoveries, ANSWERS) | {"pages": watch.pages()}
    finally:
        field.kill()
        cluster.stop()


DRILLS = {
    "postgresql_killed": killed,
    "postgresql_backend_killed": backend_killed,
    "postgresql_cut_off": cut_off,
    "postgresql_crowded": crowded,
}
