"""A PostgreSQL for the tests: the one named, one that is running here, or a throw-away one."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

MAY_MAKE_DATABASES = "select rolcreatedb or rolsuper from pg_roles where rolname = current_user"
MISSING = (
    "PostgreSQL is needed for the tests: install it (Debian: apt-get install postgresql), or name "
    "a server with ANXIAO_TEST_DATABASE_URL=postgresql://user@host/name."
)


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Yield a database URL; a throw-away server is stopped and removed afterwards."""
    named = os.environ.get("ANXIAO_TEST_DATABASE_URL", "") or running()
    if named:
        yield named
        return
    with throw_away() as url:
        yield url


def running() -> str:
    """URL of a server on this machine that lets us in without a password, or ``""``."""
    for user in dict.fromkeys(("postgres", "root", pwd.getpwuid(os.getuid()).pw_name)):
        url = f"postgresql://{user}@127.0.0.1:5432/postgres"
        with contextlib.suppress(psycopg.Error):
            with psycopg.connect(url, connect_timeout=2) as connection:
                answer = connection.execute(MAY_MAKE_DATABASES).fetchone()
            if answer == (True,):
                return url
    return ""


@contextlib.contextmanager
def throw_away(*, durable: bool = False, env: dict[str, str] | None = None) -> Iterator[str]:
    """A fresh cluster in a temporary folder, run as an ordinary user, on a free port.

    It syncs only if ``durable``; ``env`` is what its processes find in their environment.
    """
    tools = binaries()
    with tempfile.TemporaryDirectory(prefix="anxiao-pg-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        as_user = []
        if os.geteuid() == 0:
            for path in (folder, data):
                shutil.chown(path, "postgres")
            as_user = ["runuser", "-u", "postgres", "--"]
        port = free_port()
        init = ["-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        run([*as_user, str(tools / "initdb"), *init])
        options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync={'on' if durable else 'off'}"
        control = [*as_user, str(tools / "pg_ctl"), "-D", str(data), "-w"]
        run([*control, "-l", str(data / "log"), "-o", options, "start"], env)
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            run([*control, "-m", "immediate", "stop"])


def binaries() -> Path:
    """The folder of ``initdb`` and ``pg_ctl``; installed from Debian's packages if need be."""
    found = installed()
    if not found and shutil.which("apt-get") and os.geteuid() == 0:
        print("· Installing PostgreSQL", flush=True)
        calm = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-qq"], ["install", "-y", "-qq", "postgresql"]):
            subprocess.call(["apt-get", *words], stdout=subprocess.DEVNULL, env=calm)
        found = installed()
    if not found:
        raise SystemExit(MISSING)
    return found


def installed() -> Path | None:
    """The folder of the newest ``initdb`` on this machine, if there is one."""
    named = shutil.which("initdb")
    if named:
        return Path(named).parent
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3])
    )
    return found[-1].parent if found else None


def run(command: list[str], more: dict[str, str] | None = None) -> None:
    """Run one command quietly; its output is shown when it fails."""
    letters = {"LC_ALL": "C.UTF-8"}  # letters beyond ASCII are letters, whoever runs this
    env = os.environ | letters | (more or {})
    # To a file and not a pipe: the server that pg_ctl leaves behind would keep a pipe open.
    with tempfile.TemporaryFile("w+") as log:
        code = subprocess.call(command, stdout=log, stderr=log, cwd="/", env=env)
        log.seek(0)
        if code:
            raise SystemExit(f"{' '.join(command)} failed:\n{log.read()}")


def free_port() -> int:
    """A port nobody uses now."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    with server() as address:
        print(address, flush=True)
        if sys.stdin.isatty():
            input("Running until Enter is pressed. ")
