"""One of several programs that write at once: ``python -m bench.inside bench.crowd ROLE WORLD``.

``phones`` hand in inspections from eight threads; ``job`` binds all units anew, by changed
profiles, again and again. Says "ready", begins at a line on its input, ends with its input, and
prints how long each writing took, how long each turn was held (milliseconds), and what failed.
"""

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from anxiao.foundation.orgs.models import Profile
from anxiao.loop.duties.services import rebind_changed
from bench.held import House, watched
from bench.intake import inspection

THREADS = 8
PAUSE = 0.5
"""Seconds between two inspections of one thread: sixteen threads hand in some 30 a second."""


class Writers:
    """Threads that write until they are told to end."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.over = threading.Event()
        self.waits: list[float] = []
        self.faults: list[str] = []

    def run(self, role: str) -> None:
        """Begin at a line, end with the input."""
        work, number = {"phones": (self.phone, THREADS), "job": (self.job, 1)}[role]
        if role == "phones":
            self._hand_in(0)  # the first one loads the program
            self.waits.clear()
        print("ready", flush=True)
        sys.stdin.readline()
        crowd = [threading.Thread(target=self._kept, args=(work, n)) for n in range(number)]
        for thread in crowd:
            thread.start()
        sys.stdin.read()
        self.over.set()
        for thread in crowd:
            thread.join()

    def phone(self, number: int) -> None:
        """One inspection after the other."""
        count = 0
        self.over.wait(PAUSE * number / THREADS)
        while not self.over.wait(PAUSE):
            self._hand_in(number * 37 + count * 41)
            count += 1

    def _hand_in(self, number: int) -> None:
        senders: list[dict[str, Any]] = self.house.world["senders"]
        sender = senders[number % len(senders)]
        body = inspection(self.house.world, sender, number)
        began = time.monotonic()
        self.house.post(sender, "/api/v1/inspections", body)
        self.waits.append((time.monotonic() - began) * 1000)

    def job(self, _number: int) -> None:
        """All units lose duties, then gain them again."""
        has = True
        while not self.over.is_set():
            has, at = not has, timezone.now()
            rows = Profile.objects.filter(org__county=self.house.world["county"])
            rows.update(has_canteen=has, is_boarding=has, has_labs=has, updated_at=at)
            began = time.monotonic()
            rebind_changed(at)
            self.waits.append((time.monotonic() - began) * 1000)

    def _kept(self, work: Any, number: int) -> None:
        try:
            work(number)
        except Exception as fault:
            self.faults.append(f"{type(fault).__name__}: {fault}")
        finally:
            connection.close()


def main(words: list[str]) -> int:
    """Write, then tell."""
    role, world = words
    clock = watched()
    clock.kind = role
    writers = Writers(House(json.loads(Path(world).read_text()), clock, timezone.now()))
    writers.run(role)
    held = [wall for wall, _computing in clock.taken[role]]
    print(json.dumps({"waits": writers.waits, "held": held, "faults": writers.faults}))
    return 0
