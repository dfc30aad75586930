"""Long work in short turns: SQLite has one turn to write, and everybody waits for it."""

from collections.abc import Iterable, Iterator
from time import monotonic, sleep
from typing import TypeVar

from django.db import connection

T = TypeVar("T")
STRETCH = 0.25
"""Seconds of work after which a long job rests: others then wait no longer than that for a gap."""
BREATH = 0.1
"""Seconds of rest: a writer of another process that waits on SQLite looks only every tenth of a
second whether it is free. PostgreSQL's writers wait for nobody's turn."""


def in_turns(pieces: Iterable[T]) -> Iterator[T]:
    """Each of ``pieces``, of which the caller makes a transaction; others write in between."""
    began = monotonic()
    for place, piece in enumerate(pieces):
        if place and monotonic() - began > STRETCH:
            breathe()
            began = monotonic()
        yield piece


def breathe() -> None:
    """Let others write, unless a transaction is open: then nobody could."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        sleep(BREATH)
