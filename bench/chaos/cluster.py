"""A PostgreSQL of one's own that may be killed, crowded and cut off."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tools import postgres

GONE_WITHIN = 20.0
STARTS_WITHIN = 60.0
MOST_CONNECTIONS = 1000
CUT_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE backend_type = 'client backend' AND application_name <> 'drill'"
)


class Cluster:
    """``initdb`` in ``folder``; it syncs, as a production server does."""

    def __init__(self, folder: Path, env: dict[str, str] | None = None) -> None:
        self.folder, self.data, self.port = folder, folder / "data", postgres.free_port()
        self._env = (env or {}) | {"ANXIAO_DATA": str(self.data)}
        self._as_user: list[str] = []
        self.data.mkdir(parents=True)
        if os.geteuid() == 0:
            for path in (folder, self.data):
                shutil.chown(path, "postgres")
            self._as_user = ["runuser", "-u", "postgres", "--"]
        init = ["-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        small = ["--wal-segsize=1"]  # a copy of a segment is made at each sync
        postgres.run([*self._as_user, str(postgres.binaries() / "initdb"), *init, *small])

    @property
    def url(self) -> str:
        """Of its one database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> float:
        """Seconds until it takes connections; what it has to recover it recovers first."""
        began = time.monotonic()
        with (self.folder / "log").open("ab") as log:
            subprocess.Popen(
                [
                    *(*self._as_user, str(postgres.binaries() / "postgres"), "-D", str(self.data)),
                    *("-h", "127.0.0.1", "-p", str(self.port), "-k", str(self.folder)),
                ],
                env=os.environ | {"LC_ALL": "C.UTF-8"} | self._env,
                cwd="/",
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while not self.answers():
            if time.monotonic() - began > STARTS_WITHIN:
                raise SystemExit((self.folder / "log").read_text()[-3000:])
            time.sleep(0.05)
        return time.monotonic() - began

    def answers(self) -> bool:
        """Whether it takes connections."""
        with contextlib.suppress(psycopg.Error), psycopg.connect(self.url, connect_timeout=2):
            return True
        return False

    def answers_within(self, seconds: float) -> bool:
        """Whether it takes connections, or will soon."""
        until = time.monotonic() + seconds
        while not self.answers():
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
        return True

    def kill(self) -> None:
        """kill -9 of the postmaster and all its processes; returns when all are gone."""
        everybody = self.processes()
        for each in everybody:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        until = time.monotonic() + GONE_WITHIN
        while any(map(alive, everybody)) and time.monotonic() < until:
            time.sleep(0.02)

    def kill_backend(self) -> None:
        """kill -9 of one process that serves a connection: the server begins anew for all."""
        with self.connected() as connection:
            found = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
                " AND pid <> pg_backend_pid() ORDER BY backend_start DESC LIMIT 1"
            ).fetchone()
        if found:
            os.kill(found[0], signal.SIGKILL)

    def cut_connections(self) -> int:
        """End every connection but the drill's own; how many."""
        with self.connected() as connection:
            return len(connection.execute(CUT_OTHERS).fetchall())

    @contextlib.contextmanager
    def crowded(self) -> Iterator[int]:
        """Not one connection is left to anybody else; how many are held."""
        with contextlib.ExitStack() as stack:
            held: list[psycopg.Connection] = []
            while len(held) < MOST_CONNECTIONS:
                try:
                    held.append(stack.enter_context(self.connected()))
                except psycopg.OperationalError:
                    if not held[0].execute(CUT_OTHERS).fetchall():
                        break
            yield len(held)

    @contextlib.contextmanager
    def connected(self) -> Iterator[psycopg.Connection]:
        """A connection of the drill's own."""
        with psycopg.connect(self.url, autocommit=True, application_name="drill") as connection:
            yield connection

    def processes(self) -> list[int]:
        """The postmaster and what it has begun, the postmaster first; nothing if it is down."""
        try:
            first = int((self.data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError):
            return []
        return [first, *children_of(first)] if alive(first) else []

    def stop(self) -> None:
        """For good."""
        self.kill()


def children_of(parent: int) -> list[int]:
    """Processes begun by ``parent``."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(path.parent.name))
    return found


def alive(process: int) -> bool:
    """Whether it runs; one that waits to be buried does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}
