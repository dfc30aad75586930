"""Making a backup while everybody works, and proving at once that it is whole."""

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

from anxiao.foundation.files.queries import path_for
from anxiao.project.operate import dumps, manifest
from anxiao.project.operate.dumps import Progress
from anxiao.project.operate.manifest import STAMP, Manifest

VARIANTS = ("full", "thumb")
HEADS = "journal-heads.log"


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup, what went with it and what was thrown away for it."""

    folder: Path
    told: Manifest
    missing: list[str]
    removed: list[str]


def make(place: Path, *, at: datetime, with_keys: bool, progress: Progress) -> Made:
    """Write one backup below ``place``; it stands under its name only when it is whole."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_inside(place)
    folder = place / at.strftime(STAMP)
    if folder.exists():
        raise CommandError(f"{folder} 已存在。")
    for old in place.glob(".partial-*"):  # of a backup that was killed
        shutil.rmtree(old)
    partial = place / f".partial-{folder.name}"
    partial.mkdir(mode=0o700)
    try:
        told, missing = _fill(partial, place / "files", at, with_keys, progress)
        told.write(partial)
        sync(partial)
        partial.rename(folder)
        sync(place)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return Made(folder, told, missing, prune(place))


def refuse_inside(place: Path) -> None:
    """A backup within the data would be lost with it."""
    if place.resolve().is_relative_to(settings.ANXIAO_DATA):
        raise CommandError("备份不能放在数据文件夹之内，请换一个文件夹，最好在另一块磁盘上。")


def _fill(
    partial: Path, pool: Path, at: datetime, with_keys: bool, progress: Progress
) -> tuple[Manifest, list[str]]:
    heads = settings.ANXIAO_DATA / HEADS
    if heads.exists():  # before the database: no head may lie beyond what the copy holds
        shutil.copyfile(heads, partial / HEADS)
    target = partial / dumps.name_of()
    dumps.require_room(pool.parent, _database_size() * 2)
    snapshot = dumps.dump(target, progress)
    files, missing = copy_contents(snapshot.contents, pool, progress)
    keys = settings.ANXIAO_DATA / "keys"
    if with_keys:
        shutil.copytree(keys, partial / "keys")
    told = Manifest(
        made_at=at.isoformat(),
        version=version("anxiao"),
        vendor=connection.vendor,
        database=target.name,
        digest=manifest.digest_of(target),
        rows=snapshot.rows,
        files=files,
        keys=manifest.fingerprints(keys),
        holds_keys=with_keys,
    )
    return told, missing


def _database_size() -> int:
    if connection.vendor == "sqlite":
        return Path(connection.settings_dict["NAME"]).stat().st_size
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0]) // 2


def copy_contents(
    contents: list[str], pool: Path, progress: Progress
) -> tuple[dict[str, str], list[str]]:
    """Copy what the pool lacks; return each path with its digest, and contents that are not there
    or no longer what they were stored as.
    """
    files: dict[str, str] = {}
    missing = []
    for number, sha256 in enumerate(contents, 1):
        progress(number, len(contents))
        for variant in VARIANTS:
            source = path_for(sha256, variant)
            if source.exists():
                name = str(source.relative_to(settings.MEDIA_ROOT))
                files[name] = keep(source, pool / name)
            if variant == "full" and files.get(f"{sha256[:2]}/{sha256[2:4]}/{sha256}") != sha256:
                missing.append(sha256)
    return files, missing


def keep(source: Path, target: Path) -> str:
    """Copy a file that never changes, unless it is there; return the digest of what is kept."""
    if not target.exists() or target.stat().st_size != source.stat().st_size:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = target.with_name(f".new-{target.name}")
        shutil.copyfile(source, fresh)
        sync(fresh)
        fresh.rename(target)
    digest = manifest.digest_of(target)
    if digest == target.name or digest == manifest.digest_of(source):
        return digest
    target.unlink()  # what was kept has decayed: take the content anew
    return keep(source, target)


def prune(place: Path) -> list[str]:
    """Remove the backups that are past their time, then contents no backup speaks of."""
    folders = {path.name: path for path in manifest.backups(place)}
    past = sorted(set(folders) - manifest.kept(folders))
    for name in past:
        shutil.rmtree(folders[name])
    if past:
        wanted = {n for path in manifest.backups(place) for n in manifest.read(path).files}
        for path in (place / "files").rglob("*"):
            if path.is_file() and str(path.relative_to(place / "files")) not in wanted:
                path.unlink()
    return past


def sync(path: Path) -> None:
    """Have the disk keep a file, or every file of a folder and the folder itself."""
    inner = [each for each in path.rglob("*") if each.is_file()] if path.is_dir() else []
    for each in [*inner, path]:
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
