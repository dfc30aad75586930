"""The real server, led by a process group of its own, killed whole."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, suppress
from pathlib import Path

STARTS_WITHIN = 180.0


class Server:
    """``anxiao serve`` with its background worker; ``kill`` takes all of them with -9."""

    def __init__(self, port: int, environment: dict[str, str], log: Path) -> None:
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.starts: list[float] = []

    def start(self) -> None:
        """Start and wait for the first answer."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "anxiao", "serve", "--port", str(self.port)],
                env=os.environ | self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while time.monotonic() - began < STARTS_WITHIN:
            if self._process.poll() is not None:
                break
            with suppress(OSError):
                if answers(self.address):
                    self.starts.append(time.monotonic() - began)
                    return
            time.sleep(0.05)
        raise SystemExit(f"the server did not start: {self._log.read_text()[-3000:]}")

    def kill(self) -> None:
        """kill -9 of the whole group: web server, its children and the worker."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, as an operator does."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, how)
        self._process.wait(timeout=40)
        self._process = None


def answers(address: str) -> bool:
    """Whether the server answers a page."""
    try:
        with urllib.request.urlopen(f"{address}/account/sign-in", timeout=5):  # noqa: S310
            return True
    except urllib.error.HTTPError:
        return True


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
