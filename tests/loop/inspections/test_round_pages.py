"""Pages of rounds: laid out, walked, and what nobody looked at."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from anxiao.loop.inspections import queries
from anxiao.loop.inspections.models import Round
from anxiao.loop.inspections.services import StopPlan, submit_inspection
from tests.builders import AT, TODAY, sign_in
from tests.loop.inspections.pages import filled, make_round, text

pytestmark = pytest.mark.django_db


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
