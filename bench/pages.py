"""G5, G8, G9, G11: whole pages over one connection, with scope and templates."""

import json
import re
from collections.abc import Sequence
from itertools import cycle
from typing import Any

from bench.load import Load, drive, once, request
from bench.results import Pairs, Result, at_most
from bench.servers import Place, Server, mini, ours

REGISTER = "/registers/hazards/?state=open"
NEXT = re.compile(rb'href="(\?[^"]*after=[^"]*)"')
DEEP = 40
"""Pages turned to get deep; each is reached by the cursor of the one before."""


def get(path: str, cookie: str) -> bytes:
    """A page asked for by a session."""
    return request("GET", path, head={"Cookie": cookie})


def timed(server: Server, asked: Sequence[bytes], seconds: float) -> Load:
    """One connection that sends ``asked`` over and over; every answer must be a whole page."""
    load = drive(server.port, lambda _number: cycle(asked), 1, seconds)
    if load.bad:
        raise RuntimeError(f"{load.bad} refusals for {asked[0][:80]!r}")
    return load


def measure(place: Place, rows: int, seconds: float, rounds: int) -> list[Result]:
    """Fill the ledgers, then ask for the pages in turns."""
    world = place.world
    few = max(rows // 30, 1000)
    place.run("bench.fill", "hazards", str(world["county"]), str(few))
    place.run("bench.fill", "hazards", str(world["neighbour"]), str(rows))
    cookies = {name: f"__Host-session={key}" for name, key in world["sessions"].items()}
    with ours(place) as product, mini(place) as small:
        asked = {
            "few": get(REGISTER, cookies["clerk"]),
            "many": get(REGISTER, cookies["watcher"]),
            "town": get("/board/", cookies["officer"]),
            "county": get("/board/", cookies["clerk"]),
            "other": get("/board/", cookies["watcher"]),
            "unit": get(f"/duties/units/{world['senders'][0]['unit']}/", cookies["sender"]),
        }
        asked["deep"] = _deep(product, cookies["watcher"])
        ours_asked = {name: [one] for name, one in asked.items()}
        ours_asked["status"] = [own_duties(sender) for sender in world["senders"]]
        floor = f"sessionid={place.sessions[0]}"
        bare = {"page": [get("/page", floor)], "read": [get("/read", floor)]}
        times: dict[str, list[float]] = {name: [] for name in (*ours_asked, *bare)}
        for _ in range(rounds):
            for name, sent in ours_asked.items():
                times[name].append(timed(product, sent, seconds).p95)
            for name, sent in bare.items():
                times[name].append(timed(small, sent, seconds).p95)
    return _told(place, times, few, rows)


def own_duties(sender: dict[str, Any]) -> bytes:
    """A person's own unit, each with a token of their own: a person has a limit."""
    path = f"/api/v1/duties/status?unit={sender['unit']}"
    return request("GET", path, head={"Authorization": f"Bearer {sender['token']}"})


def _told(place: Place, times: dict[str, list[float]], few: int, rows: int) -> list[Result]:
    def pairs(mine: str, beside: str, name: str) -> Pairs:
        return Pairs("ms p95", name, times[mine], times[beside])

    database = place.database
    return [
        at_most(
            "G5",
            f"hazard register, filtered, 50 rows: county with {rows:,}",
            database,
            pairs("many", "few", f"county with {few:,}"),
            1.2,
        ),
        at_most(
            "G5",
            f"the same, {DEEP} pages deep",
            database,
            pairs("deep", "many", "first page"),
            1.5,
        ),
        at_most(
            "G9",
            "a unit's own duties as JSON",
            database,
            pairs("status", "read", "bare view of 70 rows as JSON"),
            2.0,
        ),
        at_most(
            "G9",
            "a unit's own duties as a whole page",
            database,
            pairs("unit", "page", "bare table of 70 rows"),
            2.0,
        ),
        at_most(
            "G11",
            f"county board with {rows:,} hazards",
            database,
            pairs("other", "county", f"with {few:,}"),
            1.2,
        ),
    ]


def _deep(product: Server, cookie: str) -> bytes:
    """The request for the page that many turns lead to."""
    path = REGISTER
    for _ in range(DEEP):
        status, body = once(product.port, get(path, f"{cookie}\r\nConnection: close"))
        found = NEXT.findall(body)
        if status != 200 or not found:
            raise RuntimeError(json.dumps({"status": status, "page": path}))
        path = "/registers/hazards/" + found[-1].decode().replace("&amp;", "&")
    return get(path, cookie)
