"""S36: ``python -m bench.burst``: one person searches without end; what others wait for meanwhile.

Others take in inspections at a walking pace, alone and beside the one who has used up what a
person may ask, in turns. Prints a line for each database; nothing is kept.
"""

import argparse
import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.intake import inspections
from bench.load import Load, Requests, drive, once
from bench.pages import get
from bench.servers import Place, Server, ours, places

UNITS = 40
OTHERS = 4
PAUSE = 0.05
"""Seconds between two inspections of one of the others: 80 a second in all, a busy morning."""
BURST = 2
"""Connections of the one who asks without end."""
SEARCH = "/registers/hazards/?q=%E6%A5%BC%E6%A2%AF"
REFUSED = 429


@dataclass(slots=True)
class Seen:
    """The others' p99 in ms, round by round; what the one was answered."""

    alone: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    served: int = 0
    refused: int = 0


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(prog="bench.burst")
    asked.add_argument("--databases", default="sqlite,postgresql", type=lambda t: t.split(","))
    asked.add_argument("--rounds", default=5, type=int)
    asked.add_argument("--seconds", default=5.0, type=float)
    given = asked.parse_args()
    with places(given.databases, UNITS) as found:
        for place in found:
            seen = _seen(place, given.rounds, given.seconds)
            alone, beside = statistics.median(seen.alone), statistics.median(seen.beside)
            print(
                f"{place.database}: others' p99 {alone:.1f} ms alone, {beside:.1f} ms beside;"
                f" the one was served {seen.served} and refused {seen.refused} times",
                flush=True,
            )


def _seen(place: Place, rounds: int, seconds: float) -> Seen:
    seen = Seen()
    with ours(place) as server:
        drive(server.port, inspections(place), OTHERS, 1)
        _until_refused(place, server)
        for _ in range(rounds):
            seen.alone.append(_others(place, server, seconds).p99)
            over = threading.Event()
            crowd = [
                threading.Thread(target=_ask, args=(place, server, seen, over))
                for _ in range(BURST)
            ]
            for each in crowd:
                each.start()
            seen.beside.append(_others(place, server, seconds).p99)
            over.set()
            for each in crowd:
                each.join()
    return seen


def _others(place: Place, server: Server, seconds: float) -> Load:
    load = drive(server.port, _walking(inspections(place)), OTHERS, seconds)
    if load.bad:
        raise RuntimeError(f"{load.bad} of the others were refused")
    return load


def _walking(requests: Requests) -> Requests:
    def sent(number: int) -> Iterator[bytes]:
        for each in requests(number):
            time.sleep(PAUSE)
            yield each

    return sent


def _search(place: Place) -> bytes:
    cookie = f"__Host-session={place.world['sessions']['watcher']}"
    return get(SEARCH, f"{cookie}\r\nConnection: close")


def _until_refused(place: Place, server: Server) -> None:
    while once(server.port, _search(place))[0] != REFUSED:
        pass


def _ask(place: Place, server: Server, seen: Seen, over: threading.Event) -> None:
    while not over.is_set():
        if once(server.port, _search(place))[0] == REFUSED:
            seen.refused += 1
        else:
            seen.served += 1


if __name__ == "__main__":
    main()
