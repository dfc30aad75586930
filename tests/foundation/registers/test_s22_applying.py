"""S22: what is right goes in, the rest is answered row by row, nothing half-written."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anxiao.foundation.access import turns
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.registers.declare import Outcome
from anxiao.foundation.registers.services import Manner, importing, run_import
from anxiao.foundation.registers.services.importing import apply_rows
from anxiao.foundation.registers.services.understanding import understand
from anxiao.foundation.registers.services.workbook import read_sheets
from tests.builders import AT
from tests.foundation.registers.books import GOOD, HEAD, MIXED, book
from tests.foundation.registers.sample import SPEC, lines_now


def run(path, rows, context, **manner):
    path = path / "in.xlsx"
    path.write_bytes(book([HEAD, *rows]))
    return run_import(SPEC, path, {}, context, Manner(**manner))


def test_s22_what_is_right_goes_in_and_the_rest_is_answered(context, tmp_path):
    seen = []
    report = run(tmp_path, MIXED, context, progress=lambda done, total: seen.append((done, total)))
    assert report.counts == {"created": 6, "changed": 0, "same": 0, "rejected": 3}
    assert [(error.row, error.cell, error.message) for error in report.rejected] == [
        (7, "B7", "单位名称不对，请按全称填写。"),
        (8, "A8", report.rejected[1].message),
        (9, "A9", "编号不对，请核对。"),
    ]
    assert [number for number, _name in lines_now()] == [1, 2, 3, 4, 5, 9]
    assert not Entry.objects.filter(subject="leak").exists()
    assert seen[-1] == (8, 8)
    entry = Entry.objects.get(action="import")
    assert entry.detail == {"file": "in.xlsx", **report.counts}


def test_s22_importing_twice_changes_nothing(context, tmp_path):
    run(tmp_path, MIXED, context)
    before = lines_now()
    report = run(tmp_path, MIXED, context)
    assert (report.created, report.changed, report.same) == (0, 0, 6)
    assert lines_now() == before
    report = run(tmp_path, [[1, "新名", None, None]], context)
    assert report.changed == 1


def test_s22_all_or_nothing_leaves_nothing(context, tmp_path):
    report = run(tmp_path, MIXED, context, whole=True)
    assert (report.taken, report.created) == (False, 0)
    assert lines_now() == []
    report = run(tmp_path, [*GOOD, [6, "错名", None, None]], context, whole=True)
    assert not report.taken
    assert lines_now() == []
    assert run(tmp_path, GOOD, context, whole=True).created == 5


def test_s22_a_dry_run_counts_and_writes_nothing(context, tmp_path):
    context.dry_run = True
    assert run(tmp_path, MIXED, context).counts["created"] == 6
    assert not Entry.objects.exists()


def test_s22_command_line_mapping_and_missing(context, tmp_path):
    path = tmp_path / "in.xlsx"
    path.write_bytes(book([["代号", "机构"], [1, "一小"]]))
    assert run_import(SPEC, path, {}, context).missing == ("number", "name")
    assert not Entry.objects.exists()
    assert run_import(SPEC, path, {"编号": "代号", "name": "机构"}, context).created == 1
    with pytest.raises(Invalid, match="可用字段"):
        run_import(SPEC, path, {"没有": "代号"}, context)
    with pytest.raises(Invalid, match="没有这个文件"):
        run_import(SPEC, tmp_path / "none.xlsx", {}, context)


def test_s22_five_thousand_rows_in_seconds(context):
    content = book([HEAD, *([n, f"第{n}小学", "2026年11月1日", "正常"] for n in range(1, 5001))])
    start = datetime.now(tz=AT.tzinfo)
    found = understand(read_sheets(content), SPEC)
    assert len(found.rows) == 5000
    assert datetime.now(tz=AT.tzinfo) - start < timedelta(seconds=8)
    assert apply_rows(SPEC, found, context).created == 5000


def _gather(row, context):
    context.memory.setdefault("made", []).append(
        Entry(
            at=context.at,
            actor_id=0,
            actor_name=row["name"],
            action=row["note"],  # the database refuses none
            subject="test",
            subject_id=row["number"],
        )
    )
    return Outcome.CREATED


def _enter(context):
    Entry.objects.bulk_create(context.memory.pop("made"))


TOGETHER = replace(SPEC, apply=_gather, finish=_enter)


def test_s22_rows_written_together_cost_one_statement(context):
    rows = [[number, "一小", None, "注"] for number in range(1, 31)]
    found = understand(read_sheets(book([HEAD, *rows])), SPEC)
    with CaptureQueriesContext(connection) as asked:
        assert apply_rows(TOGETHER, found, context).created == 30
    written = [one["sql"] for one in asked if one["sql"].startswith("INSERT")]
    assert (len(written), len(lines_now())) == (1, 30)


def test_s22_rows_that_cannot_be_written_together_are_written_each_by_itself(context):
    rows = [[number, "一小", None, None if number == 3 else "注"] for number in range(1, 6)]
    found = understand(read_sheets(book([HEAD, *rows])), SPEC)
    report = apply_rows(TOGETHER, found, context)
    assert (report.created, [error.row for error in report.rejected]) == (4, [4])
    assert report.rejected[0].message == "与已有记录冲突或内容过长，请核对这一行。"
    assert [number for number, _name in lines_now()] == [1, 2, 4, 5]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("dry_run", [True, False])
def test_s22_the_turn_to_write_is_given_back_between_chunks(context, monkeypatch, dry_run):
    """Another connection may write then: no transaction is open, nothing of a preview is left.

    PostgreSQL has no such turn: nothing rests there.
    """
    between = []
    for size in ("CHUNK", "FEW"):
        monkeypatch.setattr(importing, size, 200)
    monkeypatch.setattr(turns, "STRETCH", -1)  # each piece of work is a long one
    monkeypatch.setattr(
        turns,
        "sleep",
        lambda _seconds: between.append((connection.in_atomic_block, len(lines_now()))),
    )
    context.dry_run = dry_run
    rows = [[number, f"第{number}小学", None, None] for number in range(1, 451)]
    found = understand(read_sheets(book([HEAD, *rows])), SPEC)
    assert apply_rows(SPEC, found, context).created == 450
    rests = [(False, 0)] * 2 if dry_run else [(False, 200), (False, 400)]
    assert between == (rests if connection.vendor == "sqlite" else [])
