"""G1 to G4: what phones send in, beside one durable row of the smallest view."""

import json
import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from bench.load import Load, Requests, drive, request
from bench.results import Pairs, Result, at_least, at_most
from bench.servers import Place, mini, ours

BATCH = 20
SLOW = 4000
FEW, MANY = 8, 32


@dataclass(frozen=True, slots=True)
class Sizes:
    """How long each round lasts, and how many there are."""

    seconds: float = 4
    rounds: int = 3


def inspections(place: Place, batch: int = 0) -> Requests:
    """Inspections with twenty answers and one hazard; ``batch`` of them in one request."""
    world = place.world
    senders = world["senders"]

    def sent(number: int) -> Iterator[bytes]:
        count = 0
        while True:
            sender = senders[(number * 37 + count * 41) % len(senders)]
            head = {"Authorization": f"Bearer {sender['token']}"}
            if batch:
                records = [inspection(world, sender, count + n) for n in range(batch)]
                path, body = "/api/v1/inspections/batch", {"inspections": records}
            else:
                path, body = "/api/v1/inspections", inspection(world, sender, count)
            yield request("POST", path, head=head, body=json.dumps(body).encode())
            count += 1

    return sent


def inspection(world: dict[str, Any], sender: dict[str, Any], count: int) -> dict[str, Any]:
    """Nineteen items in order, another one each time is not."""
    items = world["items"]
    answers: dict[str, Any] = {item: {"a": "pass"} for item in items}
    wrong = uuid.uuid4().int % len(items)
    answers[items[wrong]] = {"a": "fail", "note": "走廊堆放杂物"}
    return {
        "uuid": str(uuid.uuid4()),
        "unit": sender["unit"],
        "checklist": world["checklist"],
        "kind": "self_check",
        "happened_on": world["today"],
        "answers": answers,
    }


def floor(place: Place, batch: int = 0) -> Requests:
    """The same bodies for the smallest view."""
    sessions = place.sessions

    def sent(number: int) -> Iterator[bytes]:
        count = 0
        while True:
            head = {"Cookie": f"sessionid={sessions[(number * 37 + count) % len(sessions)]}"}
            sender = place.world["senders"][0]
            if batch:
                records = [inspection(place.world, sender, count) for n in range(batch)]
                path, body = "/batch", {"records": records}
            else:
                path, body = "/write", inspection(place.world, sender, count)
            yield request("POST", path, head=head, body=json.dumps(body).encode())
            count += 1

    return sent


def forget_origins(place: Place) -> None:
    """So that each failed item opens a hazard again instead of joining the one still open."""
    sql = "UPDATE hazards_hazard SET origin = '' WHERE origin <> ''"
    if place.database == "postgresql":
        with psycopg.connect(place.env["DATABASE_URL"]) as connection:
            connection.execute(sql)
        return
    file = place.folder / "ours" / "anxiao.sqlite3"
    connection = sqlite3.connect(file, timeout=30)
    with connection:
        connection.execute(sql)
    connection.close()


def measure(place: Place, sizes: Sizes) -> list[Result]:
    """G1, G2, G3, G4."""
    with ours(place) as product, mini(place) as small:

        def one(batch: int = 0, connections: int = FEW) -> Load:
            forget_origins(place)
            return _sound(
                drive(product.port, inspections(place, batch), connections, sizes.seconds)
            )

        def least(batch: int = 0, connections: int = FEW) -> Load:
            return _sound(drive(small.port, floor(place, batch), connections, sizes.seconds))

        few = [(one(), least()) for _ in range(sizes.rounds)]
        many = [(one(connections=MANY), least(connections=MANY)) for _ in range(sizes.rounds)]
        found = [_g1(place, few), _g2(place, many)]
        batches = [(one(BATCH), least(BATCH), one()) for _ in range(sizes.rounds)]
        found += _g4(place, batches)
        if "LD_PRELOAD" in place.env:
            found.append(_g3(place, [_fast_and_slow(place, one) for _ in range(sizes.rounds)]))
        return found


def _sound(load: Load) -> Load:
    if load.bad:
        raise RuntimeError(f"{load.bad} answers were refusals: nothing is measured by them")
    return load


def _fast_and_slow(place: Place, one: Any) -> tuple[Load, Load]:
    fast = one()
    place.slow(SLOW)
    try:
        return fast, one()
    finally:
        place.slow(0)


def _g1(place: Place, rounds: list[tuple[Load, Load]]) -> Result:
    pairs = Pairs("requests/s", "mini", [a.rate for a, _ in rounds], [b.rate for _, b in rounds])
    return at_least(
        "G1", "inspection, 20 answers, 1 hazard, 8 connections", place.database, pairs, 0.5
    )


def _g2(place: Place, rounds: list[tuple[Load, Load]]) -> Result:
    pairs = Pairs("ms", "mini", [a.p95 for a, _ in rounds], [b.p95 for _, b in rounds])
    return at_most("G2", "p95 of G1 at 32 connections", place.database, pairs, 2.0)


def _g3(place: Place, rounds: list[tuple[Load, Load]]) -> Result:
    pairs = Pairs(
        "requests/s", "fast disk", [b.rate for _, b in rounds], [a.rate for a, _ in rounds]
    )
    return at_least("G3", "G1 with each sync 4 ms longer", place.database, pairs, 0.8)


def _g4(place: Place, rounds: list[tuple[Load, Load, Load]]) -> list[Result]:
    records = [a.rate * BATCH for a, _, _ in rounds]
    small = Pairs("records/s", "mini with batches", records, [b.rate * BATCH for _, b, _ in rounds])
    single = Pairs("records/s", "G1", records, [c.rate for _, _, c in rounds])
    return [
        at_least("G4", "outbox of 20 records in one request", place.database, single, 5.0),
        at_least("G4", "outbox of 20 records beside mini", place.database, small, 0.5),
    ]
