"""Pages: who sees what, and what each costs."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anxiao.loop.inspections import queries
from anxiao.loop.inspections.models import Round
from anxiao.loop.inspections.services import (
    RoundPlan,
    StopPlan,
    new_version,
    save_round,
    submit_inspection,
)
from tests.builders import AT, make_school, make_user, sign_in
from tests.loop.inspections.pages import fill_url, make_round, status, text
from tests.loop.inspections.world import CANARY, plain_codes

pytestmark = pytest.mark.django_db


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
