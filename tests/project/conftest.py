"""Commands called here, and programs started for real on copies of the database of the tests."""

import io
import os
import subprocess
import sys
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

ROOT = Path(__file__).parent.parent.parent
FOREIGN = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "ANXIAO_DEBUG", "ANXIAO_DEMO"}


def environment(folder, **more):
    """What a program in production sees: nothing of the tests but its data folder."""
    bare = {key: value for key, value in os.environ.items() if key not in FOREIGN}
    return bare | {"ANXIAO_DATA": str(folder)} | more


def command(folder, *words, **more):
    """Run ``anxiao WORDS`` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "anxiao", *words],
        cwd=ROOT,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture
def sqlite_house(django_db_setup, django_db_blocker, tmp_path):
    """A data folder with an empty, migrated SQLite database. Not for PostgreSQL."""
    folder = tmp_path / "house"
    folder.mkdir(mode=0o700)
    with django_db_blocker.unblock():
        if not connection.introspection.table_names():  # no other test of this run needs any
            call_command("migrate", verbosity=0)
        with closing(connection.Database.connect(str(folder / "anxiao.sqlite3"))) as copy:
            connection.connection.backup(copy)
    return folder


@dataclass
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


@pytest.fixture
def say(db):
    """``say("import", "units", file)``: exit code and both streams."""

    def say(name, *words):
        out, err = io.StringIO(), io.StringIO()
        code = 0
        try:
            with redirect_stdout(out), redirect_stderr(err):
                call_command(name, *map(str, words), stdout=out, stderr=err)
        except CommandError as error:
            code = error.returncode
            err.write(str(error))
        except SystemExit as end:
            code = int(end.code or 0)
        return Said(code, out.getvalue(), err.getvalue())

    return say
