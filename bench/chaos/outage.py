"""What an outage was to those who work: how long nothing was taken in, and what they were told."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.chaos.history import History

SETTLES = 3.0
"""Seconds after the first receipt in which an answer of the outage may still be on its way."""
FAILED = 500
STANDS_STILL = 120.0


@dataclass(slots=True)
class Outages:
    """Blows of a run, each from its begin to the end of its cause; all on the clients' clock."""

    history: History
    blows: list[tuple[float, float]] = field(default_factory=list)

    @contextmanager
    def blow(self) -> Iterator[None]:
        """One of them."""
        began = time.monotonic()
        yield
        self.blows.append((began, time.monotonic()))

    def recovered(self, ended: float) -> float | None:
        """When the first write asked for after ``ended`` was acknowledged."""
        events = self.history.snapshot()
        return min(
            (e.ended for e in events if e.outcome == "ok" and e.began >= ended), default=None
        )

    def wait(self, most: float = 90.0) -> float:
        """Seconds from the end of the last blow's cause to the first receipt."""
        ended = self.blows[-1][1]
        until = time.monotonic() + most
        while time.monotonic() < until:
            at = self.recovered(ended)
            if at is not None:
                return at - ended
            time.sleep(0.1)
        return most

    def settle(self, seconds: float) -> None:
        """So many seconds of work in which receipts come."""
        before = self.history.acknowledged()
        until = time.monotonic() + STANDS_STILL
        while self.history.acknowledged() == before:
            if time.monotonic() > until:
                raise SystemExit(f"no receipt within {STANDS_STILL:.0f} s")
            time.sleep(0.1)
        time.sleep(seconds)

    def report(
        self,
        verdict: dict[str, Any],
        recoveries: list[float],
        allowed: set[int],
        *,
        unreachable: bool = False,
    ) -> dict[str, Any]:
        """The figures, and the judge's faults with those of the answers.

        ``unreachable``: one of several servers stays down after the blow, and no answer is one of
        the things that may be met there.
        """
        told = self.told()
        found = []
        if wrong := (told["in outages"].keys() | told["outside"].keys()) - allowed:
            found.append(f"answered {sorted(wrong)}")
        if told["outside"].keys() - ({0} if unreachable else set()):
            found.append(f"failures outside the outages: {told['outside']}")
        return {
            "acknowledged": verdict["counts"]["ok"],
            **told,
            "recovery_s": [round(each, 1) for each in recoveries],
            "faults": [*found, *verdict["faults"]],
        }

    def told(self) -> dict[str, Any]:
        """Answers that were no receipts, inside outages and outside; 0 = no answer came."""
        spans = [(began, (self.recovered(ended) or ended) + SETTLES) for began, ended in self.blows]
        inside: Counter[int] = Counter()
        outside: Counter[int] = Counter()
        for event in self.history.snapshot():
            if event.ended and (event.status >= FAILED or not event.status):
                hit = any(event.began < end and event.ended > begin for begin, end in spans)
                (inside if hit else outside)[event.status] += 1
        return {"in outages": dict(inside), "outside": dict(outside)}


@dataclass(frozen=True, slots=True)
class Look:
    """One glance: the page's status, health's, and the signals by name."""

    at: float
    page: int
    health: int
    signals: dict[str, str]


class Watch(threading.Thread):
    """Looks at a page that reads the database, and at health, again and again."""

    def __init__(self, address: str, token: str, every: float = 0.5) -> None:
        super().__init__(daemon=True)
        self.address, self.token, self.every = address, token, every
        self.looks: list[Look] = []
        self.over = threading.Event()

    def run(self) -> None:
        """Until it is over."""
        while not self.over.wait(self.every):
            self.look()

    def look(self) -> None:
        """Once."""
        page, _body = self._get("/api/v1/hazards")
        health, body = self._get("/healthz?only=database,disk")
        signals = json.loads(body).get("signals", {}) if body.startswith("{") else {}
        self.looks.append(Look(time.monotonic(), page, health, signals))

    def _get(self, path: str) -> tuple[int, str]:
        request = urllib.request.Request(  # noqa: S310 - our own server
            self.address + path, headers={"Authorization": f"Bearer {self.token}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def until(self, seen: Callable[[Look], bool], most: float = 20.0) -> float:
        """Seconds until such a look; ``most`` if none came."""
        began = time.monotonic()
        while time.monotonic() - began < most:
            if any(look.at > began and seen(look) for look in self.looks[-5:]):
                return time.monotonic() - began
            time.sleep(0.1)
        return most

    def pages(self, since: float = 0.0) -> dict[int, int]:
        """How often the page answered what."""
        return dict(Counter(look.page for look in self.looks if look.at >= since))


@contextmanager
def watching(address: str, token: str) -> Iterator[Watch]:
    """A watch for the length of the block."""
    watch = Watch(address, token)
    watch.start()
    try:
        yield watch
    finally:
        watch.over.set()
        watch.join(30)
