"""G5, G8, G9, G11: whole pages over one connection, with scope and templates."""

import json
import re
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from itertools import cycle
from typing import Any

from bench.load import TIMEOUT, ask, once, part, request
from bench.results import Pairs, Result, at_most
from bench.servers import Place, Server, mini, ours

REGISTER = "/registers/hazards/?state=open"
NEXT = re.compile(rb'href="(\?[^"]*after=[^"]*)"')
YEARS = 30
"""The large ledger has as many lines a year as the small one."""
DEEP = 40
"""Pages turned to get deep; each is reached by the cursor of the one before."""


def get(path: str, cookie: str) -> bytes:
    """A page asked for by a session."""
    return request("GET", path, head={"Cookie": cookie})


Asked = Mapping[str, tuple[Server, Iterable[bytes]]]
"""What is asked for, by name: of which server, and the requests that take turns."""


def in_turns(asked: Asked, seconds: float) -> dict[str, list[float]]:
    """One request of each name after the other, ``seconds`` of time for each name; milliseconds.

    Whatever else the machine does then meets all of them alike. Each has a connection of its own
    and is asked once before; every answer must be a whole page.
    """
    times: dict[str, list[float]] = {name: [] for name in asked}
    with ExitStack() as stack:
        wires = {name: stack.enter_context(_wire(server)) for name, (server, _) in asked.items()}
        turns = {name: cycle(sent) for name, (_, sent) in asked.items()}
        for name in asked:
            _answered(wires[name], next(turns[name]))
        end = time.perf_counter() + seconds * len(asked)
        while time.perf_counter() < end:
            for name, found in times.items():
                found.append(_answered(wires[name], next(turns[name])))
    return times


def p95(times: Sequence[float]) -> float:
    """What one in twenty exceeds."""
    return part(sorted(times), 0.95)


def _wire(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), TIMEOUT)


def _answered(wire: socket.socket, sent: bytes) -> float:
    begin = time.perf_counter()
    status, _body = ask(wire, sent)
    if not 200 <= status < 300:
        raise RuntimeError(f"{status} for {sent[:80]!r}")
    return (time.perf_counter() - begin) * 1000


def measure(place: Place, rows: int, seconds: float, rounds: int) -> list[Result]:
    """Fill the ledgers, then ask for the pages in turns."""
    world = place.world
    few = max(rows // YEARS, 1000)
    place.run("bench.fill", "hazards", str(world["county"]), str(few))
    place.run("bench.fill", "hazards", str(world["neighbour"]), str(rows), str(YEARS))
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
        asked["deep"], depth = _deep(product, cookies["watcher"])
        turns = {name: (product, [one]) for name, one in asked.items()}
        turns["status"] = product, [own_duties(sender) for sender in world["senders"]]
        floor = f"sessionid={place.sessions[0]}"
        turns |= {name: (small, [get(f"/{name}", floor)]) for name in ("page", "read")}
        times: dict[str, list[float]] = {name: [] for name in turns}
        for _ in range(rounds):
            for name, found in in_turns(turns, seconds).items():
                times[name].append(p95(found))
    return _told(place, times, few, rows, depth)


def own_duties(sender: dict[str, Any]) -> bytes:
    """A person's own unit, each with a token of their own: a person has a limit."""
    path = f"/api/v1/duties/status?unit={sender['unit']}"
    return request("GET", path, head={"Authorization": f"Bearer {sender['token']}"})


def _told(
    place: Place, times: dict[str, list[float]], few: int, rows: int, depth: int
) -> list[Result]:
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
            f"the same, {depth} pages deep",
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


def _deep(product: Server, cookie: str) -> tuple[bytes, int]:
    """The request for the page that many turns lead to, or for the last one; how many turns."""
    path, turns = REGISTER, 0
    for turns in range(DEEP + 1):
        status, body = once(product.port, get(path, f"{cookie}\r\nConnection: close"))
        if status != 200:
            raise RuntimeError(json.dumps({"status": status, "page": path}))
        found = NEXT.findall(body)
        if not found or turns == DEEP:
            break
        path = "/registers/hazards/" + found[-1].decode().replace("&amp;", "&")
    return get(path, cookie), turns
