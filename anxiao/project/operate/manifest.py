"""A backup on disk: one folder a backup, its manifest in it, contents kept once for all of them.

DEST/20261125T020000Z/   manifest.json  database.sqlite3 | database.dump  journal-heads.log  keys/
DEST/files/ab/cd/<sha256>[.thumb]
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.core.management.base import CommandError

STAMP = "%Y%m%dT%H%M%SZ"
NAMED = re.compile(r"\d{8}T\d{6}Z")
FORMAT = 1
DAYS, WEEKS, MONTHS = 7, 4, 12
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. ``files`` maps a path below ``files/`` to its SHA-256.

    ``keys`` maps a key's name to a fingerprint: enough to know the right key again, no more.
    """

    made_at: str
    version: str
    vendor: str
    database: str
    digest: str
    rows: dict[str, int]
    files: dict[str, str]
    keys: dict[str, str]
    holds_keys: bool
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Into the backup's own folder, as its last file."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)
        (folder / "manifest.json").write_text(text, encoding="utf-8")


def read(folder: Path) -> Manifest:
    """The manifest of a backup; a folder without a whole one is none."""
    try:
        told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        found = Manifest(**told)
    except (OSError, ValueError, TypeError) as fault:
        raise CommandError(f"{folder} 不是一份完整的备份。") from fault
    if found.format != FORMAT:
        raise CommandError(f"{folder} 是另一版本的备份（{found.format}），请用相应版本的安校恢复。")
    return found


ALL_KEPT = timedelta(days=2)


def backups(place: Path) -> list[Path]:
    """The whole backups below a place, oldest first."""
    found = (path for path in place.iterdir() if NAMED.fullmatch(path.name))
    return sorted(path for path in found if (path / "manifest.json").exists())


def kept(names: Iterable[str]) -> set[str]:
    """Which to keep: the newest of each of 7 days, of 4 weeks, of 12 months that have any.

    All of the last two days stay: one made before an upgrade is not lost to one made after it.
    """
    newest_first = sorted(names, reverse=True)
    made = {name: datetime.strptime(name, STAMP).replace(tzinfo=UTC) for name in newest_first}
    chosen = {name for name in newest_first if made[newest_first[0]] - made[name] < ALL_KEPT}
    for pattern, most in (("%Y%m%d", DAYS), ("%G%V", WEEKS), ("%Y%m", MONTHS)):
        periods: dict[str, str] = {}
        for name in newest_first:
            periods.setdefault(made[name].strftime(pattern), name)
        chosen |= set(list(periods.values())[:most])
    return chosen


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def fingerprint(key: str) -> str:
    """Tells whether a key is the same, without telling the key."""
    return hashlib.sha256(f"anxiao key fingerprint:{key}".encode()).hexdigest()[:16]


def fingerprints(folder: Path) -> dict[str, str]:
    """Of every key in a folder."""
    if not folder.exists():
        return {}
    return {path.name: fingerprint(path.read_text().strip()) for path in sorted(folder.iterdir())}
