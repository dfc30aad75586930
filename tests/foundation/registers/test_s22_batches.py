"""S22: a workbook uploaded, shown, applied or thrown away: the pages and what they keep."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Conflict, Forbidden
from anxiao.foundation.kernel.spellings import Money, read_level
from anxiao.foundation.orgs.states import Stage
from anxiao.foundation.registers.declare import ImportContext
from anxiao.foundation.registers.models import ImportBatch
from anxiao.foundation.registers.services import apply_batch, batches, purge_batches, upload_batch
from anxiao.foundation.registers.services.batches import _sample, batch_path
from tests.builders import AT, actor_of, make_school, make_user, sign_in
from tests.foundation.registers.books import GOOD, HEAD, MIXED, book
from tests.foundation.registers.sample import SPEC, lines_now


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


def test_s22_web_says_how_many_rows_it_takes_at_once(client, officer, monkeypatch):
    monkeypatch.setattr(batches, "WEB_ROWS", 4)
    sign_in(client, officer)
    refused = upload(client, [HEAD, *GOOD]).content.decode()
    assert "这个文件有 5 行，网页上一次最多导入 4 行。" in refused
    assert not ImportBatch.objects.exists()
    upload(client, [HEAD, *GOOD[:4]])
    assert ImportBatch.objects.count() == 1
