"""The structure of the database beside that of the program: older, the same, or newer."""

from django.apps import apps
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader

NEWER = (
    "数据库结构比程序新：数据来自较新版本的安校。"
    "请换回该版本的程序，或恢复升级前的备份（写明备份文件夹的名称）。"
)


def unknown_migrations() -> list[str]:
    """What was done to the database by a version of the program that is newer than this one.

    Of our own rooms alone: a library that drops old names stops nobody. Names that a migration
    here replaces are known.
    """
    loader = MigrationLoader(connection)
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("anxiao.")}
    known = set(loader.disk_migrations)
    known |= {old for each in loader.disk_migrations.values() for old in each.replaces}
    return [
        f"{app}.{name}"
        for app, name in sorted(loader.applied_migrations)
        if app in ours and (app, name) not in known
    ]


def refuse_newer() -> None:
    """An older program would run on and write rows that the newer one cannot read."""
    if unknown_migrations():
        raise CommandError(NEWER)
