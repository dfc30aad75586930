"""Faults of clock and disk for programs started with ``env``: see ``faults.c``."""

import os
import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("faults.c")
STATIC = "static"
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
        folder.chmod(0o755)
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

    def heal_sync(self) -> None:
        """No sync fails any more."""
        (self.folder / "eio").unlink(missing_ok=True)

    def slow_syncs(self, microseconds: int) -> None:
        """Each sync of what is remembered lasts this much longer."""
        self._say("slow", str(microseconds))

    def lie(self) -> None:
        """Syncs do nothing from now on."""
        self._say("lie", "1")

    def keep_synced(self, data: Path) -> None:
        """From now on remember what has reached the disk; all that is there now has."""
        disk = self.folder / "disk"
        shutil.rmtree(disk, ignore_errors=True)
        disk.mkdir()
        for path in files_of(data):
            shutil.copyfile(path, disk / str(path.relative_to(data)).replace("/", "%"))
        own(disk, data)
        self._say("synced", "1")

    def cut_power(self, data: Path) -> int:
        """Leave of the data what had reached the disk; how many files this changed,
        static files apart: each start makes them anew. Every program has been killed before.
        """
        disk = self.folder / "disk"
        (self.folder / "synced").unlink()
        before = {path: path.read_bytes() for path in files_of(data)}
        for path in before:
            path.unlink()
        for path in disk.iterdir():
            if path.name != ".lock" and path.suffix != ".fresh":
                shutil.copyfile(path, data / path.name.replace("%", "/"))
        own(data, data)
        after = {path: path.read_bytes() for path in files_of(data)}
        paths = {path for path in before.keys() | after.keys() if STATIC not in path.parts}
        return sum(before.get(path) != after.get(path) for path in paths)

    def _say(self, name: str, text: str) -> None:
        new = self.folder / f"{name}.new"
        new.write_text(text)
        new.rename(self.folder / name)


def files_of(data: Path) -> list[Path]:
    """What a disk holds: all but SQLite's index of its log, which is memory."""
    found = [path for path in data.rglob("*") if path.is_file() and path.name != ".lock"]
    return [path for path in found if not path.name.endswith("-shm")]


def own(folder: Path, like: Path) -> None:
    """All in ``folder`` belongs to whom ``like`` belongs to, and is theirs alone."""
    owner = like.stat()
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
        path.chmod(0o700 if path.is_dir() else 0o600)


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
