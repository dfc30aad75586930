"""The journal: one writer of a state, append-only tables, a chain that names what was touched."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.journal.models import Entry, Seal
from anxiao.foundation.journal.queries import Fault, history_of, verify
from anxiao.foundation.journal.services import move, record, seal
from anxiao.foundation.kernel.errors import StaleState
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.states import ORG_FLOW

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
CLERK = Actor(7, "林清")


@pytest.fixture
def org():
    return Org.objects.create(
        kind="school", name="云桥第二小学", code="S1", path="1.", opened_on=NOW.date()
    )


def write(count):
    return [record("note", "test", actor=CLERK, at=NOW, detail={"n": n}) for n in range(count)]


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


@pytest.mark.parametrize(
    "what", ["UPDATE journal_entry SET action='x'", "DELETE FROM journal_entry"]
)
def test_both_databases_refuse_to_touch_a_line(what, guarded_journal):
    write(1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(what)
    assert Entry.objects.get().action == "note"


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
    tamper("DELETE FROM journal_entry WHERE id = %s", gap.pk)
    last = Entry.objects.create(
        pk=gap.pk + 1, at=NOW, actor_id=7, action="note", subject="test", detail={}
    )
    assert seal(at=NOW + timedelta(hours=1)) == 4
    Entry.objects.create(pk=gap.pk, at=NOW, actor_id=9, action="late", subject="test", detail={})
    assert verify().fault == Fault("inserted", gap.pk)
    assert lines[-1].pk < gap.pk < last.pk


def test_s26_reordered_links_are_named():
    lines = write(4)
    seal(at=NOW + timedelta(hours=1))
    first, second = Seal.objects.order_by("position")[:2]
    tamper("UPDATE journal_seal SET digest = %s WHERE position = %s", second.digest, first.position)
    assert verify().fault == Fault("changed", lines[0].pk)


def test_s26_a_cut_tail_is_told_by_the_head_outside_the_database(tmp_path):
    lines = write(4)
    heads = tmp_path / "heads.log"
    seal(at=NOW + timedelta(hours=1), anchors=heads)
    assert verify(heads).fault is None
    tamper("DELETE FROM journal_entry WHERE id >= %s", lines[2].pk)
    tamper("DELETE FROM journal_seal WHERE entry_id >= %s", lines[2].pk)
    assert verify().fault is None
    assert verify(heads).fault == Fault("cut", lines[3].pk)
