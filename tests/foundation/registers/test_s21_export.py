"""S21: no text becomes a formula on its way out; exports honour filters and are journalled."""

import io
from datetime import datetime

import pytest
from openpyxl import load_workbook

from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Forbidden
from anxiao.foundation.registers.declare import Asked
from anxiao.foundation.registers.services import export
from tests.builders import AT, actor_of, make_user, sign_in
from tests.foundation.registers.sample import LINES

HOSTILE = [
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "http://evil/",
    "=cmd|' /C calc'!A0",
    "{=1}",
    "𬭎㙍䶮",
    "a\x0bb\x07",
    "x" * 40_000,
    "<b>&amp;</b>",
    "_x0041_",
]


def exported(client, url="/registers/lines/export"):
    response = client.post(url)
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    return load_workbook(io.BytesIO(content)).active


def test_s21_every_text_cell_comes_back_as_text(client, officer, lines):
    sign_in(client, officer)
    for text in HOSTILE:
        lines(1, actor_name=text[:60], action=text[:60])
    for row in exported(client).iter_rows():
        for cell in row:
            assert cell.data_type in {"s", "n", "d"}
            assert cell.hyperlink is None
            if cell.data_type == "s":
                assert not str(cell.value).startswith("\x00")


def test_s21_texts_are_whole(client, officer, lines):
    sign_in(client, officer)
    for text in ("=1+1", "𬭎㙍䶮", "<b>&amp;</b>"):
        lines(1, actor_name=text)
    sheet = exported(client)
    names = [row[2].value for row in sheet.iter_rows(min_row=4, max_row=6)]
    assert names == ["<b>&amp;</b>", "𬭎㙍䶮", "=1+1"]


def test_s21_layout_is_that_of_a_ledger(client, officer, school, lines):
    sign_in(client, officer)
    lines(2)
    sheet = exported(client)
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == "测试台账（印）"
    assert rows[1][0].startswith(f"填报单位：{school.name}")
    assert rows[2] == ("序号", "编号", "单位名称", "时间", "数量", "备注")
    assert [row[0] for row in rows[3:5]] == [1, 2]
    assert isinstance(rows[3][3], datetime)
    assert "（盖章）" in rows[-1][0]


def test_s21_filters_are_honoured_and_the_journal_knows(client, officer, lines):
    sign_in(client, officer)
    lines(10)
    sheet = exported(client, "/registers/lines/export?state=a")
    assert {row[2] for row in sheet.iter_rows(min_row=4, max_row=8, values_only=True)} == {
        f"第{number}小学" for number in (1, 3, 5, 7, 9)
    }
    entry = Entry.objects.get(action="export")
    assert (entry.subject, entry.actor_id) == ("registers.lines", officer.pk)
    assert entry.detail == {"query": "?state=a", "rows": 5}


def test_s21_export_by_get_is_not_possible(client, officer):
    sign_in(client, officer)
    assert client.get("/registers/lines/export").status_code == 405


def test_s21_export_needs_its_capability(school, lines):
    guard = actor_of(make_user("门卫", (school, "guard")))
    with pytest.raises(Forbidden):
        export(LINES, Asked(guard, AT), {}, io.BytesIO())
    assert not Entry.objects.filter(action="export").exists()


def test_s21_export_costs_the_same_queries_for_any_number(
    client, officer, lines, django_assert_max_num_queries
):
    sign_in(client, officer)
    lines(300)
    with django_assert_max_num_queries(12):
        exported(client)
