"""Proofs on pages: recorded by hand, with a photo, taken back."""

import uuid
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from anxiao.foundation.journal.models import Entry
from anxiao.loop.duties.models import Duty, Evidence, Tally
from tests.builders import make_user, sign_in
from tests.loop.duties.pages import texts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def proof(**changes):
    return {
        "uuid": str(uuid.uuid4()),
        "kind": "drill.evacuation",
        "happened_on": "2026-11-23",
        "note": "全校疏散，用时 2 分 40 秒。",
        **changes,
    }


def test_a_proof_by_hand_counts_once_however_often_it_is_sent(place, plan, head):
    duty = Duty.objects.get(code="2.1.f-1")
    url = reverse("duties:prove", args=[place.school.pk, duty.pk])
    body = proof()
    first, second = head.post(url, body), head.post(url, body)
    assert first.status_code == second.status_code == 302
    assert first.url == second.url
    assert Tally.objects.get(unit=place.school, duty=duty).done == 1
    assert "全校疏散" in texts(head.get(first.url))


def test_what_the_level_above_records_is_told_as_its_doing(place, plan, head, clerk):
    duty = Duty.objects.get(code="2.1.f-1")
    url = reverse("duties:prove", args=[place.school.pk, duty.pk])
    assert "您将代" not in texts(head.get(url))
    assert f"您将代{place.school.name}登记" in texts(clerk.get(url))
    there = clerk.post(url, proof()).url
    said = f"（{place.county.name}）代登记"
    assert said in texts(head.get(there))
    cell = Tally.objects.get(unit=place.school, duty=duty)
    for page in ("cell", "clause"):
        args = [cell.pk] if page == "cell" else [place.school.pk, duty.clause_id]
        assert said in texts(head.get(reverse(f"duties:{page}", args=args))), page
    line = Entry.objects.get(action="prove")
    assert line.detail["by_unit"] == place.county.name
    assert "代登记" not in texts(head.get(head.post(url, proof()).url))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"happened_on": "2026-11-24"}, "请改为11月23日或以前"),
        ({"happened_on": "2026-11-03"}, "请填写补录原因"),
        ({"note": ""}, "三项至少填一项"),
        ({"kind": "visit.done"}, "请从列出的选项中选择"),
    ],
)
def test_a_bad_proof_is_answered_and_stores_nothing(place, plan, head, changes, said):
    duty = Duty.objects.get(code="2.1.f-1")
    answer = head.post(reverse("duties:prove", args=[place.school.pk, duty.pk]), proof(**changes))
    assert answer.status_code == 200
    assert said in texts(answer)
    assert not Evidence.objects.exists()


def test_a_proof_with_a_photo_is_served_to_those_who_may_see_it(place, plan, head):
    picture = BytesIO()
    Image.new("RGB", (40, 30), "white").save(picture, "JPEG")
    duty = Duty.objects.get(code="2.1.f-1")
    photo = SimpleUploadedFile("现场.jpg", picture.getvalue(), "image/jpeg")
    answer = head.post(
        reverse("duties:prove", args=[place.school.pk, duty.pk]), proof(photos=[photo])
    )
    assert answer.status_code == 302, texts(answer)
    evidence = Evidence.objects.get()
    file = evidence.files.get()
    url = reverse("duties:evidence_file", args=[evidence.pk, file.pk, "full"])
    served = head.get(url)
    assert served["Content-Type"] == "image/jpeg"
    assert b"".join(served.streaming_content)
    for close in served._resource_closers:  # served.close() would close the database too
        close()
    stranger = sign_in(Client(), make_user("外人", (place.third, "principal")))
    assert stranger.get(url).status_code == 404


def test_a_proof_is_taken_back_with_a_reason(place, plan, head):
    duty = Duty.objects.get(code="2.1.f-1")
    head.post(reverse("duties:prove", args=[place.school.pk, duty.pk]), proof())
    evidence = Evidence.objects.get()
    url = reverse("duties:revoke", args=[evidence.pk])
    assert head.post(url, {"reason": ""}).status_code == 422
    assert head.post(url, {"reason": "登记错了日期"}).status_code == 302
    assert Tally.objects.get(unit=place.school, duty=duty).done == 0
    assert "已撤销" in texts(head.get(reverse("duties:evidence", args=[evidence.pk])))


def test_what_is_done_in_a_room_is_not_proved_by_hand(place, plan, head):
    duty = Duty.objects.get(code="2.2.a-2")
    url = reverse("duties:prove", args=[place.school.pk, duty.pk])
    answer = head.post(url, proof(kind="inspection.patrol"))
    assert "请到对应的登记处办理" in texts(answer)
