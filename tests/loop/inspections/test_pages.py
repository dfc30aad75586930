"""Pages: the phone's road from QR to result, what each costs, who is kept out."""

import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anxiao.foundation.files.models import Upload
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.inspections.models import Checklist, Inspection, PointChecklist, Round
from anxiao.loop.inspections.services import (
    RoundPlan,
    StopPlan,
    new_version,
    save_round,
    submit_inspection,
)
from tests.builders import AT, make_user, sign_in
from tests.loop.inspections.world import CANARY, picture_file, plain_codes, signature

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


def status(client, url):
    """The status alone; a file that was opened is closed."""
    response = client.get(url)
    for close in response._resource_closers:  # response.close() would close the database too
        close()
    return response.status_code


def fill_url(checklist, **asked):
    parts = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"{reverse('inspections:new')}?checklist={checklist.pk}&{parts}"


def filled(checklist, fails=(), **fields):
    fails = dict(fails)
    body = {"uuid": str(uuid.uuid4()), "kind": "self_check", "happened_on": "2026-11-23"}
    for item in checklist.items:
        code = item["code"]
        body[f"a_{code}"] = "fail" if code in fails else "pass"
        if code in fails:
            body[f"n_{code}"] = fails[code]
            body[f"p_{code}"] = [picture_file()]
    return body | fields


def make_round(world, owner="guard", stops=None):
    plan = RoundPlan(
        name=f"早巡查{Round.objects.count()}",
        owner=owner,
        cadence="school_daily",
        times=1,
        stops=stops or (StopPlan(world.point.pk, "gate"),),
    )
    return save_round(world.school, plan, actor=world.officer, at=AT)


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
    assert other.status_code == 409
    assert "另一份检查记录" in text(other)


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
    assert sheet.count("<img") == 2


def test_a_card_tells_strangers_a_name_and_no_more(world, officer, stranger):
    url = f"/p/{world.point.code}"
    submit_inspection(world.submitted(point_id=world.point.pk), actor=world.officer, at=AT)
    own = text(officer.get(url))
    assert "开始检查" in own
    assert "上次检查" in own
    assert world.gate.items[0]["text"] in own
    for client in (Client(), stranger):
        page = client.get(url)
        assert page.status_code == 200
        assert "校门" in text(page)
        assert world.school.name in text(page)
        assert world.gate.title not in text(page)
        assert "上次检查" not in text(page)
    assert f"next={url}" in text(Client().get(url))
    assert Client().get("/p/ZZZZZZZZ").status_code == 404
    assert officer.get(f"/p/{world.point.code.lower()}").status_code == 200


def test_a_typed_code_leads_to_the_card(world, officer):
    for typed in (world.point.code.lower(), f"https://anxiao.example/p/{world.point.code}"):
        answer = officer.get(reverse("inspections:enter"), {"code": typed})
        assert answer.url == f"/p/{world.point.code}"
    assert officer.get(reverse("inspections:enter"), {"code": "??"}).url == reverse(
        "inspections:start"
    )


def test_others_see_nothing_of_it(world, officer, stranger):
    code = plain_codes(world.gate)[0]
    form = world.submitted({code: CANARY}, point_id=world.point.pk)
    inspection, _created = submit_inspection(form, actor=world.officer, at=AT)
    round_ = make_round(world)
    photo = inspection.answers[code]["photos"][0]
    routes = [
        reverse("inspections:detail", args=[inspection.pk]),
        reverse("inspections:done", args=[inspection.pk]),
        reverse("inspections:print", args=[inspection.pk]),
        reverse("inspections:photo", args=[inspection.pk, photo, "full"]),
        reverse("inspections:walk", args=[round_.pk]),
        reverse("inspections:round_edit", args=[round_.pk]),
        reverse("inspections:assign", args=[world.point.pk]),
        fill_url(world.gate, unit=world.school.pk),
        fill_url(world.gate, point=world.point.pk),
        *(
            f"{reverse(f'inspections:{name}')}?unit={world.school.pk}"
            for name in ("start", "rounds", "points", "coverage", "round_new")
        ),
    ]
    for url in routes:
        assert status(officer, url) == 200, url
        assert status(stranger, url) == 404, url
        assert Client().get(url).status_code == 302, url
    register = reverse("registers:inspections")
    assert CANARY not in text(stranger.get(register))
    assert world.gate.title in text(officer.get(register))
    assert stranger.post(reverse("inspections:round_retire", args=[round_.pk])).status_code == 404
    foreign = world.photo(world.stranger, world.neighbour)
    assert (
        officer.get(
            reverse("inspections:photo", args=[inspection.pk, foreign.uuid, "full"])
        ).status_code
        == 404
    )


def test_a_guard_sees_own_checks_and_no_others(world, frozen):
    guard = sign_in(Client(), world.guard_user)
    mine, _ = submit_inspection(world.submitted(), actor=world.guard, at=AT)
    other, _ = submit_inspection(world.submitted(), actor=world.officer, at=AT)
    assert guard.get(reverse("inspections:detail", args=[mine.pk])).status_code == 200
    assert guard.get(reverse("inspections:detail", args=[other.pk])).status_code == 404
    staff = sign_in(Client(), make_user("教工", (world.school, "staff")))
    assert staff.get(reverse("inspections:start")).status_code == 403


def test_rounds_are_laid_out_and_changed(world, officer):
    url = reverse("inspections:round_new")
    body = {"name": "晚巡查", "owner": "guard", "cadence": "daily", "times": "2"}
    page = officer.post(url, {**body, "point": [str(world.point.pk), ""], "list": ["", ""]})
    assert "所选检查表未启用" in text(page)
    stops = {"point": [str(world.point.pk), ""], "list": ["gate", ""]}
    answer = officer.post(url, {**body, **stops})
    round_ = Round.objects.get()
    assert answer.url == reverse("inspections:walk", args=[round_.pk])
    assert "已有同名" in text(officer.post(url, {**body, **stops}))
    edit = reverse("inspections:round_edit", args=[round_.pk])
    assert "晚巡查" in text(officer.get(edit))
    officer.post(edit, {**body, "times": "3", **stops})
    assert Round.objects.get().times == 3
    officer.post(reverse("inspections:round_retire", args=[round_.pk]))
    assert Round.objects.get().retired_on


def test_checklists_of_a_point(world, officer):
    page = text(officer.get(reverse("inspections:points")))
    assert world.gate.title in page
    officer.post(reverse("inspections:assign", args=[world.point.pk]), {"codes": ["fire"]})
    assert PointChecklist.objects.get().checklist_code == "fire"
    assert world.fire.title in text(officer.get(f"/p/{world.point.code}"))


def test_what_was_never_looked_at_comes_first(world, officer):
    page = text(officer.get(reverse("inspections:coverage")))
    assert "处从未检查" in page
    submit_inspection(world.submitted(point_id=world.point.pk), actor=world.officer, at=AT)
    page = text(officer.get(reverse("inspections:coverage")))
    assert page.index("从未检查") < page.index("已查</span>" if "已查</span>" in page else "已查")


def test_a_checklist_from_draft_to_force(world, clerk, officer):
    page = reverse("inspections:checklist", args=[world.gate.pk])
    assert "修改为新版本" in text(clerk.get(page))
    assert "修改为新版本" not in text(officer.get(page))
    answer = clerk.post(reverse("inspections:checklist_copy", args=[world.gate.pk]))
    draft = Checklist.objects.get(owner=world.county)
    assert answer.url == reverse("inspections:checklist_edit", args=[draft.pk])
    assert officer.get(reverse("inspections:checklist", args=[draft.pk])).status_code == 404
    assert clerk.get(answer.url).status_code == 200
    body = {
        "title": "本区校门检查",
        "clause": "2.2.a",
        "key_part": "gate",
        "category": draft.category,
        "cadence": "weekly",
        "minutes": "9",
        "row": ["1", "2"],
        "code_1": draft.items[0]["code"],
        "text_1": "门卫室有人值守。",
        "look_1": "看值班表。",
        "order_1": "2",
        "days_1": "3",
        "text_2": "新的一项。",
        "order_2": "1",
        "photo_2": "on",
    }
    assert clerk.post(answer.url, body).status_code == 302
    draft.refresh_from_db()
    assert [item["text"] for item in draft.items] == ["新的一项。", "门卫室有人值守。"]
    assert draft.items[1]["code"] == world.gate.items[0]["code"]
    assert draft.items[0]["photo"] is True
    assert clerk.post(reverse("inspections:checklist_publish", args=[draft.pk])).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "published"
    assert "本区校门检查" in text(officer.get(reverse("inspections:start")))
    assert (
        clerk.post(reverse("inspections:checklist_edit", args=[draft.pk]), body).status_code == 409
    )
    clerk.post(reverse("inspections:checklist_retire", args=[draft.pk]))
    assert world.gate.title in text(officer.get(reverse("inspections:start")))
    made = clerk.post(
        reverse("inspections:checklist_new"), {**body, "code": "own-list", "title": "自编"}
    )
    own = Checklist.objects.get(code="own-list")
    assert made.url == reverse("inspections:checklist_edit", args=[own.pk])
    publish = reverse("inspections:checklist_publish", args=[own.pk])
    assert "还没有检查项" in text(clerk.post(publish, follow=True))
    clerk.post(reverse("inspections:checklist_delete", args=[own.pk]))
    assert not Checklist.objects.filter(code="own-list").exists()


def test_a_school_edits_no_checklist(world, officer):
    draft = new_version("gate", world.county, actor=world.clerk, at=AT)
    for name in ("edit", "publish", "retire", "delete", "copy"):
        url = reverse(f"inspections:checklist_{name}", args=[draft.pk])
        assert officer.post(url).status_code == 403, name


def queries(client, url):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200, url
    return len(caught)


def test_pages_cost_the_same_at_one_row_and_three(world, officer):
    def add():
        point = world.make_point(world.school, world.officer, name=f"点{Round.objects.count()}")
        make_round(world, "safety_officer", (StopPlan(point.pk, "gate"),))
        submit_inspection(world.submitted(point_id=point.pk), actor=world.officer, at=AT)

    add()
    names = ("start", "rounds", "points", "coverage", "checklists")
    urls = [reverse(f"inspections:{name}") for name in names]
    urls += [reverse("registers:inspections")]
    for url in urls:
        officer.get(url)
    before = {url: queries(officer, url) for url in urls}
    add()
    add()
    assert {url: queries(officer, url) for url in urls} == before


def test_a_record_costs_the_same_at_one_failure_and_three(world, officer):
    codes = plain_codes(world.gate)
    costs = []
    for number in (1, 3):
        form = world.submitted(dict.fromkeys(codes[:number], "坏"))
        inspection, _created = submit_inspection(form, actor=world.officer, at=AT)
        for name in ("detail", "done", "print"):
            url = reverse(f"inspections:{name}", args=[inspection.pk])
            officer.get(url)
            costs.append(queries(officer, url))
    assert costs[:3] == costs[3:]
