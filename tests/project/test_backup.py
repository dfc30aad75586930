"""R14: a backup while somebody writes, restored into an empty place; nothing plain is lost."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.files.models import Blob
from anxiao.foundation.files.queries import path_of
from anxiao.foundation.files.services.storage import keep
from anxiao.foundation.jobs.models import PeriodicRun
from anxiao.foundation.jobs.queries import finished_at
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.journal.services import record, seal
from anxiao.project.operate import backup, dumps, manifest
from anxiao.project.schedule import BACKUP
from tests.builders import make_county, make_school, make_user
from tests.project.conftest import ROOT

CONTENT = "一张照片"
SHA256 = hashlib.sha256(CONTENT.encode()).hexdigest()


@pytest.fixture
def house(transactional_db, settings, tmp_path):
    """A house with a person, a content and a sealed journal."""
    settings.ANXIAO_DATA = tmp_path / "house"
    settings.MEDIA_ROOT = settings.ANXIAO_DATA / "files"
    settings.ANXIAO_DATA.mkdir()
    (settings.ANXIAO_DATA / "keys").mkdir()
    (settings.ANXIAO_DATA / "keys" / "field_key").write_text("k" * 64)
    make_user("程然", (make_school(make_county()), "safety_officer"), username="chengran")
    now = timezone.now()
    blob = Blob.objects.create(
        sha256=SHA256, media_type="text/plain", size=len(CONTENT), stored_at=now
    )
    keep(path_of(blob), CONTENT.encode())
    for _ in range(20):
        record("begin", "house", actor=SYSTEM, at=now - timedelta(hours=1))
    seal(at=now, anchors=settings.ANXIAO_DATA / backup.HEADS)
    return tmp_path


@pytest.fixture
def empty_place(house):
    """Settings of an empty place of the same kind of database."""
    folder = house / "empty"
    folder.mkdir()
    more = {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    if connection.vendor == "sqlite":
        yield folder, more
        return
    told = connection.settings_dict
    name = f"anxiao_restored_{os.getpid()}"
    server = f"postgresql://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield folder, more | {"DATABASE_URL": f"{server}/{name}"}
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Writer(threading.Thread):
    """Writes one row after the other and notes each that was acknowledged."""

    def __init__(self):
        super().__init__()
        self.over, self.acknowledged = threading.Event(), []

    def run(self):
        number = 0
        while not self.over.is_set():
            entry = Entry(at=timezone.now(), actor_id=0, action="write", subject="x")
            entry.subject_id = number
            entry.save()
            self.acknowledged.append(number)
            number += 1
        connection.close()


def make_backup(place, *words):
    out, err = StringIO(), StringIO()
    call_command("backup", str(place), *words, stdout=out, stderr=err)
    return out.getvalue() + err.getvalue()


def restored_elsewhere(source, folder, more):
    """What another process says that restores ``source`` into an empty place."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/project/after_restore.py"), str(source), "chengran"],
        cwd=ROOT,
        env=os.environ | {"ANXIAO_DATA": str(folder), "PYTHONPATH": str(ROOT)} | more,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.xdist_group("processes")
@pytest.mark.timeout(240, func_only=True)
def test_r14_backup_under_writes_then_restore_sign_in_and_verify(house, empty_place):
    writer = Writer()
    writer.start()
    while len(writer.acknowledged) < 30:
        assert writer.is_alive()
    before = len(writer.acknowledged)
    told = make_backup(house / "backups", "--with-keys")
    after = len(writer.acknowledged)
    writer.over.set()
    writer.join()
    assert "校验无误" in told
    assert "请加密保管" in told
    assert finished_at(BACKUP) is not None
    assert after > before, "nobody was held up"

    folder, more = empty_place
    seen = restored_elsewhere(house / "backups", folder, more)
    assert "操作日志 20 条校验无误" in seen["restored"]
    assert "不是备份时的密钥" not in seen["restored"]
    assert seen["rows"] == list(range(len(seen["rows"])))
    assert before <= len(seen["rows"]) <= after, "every row acknowledged before is there"
    assert seen["contents"] == [CONTENT]
    assert seen["signed_in"] == [302, 200]
    assert (folder / "keys" / "field_key").read_text() == "k" * 64
    assert "不是空的" in seen["again"]
    assert seen["untouched"]


@pytest.fixture
def kept(house):
    """A finished backup without keys."""
    told = make_backup(house / "backups")
    assert "备份不含密钥" in told
    (folder,) = manifest.backups(house / "backups")
    assert not (folder / "keys").exists()
    return folder


def damage_database(folder):
    path = folder / dumps.name_of()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def damage_content(folder):
    next((folder.parent / "files").rglob(SHA256)).write_text("另一张照片")


def lose_content(folder):
    next((folder.parent / "files").rglob(SHA256)).unlink()


def tear_manifest(folder):
    (folder / "manifest.json").write_text('{"made_at": "2026')


@pytest.mark.parametrize("hurt", [damage_database, damage_content, lose_content, tear_manifest])
def test_a_damaged_backup_is_refused(kept, hurt):
    call_command("restore", str(kept), "--check", stdout=StringIO())
    hurt(kept)
    with pytest.raises(CommandError):
        call_command("restore", str(kept), "--check", stdout=StringIO())


def test_a_house_in_use_is_never_overwritten(kept):
    rows = Entry.objects.count()
    with pytest.raises(CommandError, match="不是空的"):
        call_command("restore", str(kept))
    assert Entry.objects.count() == rows


def test_a_backup_that_was_broken_off_is_none(house, monkeypatch):
    def killed(target, _progress):
        target.write_text("half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(dumps, "dump", killed)
        with pytest.raises(KeyboardInterrupt):
            make_backup(house / "backups")
    assert manifest.backups(house / "backups") == []
    left = house / "backups" / ".partial-20260101T000000Z"  # of one that was killed with -9
    left.mkdir()
    make_backup(house / "backups")
    assert not left.exists()
    assert len(manifest.backups(house / "backups")) == 1


def test_a_failed_backup_is_noted_and_the_age_stays(house, monkeypatch):
    def full(_target, _progress):
        raise OSError(28, "No space left on device")

    make_backup(house / "backups")
    last = finished_at(BACKUP)
    monkeypatch.setattr(dumps, "dump", full)
    with pytest.raises(CommandError, match="没有备份成"):
        make_backup(house / "other")
    assert finished_at(BACKUP) == last
    assert "No space" in PeriodicRun.objects.get(name=BACKUP).error


def test_a_content_that_decayed_in_the_pool_is_taken_anew(kept, house):
    damaged = next((house / "backups" / "files").rglob(SHA256))
    damaged.write_text("一张照片"[::-1])
    place = house / "backups"
    backup.make(
        place, at=timezone.now() + timedelta(seconds=5), with_keys=False, progress=lambda *_: None
    )
    assert damaged.read_text() == CONTENT


def test_a_content_that_is_gone_is_named(house, settings):
    next(settings.MEDIA_ROOT.rglob(SHA256)).unlink()
    with pytest.raises(SystemExit) as stopped:
        make_backup(house / "backups")
    assert stopped.value.code == 3


def test_a_backup_within_the_data_is_refused(house, settings):
    with pytest.raises(CommandError, match="数据文件夹之内"):
        make_backup(settings.ANXIAO_DATA / "backups")


def test_all_of_the_last_two_days_are_kept():
    """One made before an upgrade is not thrown away for one made after it."""
    day = datetime(2026, 11, 23, 20, tzinfo=UTC)
    names = [
        (day - timedelta(hours=hours)).strftime(manifest.STAMP) for hours in (0, 1, 5, 45, 70, 73)
    ]
    assert manifest.kept(names) == set(names[:5])  # and the newest of the day before


def test_seven_days_four_weeks_twelve_months_are_kept():
    start = datetime(2025, 1, 1, 18, 30, tzinfo=UTC)
    nightly = [(start + timedelta(days=n)).strftime(manifest.STAMP) for n in range(700)]
    chosen = sorted(manifest.kept(nightly), reverse=True)
    assert chosen[:7] == nightly[:-8:-1]
    assert len({name[:6] for name in chosen}) == 12
    assert len(chosen) <= 7 + 4 + 12
    assert manifest.kept([*chosen]) == set(chosen), "pruning twice removes nothing more"
    assert manifest.kept([]) == set()


def test_contents_of_past_backups_go_with_them(house):
    place = house / "backups"
    make_backup(place)
    (first,) = manifest.backups(place)
    orphan = place / "files" / "aa" / "bb" / "old"
    orphan.parent.mkdir(parents=True)
    orphan.write_text("x")
    for day in range(2, 60):  # a life of two months in copies of one manifest
        name = (timezone.now() - timedelta(days=day)).strftime(manifest.STAMP)
        (place / name).mkdir()
        (place / name / "manifest.json").write_text((first / "manifest.json").read_text())
    removed = backup.prune(place)
    assert len(manifest.backups(place)) == 59 - len(removed)
    assert not orphan.exists()
    assert next((place / "files").rglob(SHA256)).read_text() == CONTENT
