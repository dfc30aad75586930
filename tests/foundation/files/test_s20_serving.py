"""S20: files come with a fixed type and a tame name, and only to those who may."""

import base64
import json
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from anxiao.foundation.files.http import serve
from anxiao.foundation.files.models import Upload
from anxiao.foundation.files.queries import my_uploads
from anxiao.foundation.files.rules import PDF as PDF_TYPE
from anxiao.foundation.files.rules import safe_name
from anxiao.foundation.files.services import store_signature
from anxiao.foundation.kernel.errors import Invalid, NotFound
from tests.builders import AT, actor_of, make_school, make_user, sign_in
from tests.foundation.files.corpus import PDF, encoded, next_uuid, picture

NAMES = [
    "../../etc/passwd",
    "a\r\nSet-Cookie: x=1.pdf",
    "\u202egnp.exe",
    "很长" * 300 + ".pdf",
    '引号"；分号;.pdf',
    "..",
    "",
    "C:\\Windows\\x.pdf",
    "\ud800.pdf",
    "䶮㙍𬭎.pdf",
]


@pytest.mark.parametrize("name", NAMES)
def test_s20_names_are_tame_in_the_header(hand_in, name):
    response = serve(hand_in(PDF, name))
    header = response["Content-Disposition"]
    assert header.startswith("attachment; filename")
    assert "\r" not in header
    assert "\n" not in header
    assert "/" not in header.replace("utf-8''", "")
    assert response["Content-Type"] == "application/pdf"
    response.close()


@given(st.text(max_size=300))
def test_s20_any_name_becomes_a_name(name):
    tame = safe_name(name, PDF_TYPE)
    assert 4 < len(tame) <= 100
    assert tame.endswith(".pdf")
    tame.encode()


def test_s20_headers_of_a_picture(hand_in):
    response = serve(hand_in(encoded(picture()), "隐患.html"))
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"].startswith("inline")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"].startswith("private")
    assert "sandbox" in response["Content-Security-Policy"]
    response.close()


def test_s20_documents_have_no_thumbnail_and_lost_files_are_missing(hand_in, media):
    stored = hand_in(PDF)
    with pytest.raises(NotFound):
        serve(stored, "thumb")
    next(path for path in media.rglob("*") if path.is_file()).unlink()
    with pytest.raises(NotFound):
        serve(stored)


def _post(client, content, **fields):
    file = SimpleUploadedFile("照片.jpg", content)
    return client.post("/files/", {"uuid": uuid4(), "file": file, **fields})


def test_s20_upload_from_a_form(client, officer, school):
    sign_in(client, officer)
    uuid = uuid4()
    first = _post(client, encoded(picture()), uuid=uuid)
    again = _post(client, encoded(picture()), uuid=uuid)
    assert (first.status_code, again.status_code) == (201, 200)
    answer = json.loads(first.content)
    assert base64.b64decode(answer["thumb"].partition(",")[2]).startswith(b"\xff\xd8")
    assert Upload.objects.get().org == school
    thumb = client.get(f"/files/mine/{uuid}/thumb")
    assert thumb["Content-Type"] == "image/jpeg"
    assert b"".join(thumb.streaming_content).startswith(b"\xff\xd8")


def test_s20_upload_answers_errors_as_json(client, officer):
    sign_in(client, officer)
    refused = _post(client, b"<html>")
    assert refused.status_code == 422
    assert "不支持" in json.loads(refused.content)["message"]
    assert _post(client, encoded(picture()), uuid="x").status_code == 422
    assert _post(client, encoded(picture()), org=999_999).status_code == 422
    assert client.get("/files/").status_code == 405


def test_s20_thumbs_of_others_and_old_ones_are_missing(client, officer, school, hand_in):
    stored = hand_in(encoded(picture()))
    sign_in(client, make_user("石娜雨", (school, "guard")))
    assert client.get(f"/files/mine/{stored.uuid}/thumb").status_code == 404
    sign_in(client, officer)
    Upload.objects.update(uploaded_at=AT.replace(year=2025))
    assert client.get(f"/files/mine/{stored.uuid}/thumb").status_code == 404


def test_s20_upload_for_another_unit_is_refused(client, officer, school):
    sign_in(client, officer)
    other = make_school(school.county)
    assert _post(client, encoded(picture()), org=other.pk).status_code == 422
    assert not Upload.objects.exists()


def test_s20_my_uploads_are_mine_in_my_order(hand_in, officer, school):
    first, second = hand_in(encoded(picture())), hand_in(PDF)
    foreign = hand_in(PDF, user=make_user("石娜雨", (school, "guard")))
    asked = [second.uuid, foreign.uuid, first.uuid, second.uuid]
    assert my_uploads(actor_of(officer), asked) == [second, first]


def _signature(image):
    return "data:image/png;base64," + base64.b64encode(encoded(image, "PNG")).decode()


def test_s20_signature_is_kept_as_png(officer, school):
    given = {"actor": actor_of(officer), "at": AT, "org": school, "uuid": next_uuid()}
    stored = store_signature(data_url=_signature(picture((300, 120)).convert("RGBA")), **given)
    assert stored.blob.media_type == "image/png"
    assert stored.name == "签名.png"


@pytest.mark.parametrize(
    "data_url",
    ["", "data:text/html;base64,AAAA", "data:image/png;base64,&&&", "data:image/png;base64,AAAA"],
)
def test_s20_no_signature_is_refused(officer, school, data_url):
    given = {"actor": actor_of(officer), "at": AT, "org": school, "uuid": next_uuid()}
    with pytest.raises(Invalid):
        store_signature(data_url=data_url, **given)
    with pytest.raises(Invalid, match="空白"):
        store_signature(
            data_url=_signature(picture((9, 9)).convert("1").point(lambda _: 1)), **given
        )
