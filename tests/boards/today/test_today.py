"""The first page of every post: what, until when, how many minutes, and one tap to it."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from anxiao.boards.today.queries import day_of
from anxiao.foundation.access.capabilities import BUREAU_ROLES, Role
from anxiao.foundation.accounts.queries import posts_of
from anxiao.loop.duties.catalog import parse_toml, shipped_plan
from anxiao.loop.duties.models import Duty, Exemption
from anxiao.loop.duties.services import (
    ExemptionRequest,
    import_plan,
    open_due,
    publish_plan,
    request_exemption,
)
from anxiao.loop.hazards.queries import waiting
from tests.builders import (
    AT,
    TODAY,
    actor_of,
    make_county,
    make_org,
    make_school,
    make_user,
    sign_in,
)
from tests.loop.duties.plans import NOTICE
from tests.loop.hazards.world import World

ABOVE = {Role.SUPERVISOR, *BUREAU_ROLES}
TOWN = {Role.TOWN_HEAD, Role.TOWN_OFFICER}
TODAY_PAGE = reverse("today:today")


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)


def texts(answer):
    return unescape(re.sub(r"<[^>]+>|\s+", " ", answer.content.decode()))


def tasks_of(user, on=TODAY):
    posts = posts_of(user.pk, on)
    return day_of(actor_of(user), posts, posts[0], on)


def opens(client, url):
    """Whether a tap leads to a form or a page, by way of at most one redirect."""
    answer = client.get(url)
    if answer.status_code == 302:
        return resolve(urlsplit(answer.url).path).view_name in {"duties:prove", "inspections:new"}
    return answer.status_code == 200


def all_of(day):
    return [*day.late, *day.now, *day.soon]


def test_every_post_finds_its_own_duties_and_each_is_one_tap_away(place):
    """All posts of the field against the shipped notice, at a school that has everything."""
    school = make_school(
        place.town,
        "样样齐全学校",
        stages=["primary", "junior"],
        is_boarding=True,
        boarders=100,
        has_canteen=True,
        buses=2,
        has_labs=True,
        has_construction=True,
        heating="stove",
    )
    agency = make_org("agency", "公安分局", place.county)
    draft = import_plan(shipped_plan(), place.county, actor=place.clerk, at=AT)
    publish_plan(draft, actor=place.clerk, at=AT)
    found = {}
    for role in Role:
        org = place.county if role in ABOVE else place.town if role in TOWN else school
        user = make_user(f"人{role}", (agency if role == Role.AGENCY_OFFICER else org, role))
        client = sign_in(Client(), user)
        page = client.get(TODAY_PAGE, follow=True)  # two of 三员 come to their own desk
        assert page.status_code == 200, role
        tasks, html = all_of(tasks_of(user)), unescape(page.content.decode())
        for task in tasks:
            assert task.title in html
            assert (task.minutes > 0, task.due_on >= TODAY, bool(task.action)) == (True,) * 3
            assert f'href="{task.url}"' in html
            assert opens(client, task.url), (role, task)
        found[role] = {task.clause for task in tasks}
    owners = {}
    for clause in parse_toml(shipped_plan()).clauses:
        for duty in clause.duties:
            owners.setdefault(duty.owner, set()).add(clause.code)
    owned = {role: owners.get(role, set()) - {"2.1.d"} for role in Role}  # no holiday is near
    assert found == owned


def test_a_post_without_duties_is_told_so(place, plan):
    page = texts(sign_in(Client(), make_user("尚同", (place.school, "staff"))).get(TODAY_PAGE))
    assert "今天的事都办完了" in page
    assert "没有待办" in page
    assert "登记隐患" in page
    assert "开始检查" not in page


def test_a_person_without_a_post_is_answered(db):
    assert sign_in(Client(), make_user("无岗")).get(TODAY_PAGE).status_code in {302, 403}


def test_two_posts_at_one_unit_are_one_list(place, plan):
    both = make_user("一肩挑", (place.school, "principal"), (place.school, "safety_officer"))
    titles = {task.title for task in all_of(tasks_of(both))}
    assert titles == {"应急预案现行有效", "食堂月调度", "每月疏散演练", "每周巡查"}


def test_a_supervisor_sees_how_many_schools_are_left(place):
    notice = NOTICE.replace('owner = "guard"', 'owner = "supervisor"')
    draft = import_plan(notice, place.county, actor=place.clerk, at=AT)
    publish_plan(draft, actor=place.clerk, at=AT)
    supervisor = make_user("邹督", (place.county, "supervisor"))
    (task,) = tasks_of(supervisor).now
    assert (task.title, task.minutes) == ("上学日巡查", 10)
    assert task.detail == "还有 3 所，共 3 所，每所约 10 分钟"
    listed = texts(sign_in(Client(), supervisor).get(task.url))
    assert "3 项职责" in listed


def test_a_request_for_exemption_waits_for_the_level_right_above(place, plan):
    duty = Duty.objects.get(code="2.2.a-1")
    asked = ExemptionRequest(place.school, duty, TODAY, TODAY + timedelta(days=3), "停课")
    request_exemption(asked, actor=place.principal, at=AT)
    officer = make_user("赵岚", (place.town, "town_officer"))
    (task,) = tasks_of(officer).now
    assert (task.title, task.detail) == ("答复免除申请：上学日巡查", "云河区第一小学")
    assert task.url == reverse("duties:exemption", args=[Exemption.objects.get().pk])
    clerk = make_user("梁青", (place.county, "county_safety"))
    assert "答复" not in str(tasks_of(clerk))
    assert "答复" not in str(tasks_of(place.principal_user))


def test_late_things_come_first_and_are_counted(place, plan):
    for days in range(1, 9):
        open_due(AT + timedelta(days=days))
    officer = make_user("安全", (place.school, "safety_officer"))
    day = tasks_of(officer, TODAY + timedelta(days=10))
    assert [task.title for task in day.late] == ["每周巡查"]
    assert day.count == len(day.late) + len(day.now)


@pytest.mark.parametrize("role", ["safety_officer", "town_officer", "county_safety", "supervisor"])
def test_the_day_costs_the_same_for_one_and_three(place, plan, role):
    """Units, duties and requests of one kind more cost no query more."""
    org = {"safety_officer": place.school, "town_officer": place.town}.get(role, place.county)
    user = make_user("今天", (org, role))
    actor, posts = actor_of(user), posts_of(user.pk, TODAY)
    costs = []
    for rows in (1, 3):
        for number in range(rows):
            school = make_school(place.town, f"新{rows}{number}小学")
            notice = NOTICE.replace('code = "Q4"', f'code = "R{rows}{number}"')
            notice = notice.replace('owner = "guard"', f'owner = "{role}"')
            draft = import_plan(notice, place.county, actor=place.clerk, at=AT)
            publish_plan(draft, actor=place.clerk, at=AT)
            asker = actor_of(make_user(f"长{rows}{number}", (school, "principal")))
            duty = Duty.objects.get(plan=draft, code="2.2.a-1")
            asked = ExemptionRequest(school, duty, TODAY, TODAY, "停课")
            request_exemption(asked, actor=asker, at=AT)
        with CaptureQueriesContext(connection) as captured:
            day = day_of(actor, posts, posts[0], TODAY)
        costs.append((len(captured), len(all_of(day))))
    assert costs[0][0] == costs[1][0] <= 16
    assert costs[0][1] < costs[1][1]


@pytest.mark.django_db
def test_more_than_is_listed_is_told_and_never_counted(monkeypatch):
    world = World()
    mine = {"responsible_id": world.users["principal"].pk, "due_on": TODAY}
    for _ in range(4):
        world.assign(world.open(), **mine, interim_measure="")
    monkeypatch.setattr(waiting, "CAP", 4)
    client = sign_in(Client(), world.users["principal"])
    assert "今天还有 4 件，约 20 分钟" in texts(client.get(TODAY_PAGE))
    world.assign(world.open(), **mine, interim_measure="")
    page = client.get(TODAY_PAGE)
    assert "今天还有 4 件以上" in texts(page)
    assert "还有更多，见隐患台账" in texts(page)
    day = tasks_of(world.users["principal"])
    assert (day.count, len(day.now), day.now[-1].is_rest) == (4, 5, True)
    listed = texts(client.get(day.now[-1].url))
    assert "5 项隐患" in listed


def test_the_quick_entries_are_what_the_post_may_do(place, plan):
    def quick(role, org):
        page = sign_in(Client(), make_user(role, (org, role))).get(TODAY_PAGE)
        return [str(entry["label"]) for entry in page.context["quick"]]

    assert quick("guard", place.school) == ["开始检查", "登记隐患", "扫一扫"]
    assert quick("staff", place.school) == ["登记隐患", "扫一扫"]
    assert quick("principal", place.school) == ["开始检查", "登记隐患", "扫一扫", "看板"]
    assert quick("county_leader", place.county) == ["扫一扫", "看板"]
    assert quick("system_admin", place.county) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "desk"),
    [(Role.AUDIT_ADMIN, "/registers/journal/"), (Role.SECURITY_ADMIN, "/account/security")],
)
def test_posts_without_duties_come_to_their_own_desk(role, desk):
    client = sign_in(Client(), make_user("管理员", (make_county(), role)))
    answer = client.get(TODAY_PAGE)
    assert (answer.status_code, answer.url) == (302, desk)
    assert client.get(desk).status_code == 200


@pytest.mark.django_db
def test_the_system_administrator_is_told_where_the_system_is_seen():
    client = sign_in(Client(), make_user("管理员", (make_county(), Role.SYSTEM_ADMIN)))
    told = texts(client.get(TODAY_PAGE))
    assert "anxiao doctor" in told
    assert "没有待办" not in told
