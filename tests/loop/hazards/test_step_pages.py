"""Steps on pages: done by who may, told why not; whole without JavaScript."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils.timezone import localtime

from anxiao.loop.hazards.forms import seen as seen_of
from anxiao.loop.hazards.models import Hazard
from tests.builders import AT, make_user
from tests.loop.hazards.pages import camera, opening, seen, take, wrong
from tests.loop.hazards.world import DUE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def test_the_whole_road_on_pages(world, as_):
    as_("officer").post("/hazards/open", {**opening(), "photos": camera("red")})
    hazard = Hazard.objects.get()
    client = as_("principal")
    given = {
        "responsible": str(world.users["maintainer"].pk),
        "responsible_unit": "石门镇第一小学",
        "measure": "换阀门",
        "funds": "1200",
        "due_on": DUE.isoformat(),
    }
    assert take(client, "assign", hazard, **given).status_code == 302
    client = as_("maintainer")
    refused = take(client, "submit", hazard, result="已换", photos=camera("red"))
    assert "与整改前相同" in refused.content.decode()
    assert take(client, "submit", hazard, result="已换", photos=camera("blue")).status_code == 302
    client = as_("principal")
    assert take(client, "reject", hazard, reason="仍漏水").status_code == 302
    client = as_("maintainer")
    assert take(client, "submit", hazard, result="已修", photos=camera("green")).status_code == 302
    client = as_("principal")
    assert take(client, "close", hazard, opinion="水压正常").status_code == 302
    page = client.get(f"/hazards/{hazard.pk}").content.decode()
    for words in ("已销号", "水压正常", "1,200 元", "退回", "整改前", "整改后"):
        assert words in page


def test_photos_of_a_returned_round_are_told_from_the_new_ones(world, as_):
    hazard = world.in_state("assigned")
    for hours, colour in ((1, "blue"), (3, "green")):
        with time_machine.travel(AT + timedelta(hours=hours), tick=False):
            take(as_("maintainer"), "submit", hazard, result="已换", photos=camera(colour))
        if colour == "blue":
            with time_machine.travel(AT + timedelta(hours=2), tick=False):
                take(as_("principal"), "reject", hazard, reason="仍漏水")
    first, second = (
        localtime(AT + timedelta(hours=hours)).strftime("11月23日（周一）%H:%M") for hours in (1, 3)
    )
    for url in (f"/hazards/{hazard.pk}", f"/hazards/{hazard.pk}/closing"):
        shown = as_("principal").get(url).content.decode()
        captions = [each for each in re.findall(r"<small>(.*?)</small>", shown) if "周一" in each]
        assert captions[:2] == [f"{first} 已退回", second]


def test_who_can_verify_is_not_pressed_to_hand_in_for_another(world, as_):
    hazard = world.in_state("assigned")
    client = as_("principal")
    page = client.get(f"/hazards/{hazard.pk}")
    assert page.context["primary"] is None
    assert "等孙师傅整改并提交复查" in page.content.decode()
    assert f"/hazards/{hazard.pk}/submit" in [each["url"] for each in page.context["others"]]
    own = as_("maintainer").get(f"/hazards/{hazard.pk}")
    assert own.context["primary"].name == "submit"
    assert "等孙师傅整改" not in own.content.decode()


def test_what_was_decided_is_said(world, as_):
    hazard = world.open()
    given = {
        "responsible": str(world.users["maintainer"].pk),
        **{"responsible_unit": "石门镇第一小学", "measure": "换阀门", "funds": "0"},
        "due_on": DUE.isoformat(),
    }

    def told(name, step, **given):
        client = as_(name)
        assert take(client, step, hazard, **given).status_code == 302
        return [str(each) for each in get_messages(client.get("/").wsgi_request)]

    assert told("officer", "assign", **given) == ["已指派给孙师傅。"]
    hazard.refresh_from_db()
    world.request_extension(hazard)
    told_no = told("principal", "decide_extension", approve="no", answer="不缺货")
    assert told_no == ["未同意延期，整改期限仍为11月30日。"]
    world.request_extension(hazard)
    assert told("principal", "decide_extension", approve="yes") == [
        "已同意延期，整改期限改为12月7日。"
    ]
    hazard.refresh_from_db()
    world.request_end(hazard)
    assert told("principal", "decide_end", approve="no", answer="仍在") == [
        "未同意作废，这项隐患继续办理。"
    ]
    hazard.refresh_from_db()
    world.submit(hazard)
    assert told("principal", "reject", reason="仍漏水") == ["已退回孙师傅继续整改。"]


def test_who_may_be_asked_stands_beside_the_unit_and_no_administrator(world, as_):
    make_user("三员", (world.town, "system_admin"), (world.school, "security_admin"))
    hazard = world.in_state("assigned")
    alone = as_("principal").get(f"/hazards/{hazard.pk}/reassign").content.decode()
    assert "三员" not in alone
    assert "（石门镇第一小学 " not in alone
    hazard = world.in_state("accepted")
    page = as_("clerk").get(f"/hazards/{hazard.pk}/assign")
    shown = page.content.decode()
    assert "三员" not in shown
    assert "周安（石门镇教委 " in shown
    assert "孙师傅（石门镇第一小学 " in shown
    assert page.context["form"]["responsible_unit"].value() == "石门镇教委"
    assert shown.index('data-shown-when="responsible=other"') < shown.index("其他责任人姓名")


def test_each_missing_commitment_stands_at_its_field(world, as_):
    hazard = world.open()
    answer = take(as_("principal"), "assign", hazard, responsible="other", due_on="2026-11-01")
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in (
        "请填写责任人姓名",
        "请填写整改措施",
        "请填写整改资金（元）",
        "整改期限不能早于今天，请改为11月23日或以后。",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("state", "name", "step", "given", "fields"),
    [
        (
            "assigned",
            "maintainer",
            "request_extension",
            {"new_due_on": DUE.isoformat()},
            {"new_due_on", "reason"},
        ),
        (
            "open",
            "principal",
            "renew_interim",
            {"interim_until": "2026-11-01"},
            {"interim_until", "interim_measure"},
        ),
        (
            "assigned",
            "principal",
            "grade",
            {"level": "major", "reason": "危" * 201, "interim_measure": "封" * 301},
            {"reason", "interim_measure"},
        ),
        ("open", "principal", "request_end", {"kind": "merge"}, {"into", "reason"}),
        ("assigned", "maintainer", "submit", {}, {"result", "photos"}),
    ],
)
def test_all_that_is_wrong_with_a_step_is_said_at_once(
    world, as_, state, name, step, given, fields
):
    hazard = world.in_state(state)
    answer = take(as_(name), step, hazard, **given)
    assert (answer.status_code, wrong(answer.content.decode())) == (422, fields)


def test_a_form_made_for_old_news_is_told_so(world, as_):
    hazard = world.in_state("submitted")
    client = as_("principal")
    url = reverse("hazards:close", args=[hazard.pk])
    old = seen(client, url)
    world.reject(hazard, actor=world.officer)
    world.submit(hazard, at=AT + timedelta(minutes=5))
    answer = client.post(url, {"seen": old, "opinion": "可以"})
    assert answer.status_code == 409
    hazard.refresh_from_db()
    assert hazard.state == "submitted"


def test_a_step_that_is_not_possible_says_why(world, as_):
    hazard = world.open()
    world.assign(hazard)
    world.submit(hazard, actor=world.principal)
    client = as_("principal")
    answer = client.get(reverse("hazards:close", args=[hazard.pk]), follow=True)
    assert "不能复查自己提交的整改，请由他人复查。" in answer.content.decode()
    answer = client.get(reverse("hazards:assign", args=[hazard.pk]), follow=True)
    assert "现在不能指派" in answer.content.decode()


def test_posting_without_the_right_is_refused(world, as_):
    hazard = world.open(source="superior", actor=world.clerk)
    world.assign(hazard)
    world.submit(hazard)
    url = reverse("hazards:close", args=[hazard.pk])
    hazard.refresh_from_db()
    answer = as_("principal").post(url, {"seen": seen_of(hazard), "opinion": "可以"})
    assert answer.status_code == 403
    hazard.refresh_from_db()
    assert hazard.state == "submitted"


def test_requests_are_answered_on_pages(world, as_):
    hazard, twin = world.open(), world.open()
    world.assign(hazard)
    take(as_("maintainer"), "request_extension", hazard, new_due_on="2026-12-20", reason="采购")
    client = as_("principal")
    assert "申请延期至" in client.get(f"/hazards/{hazard.pk}").content.decode()
    assert take(client, "decide_extension", hazard, approve="yes").status_code == 302
    wrong = take(client, "request_end", hazard, kind="merge", into="2026-9999", reason="重复")
    assert "没有找到这个编号" in wrong.content.decode()
    take(client, "request_end", hazard, kind="merge", into=twin.number, reason="重复")
    take(as_("officer"), "decide_end", hazard, approve="yes", answer="确属重复")
    hazard.refresh_from_db()
    assert (hazard.state, hazard.merged_into) == ("merged", twin)


@pytest.mark.parametrize(
    ("name", "step", "given"),
    [
        ("principal", "report_up", {"reason": "缺资金", "interim_measure": "封闭"}),
        ("principal", "beyond_means", {"reason": "缺资金"}),
        ("principal", "grade", {"level": "major", "reason": "危及宿舍"}),
        ("bureau", "supervise", {"reason": "限期整改"}),
    ],
)
def test_other_steps_are_taken_on_pages(world, as_, name, step, given):
    hazard = world.open()
    assert take(as_(name), step, hazard, **given).status_code == 302


def test_the_upper_level_answers_on_a_page(world, as_):
    for step, state in (("accept_up", "accepted"), ("send_back", "open")):
        hazard = world.in_state("reported")
        assert take(as_("clerk"), step, hazard, answer="已研究").status_code == 302
        assert Hazard.objects.get(pk=hazard.pk).state == state


def test_comments_are_kept(world, as_):
    hazard = world.open()
    client = as_("clerk")
    client.post(reverse("hazards:comment", args=[hazard.pk]), {"text": "已联系厂家"})
    assert "已联系厂家" in client.get(f"/hazards/{hazard.pk}").content.decode()
