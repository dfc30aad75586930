"""G12: what it takes to stand there; and how fast the disk syncs."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import intake
from bench.load import drive
from bench.results import Pairs, Result, at_most
from bench.servers import PROCESSES, ROOT, Place, mini, ours

MIB = 1024


def fsyncs(folder: Path, seconds: float = 1.0) -> int:
    """How often a second this disk brings 4 KiB to safety."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        count, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            os.pwrite(file.fileno(), b"x" * 4096, 0)
            os.fdatasync(file.fileno())
            count += 1
    return int(count / seconds)


def measure(place: Place, rounds: int) -> list[Result]:
    """Cold start beside a bare Django's, memory fresh and after load."""
    starts = [(_start(ours, place), _start(mini, place)) for _ in range(rounds)]
    pairs = Pairs("s", "mini", [a for a, _ in starts], [b for _, b in starts])
    found = [at_most("G12", "cold start to the first answer", place.database, pairs, 2.0)]
    workers = PROCESSES[place.database]
    with ours(place) as one:
        beside = _worker(place)
        try:
            time.sleep(3)
            fresh = _memory(one.process.pid) + _memory(beside.pid)
            drive(one.port, intake.inspections(place), 8, 5)
            loaded = _memory(one.process.pid) + _memory(beside.pid)
        finally:
            beside.send_signal(signal.SIGTERM)
            beside.wait(timeout=20)
    name = f"memory of {workers} web and 1 background process"
    for moment, used, limit in (("fresh", fresh, 200.0), ("after load", loaded, 350.0)):
        figures = Pairs("MiB", "limit", [used], [limit])
        found.append(at_most("G12", f"{name}, {moment}", place.database, figures, 1.0))
    return found


def _worker(place: Place) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "anxiao", "worker"]
    return subprocess.Popen(command, env=place.env_of(mini=False), cwd=ROOT)


def _start(which: Callable[..., Any], place: Place) -> float:
    """Seconds until one process answers."""
    begin = time.monotonic()
    with which(place, workers=1):
        return time.monotonic() - begin


def _memory(pid: int) -> float:
    """MiB of a process and its children: what is theirs alone, and their part of what is shared."""
    return sum(_pss(each) for each in (pid, *_children(pid))) / MIB


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    with contextlib.suppress(OSError):
        found = [int(each) for each in path.read_text().split()]
        return found + [deeper for each in found for deeper in _children(each)]
    return []


def _pss(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
