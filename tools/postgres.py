"""A PostgreSQL for the tests: the one named, one that is running here, or a throw-away one."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

NAME = "anxiao_tests"


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
    if not (listening(5432) and shutil.which("psql")):
        return ""
    for user in ("postgres", pwd.getpwuid(os.getuid()).pw_name):
        ask = ["psql", "-h", "127.0.0.1", "-U", user, "-w", "-d", "postgres", "-Atc"]
        quiet = {"capture_output": True, "text": True, "check": False}
        may = subprocess.run(
            [*ask, "select rolcreatedb or rolsuper from pg_roles where rolname = current_user"],
            **quiet,
        )
        if may.returncode == 0 and may.stdout.strip() == "t":
            subprocess.run([*ask, f"create database {NAME}"], **quiet)
            return f"postgresql://{user}@127.0.0.1:5432/{NAME}"
    return ""


@contextlib.contextmanager
def throw_away() -> Iterator[str]:
    """A fresh cluster in a temporary folder, run as an ordinary user, on a free port."""
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
        options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"
        control = [*as_user, str(tools / "pg_ctl"), "-D", str(data), "-w"]
        run([*control, "-l", str(data / "log"), "-o", options, "start"])
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            run([*control, "-m", "immediate", "stop"])


def binaries() -> Path:
    """The folder of ``initdb`` and ``pg_ctl``; installed from Debian's packages if need be."""
    for attempt in range(2):
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if found:
            return found[-1].parent
        if shutil.which("initdb"):
            return Path(str(shutil.which("initdb"))).parent
        if attempt == 0 and shutil.which("apt-get") and os.geteuid() == 0:
            print("· Installing PostgreSQL", flush=True)
            quiet = {"stdout": subprocess.DEVNULL}
            subprocess.call(["apt-get", "update", "-qq"], **quiet)
            subprocess.call(["apt-get", "install", "-y", "-qq", "postgresql"], **quiet)
    raise SystemExit("PostgreSQL is needed for the tests: install it, or name a server with "
                     "ANXIAO_TEST_DATABASE_URL=postgresql://user@host/name.")


def run(command: list[str]) -> None:
    """Run one command quietly; its output is shown when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def listening(port: int) -> bool:
    """Whether something answers on this port of the loopback."""
    with contextlib.closing(socket.socket()) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port nobody uses now."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
