"""Shared syncs: nobody returns before a sync that began later has ended; a failure is for good."""

import sqlite3
import threading

import pytest
from django.db import OperationalError, connection, transaction

from anxiao.foundation.orgs.models import Org
from anxiao.project.sqlite import base
from anxiao.project.sqlite.turns import SharedSync, sync_file
from tests.builders import make_county

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own backend")


def test_who_comes_while_a_sync_runs_waits_for_the_next_and_they_share_it():
    begun, go = threading.Event(), threading.Event()
    calls = []

    def sync():
        calls.append(1)
        begun.set()
        assert go.wait(10)

    shared = SharedSync(sync)
    first = threading.Thread(target=shared.wait)
    first.start()
    assert begun.wait(10)
    later = [threading.Thread(target=shared.wait) for _ in range(6)]
    for thread in later:
        thread.start()
    assert len(calls) == 1
    go.set()
    for thread in (first, *later):
        thread.join(10)
        assert not thread.is_alive()
    assert 2 <= len(calls) <= 3  # one more for all six; a third if one of them came very late


def test_after_a_failed_sync_nothing_is_called_safe_again():
    outcomes = iter([OSError(5, "Input/output error")])

    def sync():
        failure = next(outcomes, None)
        if failure:
            raise failure

    shared = SharedSync(sync)
    for _ in range(2):
        with pytest.raises(OSError):
            shared.wait()


def test_a_file_that_is_not_there_needs_no_sync(tmp_path):
    sync_file(tmp_path / "none")


@on_sqlite
def test_every_connection_syncs_each_commit_unless_the_server_shares_them(db):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone() == (2,)  # FULL
        cursor.execute("PRAGMA foreign_keys")
        assert cursor.fetchone() == (1,)


@on_sqlite
@pytest.mark.django_db(transaction=True)
def test_a_commit_returns_after_the_sync_and_an_unsynced_one_is_an_error(monkeypatch):
    county = make_county()
    order = []

    class Watched:
        def wait(self):
            with sqlite3.connect(connection.settings_dict["NAME"]) as other:
                order.append(other.execute("SELECT name FROM orgs_org").fetchone()[0])

    log = f"{connection.settings_dict['NAME']}-wal"
    monkeypatch.setattr(base.env, "GROUP_COMMIT", True)
    monkeypatch.setitem(base.syncs, log, Watched())
    with transaction.atomic():
        Org.objects.filter(pk=county.pk).update(name="新名")
        assert order == []
    assert order == ["新名"]  # committed first, then synced, then returned

    class Broken:
        def wait(self):
            raise OSError("the disk failed to sync")

    monkeypatch.setitem(base.syncs, log, Broken())
    with pytest.raises(OperationalError), transaction.atomic():
        Org.objects.filter(pk=county.pk).update(name="三名")
    assert not base.TURN.locked()


@on_sqlite
@pytest.mark.django_db(transaction=True)
def test_a_turn_ends_with_its_transaction_whatever_happens():
    with pytest.raises(ValueError), transaction.atomic():
        assert base.TURN.locked()
        raise ValueError
    assert not base.TURN.locked()
    with transaction.atomic():
        connection.close()
    assert not base.TURN.locked()
