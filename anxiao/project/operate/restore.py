"""Putting a backup into an empty place, and proving that all of it is there."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

from anxiao.foundation.journal.queries import Verdict, verify
from anxiao.project.operate import dumps, manifest
from anxiao.project.operate.backup import HEADS, keep
from anxiao.project.operate.dumps import Progress
from anxiao.project.operate.manifest import Manifest
from anxiao.project.operate.structure import refuse_newer


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back. ``foreign_keys`` names keys here that are not those of the backup."""

    told: Manifest
    verdict: Verdict
    foreign_keys: list[str]


def find(source: Path) -> Path:
    """The backup meant: the folder itself, or the newest below it."""
    if not source.is_dir():
        raise CommandError(f"没有文件夹 {source}。")
    if (source / "manifest.json").exists():
        return source
    found = manifest.backups(source)
    if not found:
        raise CommandError(f"{source} 里没有完整的备份。")
    return found[-1]


def check(folder: Path, progress: Progress) -> Manifest:
    """Compare everything in a backup with its manifest; the first difference is an error."""
    told = manifest.read(folder)
    if manifest.digest_of(folder / told.database) != told.digest:
        raise CommandError(f"{folder / told.database} 与备份时不一致，不能恢复。")
    pool = folder.parent / "files"
    for number, (name, digest) in enumerate(told.files.items(), 1):
        progress(number, len(told.files))
        if not (pool / name).exists() or manifest.digest_of(pool / name) != digest:
            raise CommandError(f"{pool / name} 缺失或与备份时不一致，不能恢复。")
    return told


def put_back(folder: Path, progress: Progress) -> Restored:
    """Restore into the empty place that the environment names; nothing stays if it fails."""
    told = check(folder, progress)
    if told.vendor != connection.vendor:
        raise CommandError(
            f"备份来自 {told.vendor}，当前设置的数据库是 {connection.vendor}，请核对 DATABASE_URL。"
        )
    refuse_non_empty()
    if connection.vendor == "sqlite":
        _place_sqlite(folder / told.database)
    else:
        dumps.restore_postgresql(folder / told.database)
    try:
        return _complete(folder, told, progress)
    except BaseException:
        if connection.vendor == "sqlite":
            connection.close()
            database_path().unlink(missing_ok=True)
        shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
        (settings.ANXIAO_DATA / HEADS).unlink(missing_ok=True)
        raise


def refuse_non_empty() -> None:
    """Nothing is ever overwritten."""
    media = Path(settings.MEDIA_ROOT)
    if media.exists() and any(path.is_file() for path in media.rglob("*")):
        raise CommandError(f"{media} 不是空的；恢复只写入空的数据文件夹，请另指定 ANXIAO_DATA。")
    if (settings.ANXIAO_DATA / HEADS).exists():
        raise CommandError("数据文件夹里已有操作日志的封存记录，请另指定空的 ANXIAO_DATA。")
    if connection.vendor == "sqlite" and not database_path().exists():
        return
    if connection.introspection.table_names():
        raise CommandError("数据库不是空的；恢复只写入空的数据库，什么都没有改动。")
    connection.close()


def database_path() -> Path:
    """Where SQLite's file lies."""
    return Path(connection.settings_dict["NAME"])


def _place_sqlite(source: Path) -> None:
    connection.close()
    target = database_path()
    dumps.require_room(target.parent, source.stat().st_size * 2)
    target.unlink(missing_ok=True)  # an empty one
    fresh = target.with_name(f".restoring-{target.name}")
    shutil.copyfile(source, fresh)
    fresh.chmod(0o600)
    fresh.rename(target)


def _complete(folder: Path, told: Manifest, progress: Progress) -> Restored:
    refuse_newer()
    rows = dumps.count_rows()
    if rows != told.rows:
        names = [name for name in told.rows if rows.get(name) != told.rows[name]]
        raise CommandError(f"恢复后的行数与备份时不一致：{'、'.join(names)}。")
    if connection.vendor == "sqlite":
        dumps.inspect_sqlite(database_path())
    if (folder / HEADS).exists():
        shutil.copyfile(folder / HEADS, settings.ANXIAO_DATA / HEADS)
    pool = folder.parent / "files"
    for number, name in enumerate(told.files, 1):
        progress(number, len(told.files))
        keep(pool / name, Path(settings.MEDIA_ROOT) / name)
    verdict = verify(settings.ANXIAO_DATA / HEADS)
    if verdict.fault:
        raise CommandError(f"备份中操作日志第 {verdict.fault.entry_id} 号校验不符，未恢复。")
    _place_keys(folder)
    ours = manifest.fingerprints(settings.ANXIAO_DATA / "keys")
    foreign = [name for name, print_ in told.keys.items() if ours.get(name) != print_]
    return Restored(told, verdict, foreign)


def _place_keys(folder: Path) -> None:
    """Keys of the backup take the place of those made when this command started."""
    if not (folder / "keys").exists():
        return
    ours = settings.ANXIAO_DATA / "keys"
    for path in sorted((folder / "keys").iterdir()):
        target = ours / path.name
        target.unlink(missing_ok=True)
        shutil.copyfile(path, target)
        target.chmod(0o600)
