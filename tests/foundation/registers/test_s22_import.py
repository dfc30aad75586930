"""S22: hostile and ordinary workbooks; per-row answers, nothing half-written."""

import io
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from anxiao.foundation.access import turns
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Conflict, Forbidden, Invalid
from anxiao.foundation.kernel.spellings import Money, read_level
from anxiao.foundation.orgs.states import Stage
from anxiao.foundation.registers.declare import ImportContext, Outcome
from anxiao.foundation.registers.models import ImportBatch
from anxiao.foundation.registers.services import (
    Manner,
    Wish,
    apply_batch,
    batches,
    importing,
    purge_batches,
    run_import,
    upload_batch,
)
from anxiao.foundation.registers.services.batches import _sample, batch_path
from anxiao.foundation.registers.services.importing import apply_rows
from anxiao.foundation.registers.services.understanding import understand
from anxiao.foundation.registers.services.workbook import Sheet, read_sheets
from tests.builders import AT, actor_of, make_school, make_user, sign_in
from tests.foundation.registers.books import GOOD, HEAD, book, rezip, with_part
from tests.foundation.registers.sample import SPEC

SOUND = book([HEAD, *GOOD])
NOT_WORKBOOKS = {
    "xls": (b"\xd0\xcf\x11\xe0" + b"\0" * 99, "xls"),
    "csv": ("编号,单位\n1,一小".encode("gb18030"), "CSV"),
    "pdf": (b"%PDF-1.7\n", "PDF"),
    "html": (b"\xef\xbb\xbf<html><table>", "网页"),
    "xml": (b'<?xml version="1.0"?><Workbook/>', "网页"),
    "empty": (b"", "空"),
    "png": (b"\x89PNG\r\n\x1a\n\0\0", "不是 Excel"),
    "another zip": (with_part(b"PK\x05\x06" + b"\0" * 18, "word/document.xml", b"x"), "不是 Excel"),
}


@pytest.mark.parametrize("case", NOT_WORKBOOKS)
def test_s22_wrong_types_are_named(case):
    content, word = NOT_WORKBOOKS[case]
    with pytest.raises(Invalid, match=word):
        read_sheets(content)


def test_s22_too_large_a_file():
    with pytest.raises(Invalid, match="10 MB"):
        read_sheets(b"PK\x03\x04" + b"\0" * (10 << 20))


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"]
)
@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_s22_xxe_and_entities_are_refused(part, coding):
    def change(name, body):
        if name != part:
            return body
        text = body.decode().partition("?>")[2] or body.decode()
        head = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        return f'<?xml version="1.0" encoding="{coding}"?>{head}{text}'.encode(coding)

    with pytest.raises(Invalid):
        read_sheets(rezip(book([HEAD, *GOOD]), change))


@pytest.mark.parametrize("name", ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml"])
def test_s22_macros_and_external_links_are_refused(name):
    with pytest.raises(Invalid, match="宏或外部链接"):
        read_sheets(with_part(book([HEAD]), name, b"<x/>"))


def test_s22_damaged_parts_are_refused():
    for part in (
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
        "xl/styles.xml",
        "[Content_Types].xml",
    ):
        damaged = rezip(
            book([HEAD, *GOOD]), lambda name, body, p=part: b"<x" if name == p else body
        )
        with pytest.raises(Invalid):
            read_sheets(damaged)


def read(*rows, wish=None, **kwargs):
    return understand(read_sheets(book(list(rows), **kwargs)), SPEC, wish or Wish())


def values(understood):
    return [row.values for row in understood.rows]


def test_s22_header_is_found_below_title_and_notes():
    found = read(
        ["云河区测试台账"],
        ["填报单位：云河区教体局"],
        [],
        ["序号", " 检查日期 ", "学 校", "台账编号", "说明（可不填）"],
        [1, "2026.11.3", "一小 ", "００７", None],
        [],
        ["2", "20261104", "二小", 8, "好"],
        ["合计", None, None, 15],
        ["填报人：王某某   审核人：李某某"],
        merges=("A1:E1", "A2:E2"),
    )
    assert found.header_row == 4
    assert found.columns == {"found_on": 2, "name": 3, "number": 4, "note": 5}
    assert values(found) == [
        {"number": 7, "name": "一小", "found_on": date(2026, 11, 3), "note": None},
        {"number": 8, "name": "二小", "found_on": date(2026, 11, 4), "note": "好"},
    ]
    assert found.skipped == {"blank": 1, "total": 1, "note": 1}


def test_s22_two_row_header_with_merged_cells():
    found = read(
        ["台账"],
        ["编号", "基本情况", None, "备注"],
        [None, "学校名称", "检查日期", None],
        [1, "一小", "2026-11-01", "好"],
        merges=("A1:D1", "A2:A3", "B2:C2", "D2:D3"),
    )
    assert found.header_row == 3
    assert found.columns == {"number": 1, "name": 2, "found_on": 3, "note": 4}
    assert len(found.rows) == 1


def test_s22_cells_merged_downwards_count_for_each_row():
    found = read(HEAD, [1, "一小"], [2, None], [3, "二小"], merges=("B2:B3",))
    assert [row["name"] for row in values(found)] == ["一小", "一小", "二小"]


def test_s22_the_sheet_that_says_most_is_taken():
    found = read(["说明"], ["填写要求"], more=(("数据", [HEAD, *GOOD]),))
    assert (found.sheet, len(found.rows)) == ("数据", 5)


def test_s22_repeated_headers_and_number_rows_are_skipped():
    found = read(HEAD, [1, 2, 3, 4], GOOD[0], HEAD, GOOD[1])
    assert len(found.rows) == 2
    assert found.skipped == {"header": 2}


def test_s22_unknown_headings_are_asked_for():
    found = read(["代号", "机构", "备注"], [1, "一小", "x"])
    assert found.missing == ("number", "name")
    assert not found.rows
    for said in (
        {"number": "代号", "name": "机构"},
        {"number": "A", "name": "b"},
        {"number": 1, "name": 2},
    ):
        told = read(["代号", "机构", "备注"], [1, "一小", "x"], wish=Wish(columns=said))
        assert values(told) == [{"number": 1, "name": "一小", "found_on": None, "note": "x"}]
    with pytest.raises(Invalid, match="现有各列"):
        read(["代号", "机构"], [1, "x"], wish=Wish(columns={"number": "没有"}))


def test_s22_no_table_at_all():
    with pytest.raises(Invalid, match="表头"):
        read(["只有一格"])


def test_s22_row_errors_name_row_cell_value_and_what_to_do():
    found = read(HEAD, ["甲乙", "一小", "尽快", "x" * 51], [None, None, None, "只有备注"])
    assert [
        (error.row, error.cell, error.heading, error.value) for error in found.rows[0].errors
    ] == [
        (2, "A2", "编号", "甲乙"),
        (2, "C2", "排查时间", "尽快"),
        (2, "D2", "备注", "x" * 51),
    ]
    assert [error.message for error in found.rows[1].errors] == [
        "请填写“编号”。",
        "请填写“单位名称”。",
    ]
    assert all(error.message for error in found.rows[0].errors)


def test_s22_duplicates_in_one_file_are_named():
    found = read(HEAD, *GOOD[:2], GOOD[0])
    assert found.rows[2].errors[0].message == "与第 2 行重复，请核对后保留一行。"


def test_s22_formulas_are_rejected_and_texts_with_equals_are_kept():
    def change(name, body):
        if name != "xl/worksheets/sheet1.xml":
            return body
        return body.replace(b"<f>3+4</f><v></v>", b"<f>3+4</f><v>7</v>").replace(
            b"<f>3+4</f><v />", b"<f>3+4</f><v>7</v>"
        )

    content = book(
        [HEAD, ["=3+4", "一小", None, None], [2, "=A1&B1", None, None], [3, "三小", None, "T"]]
    )
    content = rezip(content, lambda name, body: body.replace(b">T<", b">=1+1 \xe5\xa4\x84<"))
    found = understand(read_sheets(rezip(content, change)), SPEC)
    assert found.rows[0].values["number"] == 7
    assert [error.message for error in found.rows[1].errors] == ["单元格是公式，请改成文字。"]
    assert found.rows[2].values["note"] == "=1+1 处"


def test_s22_line_breaks_of_excel_are_read():
    content = rezip(
        book([HEAD, [1, "一小", None, "甲乙"]]),
        lambda name, body: body.replace("甲乙".encode(), "甲_x000D_\n乙_x0000_".encode()),
    )
    assert values(understand(read_sheets(content), SPEC))[0]["note"] == "甲\n乙"


def test_s22_equal_cells_of_different_kinds_are_not_confused():
    """A cell's text is understood once per column: 1 and TRUE are equal in Python."""
    notes = [True, 1, "1", 1.5, True, 1]
    rows = [[number, "一小", AT.date(), note] for number, note in enumerate(notes, start=1)]
    understood = understand(read_sheets(book([HEAD, *rows])), SPEC)
    assert [row.values["note"] for row in understood.rows] == ["是", "1", "1", "1.5", "是", "1"]


def test_s22_text_in_several_pieces_is_one_text():
    pieces = b"<is><r><t>\xe4\xb8\x80</t></r><r><t>\xe5\xb0\x8f</t></r></is>"
    content = rezip(
        book([HEAD, [1, "NAME", AT.date(), "x"]]),
        lambda _name, body: body.replace(b"<is><t>NAME</t></is>", pieces),
    )
    (row,) = understand(read_sheets(content), SPEC).rows
    assert row.values["name"] == "一小"


def test_s22_error_values_are_rejected():
    content = rezip(
        book([HEAD, [1, "X", None, None]]),
        lambda name, body: body.replace(
            b'<c r="A2" t="n"><v>1</v>', b'<c r="A2" t="e"><v>#REF!</v>'
        ),
    )
    assert (
        understand(read_sheets(content), SPEC)
        .rows[0]
        .errors[0]
        .message.startswith("单元格是错误值")
    )


def test_s22_letters_no_file_can_hold_are_replaced_when_read():
    content = rezip(
        book([HEAD, [1, "一小", None, "甲乙"]]),
        lambda name, body: body.replace(
            "甲乙".encode(), "甲_xD800_乙_xD83D__xDE00_丙_x0007__xFFFF_".encode()
        ),
    )
    assert values(understand(read_sheets(content), SPEC))[0]["note"] == "甲\ufffd乙😀丙\ufffd"


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.dates(),
    st.datetimes(),
    st.timedeltas(),
    st.sampled_from(["合计", "=1", "无", "—", "2026-13-40", "\x00", "\ud800"]),
)


@given(st.lists(st.lists(cells, min_size=1, max_size=4), max_size=6))
def test_s22_any_cell_value_gives_rows_or_row_errors(rows):
    sheet = Sheet("x", {1: dict(enumerate(HEAD, 1))}, {1: dict(enumerate(HEAD, 1))})
    for number, row in enumerate(rows, start=2):
        sheet.rows[number] = {c: v for c, v in enumerate(row, 1) if v is not None}
    found = understand([sheet], SPEC)
    for row in found.rows:
        assert row.errors or row.values["number"] is not None or row.values["name"]
        assert all(error.message for error in row.errors)


@settings(max_examples=60)
@given(st.lists(st.lists(cells, max_size=5), max_size=18))
def test_s22_any_sheet_is_understood_or_refused(rows):
    filled = {
        number: {c: v for c, v in enumerate(row, 1) if v is not None}
        for number, row in enumerate(rows, start=1)
    }
    sheet = Sheet("x", filled, {number: dict(row) for number, row in filled.items()})
    try:
        understand([sheet], SPEC)
    except Invalid as error:
        assert error.message


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_s22_damaged_bytes_are_read_or_refused(data):
    content = bytearray(SOUND)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_sheets(bytes(content))
    except Invalid as error:
        assert error.message


def lines_now():
    return list(
        Entry.objects.filter(subject="test")
        .order_by("subject_id")
        .values_list("subject_id", "actor_name")
    )


MIXED = [
    *GOOD,
    [6, "错名", None, None],
    ["x", "七小", None, None],
    [8, "异常", None, None],
    [9, "九小", None, None],
]


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


def upload(client, rows, **kwargs):
    file = SimpleUploadedFile("台账.xlsx", book(rows, **kwargs))
    return client.post("/registers/lines/import", {"file": file}, follow=True)


def test_s22_web_upload_preview_apply_and_error_workbook(client, officer, tmp_path):
    sign_in(client, officer)
    shown = upload(client, [HEAD, *MIXED])
    body = shown.content.decode()
    assert "6 行可以导入" in body
    assert "B7" in body
    assert "单位名称不对" in body
    assert not Entry.objects.filter(subject="test").exists()
    batch = ImportBatch.objects.get()
    url = f"/registers/lines/import/{batch.uuid}"
    early = client.get(f"{url}/errors")
    assert b"".join(early.streaming_content)[:2] == b"PK"
    done = client.post(f"{url}/apply", follow=True)
    assert "已导入" in done.content.decode()
    assert len(lines_now()) == 6
    assert not batch_path(batch).exists()
    answer = client.get(f"{url}/errors")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == (*HEAD, "错误说明")
    assert rows[1][:2] == (6, "错名")
    assert rows[1][-1] == "B7 单位名称：单位名称不对，请按全称填写。"
    again = client.post(f"{url}/apply")
    assert again.status_code == 409
    assert len(lines_now()) == 6
    assert Entry.objects.filter(action="import").get().detail["created"] == 6


def test_s22_web_asks_for_columns(client, officer):
    sign_in(client, officer)
    shown = upload(client, [["代号", "机构"], [1, "一小"], [2, "二小"]])
    assert "还有必填的列没有找到" in shown.content.decode()
    batch = ImportBatch.objects.get()
    url = f"/registers/lines/import/{batch.uuid}"
    assert "必填的列没有对应" in client.post(f"{url}/apply", follow=True).content.decode()
    told = client.post(
        url, {"field_number": "1", "field_name": "2", "header_row": "1"}, follow=True
    )
    assert "2 行可以导入" in told.content.decode()
    client.post(f"{url}/apply")
    assert lines_now() == [(1, "一小"), (2, "二小")]


def test_s22_web_all_or_nothing_and_discard(client, officer):
    sign_in(client, officer)
    upload(client, [HEAD, *MIXED])
    batch = ImportBatch.objects.get()
    url = f"/registers/lines/import/{batch.uuid}"
    refused = client.post(f"{url}/apply", {"whole": "1"}, follow=True)
    assert "一行也没有导入" in refused.content.decode()
    assert lines_now() == []
    client.post(f"{url}/discard")
    assert not batch_path(batch).exists()
    assert client.post(f"{url}/apply").status_code == 409


def test_s22_web_refuses_with_a_message_and_keeps_nothing(client, officer, tmp_path):
    sign_in(client, officer)
    file = SimpleUploadedFile("台账.xlsx", b"%PDF-1.7")
    refused = client.post("/registers/lines/import", {"file": file})
    assert refused.status_code == 422
    assert "PDF" in refused.content.decode()
    assert not ImportBatch.objects.exists()


def test_s22_batches_of_others_are_missing(client, officer, school):
    sign_in(client, officer)
    upload(client, [HEAD, *GOOD])
    url = f"/registers/lines/import/{ImportBatch.objects.get().uuid}"
    sign_in(client, make_user("石娜雨", (school, "principal")))
    for response in (
        client.get(url),
        client.post(f"{url}/apply"),
        client.post(f"{url}/discard"),
        client.get(f"{url}/errors"),
    ):
        assert response.status_code == 404
    assert lines_now() == []


def test_s22_import_needs_both_capabilities_at_the_unit(officer, school):
    other = make_school(school.county)
    with pytest.raises(Forbidden):
        upload_batch(SPEC, book([HEAD]), "x", ImportContext(actor_of(officer), AT, other.path))


def test_s22_a_killed_import_may_be_started_again(context):
    batch = upload_batch(SPEC, book([HEAD, *GOOD]), "x.xlsx", context)
    ImportBatch.objects.update(state="applying", started_at=AT - timedelta(minutes=5))
    batch.refresh_from_db()
    with pytest.raises(Conflict):
        apply_batch(batch, SPEC, context, whole=False)
    ImportBatch.objects.update(started_at=AT - timedelta(minutes=20))
    batch.refresh_from_db()
    context.dry_run = False
    assert apply_batch(batch, SPEC, context, whole=False).created == 5


def test_s22_old_batches_are_purged(context):
    batch = upload_batch(SPEC, book([HEAD, *GOOD]), "x.xlsx", context)
    assert purge_batches(AT + timedelta(days=6)) == 0
    assert purge_batches(AT + timedelta(days=8)) == 1
    assert not batch_path(batch).exists()
    assert not ImportBatch.objects.exists()


def test_s22_a_preview_shows_words_not_codes_or_objects():
    sample = (Stage.PRIMARY, Stage.JUNIOR), Money(Decimal(12000)), Money(Decimal(2000), True), None
    assert [_sample(one) for one in sample] == ["小学、初中", "12,000", "约2,000", ""]
    assert [_sample(one) for one in (read_level("重大隐患"), True)] == ["重大", "是"]


def test_s22_what_the_error_workbook_writes_for_a_formula_is_no_text():
    found = read(HEAD, [1, "（公式）", None, None], [2, "二小", None, "（错误值）"])
    assert [error.message for row in found.rows for error in row.errors] == [
        "单元格是公式，请改成文字。",
        "单元格是错误值，请改成文字或数字。",
    ]


def test_s22_web_names_the_columns_it_does_not_use(client, officer):
    sign_in(client, officer)
    shown = upload(client, [[*HEAD, "楼层"], [*GOOD[0], 3]])
    assert "没有用到的列：楼层" in shown.content.decode()


def test_s22_half_a_letter_in_a_rejected_row_fails_nothing(client, officer):
    """Its row was refused, the others stored, and the error workbook failed on it for ever."""
    sign_in(client, officer)
    upload(client, [HEAD, *GOOD, ["x", "七小", None, "_xD800_"]])
    batch = ImportBatch.objects.get()
    url = f"/registers/lines/import/{batch.uuid}"
    assert b"".join(client.get(f"{url}/errors").streaming_content)[:2] == b"PK"
    assert client.post(f"{url}/apply").status_code == 302
    batch.refresh_from_db()
    assert (batch.state, len(lines_now())) == ("applied", 5)
    answer = client.get(f"{url}/errors")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert [cell.value for cell in sheet[2]][:4] == ["x", "七小", None, "\ufffd"]


def test_s22_what_is_stored_counts_though_its_error_workbook_cannot_be_written(
    client, officer, monkeypatch
):
    def full(*_args):
        raise OSError(28, "No space left on device")

    sign_in(client, officer)
    upload(client, [HEAD, *MIXED])
    monkeypatch.setattr(batches, "write_error_book", full)
    batch = ImportBatch.objects.get()
    url = f"/registers/lines/import/{batch.uuid}"
    assert client.post(f"{url}/apply").status_code == 302
    batch.refresh_from_db()
    assert (batch.state, batch.report["rejected"], len(lines_now())) == ("applied", 3, 6)
    assert client.get(f"{url}/errors").status_code == 404


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


def test_s22_web_says_how_many_rows_it_takes_at_once(client, officer, monkeypatch):
    monkeypatch.setattr(batches, "WEB_ROWS", 4)
    sign_in(client, officer)
    refused = upload(client, [HEAD, *GOOD]).content.decode()
    assert "这个文件有 5 行，网页上一次最多导入 4 行。" in refused
    assert not ImportBatch.objects.exists()
    upload(client, [HEAD, *GOOD[:4]])
    assert ImportBatch.objects.count() == 1
