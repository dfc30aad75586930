"""Pages: the phone's road from QR to result, what each costs, who is kept out."""

import json
import re
import uuid
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anxiao.foundation.conflicts.models import Refused
from anxiao.foundation.files.models import Upload
from anxiao.foundation.journal.models import Entry
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.inspections import queries
from anxiao.loop.inspections.models import Checklist, Inspection, PointChecklist, Round
from anxiao.loop.inspections.services import (
    RoundPlan,
    StopPlan,
    edit_draft,
    new_version,
    publish_checklist,
    save_round,
    submit_inspection,
)
from tests.builders import AT, TODAY, make_school, make_user, sign_in
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


def test_what_nobody_looked_at_this_term_comes_first(world, officer):
    lonely = world.make_point(world.school, world.officer, name="水塔", key_part="")
    page = text(officer.get(reverse("inspections:coverage")))
    dark = queries.coverage(world.school, TODAY).counts["dark"]
    assert f"本学期 {dark} 处没查过" in page
    assert reverse("inspections:assign", args=[lonely.pk]) in page
    submit_inspection(world.submitted(point_id=world.point.pk), actor=world.officer, at=AT)
    page = text(officer.get(reverse("inspections:coverage")))
    assert f"本学期 {dark - 1} 处没查过" in page
    assert page.index("从未检查") < page.index('data-tone="done"')


def test_a_scanned_stop_counts_for_the_round(world, frozen):
    guard = sign_in(Client(), world.guard_user)
    south = world.make_point(world.school, world.officer, name="南门")
    round_ = make_round(
        world, "guard", (StopPlan(world.point.pk, "gate"), StopPlan(south.pk, "gate"))
    )
    card = unescape(text(guard.get(f"/p/{world.point.code}")))
    assert f"计入您的巡查路线“{round_.name}”" in card
    assert "张检查表待查" in card
    assert reverse("inspections:walk", args=[round_.pk]) in card
    begin = re.search(r'href="([^"]*new[^"]*round=[^"]*)"', card)[1]
    answer = guard.post(begin, filled(world.gate, kind="patrol"))
    done = text(guard.get(answer.url))
    assert "下一处：南门。走到后扫标签" in done
    card = unescape(text(guard.get(f"/p/{world.point.code}")))
    assert "已查 1/2 处" in card
    assert "计入您的巡查路线" not in card
    walk = text(guard.get(reverse("inspections:walk", args=[round_.pk])))
    assert "下一处：南门" in walk
    assert "计入您的巡查路线" in text(guard.get(f"/p/{south.code}"))
    other = text(sign_in(Client(), world.officer_user).get(f"/p/{south.code}"))
    assert "计入您的巡查路线" not in other
    assert round_.name in other


def test_who_comes_from_above_is_shown_no_round_to_walk(world, clerk):
    round_ = make_round(world)
    card = text(clerk.get(f"/p/{world.point.code}"))
    assert "开始检查" in card
    assert round_.name not in card


def test_who_chooses_a_school_sees_when_somebody_was_last_there(world, officer, clerk):
    def told():
        page = unescape(re.sub(r"<[^>]+>|\s+", " ", text(clerk.get(reverse("inspections:start")))))
        return re.search(rf"{world.school.name}\s+(\S+)", page)[1]

    submit_inspection(world.submitted(), actor=world.officer, at=AT)
    assert told() == "还没有到校检查过"
    visit = world.submitted(kind="superior", unsigned_reason="负责人不在场")
    submit_inspection(visit, actor=world.clerk, at=AT)
    assert told().startswith("上次到校检查：")


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


def test_an_old_record_keeps_the_version_it_was_made_on(world, clerk, officer):
    inspection, _created = submit_inspection(world.submitted(), actor=world.officer, at=AT)
    draft = new_version("gate", world.county, actor=world.clerk, at=AT)
    items = [{**world.gate.items[0], "text": "换了新内容。"}]
    edit_draft(draft, {"title": "新表", "items": items}, actor=world.clerk, at=AT)
    draft.refresh_from_db()
    publish_checklist(draft, actor=world.clerk, at=AT)
    assert "新表" in text(officer.get(reverse("inspections:start")))
    page = text(officer.get(reverse("inspections:detail", args=[inspection.pk])))
    assert world.gate.title in page
    assert world.gate.items[-1]["text"] in page
    assert "换了新内容" not in page
    version = reverse("inspections:checklist", args=[world.gate.pk])
    assert f'href="{version}"' in page
    old = text(officer.get(version))
    assert world.gate.items[-1]["text"] in old
    replaced = officer.get(fill_url(world.gate))
    assert replaced.status_code == 404
    assert f"“{world.gate.title}”已换新版本" in text(replaced)
    assert f"checklist={draft.pk}" in text(replaced)
    assert officer.get(fill_url(draft)).status_code == 200
    answer = officer.post(fill_url(world.gate), filled(world.gate))
    assert answer.status_code == 302
    assert Inspection.objects.latest("pk").checklist == world.gate


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
        "days_1": "3",
        "text_2": "新的一项。",
        "photo_2": "on",
        "confirm_2": "on",
    }
    moved = clerk.post(answer.url, body | {"up": "2"})
    assert moved.url == f"{answer.url}?open=1#row-1"
    assert '<details class="insp-row" id="row-1" open>' in text(clerk.get(moved.url))
    draft.refresh_from_db()
    assert [item["text"] for item in draft.items] == ["新的一项。", "门卫室有人值守。"]
    assert draft.items[1]["code"] == world.gate.items[0]["code"]
    assert draft.items[0]["photo"] is True
    assert [item["confirm"] for item in draft.items] == [True, False]
    assert clerk.post(reverse("inspections:checklist_publish", args=[draft.pk])).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "published"
    assert "本区校门检查" in text(officer.get(reverse("inspections:start")))
    assert (
        clerk.post(reverse("inspections:checklist_edit", args=[draft.pk]), body).status_code == 409
    )
    clerk.post(reverse("inspections:checklist_retire", args=[draft.pk]))
    assert Entry.objects.filter(action="retire", subject_id=draft.pk).count() == 1
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


def test_items_are_moved_removed_and_added_one_at_a_time(world, clerk):
    draft = new_version("gate", world.county, actor=world.clerk, at=AT)
    url = reverse("inspections:checklist_edit", args=[draft.pk])
    head = {name: getattr(draft, name) for name in ("title", "clause", "key_part", "category")}
    head |= {"cadence": draft.cadence, "minutes": draft.minutes}
    page = text(clerk.get(url))
    assert page.count('<details class="insp-row"') == len(draft.items) + 1
    assert page.count('open><summary><span class="insp-row-number">') == 0

    def press(name, row):
        draft.refresh_from_db()
        rows = {"row": [str(n) for n in range(1, len(draft.items) + 1)]}
        for n, item in enumerate(draft.items, 1):
            rows |= {f"{key}_{n}": item[key] for key in ("code", "text", "days", "level")}
        answer = clerk.post(url, head | rows | {name: row})
        draft.refresh_from_db()
        return answer.url.removeprefix(url), [item["code"] for item in draft.items]

    codes = [item["code"] for item in draft.items]
    first, second, *rest = codes
    assert press("down", "1") == ("?open=2#row-2", [second, first, *rest])
    assert press("up", "2") == ("?open=1#row-1", codes)
    assert press("up", "1") == ("?open=1#row-1", codes)
    assert press("remove", "2") == ("", [first, *rest])
    more = len(rest) + 2
    assert press("more", "1") == (f"?open={more}#row-{more}", [first, *rest])
    assert press("save", "1")[0] == reverse("inspections:checklist", args=[draft.pk])


def test_a_school_edits_no_checklist(world, officer):
    draft = new_version("gate", world.county, actor=world.clerk, at=AT)
    for name in ("edit", "publish", "retire", "delete", "copy"):
        url = reverse(f"inspections:checklist_{name}", args=[draft.pk])
        assert officer.post(url).status_code == 403, name


def cost(client, url):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200, url
    return len(caught)


def test_pages_cost_the_same_at_one_row_and_three(world, officer, clerk):
    def add():
        number = Round.objects.count()
        point = world.make_point(world.school, world.officer, name=f"点{number}")
        stops = (StopPlan(point.pk, "gate"), StopPlan(world.point.pk, "gate"))
        make_round(world, "safety_officer", stops)
        submit_inspection(world.submitted(point_id=point.pk), actor=world.officer, at=AT)
        submit_inspection(world.submitted(point_id=world.point.pk), actor=world.officer, at=AT)
        new_version(("gate", "fire", "patrol")[number], world.county, actor=world.clerk, at=AT)
        if number:
            make_school(world.town, f"第{number}外校")

    add()
    first = Round.objects.get()
    names = ("start", "rounds", "points", "coverage", "checklists", "round_new")
    own = [reverse(f"inspections:{name}") for name in names]
    own += [
        reverse("registers:inspections"),
        reverse("inspections:walk", args=[first.pk]),
        f"/p/{world.point.code}",
        fill_url(world.gate, point=world.point.pk),
    ]
    above = [reverse("inspections:start"), reverse("inspections:checklists")]
    above += [f"{reverse(f'inspections:{name}')}?unit={world.school.pk}" for name in names[:4]]
    asked = [(officer, url) for url in own] + [(clerk, url) for url in above]
    for client, url in asked:
        client.get(url)
    before = [cost(*each) for each in asked]
    add()
    add()
    stops = tuple(StopPlan(point.pk, "gate") for point in queries.points_in_use())
    plan = RoundPlan(first.name, "safety_officer", "school_daily", 1, stops)
    save_round(world.school, plan, round_=first, actor=world.officer, at=AT)
    assert [cost(*each) for each in asked] == before


def test_a_record_costs_the_same_at_one_failure_and_three(world, officer):
    codes = plain_codes(world.gate)
    costs = []
    for number in (1, 3):
        form = world.submitted(dict.fromkeys(codes[:number], "坏"))
        inspection, _created = submit_inspection(form, actor=world.officer, at=AT)
        for name in ("detail", "done", "print"):
            url = reverse(f"inspections:{name}", args=[inspection.pk])
            officer.get(url)
            costs.append(cost(officer, url))
    assert costs[:3] == costs[3:]
