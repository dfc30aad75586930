"""G6, and ledgers on their way in: ``python -m bench.ledgers NAME COUNTY ROWS``, in the product.

Prints ``{"pairs": [[ours, floor], …]}`` in seconds; exports say too how far memory grew.
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxiao.project.settings")
django.setup()

from django.db import connection, transaction
from django.utils import timezone
from openpyxl import load_workbook
from xlsxwriter import Workbook

from anxiao.foundation.access import turns
from anxiao.foundation.accounts.models import User
from anxiao.foundation.accounts.queries import standing
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.registers.declare import Asked, ImportContext
from anxiao.foundation.registers.services import export, importing
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.registers import HAZARDS
from anxiao.loop.hazards.registers.ledger_import import HAZARDS_IMPORT

ROUNDS = 3
CHUNK = 2000
TAKEN_AT_ONCE = importing.CHUNK

PLAIN = """
SELECT h.number, o.name, h.state, h.found_on, h.found_by_name, h.place_text, h.category,
  h.description, h.level, h.cause, h.measure, h.responsible_unit, h.responsible_name, h.funds,
  h.due_on, h.interim_measure, h.submitted_at, h.closed_by_name, h.closed_at, h.supervised_on,
  h.late_reason, h.remarks
FROM hazards_hazard h JOIN orgs_org o ON o.id = h.org_id
WHERE h.county_id = %s ORDER BY h.id DESC
"""
HEADS = ("学校", "排查时间", "排查人", "地点", "隐患类别", "隐患描述", "整改措施", "责任人", "备注")


def seconds(call: Callable[[], Any]) -> float:
    """How long it takes."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def peak() -> float:
    """The most memory this process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def exporting(county_id: int, _rows: int) -> dict[str, Any]:
    """G6: the ledger of a county by the service beside the bare statement and writer."""
    asked = _asked(county_id)
    _export(asked, state="void")  # what is loaded once is not what grows
    before = peak()
    pairs, grown = [], 0.0
    for _ in range(ROUNDS):
        mine = seconds(lambda: _export(asked))
        grown = grown or peak() - before
        pairs.append((mine, seconds(lambda: _plain(county_id))))
    rows = Hazard.objects.filter(county=county_id).count()
    return {"pairs": pairs, "rows": rows, "grown": grown}


def _asked(county_id: int) -> Asked:
    county, at = Org.objects.get(pk=county_id), timezone.now()
    person = User.objects.get(memberships__org=county, memberships__role="county_safety")
    posts, actor = standing(person, business_day(at))
    return Asked(actor, at, posts[0])


def _export(asked: Asked, **filters: str) -> None:
    with tempfile.TemporaryFile() as target:
        export(HAZARDS, asked, filters, target)


def _plain(county_id: int) -> None:
    with (
        tempfile.TemporaryFile() as target,
        Workbook(target, {"constant_memory": True, "remove_timezone": True}) as book,
        transaction.atomic(),
        closing(connection.chunked_cursor()) as cursor,
    ):
        page = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        cursor.execute(PLAIN, [county_id])
        count = 0
        while found := cursor.fetchmany(CHUNK):
            for row in found:
                page.write_row(count, 0, row, day)
                count += 1


def taking_in(county_id: int, rows: int) -> dict[str, Any]:
    """A ledger of ``rows`` lines imported, beside the bare reader and inserts.

    The pauses between chunks, in which others write, are left out: they are chosen, not spent.
    """
    turns.BREATH = 0
    asked = _asked(county_id)
    names = list(Org.objects.filter(county=county_id, kind="school").values_list("name", flat=True))
    pairs = []
    for turn in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "ledger.xlsx"
            _ledger(path, names, rows, turn)
            mine = seconds(lambda path=path: _import(path, asked, rows))
            pairs.append((mine, seconds(lambda path=path: _inserts(path))))
    return {"pairs": pairs, "rows": rows}


def _ledger(path: Path, names: list[str], rows: int, turn: int) -> None:
    day = business_day(timezone.now()) - timedelta(days=3)
    with Workbook(path, {"constant_memory": True}) as book:
        page = book.add_worksheet()
        dated = book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_row(0, 0, HEADS)
        for number in range(1, rows + 1):
            told = ("测员", f"教学楼东侧 {number % 97}", "消防", f"第 {turn} 册第 {number} 处")
            page.write(number, 0, names[number % len(names)])
            page.write_datetime(number, 1, day, dated)
            page.write_row(number, 2, (*told, "当日清理并上锁", "测员", ""))


def _import(path: Path, asked: Asked, rows: int) -> None:
    context = ImportContext(asked.actor, asked.at, asked.post.org_path if asked.post else "")
    report = importing.run_import(HAZARDS_IMPORT, path, {}, context)
    if report.created != rows:
        raise RuntimeError(f"{report.counts}: {report.rejected[:3]}")


def _inserts(path: Path) -> None:
    kind = "TIMESTAMP" if connection.vendor == "postgresql" else "TEXT"
    columns = ", ".join(f"c{place} {kind if place == 1 else 'TEXT'}" for place in range(len(HEADS)))
    book = load_workbook(path, read_only=True, data_only=True)
    lines = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    marks = ", ".join(["%s"] * len(HEADS))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_ledger")
        cursor.execute(f"CREATE TABLE bench_ledger ({columns})")
        for start in range(0, len(lines), TAKEN_AT_ONCE):
            chunk = [list(line) for line in lines[start : start + TAKEN_AT_ONCE]]
            with transaction.atomic():
                cursor.executemany(f"INSERT INTO bench_ledger VALUES ({marks})", chunk)
        cursor.execute("DROP TABLE bench_ledger")


JOBS = {"export": exporting, "import": taking_in}

if __name__ == "__main__":
    print(json.dumps(JOBS[sys.argv[1]](*map(int, sys.argv[2:]))))
