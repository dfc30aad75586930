"""Make ``.venv`` from the lock files, with the standard library alone; a second when it is there.

``--dev`` adds what tests and gates need. Every file is checked against its hash in the lock.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / ".ready"
OLDEST = (3, 11)
QUIET = ("--quiet", "--disable-pip-version-check")


def main() -> int:
    """Return 0 when the environment is ready."""
    if sys.version_info < OLDEST:
        print("Python 3.11 or newer is needed; name one with `make PYTHON=python3.12 …`.")
        return 1
    dev = "--dev" in sys.argv
    runtime = ROOT / "requirements.lock"
    lock = ROOT / "requirements-dev.lock" if dev else runtime
    have = STAMP.read_text().split() if STAMP.exists() and (BIN / "anxiao").exists() else []
    if fingerprint(lock) in have:
        return 0
    started = time.monotonic()
    if not made():
        print("Making .venv failed. On Debian and Ubuntu: apt-get install python3-venv")
        return 1
    say(f"Installing {lock.name} (about half a minute the first time)")
    if not installed(lock):
        print("Installing failed; the lines above say why. Run the same command again.")
        return 1
    compiled()
    now = {fingerprint(lock), fingerprint(runtime)}  # the larger lock holds the smaller one
    STAMP.write_text("\n".join(sorted(now)) + "\n")
    say(f"Ready in {time.monotonic() - started:.0f} s")
    return 0


def fingerprint(lock: Path) -> str:
    """What the environment must have been made from: interpreter, place, lock, project file."""
    digest = hashlib.sha256(f"{sys.version}\n{ROOT}\n".encode())
    for path in (lock, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def made() -> bool:
    """Have a virtual environment with pip; one left half made, or by another Python, goes."""
    if (BIN / "python").exists() and (BIN / "pip").exists() and works():
        return True
    say("Making .venv")
    for attempt in range(2):
        try:
            venv.create(VENV, with_pip=True, clear=True)
        except (subprocess.CalledProcessError, ImportError, OSError):
            # Debian keeps the part that puts pip into an environment in a package of its own.
            if attempt or not (shutil.which("apt-get") and os.geteuid() == 0):
                return False
            run(["apt-get", "update", "-qq"], hide=True)
            run(["apt-get", "install", "-y", "-qq", "python3-venv"], hide=True)
        else:
            return True
    return False


def works() -> bool:
    """Whether the environment's Python is this Python's version and its pip answers."""
    ask = f"import pip, sys; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    return run([str(BIN / "python"), "-c", ask], hide=True) == 0


def installed(lock: Path) -> bool:
    """Install the lock and the project itself, with uv if it can be had, with pip otherwise."""
    for pip in installers():
        locked = [*pip, "--require-hashes", "-r", str(lock)]
        project = [*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)]
        if run(locked) == 0 and run(project) == 0:
            return True
    return False


def installers() -> Iterator[list[str]]:
    """The commands that install, the quick one first."""
    python = str(BIN / "python")
    pip = [python, "-m", "pip", "install", *QUIET]
    uv = BIN / "uv"
    if not uv.exists():
        run([*pip, "--require-hashes", "-r", str(ROOT / "requirements-uv.lock")], hide=True)
    if uv.exists():
        yield [str(uv), "pip", "install", "--quiet", "--compile-bytecode", "--python", python]
    say("Without uv: pip takes about a minute")
    yield pip


def compiled() -> None:
    """Keep bytecode beside our modules: who runs them later may not write there, and would compile
    every one of them at each start.
    """
    run([str(BIN / "python"), "-m", "compileall", "-q", "-j", "0", "anxiao"], hide=True)


def run(command: list[str], *, hide: bool = False) -> int:
    """Run one command in the project's folder; its output is shown unless ``hide``."""
    where = subprocess.DEVNULL if hide else None
    return subprocess.call(command, cwd=ROOT, stdout=where, stderr=where)


def say(text: str) -> None:
    """Show progress."""
    print(f"· {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
