"""Pages: the phone's road from QR to result, and what is asked on it."""

import json
import re
import uuid

import pytest
from django.urls import reverse

from anxiao.foundation.conflicts.models import Refused
from anxiao.foundation.files.models import Upload
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.inspections.models import Inspection
from anxiao.loop.inspections.services import StopPlan, submit_inspection
from tests.builders import AT
from tests.loop.inspections.pages import fill_url, filled, make_round, status, text
from tests.loop.inspections.world import picture_file, plain_codes, signature

pytestmark = pytest.mark.django_db


def test_the_whole_road_of_a_phone(world, officer):
    south = world.make_point(world.school, world.officer, name="南门")
    round_ = make_round(
        world, "safety_officer", (StopPlan(world.point.pk, "gate"), StopPlan(south.pk, "gate"))
    )
    start = text(officer.get(reverse("inspections:start")))
    assert round_.name in start
    assert "2 个检查点" in start
    assert world.gate.title in start
    walk = text(officer.get(reverse("inspections:walk", args=[round_.pk])))
    assert "从 校门 开始" in walk
    url = fill_url(world.gate, point=world.point.pk, round=round_.pk, kind="patrol")
    page = text(officer.get(url))
    for item in world.gate.items:
        assert item["text"] in page
    assert "capture=" in page
    code = plain_codes(world.gate)[0]
    answer = officer.post(url, filled(world.gate, {code: "岗亭无人"}, kind="patrol"))
    inspection = Inspection.objects.get()
    assert answer.status_code == 302
    assert answer.url == reverse("inspections:done", args=[inspection.pk])
    done = text(officer.get(answer.url))
    hazard = Hazard.objects.get()
    assert "1 项不合格" in done
    assert "已登记 1 项隐患" in done
    assert reverse("hazards:assign", args=[hazard.pk]) in done
    assert "下一处：南门" in done
    second = fill_url(world.gate, point=south.pk, round=round_.pk, kind="patrol")
    answer = officer.post(second, filled(world.gate, kind="patrol"))
    assert "下一处" not in text(officer.get(answer.url))
    assert "已走完 1 遍" in text(officer.get(reverse("inspections:walk", args=[round_.pk])))


def test_sending_the_page_twice_stores_once(world, officer):
    code = plain_codes(world.gate)[0]
    url = fill_url(world.gate)
    body = filled(world.gate, {code: "坏"})
    first = officer.post(url, body)
    body[f"p_{code}"] = [picture_file()]
    again = officer.post(url, body)
    assert first.url == again.url
    assert Inspection.objects.count() == Hazard.objects.count() == Upload.objects.count() == 1
    body[f"n_{code}"] = "改了"
    body[f"p_{code}"] = [picture_file()]
    other = officer.post(url, body)
    kept = Refused.objects.get()
    assert other.url == reverse("conflicts:detail", args=[kept.pk])
    assert json.loads(kept.body)["answers"][code]["note"] == "改了"
    assert "另一份检查记录" in text(officer.get(other.url))


def test_what_is_missing_is_said_and_nothing_is_lost(world, officer):
    codes = plain_codes(world.gate)
    body = filled(world.gate, {codes[0]: "岗亭的灯不亮"}, remarks="夜间查的")
    del body[f"a_{codes[1]}"]
    url = fill_url(world.gate)
    page = text(officer.post(url, body))
    assert "还没有提交" in page
    assert f'href="#item-{codes[1]}"' in page
    assert "请选择合格、不合格或不涉及" in page
    assert "岗亭的灯不亮" in page
    assert "夜间查的" in page
    kept = re.search(rf'name="k_{codes[0]}" value="([0-9a-f-]+)"', page)[1]
    assert Upload.objects.get().uuid == uuid.UUID(kept)
    assert not Inspection.objects.exists()
    del body[f"p_{codes[0]}"]
    body |= {f"k_{codes[0]}": [kept], f"a_{codes[1]}": "pass"}
    assert officer.post(url, body).status_code == 302
    assert Hazard.objects.get().photos.get().upload.uuid == uuid.UUID(kept)


def test_the_kind_is_what_the_duty_counts(world, officer, clerk):
    """A round stands on 巡查; whoever comes from above stands on 上级检查."""
    round_ = make_round(world, "guard", (StopPlan(world.point.pk, "gate"),))
    chosen = r'name="kind" value="([^"]*)"[^>]* checked'
    walked = fill_url(world.gate, point=world.point.pk, round=round_.pk)
    assert re.findall(chosen, text(officer.get(walked))) == ["patrol"]
    assert re.findall(chosen, text(officer.get(fill_url(world.gate)))) == ["self_check"]
    above = text(clerk.get(fill_url(world.gate, unit=world.school.pk)))
    assert re.findall(chosen, above) == ["superior"]


def test_a_file_that_is_no_photo_is_refused_at_its_item(world, officer):
    code = plain_codes(world.gate)[0]
    body = filled(world.gate, {code: "坏"})
    body[f"p_{code}"][0].name = "表.jpg"
    body[f"p_{code}"][0].file.seek(0)
    body[f"p_{code}"][0].file.truncate()
    body[f"p_{code}"][0].file.write(b"<script>")
    body[f"p_{code}"][0].file.seek(0)
    body[f"p_{code}"][0].size = 8
    page = text(officer.post(fill_url(world.gate), body))
    assert "不支持这种文件" in page
    assert not Upload.objects.exists()


def test_signatures_are_drawn_kept_and_shown(world, clerk):
    url = fill_url(world.gate, unit=world.school.pk)
    body = filled(world.gate, kind="superior", inspector_signature=signature())
    page = text(clerk.post(url, body))
    assert "请受检单位签字" in page
    kept = re.search(r'name="kept_inspector" value="([0-9a-f-]+)"', page)[1]
    body |= {
        "inspector_signature": "",
        "kept_inspector": kept,
        "inspected_signature": signature(),
        "inspected_name": "安然",
        "companions": "消防救援大队 周启明",
    }
    answer = clerk.post(url, body)
    inspection = Inspection.objects.get()
    assert answer.status_code == 302
    detail = text(clerk.get(reverse("inspections:detail", args=[inspection.pk])))
    assert "周启明" in detail
    picture = reverse("inspections:photo", args=[inspection.pk, kept, "full"])
    assert picture in detail
    assert status(clerk, picture) == 200
    sheet = text(clerk.get(reverse("inspections:print", args=[inspection.pk])))
    assert sheet.count("<img") == 3  # both signatures, and the QR back to the record
    assert ("data:image/svg+xml" in sheet, "http://" in sheet) == (True, False)
    assert [words for words in ("（检查单位盖章）", "（受检单位盖章）") if words not in sheet] == []


def test_a_check_without_a_label_says_where_it_was(world, officer, stranger):
    form = text(officer.get(fill_url(world.gate)))
    assert "教学楼" in form
    assert 'name="place"' not in text(officer.get(fill_url(world.gate, point=world.point.pk)))
    assert 'name="place"' not in text(stranger.get(fill_url(world.gate)))
    failed = {plain_codes(world.gate)[0]: "岗亭的灯不亮"}

    def send(person):
        there = filled(world.gate, failed, place=world.place.pk)
        return person.post(fill_url(world.gate), there).status_code

    assert send(stranger) == 200
    assert not Inspection.objects.exists()
    assert send(officer) == 302
    assert Inspection.objects.get().place == world.place
    assert Hazard.objects.get().place_text == "教学楼"


def test_what_was_true_last_time_stands_there_already(world, officer, clerk):
    codes = plain_codes(world.gate)
    before = filled(world.gate, {codes[0]: "岗亭的灯不亮"}, kind="patrol", companions="李平")
    before[f"a_{codes[1]}"] = "na"
    officer.post(fill_url(world.gate, point=world.point.pk), before)
    page = text(officer.get(fill_url(world.gate, point=world.point.pk)))

    def chosen(page):
        return re.findall(r'name="(\w[^"]*)" value="([^"]*)"[^>]* checked', page)

    assert chosen(page) == [("kind", "patrol"), (f"a_{codes[1]}", "na")]
    assert "上次不合格：岗亭的灯不亮" in page
    assert 'value="李平"' in page
    elsewhere = text(officer.get(fill_url(world.gate)))
    assert "上次不合格" not in elsewhere
    assert chosen(elsewhere) == [("kind", "patrol")]
    assert chosen(text(clerk.get(fill_url(world.gate, unit=world.school.pk)))) == [
        ("kind", "superior")
    ]


def test_a_refusal_to_sign_is_written_down_and_printed(world, clerk):
    url = fill_url(world.gate, unit=world.school.pk)
    page = text(clerk.get(url))
    assert "受检单位拒绝签字" in page
    body = filled(world.gate, kind="superior", inspector_signature=signature())
    assert "请受检单位签字，或填写未签字原因" in text(clerk.post(url, body))
    assert not Inspection.objects.exists()
    answer = clerk.post(url, {**body, "unsigned_reason": "受检单位拒绝签字"})
    assert answer.status_code == 302
    inspection = Inspection.objects.get()
    assert inspection.inspector_signature
    assert inspection.inspected_signature is None
    for name in ("detail", "print"):
        shown = text(clerk.get(reverse(f"inspections:{name}", args=[inspection.pk])))
        assert "受检单位拒绝签字" in shown, name


def test_a_record_says_which_photos_are_still_to_come(world, officer):
    code = plain_codes(world.gate)[0]
    form = world.submitted()
    form.answers[code] = {"a": "fail", "note": "坏", "photos": [str(uuid.uuid4())]}
    inspection, _created = submit_inspection(form, actor=world.officer, at=AT, photos_follow=True)
    page = text(officer.get(reverse("inspections:detail", args=[inspection.pk])))
    assert "还有 1 张照片没有传到" in page
    assert "<figure" not in page
