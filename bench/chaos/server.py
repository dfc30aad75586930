"""The real programs, each a process group of its own, to be killed or stopped whole."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tools.postgres import free_port

STARTS_WITHIN = 180.0
LOST_PATIENCE = 40


class Program:
    """``anxiao WORDS``; with a port it is up when it answers there."""

    def __init__(self, words: tuple[str, ...], port: int, env: dict[str, str], log: Path) -> None:
        self.words, self.port = words, port
        self.address = f"http://127.0.0.1:{port}" if port else ""
        self._env, self._log = env, log
        self._process: subprocess.Popen[bytes] | None = None
        self.starts: list[float] = []

    def start(self) -> None:
        """Start and wait for the first answer."""
        began = time.monotonic()
        more = ("--port", str(self.port)) if self.port else ()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "anxiao", *self.words, *more],
                env=os.environ | self._env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while self.port and not answers(self.address):
            if self._process.poll() is not None or time.monotonic() - began > STARTS_WITHIN:
                raise SystemExit(f"it did not start: {self._log.read_text()[-3000:]}")
            time.sleep(0.05)
        self.starts.append(time.monotonic() - began)

    def kill(self) -> None:
        """kill -9 of the whole group: web server, its children, and a worker beside it."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._end()

    def stop(self) -> None:
        """Ask it to end, as an operator does: the first process, which tells the others."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._end()

    def pause(self, seconds: float) -> None:
        """Nothing of it runs for a while; then all goes on as if no time had passed."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGSTOP)
            time.sleep(seconds)
            os.killpg(self._process.pid, signal.SIGCONT)

    def _end(self) -> None:
        if self._process is not None:
            self._process.wait(timeout=LOST_PATIENCE)
            self._process = None


def programs(web: int, workers: int, env: dict[str, str], log: Path) -> list[Program]:
    """One ``anxiao serve`` with a worker beside it, or so many of each on their own."""
    if (web, workers) == (1, 1):
        return [Program(("serve",), free_port(), env, log)]
    fronts = [Program(("serve", "--no-worker"), free_port(), env, log) for _ in range(web)]
    return [*fronts, *(Program(("worker",), 0, env, log) for _ in range(workers))]


def answers(address: str) -> bool:
    """Whether the server answers a page."""
    try:
        with urllib.request.urlopen(f"{address}/account/sign-in", timeout=5):  # noqa: S310
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
