"""The journal: one writer of a state, append-only tables, a chain that names what was touched."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Barrier, Event, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.journal import services
from anxiao.foundation.journal.models import Entry, Seal
from anxiao.foundation.journal.queries import Fault, history_of, verify
from anxiao.foundation.journal.services import move, record, seal
from anxiao.foundation.kernel.errors import StaleState
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.states import ORG_FLOW
from tests.together import at_once

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
CLERK = Actor(7, "林清")


@pytest.fixture
def org():
    return Org.objects.create(
        kind="school", name="云桥第二小学", code="S1", path="1.", opened_on=NOW.date()
    )


def write(count):
    ids = [record("note", "test", actor=CLERK, at=NOW, detail={"n": n}) for n in range(count)]
    return list(Entry.objects.filter(pk__in=ids).order_by("pk"))


def tamper(sql, *args):
    """Change rows as somebody with the database in hand would: triggers first."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE journal_seal DISABLE TRIGGER USER")
        else:
            for table in ("journal_entry", "journal_seal"):
                for what in ("UPDATE", "DELETE"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{what}")
        cursor.execute(sql, args)


def test_move_writes_state_and_one_line(org):
    move(org, ORG_FLOW["close"], actor=CLERK, at=NOW, org_path=org.path, closed_on=NOW.date())
    org.refresh_from_db()
    assert (org.state, org.closed_on) == ("closed", NOW.date())
    assert list(
        history_of(org).values_list("action", "old_state", "new_state", "actor_name", "org_path")
    ) == [("close", "active", "closed", "林清", "1.")]


def test_a_stale_copy_moves_nothing(org):
    stale = Org.objects.get(pk=org.pk)
    move(org, ORG_FLOW["close"], actor=CLERK, at=NOW, closed_on=NOW.date())
    with pytest.raises(StaleState):
        move(stale, ORG_FLOW["close"], actor=CLERK, at=NOW, closed_on=NOW.date())
    assert history_of(org).count() == 1


def test_a_step_that_does_not_lead_out_of_the_state_is_refused(org):
    with pytest.raises(StaleState):
        move(org, ORG_FLOW["reopen"], actor=CLERK, at=NOW)
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_s8_two_at_once_move_a_row_once(org, record_property):
    """Two people, each with a copy of its own, at the same 200 rows at the same moment."""
    rows = Org.objects.bulk_create(
        Org(kind="school", name=f"{n}", code=f"C{n}", path=f"2.{n}.", opened_on=NOW.date())
        for n in range(200)
    )
    copies = [list(Org.objects.filter(path__startswith="2.").order_by("pk")) for _ in range(2)]
    each = Barrier(2)

    def close_all(own):
        won = 0
        for row in own:
            each.wait(20)
            with suppress(StaleState):
                move(row, ORG_FLOW["close"], actor=CLERK, at=NOW, closed_on=NOW.date())
                won += 1
        return won

    first, second = at_once(*(lambda own=own: close_all(own) for own in copies))
    assert first + second == len(rows) == Entry.objects.filter(action="close").count()
    assert not Org.objects.filter(path__startswith="2.", state="active").exists()
    record_property("S8", f"2 threads x 200 steps: {first + second - 200} taken twice")


@pytest.mark.parametrize("table", ["journal_entry", "journal_seal"])
@pytest.mark.parametrize("what", ["UPDATE {} SET {}", "DELETE FROM {}"])
def test_s26_the_database_refuses_to_touch_a_line(what, table, guarded_journal):
    write(1)
    seal(at=NOW + timedelta(hours=1))
    column = "action = 'x'" if table == "journal_entry" else "digest = 'x'"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(what.format(table, column))
    assert (Entry.objects.get().action, verify().fault) == ("note", None)


def test_young_lines_wait_for_the_seal():
    write(2)
    assert seal(at=NOW + timedelta(minutes=4)) == 0
    assert seal(at=NOW + timedelta(minutes=6)) == 2
    assert verify().checked == 2


def test_untouched_lines_verify_in_batches():
    write(7)
    later = NOW + timedelta(hours=1)
    assert (seal(at=later), seal(at=later)) == (7, 0)
    write(2)
    verdict = verify()
    assert (verdict.checked, verdict.unsealed, verdict.fault) == (7, 2, None)


def test_s26_changed_line_is_named():
    lines = write(5)
    seal(at=NOW + timedelta(hours=1))
    tamper("UPDATE journal_entry SET actor_name = 'x' WHERE id = %s", lines[2].pk)
    assert verify().fault == Fault("changed", lines[2].pk)


def test_s26_removed_line_is_named():
    lines = write(5)
    seal(at=NOW + timedelta(hours=1))
    tamper("DELETE FROM journal_entry WHERE id = %s", lines[1].pk)
    assert verify().fault == Fault("removed", lines[1].pk)


def test_s26_inserted_line_is_named():
    lines = write(3)
    gap = record("gap", "test", actor=CLERK, at=NOW)
    tamper("DELETE FROM journal_entry WHERE id = %s", gap)
    last = Entry.objects.create(
        pk=gap + 1, at=NOW, actor_id=7, action="note", subject="test", detail={}
    )
    assert seal(at=NOW + timedelta(hours=1)) == 4
    Entry.objects.create(pk=gap, at=NOW, actor_id=9, action="late", subject="test", detail={})
    assert verify().fault == Fault("inserted", gap)
    assert lines[-1].pk < gap < last.pk


def test_s26_reordered_lines_are_named():
    lines = write(4)
    seal(at=NOW + timedelta(hours=1))
    for column in ("detail", "actor_name"):
        tamper(
            f"UPDATE journal_entry SET {column} = (SELECT other.{column} FROM journal_entry other"
            " WHERE other.id = %s + %s - journal_entry.id) WHERE id IN (%s, %s)",
            *(lines[1].pk, lines[2].pk, lines[1].pk, lines[2].pk),
        )
    assert verify().fault == Fault("changed", lines[1].pk)


def test_s26_reordered_links_are_named():
    lines = write(4)
    seal(at=NOW + timedelta(hours=1))
    first, second = Seal.objects.order_by("position")[:2]
    tamper("UPDATE journal_seal SET digest = %s WHERE position = %s", second.digest, first.position)
    assert verify().fault == Fault("changed", lines[0].pk)


@pytest.fixture
def heads(tmp_path):
    return tmp_path / "heads.log"


def cut(line):
    tamper("DELETE FROM journal_entry WHERE id >= %s", line.pk)
    tamper("DELETE FROM journal_seal WHERE entry_id >= %s", line.pk)


def test_s26_a_cut_tail_is_told_by_the_heads_outside_the_database(heads):
    lines = write(4)
    seal(at=NOW + timedelta(hours=1), anchors=heads)
    assert verify(heads).fault is None
    cut(lines[2])
    assert verify().fault is None, "the chain alone cannot know"
    assert verify(heads).fault == Fault("cut", lines[1].pk)


def test_s26_a_cut_tail_stays_told_when_the_chain_goes_on(heads):
    lines = write(4)
    seal(at=NOW + timedelta(hours=1), anchors=heads)
    cut(lines[2])
    tamper("DELETE FROM journal_entry WHERE id > %s", lines[1].pk)
    Entry.objects.create(
        pk=lines[3].pk + 5, at=NOW, actor_id=7, action="note", subject="test", detail={}
    )
    assert seal(at=NOW + timedelta(hours=2), anchors=heads) == 1
    assert verify(heads).fault == Fault("cut", lines[1].pk)


def test_s26_a_chain_made_anew_is_told_by_the_heads(heads):
    """Somebody who knows the way changes a line and computes every link after it."""
    first = write(3)
    seal(at=NOW + timedelta(hours=1), anchors=heads)
    lines = write(3)
    seal(at=NOW + timedelta(hours=2), anchors=heads)
    tamper("UPDATE journal_entry SET actor_name = 'x' WHERE id = %s", lines[1].pk)
    tamper("DELETE FROM journal_seal")
    seal(at=NOW + timedelta(hours=3))
    assert verify().fault is None
    assert verify(heads).fault == Fault("rewritten", lines[0].pk)
    assert first[-1].pk < lines[0].pk


def test_s26_a_half_written_head_is_no_head(heads):
    write(2)
    seal(at=NOW + timedelta(hours=1), anchors=heads)
    with heads.open("a") as file:
        file.write("2026-11-23T03:")
    assert verify(heads).fault is None


def test_s26_the_command_names_the_line(settings, tmp_path):
    settings.ANXIAO_DATA = tmp_path
    lines = write(3)
    seal(at=NOW + timedelta(hours=1), anchors=tmp_path / "journal-heads.log")
    told = StringIO()
    call_command("verify_journal", stdout=told)
    assert told.getvalue() == "已校验 3 条，全部无误；另有 0 条待封存。\n"
    tamper("DELETE FROM journal_entry WHERE id = %s", lines[1].pk)
    with pytest.raises(CommandError, match=f"第 {lines[1].pk} 号日志被删除。此前 1 条"):
        call_command("verify_journal")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_s26_a_long_transaction_is_waited_for(monkeypatch):
    """Its lines have lower ids: sealed past them, they would look like insertions."""

    def long_import():
        try:
            with transaction.atomic():
                record("early", "test", actor=CLERK, at=NOW)
                begun.set()
                go_on.wait(20)
        finally:
            connection.close()

    begun, go_on = Event(), Event()
    writer = Thread(target=long_import)
    writer.start()
    assert begun.wait(20)
    now = datetime.now(UTC)
    record("late", "test", actor=CLERK, at=NOW)  # asked earlier than the import, done before it
    monkeypatch.setattr(services, "SETTLES_WITHIN", 0.2)
    assert seal(at=now + timedelta(hours=1)) == 0
    go_on.set()
    writer.join(20)
    assert seal(at=now + timedelta(hours=1)) == 2
    assert verify().fault is None
