"""R22: seven signals by name, each with its alarm; figures for those who may read them."""

import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import OperationalError
from prometheus_client.parser import text_string_to_metric_families

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.jobs.models import PeriodicRun
from anxiao.foundation.jobs.services import note_run
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.journal.services import record, seal
from anxiao.foundation.messaging.models import Outgoing
from anxiao.project.operate import health as room
from anxiao.project.operate.views import recent
from anxiao.project.schedule import BACKUP, SCHEDULE
from anxiao.project.sqlite.base import syncs
from anxiao.project.sqlite.turns import SharedSync
from tests.builders import make_county, make_school, make_user

NOW = datetime(2026, 10, 20, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CANARY = "金丝雀13800001111"


@pytest.fixture
def well(db, settings, tmp_path, monkeypatch):
    """A house in which nothing is amiss, at ``NOW``."""
    settings.ANXIAO_DATA = tmp_path
    free_space(monkeypatch, 100 << 30)
    for job in SCHEDULE:
        PeriodicRun.objects.create(name=job.name, next_at=NOW, finished_at=NOW)
    note_run(BACKUP, every=DAY, started_at=NOW - HOUR, finished_at=NOW - HOUR)
    record("begin", "house", actor=SYSTEM, at=NOW - DAY)
    seal(at=NOW, anchors=tmp_path / "journal-heads.log")
    recent.cache_clear()
    with time_machine.travel(NOW, tick=False):
        yield monkeypatch
    recent.cache_clear()


def free_space(monkeypatch, free):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))


def test_a_house_in_order_is_well(client, well):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "signals": dict.fromkeys(room.SIGNALS, "ok")}


def disk_full(monkeypatch):
    free_space(monkeypatch, 100 << 20)


def disk_failed(monkeypatch):
    def fail():
        raise OSError(5, "Input/output error")

    shared = SharedSync(fail)
    with suppress(OSError):
        shared.wait()
    monkeypatch.setitem(syncs, "anxiao.sqlite3-wal", shared)


def outbox_stuck(_monkeypatch):
    at = NOW - 3 * HOUR
    Outgoing.objects.create(channel="mail", text="x", next_at=at, created_at=at)


def backup_old(_monkeypatch):
    PeriodicRun.objects.filter(name=BACKUP).update(finished_at=NOW - 3 * DAY)


def journal_unsealed(_monkeypatch):
    record("act", "house", actor=SYSTEM, at=NOW - 4 * HOUR)


def journal_touched(_monkeypatch):
    Entry.objects.update(detail={"who": "somebody else"})


def journal_cut(_monkeypatch):
    with (room.settings.ANXIAO_DATA / "journal-heads.log").open("a") as file:
        file.write(f"{NOW.isoformat()} 999999 {'0' * 64}\n")


def calendar_missing(monkeypatch):
    monkeypatch.setattr(room, "calendar_known", lambda year: year != 2026)


def worker_dead(_monkeypatch):
    PeriodicRun.objects.update(next_at=NOW - 5 * HOUR)


def job_failing(_monkeypatch):
    PeriodicRun.objects.filter(name="journal.seal").update(failures=10)


def job_never_ran(_monkeypatch):
    PeriodicRun.objects.filter(name="journal.seal").delete()


ALARMS = [
    ("disk", disk_full),
    ("disk", disk_failed),
    ("outbox", outbox_stuck),
    ("backup", backup_old),
    ("journal", journal_unsealed),
    ("journal", journal_touched),
    ("journal", journal_cut),
    ("calendar", calendar_missing),
    ("jobs", worker_dead),
    ("jobs", job_failing),
    ("jobs", job_never_ran),
]


@pytest.mark.parametrize(("signal", "hurt"), ALARMS, ids=lambda each: getattr(each, "__name__", ""))
def test_r22_each_signal_gives_alarm_alone(client, well, signal, hurt):
    hurt(well)
    response = client.get("/healthz")
    assert response.status_code == 503
    expected = dict.fromkeys(room.SIGNALS, "ok") | {signal: "fault"}
    assert response.json() == {"status": "fault", "signals": expected}


def test_r22_a_database_that_is_away_is_waited_for_once(client, well):
    asked = []

    class Away:
        def cursor(self):
            asked.append(1)
            raise OperationalError("connection refused")

    well.setattr(room, "connection", Away())
    response = client.get("/healthz")
    assert response.status_code == 503
    expected = dict.fromkeys(room.SIGNALS, "fault") | {"disk": "ok", "calendar": "ok"}
    assert response.json()["signals"] == expected
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("hurt", "signal"),
    [
        (lambda m: free_space(m, 1 << 30), "disk"),
        (lambda m: PeriodicRun.objects.filter(name="journal.seal").update(failures=3), "jobs"),
        (lambda m: PeriodicRun.objects.filter(name=BACKUP).delete(), "backup"),
    ],
    ids=["disk", "jobs", "backup"],
)
def test_what_can_wait_is_a_warning_and_no_alarm(client, well, hurt, signal):
    hurt(well)
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json()["signals"] == dict.fromkeys(room.SIGNALS, "ok") | {signal: "warning"}


def test_r11_the_next_years_calendar_is_asked_for_from_november(monkeypatch):
    monkeypatch.setattr(room, "calendar_known", lambda year: year <= 2026)
    levels = [room.calendar(datetime(2026, month, 15, tzinfo=UTC)).level for month in (10, 11, 12)]
    assert levels == [0, 1, 1]
    assert room.calendar(datetime(2027, 1, 1, tzinfo=UTC)).level == 2


def test_some_signals_may_be_asked_for_alone(client, well):
    worker_dead(well)
    response = client.get("/healthz?only=database,disk,nonsense")
    assert (response.status_code, response.json()["signals"]) == (
        200,
        {"database": "ok", "disk": "ok"},
    )


def test_whoever_asks_often_costs_little(client, well, django_assert_num_queries):
    with time_machine.travel(NOW, tick=False):
        client.get("/healthz")
        with django_assert_num_queries(0):
            client.get("/healthz")


def test_neither_health_nor_metrics_names_a_person(client, well):
    make_user(CANARY, (make_school(make_county(), CANARY), "principal"))
    record("act", CANARY, actor=SYSTEM, at=NOW, detail={"phone": CANARY})
    Outgoing.objects.create(
        channel="mail", address=CANARY, text=CANARY, next_at=NOW - DAY, created_at=NOW
    )
    client.get(f"/{CANARY}?q={CANARY}")
    for address in ("/healthz", "/metrics"):
        assert CANARY not in client.get(address).content.decode()


def test_metrics_speak_the_prometheus_format(client, well):
    client.get("/healthz")
    response = client.get("/metrics")
    assert response["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = {f.name: f for f in text_string_to_metric_families(response.content.decode())}
    assert {
        *("anxiao_requests", "anxiao_request_seconds", "anxiao_signal", "anxiao_disk_free_bytes"),
        *("anxiao_outbox_lag_seconds", "anxiao_backup_age_seconds", "anxiao_job_failures"),
        *("anxiao_journal_unsealed_seconds", "anxiao_job_lag_seconds"),
    } == set(families)
    signals = {s.labels["signal"]: s.value for s in families["anxiao_signal"].samples}
    assert signals == dict.fromkeys(room.SIGNALS, 0.0)
    assert families["anxiao_backup_age_seconds"].samples[0].value == 3600.0
    counted = [s for s in families["anxiao_requests"].samples if s.value]
    assert any(s.labels["route"] == "operate:healthz" for s in counted)


SECRET = "tQ9xLr2VbWm7Zc4KpYh8Nd3J"


@pytest.mark.parametrize(
    ("asker", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "10.0.0.9"}, 404),
        ({"REMOTE_ADDR": "10.0.0.9"}, 404),
        ({"REMOTE_ADDR": "10.0.0.9", "HTTP_AUTHORIZATION": f"Bearer {SECRET}"}, 200),
        ({"REMOTE_ADDR": "10.0.0.9", "HTTP_AUTHORIZATION": f"Bearer {SECRET}x"}, 404),
        ({"REMOTE_ADDR": "10.0.0.9", "HTTP_AUTHORIZATION": "Bearer "}, 404),
    ],
    ids=["here", "proxied", "elsewhere", "secret", "wrong", "empty"],
)
def test_metrics_are_for_this_machine_or_for_the_secret(client, well, settings, asker, status):
    settings.METRICS_SECRET = SECRET
    assert client.get("/metrics", **asker).status_code == status


def test_without_a_secret_an_empty_one_opens_nothing(client, well, settings):
    settings.METRICS_SECRET = ""
    asker = {"REMOTE_ADDR": "10.0.0.9", "HTTP_AUTHORIZATION": "Bearer "}
    assert client.get("/metrics", **asker).status_code == 404


def test_they_are_read_and_nothing_else(client, well):
    assert [client.post(address).status_code for address in ("/healthz", "/metrics")] == [405, 405]
