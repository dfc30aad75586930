"""Copies of the database taken while others write: SQLite by its backup interface, PostgreSQL by
``pg_dump``. Row counts and the list of contents come from the same snapshot as the copy.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connection

from anxiao.project.operate.findings import amount

PAGES = 4096
"""Pages copied between two reports of progress."""
CONTENTS = "SELECT sha256 FROM files_blob ORDER BY sha256"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the copy holds: rows by table, and the contents (SHA-256) that rows speak of."""

    rows: dict[str, int]
    contents: list[str]


def name_of() -> str:
    """The file name of a copy of the database in use."""
    return "database.sqlite3" if connection.vendor == "sqlite" else "database.dump"


def dump(target: Path, progress: Progress) -> Snapshot:
    """Copy the database in use to ``target``, without holding up whoever writes."""
    if connection.vendor == "sqlite":
        return _dump_sqlite(target, progress)
    return _dump_postgresql(target)


def _dump_sqlite(target: Path, progress: Progress) -> Snapshot:
    # A read transaction is held on the source: otherwise every write of another process would
    # start the copy anew.
    driver = connection.Database  # type: ignore[attr-defined]
    path = str(connection.settings_dict["NAME"])
    with (
        closing(driver.connect(path, isolation_level=None, timeout=20)) as source,
        closing(driver.connect(str(target))) as copy,
    ):
        source.execute("BEGIN")
        source.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        source.backup(
            copy, pages=PAGES, progress=lambda _status, left, total: progress(total - left, total)
        )
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
    return inspect_sqlite(target)


def inspect_sqlite(path: Path) -> Snapshot:
    """What a copy holds; raises when the copy is not whole."""
    driver = connection.Database  # type: ignore[attr-defined]
    with closing(driver.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as copy:
        verdict = copy.execute("PRAGMA integrity_check(5)").fetchall()
        if verdict != [("ok",)]:
            raise CommandError(f"数据库副本不完整：{'；'.join(str(row[0]) for row in verdict)}")
        if copy.execute("PRAGMA foreign_key_check").fetchone():
            raise CommandError("数据库副本中有记录指向不存在的记录。")
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        names = [row[0] for row in copy.execute(tables)]
        rows = {name: _count(copy, name) for name in sorted(names)}
        return Snapshot(rows, [row[0] for row in copy.execute(CONTENTS)])


def _count(cursor: Any, table: str) -> int:
    found = cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - a name of the catalog
    return int(found.fetchone()[0])


def count_rows() -> dict[str, int]:
    """Rows by table of the database in use."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        counts = {}
        for name in sorted(names):
            cursor.execute(f'SELECT count(*) FROM "{name}"')  # noqa: S608 - a name of the catalog
            counts[name] = int(cursor.fetchone()[0])
    return counts


def _dump_postgresql(target: Path) -> Snapshot:
    program = postgresql_program("pg_dump")
    with _snapshot() as (cursor, snapshot):
        rows = count_rows()
        cursor.execute(CONTENTS)
        contents = [row[0] for row in cursor.fetchall()]
        words = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        run(program, [*words, f"--file={target}"])
    run(postgresql_program("pg_restore"), ["--list", str(target)], connect=False)
    return Snapshot(rows, contents)


@contextmanager
def _snapshot() -> Iterator[tuple[Any, str]]:
    """A transaction whose view of the data ``pg_dump`` shares."""
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            cursor.execute("SELECT pg_export_snapshot()")
            yield cursor, cursor.fetchone()[0]
        finally:
            cursor.execute("ROLLBACK")


def restore_postgresql(source: Path) -> None:
    """Read a dump into the empty database in use: all of it or nothing."""
    name = str(connection.settings_dict["NAME"])
    connection.close()
    words = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    run(postgresql_program("pg_restore"), [*words, f"--dbname={name}", str(source)])


def postgresql_program(name: str) -> str:
    """The path of one of PostgreSQL's client programs."""
    found = shutil.which(name)
    if not found:
        raise CommandError(f"没有找到 {name}，请安装 PostgreSQL 客户端（postgresql-client）。")
    return found


def run(program: str, words: list[str], *, connect: bool = True) -> None:
    """Run a client program on the database in use; the password goes by the environment."""
    told = connection.settings_dict
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}
    where = {names[key]: str(told[key]) for key in names if told.get(key)}
    where["PGDATABASE"] = str(told["NAME"])
    done = subprocess.run(  # noqa: S603 - our own words
        [program, *words],
        env=os.environ | (where if connect else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandError(f"{Path(program).name} 失败：{done.stderr.strip()[-800:]}")


def require_room(folder: Path, needed: int) -> None:
    """Refuse before anything is written rather than fail in the middle."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise CommandError(f"{folder} 剩余 {amount(free)}，至少需要 {amount(needed)}。")
