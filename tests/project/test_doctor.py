"""R18 and its kin: what the doctor looks at, what it says, and the exit code that follows."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import call_command
from django.db import connection

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.journal.services import record
from anxiao.project import env
from anxiao.project.operate import examination as room
from anxiao.project.operate.findings import Finding, Level, amount, span, worst
from anxiao.project.operate.health import SIGNALS

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
DAY = timedelta(days=1)
STRONG = "Vq3x-8TzLw_kR5mYp2NcJ7hDfB9sGa6uEoWi1ZtXrQy4HbMv0CjKlSd"


@pytest.mark.parametrize(
    ("version", "level"),
    [("3.40.1", Level.WARNING), ("3.51.2", 1), ("3.51.3", 0), ("3.53.4", 0), ("4.0.0", 0)],
)
def test_r18_an_sqlite_that_may_damage_its_file_is_named(version, level):
    assert room.judge_sqlite_version(version).level == level


GOOD = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({}, "WAL，synchronous=FULL，外键检查已开"),
        ({"synchronous": 1}, "synchronous 应为 FULL"),
        ({"journal_mode": "delete"}, "journal_mode 应为 WAL"),
        ({"foreign_keys": 0}, "foreign_keys 应为 ON"),
    ],
)
def test_r18_sqlite_settings(wrong, words):
    (found,) = room.judge_sqlite_settings(GOOD | wrong)
    assert (found.told, found.level) == (words, Level.FAULT if wrong else Level.OK)


SOUND = {
    "server_version_num": "150008",
    "server_version": "15.8",
    **dict.fromkeys(("synchronous_commit", "fsync", "full_page_writes"), "on"),
}


@pytest.mark.parametrize(
    ("wrong", "levels"),
    [
        ({}, [0, 0]),
        ({"fsync": "off"}, [0, 2]),
        ({"synchronous_commit": "off"}, [0, 2]),
        ({"synchronous_commit": "remote_apply"}, [0, 0]),
        ({"server_version_num": "130012"}, [2, 0]),
    ],
)
def test_postgresql_settings(wrong, levels):
    assert [found.level for found in room.judge_postgresql(SOUND | wrong)] == levels


def test_the_file_system_is_that_of_the_deepest_mount(tmp_path):
    table = tmp_path / "mounts"
    table.write_text(
        "/dev/vda / ext4 rw 0 0\nnas:/x /srv/data nfs4 rw 0 0\n/dev/b /srv/data\\040b xfs rw 0 0\n"
    )
    asked = ["/srv/data/anxiao", "/srv/datax", "/srv/data b/anxiao", "/var"]
    assert [room.filesystem_of(Path(each), table) for each in asked] == [
        *("nfs4", "ext4", "xfs", "ext4")
    ]
    assert room.filesystem_of(Path("/"), tmp_path / "none") == ""


@pytest.mark.parametrize(
    ("kind", "sqlite", "level"),
    [("ext4", True, 0), ("nfs4", True, 2), ("nfs4", False, 1), ("", True, 0)],
)
def test_r18_no_sqlite_on_a_network_file_system(kind, sqlite, level):
    assert room.judge_filesystem(kind, sqlite=sqlite).level == level


def certificate(path, until, key=None):
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "anxiao.example.org")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(until - 90 * DAY)
        .not_valid_after(until)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))


@pytest.mark.parametrize(("days", "level"), [(60, 0), (20, 1), (3, 2), (-2, 2)])
def test_certificates_are_renewed_in_time(tmp_path, days, level):
    certificate(tmp_path / "c.pem", NOW + days * DAY)
    found = room.judge_certificate(tmp_path / "c.pem", NOW)
    assert found.level == level
    assert ("已过期" in found.told) is (days < 0)


def test_a_certificate_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "c.pem").write_text("nonsense")
    levels = [room.judge_certificate(tmp_path / name, NOW).level for name in ("c.pem", "none")]
    assert levels == [Level.WARNING, Level.WARNING]


@pytest.fixture
def own_keys(settings, tmp_path):
    settings.ANXIAO_DATA = tmp_path
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    (folder / "secret_key").write_text(STRONG)
    (folder / "secret_key").chmod(0o600)
    return folder


def test_s34_keys_are_their_owners_alone(own_keys):
    assert [found.level for found in room.keys(NOW)] == [Level.OK]
    (own_keys / "secret_key").chmod(0o640)
    (found,) = room.keys(NOW)
    assert found.level == Level.FAULT
    assert "secret_key" in found.told
    assert "chmod" in found.remedy


@pytest.mark.django_db
def test_a_clock_behind_what_was_written_is_a_fault(settings, tmp_path):
    settings.ANXIAO_DATA = tmp_path
    later = datetime.now(UTC) + 3 * DAY
    record("act", "house", actor=SYSTEM, at=later)
    (ahead,) = room.clock(later)
    (behind,) = room.clock(later - 2 * DAY)
    assert (ahead.level, behind.level) == (Level.OK, Level.FAULT)
    assert "2 天" in behind.told


@pytest.mark.django_db
def test_a_clock_before_the_program_was_made_is_a_fault():
    (found,) = room.clock(datetime(1970, 1, 2, tzinfo=UTC))
    assert found.level == Level.FAULT


@pytest.fixture
def keys_are(monkeypatch):
    held = dict.fromkeys(env.KEYS, STRONG)
    monkeypatch.setattr(env, "secret", held.__getitem__)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return held


@pytest.mark.parametrize(
    "weak", ["", "short-but-random-9fK2", "a" * 64, "django-insecure-" + STRONG, "changeme" * 9]
)
def test_s34_weak_keys_are_named(keys_are, weak):
    assert env.weak_secrets() == []
    keys_are["secret_key"] = weak
    assert env.weak_secrets() == ["密钥 secret_key 过于简单"]


@pytest.mark.parametrize(
    ("url", "weak"),
    [
        ("postgresql://anxiao:anxiao@db/anxiao", True),
        ("postgresql://anxiao:postgres-password@db/anxiao", True),
        ("postgresql://anxiao@db/anxiao", True),
        ("postgresql://anxiao@127.0.0.1/anxiao", False),
        ("postgresql:///anxiao", False),
        ("postgresql://anxiao:k7Rw%2Fq2LxV9mTz@db/anxiao", False),
    ],
)
def test_s34_weak_passwords_of_the_database_are_named(keys_are, monkeypatch, url, weak):
    monkeypatch.setenv("DATABASE_URL", url)
    assert bool(env.weak_secrets()) is weak


@pytest.mark.parametrize(("secret", "weak"), [("", False), ("metrics", True), (STRONG, False)])
def test_s34_a_weak_secret_for_metrics_is_named(keys_are, monkeypatch, secret, weak):
    monkeypatch.setattr(env, "METRICS_SECRET", secret)
    assert bool(env.weak_secrets()) is weak


@pytest.mark.parametrize("level", list(Level))
def test_the_exit_code_is_the_worst_level(monkeypatch, level):
    found = [Finding("a", Level.OK, "好"), Finding("b", level, "坏", "修")]
    monkeypatch.setattr(
        "anxiao.project.management.commands.doctor.examine", lambda _at: iter(found)
    )
    monkeypatch.setattr("anxiao.project.management.commands.doctor.require_tables", lambda: None)
    assert worst(found) == level
    out = StringIO()
    if level:
        with pytest.raises(SystemExit) as stopped:
            call_command("doctor", stdout=out)
        assert stopped.value.code == level
    else:
        call_command("doctor", stdout=out)
    assert "怎么办：修" in out.getvalue()


@pytest.mark.django_db
def test_everything_is_looked_at_and_told_in_chinese(settings, own_keys):
    out = StringIO()
    with pytest.raises(SystemExit), time_machine.travel(NOW, tick=False):
        call_command("doctor", "--json", stdout=out)
    answer = json.loads(out.getvalue())
    keys = [found["key"] for found in answer["findings"]]
    assert keys[:7] == list(SIGNALS)
    assert set(keys[7:]) == {
        *("database_version", "database_settings", "filesystem", "migrations", "journal_batch"),
        *("messages", "clock", "certificates", "keys", "secrets", "mode"),
    }
    for found in answer["findings"]:
        assert any("一" <= letter <= "鿿" for letter in found["told"] + "库"), found
        assert bool(found["remedy"]) is (found["level"] != "ok"), found
        assert "无法检查" not in found["told"]


@pytest.mark.django_db
def test_r2_this_connection_has_the_settings():
    if connection.vendor == "sqlite":
        assert connection.Database is not sqlite3 or sqlite3.sqlite_version_info >= (3, 51, 3)
        assert [found.level for found in room.sqlite_settings()] == [0, 0, 0]
    else:
        assert next(room.postgresql_settings()).level == Level.OK


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0 秒"), (59, "59 秒"), (3600, "1 小时"), (200000, "2 天")]
)
def test_spans(seconds, told):
    assert span(timedelta(seconds=seconds)) == told


def test_amounts():
    assert [amount(n) for n in (5, 2048, 3 << 20, 7 << 30, 2 << 40)] == [
        *("5 B", "2 KB", "3 MB", "7 GB", "2.0 TB")
    ]
