"""Find Chromium for the browser tests; on Debian as root, install it with Chinese fonts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PACKAGES = ("chromium", "fonts-noto-cjk")
MISSING = (
    "No Chromium found: install one (Debian: apt-get install chromium fonts-noto-cjk), "
    "or name it with CHROMIUM=/path/to/chrome."
)


def find() -> str:
    """Path of a Chromium: ``CHROMIUM``, the search path, or Playwright's own; ``""`` for none."""
    named = os.environ.get("CHROMIUM", "")
    if named and Path(named).is_file():
        return named
    found = next(filter(None, map(shutil.which, NAMES)), "")
    if found:
        return found
    cached = sorted(Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome"))
    return str(cached[-1]) if cached else ""


def has_chinese_font() -> bool:
    """Whether the system can draw Chinese; unknown counts as yes."""
    if not shutil.which("fc-list"):
        return True
    listed = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def ensure() -> str:
    """Path of a Chromium, installed from Debian's packages if need be and if that is possible."""
    path = find()
    if path and has_chinese_font():
        return path
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("· Installing Chromium and Chinese fonts (about 20 s)", flush=True)
        calm = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-qq"], ["install", "-y", "-qq", *PACKAGES]):
            subprocess.call(["apt-get", *words], stdout=subprocess.DEVNULL, env=calm)
    return find()


if __name__ == "__main__":
    chromium = ensure()
    print(chromium or MISSING)
    sys.exit(0 if chromium else 1)
