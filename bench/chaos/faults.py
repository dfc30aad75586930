"""Faults of clock and disk for programs started with ``env``: see ``faults.c``."""

import os
import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("faults.c")
MISSING = "A C compiler is needed for the faults: install one (Debian: apt-get install gcc)."


class Faults:
    """The folder that says what goes wrong now; nothing until it is told.

    ``armed`` is false where none of these faults is wanted: then no compiler is needed.
    """

    def __init__(self, folder: Path, *, armed: bool = True) -> None:
        self.folder = folder
        self.env: dict[str, str] = {}
        self._armed = 0
        if not armed:
            return
        folder.mkdir()
        library = folder / "faults.so"
        command = [compiler(), "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", str(library)]
        subprocess.run([*command, str(SOURCE), "-ldl"], check=True)
        self.env = {"LD_PRELOAD": str(library), "ANXIAO_FAULTS": str(folder)}

    def clock(self, seconds: int) -> None:
        """The clock of the day goes wrong by so much, or right again with 0."""
        self._say("clock", str(seconds))

    def fail_sync(self, number: int) -> None:
        """The n-th sync of each process from now on fails."""
        self._armed += 1
        self._say("eio", f"{self._armed} {number}")

    def full(self, now: bool) -> None:
        """No room on the disk, or room again."""
        if now:
            self._say("full", "1")
        else:
            (self.folder / "full").unlink()

    def keep_synced(self, data: Path) -> None:
        """From now on remember what has reached the disk; all that is there now has."""
        for path in files_of(data):
            shutil.copyfile(path, f"{path}.synced")
        self._say("synced", "1")

    def cut_power(self, data: Path) -> None:
        """Leave of the database what had reached the disk. Every program has been killed before."""
        for path in files_of(data):
            path.unlink()
        for path in data.glob("*.synced"):
            shutil.copyfile(path, path.with_suffix(""))

    def _say(self, name: str, text: str) -> None:
        new = self.folder / f"{name}.new"
        new.write_text(text)
        new.rename(self.folder / name)


def files_of(data: Path) -> list[Path]:
    """The database, its log and its index."""
    names = (f"anxiao.sqlite3{suffix}" for suffix in ("", "-wal", "-shm"))
    return [path for path in (data / name for name in names) if path.exists()]


def compiler() -> str:
    """Path of ``cc``, installed from Debian's packages if need be and if that is possible."""
    found = shutil.which("cc")
    if not found and shutil.which("apt-get") and os.geteuid() == 0:
        print("· Installing a C compiler", flush=True)
        calm = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-qq"], ["install", "-y", "-qq", "gcc", "libc6-dev"]):
            subprocess.call(["apt-get", *words], stdout=subprocess.DEVNULL, env=calm)
        found = shutil.which("cc")
    if not found:
        raise SystemExit(MISSING)
    return found
