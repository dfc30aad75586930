"""Make ``.venv`` from the lock files, with the standard library alone; seconds when it is there.

``--dev`` adds what tests and gates need. Every file is checked against its hash in the lock.
"""

import hashlib
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
OLDEST = (3, 11)


def main() -> int:
    """Return 0 when the environment is ready."""
    if sys.version_info < OLDEST:
        print("Python 3.11 or newer is needed; name one with `make PYTHON=python3.12 …`.")
        return 1
    dev = "--dev" in sys.argv
    lock = ROOT / ("requirements-dev.lock" if dev else "requirements.lock")
    wanted = fingerprint(lock)
    stamp = VENV / ".ready"
    have = stamp.read_text().split() if stamp.exists() else []
    if wanted in have:
        return 0
    started = time.monotonic()
    if not (BIN / "python").exists():
        say("Making .venv")
        venv.create(VENV, with_pip=True)
    say(f"Installing {lock.name} (about half a minute the first time)")
    if install(lock) != 0:
        print("Installing failed; the lines above say why. Run the same command again.")
        return 1
    keep = have if dev else []
    stamp.write_text("\n".join({*keep, wanted, *([fingerprint(ROOT / "requirements.lock")] * dev)}))
    say(f"Ready in {time.monotonic() - started:.0f} s")
    return 0


def fingerprint(lock: Path) -> str:
    """What the environment must have been made from: lock, project file, interpreter."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (lock, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def install(lock: Path) -> int:
    """Install the lock with uv if pip can get it, with pip otherwise; then the project itself."""
    python = str(BIN / "python")
    quiet = ["--quiet", "--disable-pip-version-check"]
    if not (BIN / "uv").exists():
        run([python, "-m", "pip", "install", *quiet, "uv"], hide=True)
    if (BIN / "uv").exists():
        pip = [str(BIN / "uv"), "pip", "install", "--quiet", "--python", python]
    else:
        pip = [python, "-m", "pip", "install", *quiet]
    code = run([*pip, "--require-hashes", "-r", str(lock)])
    if code == 0:
        code = run([*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    return code


def run(command: list[str], *, hide: bool = False) -> int:
    """Run one command in the project's folder; its output is shown unless ``hide``."""
    where = subprocess.DEVNULL if hide else None
    return subprocess.call(command, cwd=ROOT, stdout=where, stderr=where)


def say(text: str) -> None:
    """Show progress."""
    print(f"· {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
