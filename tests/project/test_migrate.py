"""R16: an update of the database that is killed at the worst moment is simply run again."""

import subprocess
import sys
from contextlib import closing

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.journal.services import record
from anxiao.project.management.commands.migrate import SafeExecutor
from anxiao.project.operate import dumps, examination, manifest, restore
from anxiao.project.operate.findings import Level
from tests.builders import AT
from tests.project.conftest import ROOT, command, environment

TABLE = "jobs_periodicrun"


class PowerCut(BaseException):
    """The machine stops here."""


@pytest.fixture
def without_jobs(transactional_db):
    """A database of an older version: the room of jobs is not in it yet."""
    record("begin", "house", actor=SYSTEM, at=AT)
    call_command("migrate", "jobs", "zero", verbosity=0)
    yield
    call_command("migrate", "jobs", verbosity=0)


def update(executor_class, monkeypatch):
    """Apply the first migration of jobs; the power is cut when it is to be noted."""

    def cut(*_args):
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(executor_class, "record_migration", cut)
        with pytest.raises(PowerCut):
            executor_class(connection).migrate([("jobs", "0001_initial")])


def noted():
    return ("jobs", "0001_initial") in MigrationRecorder(connection).applied_migrations()


def test_r16_tables_and_note_come_together_or_not_at_all(without_jobs, monkeypatch):
    update(SafeExecutor, monkeypatch)
    assert (TABLE in connection.introspection.table_names(), noted()) == (False, False)
    call_command("migrate", "jobs", verbosity=0)
    assert (TABLE in connection.introspection.table_names(), noted()) == (True, True)
    assert Entry.objects.count() == 1


def test_djangos_own_executor_would_leave_tables_without_a_note(without_jobs, monkeypatch):
    update(MigrationExecutor, monkeypatch)
    assert (TABLE in connection.introspection.table_names(), noted()) == (True, False)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


KILLED = """
import os, signal
import django
django.setup()
from django.core.management import CommandError, call_command
from anxiao.project.management.commands.migrate import SafeExecutor
from anxiao.project.operate import dumps, examination, manifest, restore
from anxiao.project.operate.findings import Level
call_command("migrate", "jobs", "zero", verbosity=0)
SafeExecutor.record_migration = lambda *_args: os.kill(os.getpid(), signal.SIGKILL)
call_command("migrate", verbosity=0)
"""


def jobs_in(house):
    """Migrations of jobs noted in a house, and its tables."""
    with closing(connection.Database.connect(str(house / "anxiao.sqlite3"))) as database:
        noted = "SELECT name FROM django_migrations WHERE app = 'jobs' ORDER BY id"
        tables = "SELECT name FROM sqlite_master WHERE name = ?"
        return [row[0] for row in database.execute(noted)], [
            row[0] for row in database.execute(tables, [TABLE])
        ]


@pytest.mark.xdist_group("processes")
@pytest.mark.timeout(240, func_only=True)
def test_r16_killed_with_9_and_run_again(sqlite_house):
    killed = subprocess.run(
        [sys.executable, "-c", KILLED],
        cwd=ROOT,
        env=environment(
            sqlite_house, PYTHONPATH=str(ROOT), DJANGO_SETTINGS_MODULE="anxiao.project.settings"
        ),
        capture_output=True,
        timeout=100,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr
    assert jobs_in(sqlite_house) == ([], [])
    again = command(sqlite_house, "migrate", "-v0", "--skip-checks")
    assert (again.returncode, again.stdout) == (0, "")
    assert jobs_in(sqlite_house) == (["0001_initial", "0002_holder_and_failures"], [TABLE])


@pytest.fixture
def newer(transactional_db):
    """A database that a later version has been at."""
    later = ("hazards", "9999_later")
    recorder = MigrationRecorder(connection)
    recorder.record_applied(*later)
    yield
    recorder.record_unapplied(*later)


def test_an_older_program_touches_no_database_of_a_newer_one(newer):
    """Rolled back by the program alone, it would write rows the newer one cannot read."""
    for name in ("setup", "worker"):
        with pytest.raises(CommandError, match="数据库结构比程序新"):
            call_command(name, verbosity=0)
    (found,) = examination.migrations(AT)
    assert (found.level, found.told[:10]) == (Level.FAULT, "数据库结构比程序新（")


def test_a_backup_of_a_newer_version_is_not_restored(newer, settings, tmp_path):
    """After an upgrade the newest backup is not the one to roll back to."""
    settings.ANXIAO_DATA = tmp_path / "house"
    settings.MEDIA_ROOT = settings.ANXIAO_DATA / "files"
    settings.ANXIAO_DATA.mkdir()
    told = manifest.Manifest("", "", connection.vendor, "", "", dumps.count_rows(), {}, {}, False)
    with pytest.raises(CommandError, match="数据库结构比程序新"):
        restore._complete(tmp_path, told, lambda *_: None)
