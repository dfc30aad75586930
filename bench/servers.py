"""Starts and stops what is measured: the product, the floor, PostgreSQL; each with the slow disk
at hand."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from anxiao.project.env import WEB_THREADS
from bench.load import once, request
from tools import postgres

ROOT = Path(__file__).resolve().parent.parent
PROCESSES = {"sqlite": 1, "postgresql": 2}
"""As ``anxiao serve`` starts it, with ``WEB_THREADS`` each; the floor gets the same (ADR 0004)."""
PAUSE = 0.02
STARTS_WITHIN = 60.0


@dataclass(slots=True)
class Place:
    """One database with a county and the floor's people in it, and how to run things there."""

    database: str
    folder: Path
    env: dict[str, str]
    world: dict[str, Any] = field(default_factory=dict)
    sessions: list[str] = field(default_factory=list)

    def run(self, *words: str, mini: bool = False, **more: str) -> str:
        """Run a module of ours to its end and return what it printed."""
        command = [sys.executable, "-W", "ignore", "-m", *words]
        env = self.env_of(mini=mini) | more
        done = subprocess.run(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, check=True)
        return done.stdout.decode()

    def env_of(self, *, mini: bool) -> dict[str, str]:
        """The product's environment, or the floor's beside it."""
        found = os.environ | self.env
        if mini:
            found["ANXIAO_DATA"] = str(self.folder / "mini")
            found["DJANGO_SETTINGS_MODULE"] = "bench.mini.settings"
            if "DATABASE_URL" in found:
                found["DATABASE_URL"] = found["DATABASE_URL"].replace("/bench", "/mini")
        return found

    def slow(self, microseconds: int) -> None:
        """Make each sync last this much longer, at once."""
        (self.folder / "slow").write_text(str(microseconds))


@contextlib.contextmanager
def places(databases: list[str], units: int) -> Iterator[list[Place]]:
    """The databases asked for, each built, in folders that are removed afterwards."""
    with contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="anxiao-bench-", dir=os.environ.get("BENCH_DIR")))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        shim = _shim(folder)
        found = []
        for database in databases:
            here = folder / database
            here.mkdir()
            (here / "slow").write_text("0")
            env = {"ANXIAO_DATA": str(here / "ours"), "ANXIAO_SLOW": str(here / "slow")}
            env |= {"ANXIAO_GROUP_COMMIT": "1"} | ({"LD_PRELOAD": shim} if shim else {})
            if database == "postgresql":
                env["DATABASE_URL"] = stack.enter_context(_postgresql(env))
            place = Place(database, here, env)
            build(place, units)
            found.append(place)
        yield found


def build(place: Place, units: int) -> None:
    """The county, its static files, and the floor's people."""
    place.run("anxiao", "collectstatic", "--noinput", "-v0")
    place.world = json.loads(place.run("bench.world", str(units)))
    place.sessions = json.loads(place.run("bench.mini.build", mini=True))


@contextlib.contextmanager
def _postgresql(env: dict[str, str]) -> Iterator[str]:
    """A throw-away server that syncs for good, with a database for each."""
    with postgres.throw_away(durable=True, env=env) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            for name in ("bench", "mini"):
                connection.execute(f"CREATE DATABASE {name}")
        yield f"{url.rpartition('/')[0]}/bench"


def _shim(folder: Path) -> str:
    compiler = shutil.which("cc")
    if not compiler:
        print("! no C compiler: the slow disk (G3) cannot be tried", flush=True)
        return ""
    target = folder / "slow.so"
    source = Path(__file__).with_name("slow.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", target, source, "-ldl"], check=True)
    return str(target)


@contextlib.contextmanager
def server(
    place: Place,
    application: str,
    *,
    mini: bool = False,
    workers: int = 0,
    threads: int = WEB_THREADS,
    more: dict[str, str] | None = None,
) -> Iterator["Server"]:
    """granian with the options of ``anxiao serve`` on a free port."""
    port = postgres.free_port()
    workers = workers or PROCESSES[place.database]
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", str(workers), "--blocking-threads", str(threads)),
        *("--no-ws", "--log-level", "warning", application),
    ]
    env = place.env_of(mini=mini) | (more or {})
    process = subprocess.Popen(
        command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port)
        yield Server(port, process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()


@dataclass(frozen=True, slots=True)
class Server:
    """One that answers."""

    port: int
    process: subprocess.Popen[bytes]


def wait_for(port: int) -> float:
    """Seconds until something answers on ``port``."""
    begin = time.monotonic()
    while time.monotonic() - begin < STARTS_WITHIN:
        with contextlib.suppress(OSError, ValueError):
            once(port, request("GET", "/account/sign-in", head={"Connection": "close"}))
            return time.monotonic() - begin
        time.sleep(PAUSE)
    raise TimeoutError("the server did not start")


def ours(place: Place, **options: Any) -> Any:
    """The product."""
    return server(place, "anxiao.project.wsgi:application", **options)


def mini(place: Place, **options: Any) -> Any:
    """The floor."""
    return server(place, "bench.mini.wsgi:application", mini=True, **options)
