"""What the clients saw: one line per request, on one clock."""

import json
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Outcome = Literal["ok", "refused", "unknown"]


@dataclass(slots=True)
class Event:
    """One request. ``unknown`` = no answer came: it may have happened or not.

    ``began`` and ``ended`` are seconds of the monotonic clock; ``key`` is the UUID made by the
    client for a creation, the id of the hazard for a step.
    """

    client: int
    kind: str
    key: Any
    user: int
    began: float
    ended: float = 0.0
    outcome: Outcome = "unknown"
    status: int = 0
    answer: dict[str, Any] = field(default_factory=dict)


class History:
    """All events of a run; safe to write from many threads."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._lock = threading.Lock()

    def begin(self, client: int, kind: str, key: Any, user: int) -> Event:
        """An event under way; unknown until it is told otherwise."""
        event = Event(client, kind, key, user, time.monotonic())
        with self._lock:
            self.events.append(event)
        return event

    def acknowledged(self) -> int:
        """How many writes were answered as done."""
        with self._lock:
            return sum(event.outcome == "ok" for event in self.events)

    def snapshot(self) -> list[Event]:
        """All events so far."""
        with self._lock:
            return list(self.events)

    def longest(self, since: float = 0.0) -> float:
        """Seconds from the first try of a creation to its receipt, for whoever waited longest.

        Those first tried before ``since`` are left out.
        """
        events = self.snapshot()
        first: dict[Any, float] = {}
        for event in events:
            first.setdefault(event.key, event.began)
        done: dict[Any, float] = {}
        for event in events:
            counts = isinstance(event.key, str) and first[event.key] >= since
            if event.outcome == "ok" and counts:
                done.setdefault(event.key, event.ended - first[event.key])
        return max(done.values(), default=0.0)

    def save(self, path: Path) -> None:
        """One JSON object per line."""
        with path.open("w") as file:
            for event in self.events:
                file.write(json.dumps(asdict(event)) + "\n")


def load(path: Path) -> list[Event]:
    """Events as ``save`` wrote them."""
    with path.open() as file:
        return [Event(**json.loads(line)) for line in file]
