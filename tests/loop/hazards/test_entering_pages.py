"""A hazard entered on its page: once, with photos, and what is wrong said at its field."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anxiao.foundation.places.models import Place
from anxiao.loop.hazards.models import Hazard
from tests.loop.hazards.pages import camera, opening, wrong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def test_a_hazard_is_entered_with_a_photo_and_only_once(as_):
    client = as_("officer")
    assert "camera" in client.get("/hazards/open").content.decode()
    form = opening()
    first = client.post("/hazards/open", {**form, "photos": camera()})
    again = client.post("/hazards/open", {**form, "photos": camera()})
    hazard = Hazard.objects.get()
    assert first.headers["Location"] == again.headers["Location"] == f"/hazards/{hazard.pk}"
    assert hazard.photos.count() == 1
    page = client.get(f"/hazards/{hazard.pk}").content.decode()
    assert "已登记，台账编号 2026-0001。" in page


def test_a_failed_save_keeps_words_and_photos(as_):
    client = as_("officer")
    form = opening(category="", description="消火栓无水无压")
    answer = client.post("/hazards/open", {**form, "photos": camera()})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "消火栓无水无压" in page
    assert "已收到 1 张照片" in page
    kept = re.search(r'name="kept" value="([0-9a-f-]{36})"', page)[1]
    client.post("/hazards/open", {**form, "category": "fire", "kept": [kept]})
    assert Hazard.objects.get().photos.count() == 1


def test_anothers_photo_is_not_taken_along(world, as_):
    theirs = world.photo("stranger", org=world.neighbour)
    as_("officer").post("/hazards/open", opening(kept=[str(theirs.uuid), "no-uuid"]))
    assert Hazard.objects.get().photos.count() == 0


def test_a_file_that_is_no_photo_is_refused_at_its_field(as_):
    bad = SimpleUploadedFile("IMG.jpg", b"MZ not a picture", content_type="image/jpeg")
    answer = as_("officer").post("/hazards/open", {**opening(), "photos": bad})
    assert answer.status_code == 422
    assert "不支持这种文件" in answer.content.decode()
    assert not Hazard.objects.exists()


def test_the_service_speaks_at_the_field(as_):
    answer = as_("officer").post("/hazards/open", opening(level="major"))
    assert answer.status_code == 422
    assert "请选择判定情形，或写明判定理由" in answer.content.decode()


def test_a_place_is_asked_for_at_the_field_that_is_shown(world, as_):
    answer = as_("officer").post("/hazards/open", opening(place_text=" "))
    assert "id_place_text_error" in answer.content.decode()
    place = Place.objects.create(
        org=world.school, kind="building", name="一号楼", full_name="一号楼"
    )
    answer = as_("officer").post("/hazards/open", opening(place_text=""))
    assert "id_spot_error" in answer.content.decode()
    spot = f"place:{place.pk}"
    as_("officer").post("/hazards/open", opening(place_text="东侧", spot=spot))
    hazard = Hazard.objects.get()
    assert (hazard.place, hazard.place_text) == (place, "一号楼 东侧")


def test_who_looks_after_many_units_chooses_one(world, as_):
    client = as_("clerk")
    page = client.get("/hazards/open").content.decode()
    assert world.school.name in page
    assert client.get(f"/hazards/open?org={world.school.pk}").status_code == 200
    client.post(f"/hazards/open?org={world.school.pk}", opening(source="superior"))
    assert Hazard.objects.get().source == "superior"
    assert as_("principal").get(f"/hazards/open?org={world.neighbour.pk}").status_code == 404


def test_all_that_is_wrong_with_a_new_one_is_said_at_once(as_):
    body = opening(description="", level="major", found_on="2026-11-20", due_on="2026-11-01")
    page = as_("officer").post("/hazards/open", body).content.decode()
    assert wrong(page) == {"description", "criterion", "late_reason", "due_on"}
