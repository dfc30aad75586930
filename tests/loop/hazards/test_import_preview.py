"""A ledger on its way in by the web: what is wrong, row by reason; names meant; a short turn."""

import re
from datetime import date
from uuid import NAMESPACE_URL, uuid5

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anxiao.foundation.journal.models import Entry
from anxiao.foundation.registers.declare import ImportContext
from anxiao.foundation.registers.models import ImportBatch
from anxiao.foundation.registers.services import Manner, run_import
from anxiao.loop.hazards.models import Hazard, LedgerYear
from anxiao.loop.hazards.registers.ledger_import import HAZARDS_IMPORT
from anxiao.loop.hazards.rules import ledger_origin
from tests.builders import AT, sign_in
from tests.loop.hazards.books import write_ledger

MISNAMED = "石门镇第一小学校"


@pytest.fixture
def web(world, client, tmp_path):
    """Upload a ledger as the bureau; gives its address and the page after each step."""
    sign_in(client, world.users["bureau"])

    def upload(*rows):
        content = write_ledger(tmp_path / "l.xlsx", *rows).read_bytes()
        file = SimpleUploadedFile("l.xlsx", content)
        answer = client.post("/registers/hazards/import", {"file": file})
        return answer.url

    with time_machine.travel(AT, tick=False):
        yield upload


def text(answer):
    return answer.content.decode()


def heading(page):
    return re.sub(r"<[^>]+>|\s", "", re.search(r"<h1.*?</h1>", page, re.DOTALL)[0])


def test_rows_are_told_by_reason_and_a_name_is_meant_for_all_of_them(world, client, web):
    wrong = {"学校": MISNAMED}
    url = web(wrong, wrong, {}, {"排查时间": "2026-12-01"}, wrong)
    page = text(client.get(url))
    groups = re.search(r'rg-groups">(.*?)</ul>', page, re.DOTALL)[1].split("<li>")[1:]
    assert [re.search(r"(\d+) 行", group)[1] for group in groups] == ["3", "1"]
    assert "第 4、5、8 行" in groups[0]
    assert f'name="meant" value="{world.school.name}"' in groups[0]
    assert 'name="meant"' not in groups[1]
    for meant in ("别处小学", world.neighbour.name):
        client.post(url, {"said": MISNAMED, "meant": meant})
        assert ImportBatch.objects.get().corrections == {}
    client.post(url, {"said": MISNAMED, "meant": world.school.name})
    page = text(client.get(url))
    assert heading(page) == "4行可以导入，1行不能"
    client.post(f"{url}/apply")
    assert Hazard.objects.filter(org=world.school).count() == 4


def test_columns_chosen_anew_keep_the_names_meant(client, web, world):
    url = web({"学校": MISNAMED})
    client.post(url, {"said": MISNAMED, "meant": world.school.name})
    batch = ImportBatch.objects.get()
    columns = {f"column_{key}": column or "" for key, column in batch.mapping.items()}
    client.post(url, {"sheet": batch.sheet, "header_row": batch.header_row, **columns})
    batch.refresh_from_db()
    assert (batch.report["created"], batch.report["rejected"]) == (1, 0)


def test_a_ledger_that_says_nothing_new_says_so(client, web):
    client.post(f"{web({}, {})}/apply")
    page = text(client.get(web({}, {})))
    assert heading(page) == "与现有记录一致，没有变化。"
    assert "/apply" not in page


def test_all_or_nothing_from_the_web(client, web):
    url = web({}, {"排查时间": "2026-12-01"}, {})
    client.post(f"{url}/apply", {"whole": "1"})
    assert Hazard.objects.count() == 0
    assert ImportBatch.objects.get().state == "uploaded"
    client.post(f"{web({}, {})}/apply", {"whole": "1"})
    assert Hazard.objects.count() == 2


@pytest.mark.django_db
def test_the_turn_to_write_is_short_however_many_rows(world, tmp_path):
    def statements(count):
        rows = [{"隐患描述": f"第{count}份第{n}项"} for n in range(count)]
        file = write_ledger(tmp_path / f"{count}.xlsx", *rows)
        context = ImportContext(actor=world.bureau, at=AT, org_path=world.county.path)
        with CaptureQueriesContext(connection) as caught:
            report = run_import(HAZARDS_IMPORT, file, {}, context, Manner(whole=True))
        assert report.created == count
        return len(caught)

    few = statements(5)
    assert statements(60) - few < 5  # SQLite takes some thirty rows in one statement
    assert LedgerYear.objects.get().last == 65
    assert Hazard.objects.order_by("-serial").first().number == "2026-0065"


@pytest.mark.django_db
def test_a_line_the_database_refuses_takes_no_other_with_it(world, tmp_path):
    origin = ledger_origin(world.school.pk, date(2026, 10, 11), "3号楼二楼", "撞号")
    taken = world.open()
    Hazard.objects.filter(pk=taken.pk).update(uuid=uuid5(NAMESPACE_URL, origin))
    file = write_ledger(tmp_path / "l.xlsx", {}, {"隐患描述": "撞号"}, {})
    context = ImportContext(actor=world.bureau, at=AT, org_path=world.county.path)
    report = run_import(HAZARDS_IMPORT, file, {}, context)
    assert [(error.row, error.message[:7]) for error in report.rejected] == [(5, "与已有记录冲突")]
    numbers = Hazard.objects.order_by("serial").values_list("number", flat=True)
    assert list(numbers) == ["2026-0001", "2026-0002", "2026-0003"]
    assert LedgerYear.objects.get().last == 3
    assert Entry.objects.filter(action="import", subject="hazards.hazard").count() == 2
