"""Maintainers only: write the lock files from ``pyproject.toml``; ``--upgrade`` takes new versions.

Without it every pin stays as it is, unless the project no longer needs it.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = "uv==0.13.9"
FLAGS = (
    *("--generate-hashes", "--no-emit-index-url", "--no-annotate", "--no-header", "--quiet"),
    *("--universal", "--python-version", "3.11"),
)


def main() -> int:
    """Write all three; return 1 when one could not be resolved."""
    built_with = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    build = "\n".join(built_with)
    codes = [
        compiled("requirements.lock", build, "pyproject.toml"),
        compiled("requirements-dev.lock", build, "pyproject.toml", "--extra", "dev"),
        compiled("requirements-uv.lock", UV),
    ]
    return max(codes)


def compiled(lock: str, asked: str, *more: str) -> int:
    """Write one lock of what is ``asked`` and of the files in ``more``."""
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv else []
    command = [str(ROOT / ".venv/bin/uv"), "pip", "compile", "-", *more, *FLAGS, *upgrade]
    return subprocess.run(
        [*command, "-o", lock],
        input=asked,
        text=True,
        cwd=ROOT,
        check=False,
        stdout=subprocess.DEVNULL,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
