"""The board of county, town and unit: what is late first, down to the record that proves it."""

import re
from datetime import date, timedelta
from html import unescape
from sys import modules
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anxiao.boards.cockpit import queries
from anxiao.loop.duties.models import Clause, Duty, Tally
from anxiao.loop.duties.queries.pages import unit_page
from anxiao.loop.duties.services import copy_plan, import_plan, publish_plan
from anxiao.loop.hazards.models import Escalation
from anxiao.loop.hazards.services import Found, open_hazard
from tests.boards.cockpit.wednesday import (
    BOARD,
    LATER,
    PAPER,
    WEDNESDAY,
    asked,
    prove,
    rows_of,
    texts,
)
from tests.builders import AT, TODAY, actor_of, make_school, make_town, make_user, sign_in
from tests.loop.duties.plans import NOTICE, OTHER_NOTICE, County


def test_the_county_sees_its_towns_clause_by_clause(later, plan):
    prove(later.school, date(2026, 11, 23), 2)
    found = queries.matrix(asked(later, plan, later.county))
    assert rows_of(found) == {
        # 3 days × 2 schools and a week each; Monday and the week of one school are done
        "云河区石门镇": {
            "2.1.f": (0, 2, 0),
            "2.2.a": (2, 9, 3),
            "2.1.g": (0, 2, 0),
            "3.2.a": (0, 1, 0),
        },
        "云河区高桥镇": {
            "2.1.f": (0, 1, 0),
            "2.2.a": (0, 4, 2),
            "2.1.g": (0, 1, 0),
            "3.2.a": (0, 1, 0),
        },
    }
    assert (found.late, found.late_lines) == (5, 2)
    assert [line.late for line in found.lines] == [3, 2]
    assert [(each.clause.code, each.square.late, each.units) for each in found.worst] == [
        ("2.2.a", 5, 2)
    ]


def test_a_town_sees_its_schools_and_itself(later, plan):
    prove(later.school, date(2026, 11, 23), 2)
    found = rows_of(queries.matrix(asked(later, plan, later.town)))
    assert found == {
        "云河区第二小学": {"2.1.f": (0, 1, 0), "2.2.a": (0, 4, 2), "2.1.g": (0, 1, 0)},
        "云河区第一小学": {"2.1.f": (0, 1, 0), "2.2.a": (2, 5, 1), "2.1.g": (0, 1, 0)},
        "云河区石门镇本级": {"3.2.a": (0, 1, 0)},
    }


def test_a_level_says_what_its_cells_say(later, plan):
    prove(later.third, date(2026, 11, 24), 2)
    county = queries.matrix(asked(later, plan, later.county))
    late = Tally.objects.filter(met=False, owed=True, exempt=False, due_on__lt=WEDNESDAY)
    assert county.late == late.count()
    towns = [queries.matrix(asked(later, plan, town)) for town in (later.town, later.other_town)]
    assert county.late == sum(each.late for each in towns)
    met = sum(column.square.met for column in county.columns)
    assert met == Tally.objects.filter(met=True).count() == 2


def test_a_section_and_a_period_narrow_the_board(later, plan):
    whole = queries.matrix(asked(later, plan, later.county))
    assert [(each.code, each.late) for each in whole.sections] == [
        ("2.1", 0),
        ("2.2", 6),
        ("3.2", 0),
    ]
    one = queries.matrix(asked(later, plan, later.county, section="2.2"))
    assert [column.clause.code for column in one.columns] == ["2.2.a"]
    assert (one.sections, one.late, one.shown_late) == (whole.sections, 6, 6)
    calm = queries.matrix(asked(later, plan, later.county, section="2.1"))
    assert (calm.late, calm.late_lines, calm.shown_late) == (6, 2, 0)
    past = queries.matrix(asked(later, plan, later.county, period="last_month"))
    # the plan stands since 23 November: only what holds for the whole plan reaches back
    assert [column.clause.code for column in past.columns] == ["2.1.g"]


def test_a_large_level_shows_the_worst_first_and_counts_all(later, plan, monkeypatch):
    monkeypatch.setattr(modules["anxiao.boards.cockpit.queries.matrix"], "LINES_SHOWN", 1)
    found = queries.matrix(asked(later, plan, later.county))
    assert ([line.name for line in found.lines], found.more) == (["云河区石门镇"], 1)
    assert (found.late, found.late_lines) == (6, 2)
    assert queries.matrix(asked(later, plan, later.county), whole=True).more == 0


def test_without_a_plan_there_is_nothing_and_it_is_said(place, clerk_without_plan):
    answer = clerk_without_plan.get(BOARD)
    assert answer.status_code == 200
    assert "还没有在执行的方案" in texts(answer)
    assert "教育局发布方案后" in texts(answer)


@pytest.fixture
def clerk_without_plan(place, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    return sign_in(Client(), make_user("梁白", (place.county, "county_safety")))


def test_the_way_down_ends_at_the_record(later, plan, clerk):
    """County → town → clause at the school → its period → the fact → the inspection itself."""
    prove(later.school, date(2026, 11, 23), 2)
    clause = Clause.objects.get(plan=plan, code="2.2.a")
    page = clerk.get(BOARD).content.decode()
    town = f"{BOARD}?org={later.town.pk}&amp;plan={plan.pk}&amp;section=2.2#c{clause.pk}"
    assert town in page
    page = clerk.get(unescape(town).partition("#")[0]).content.decode()
    school = reverse("duties:clause", args=[later.school.pk, clause.pk])
    assert school in page
    cell = Tally.objects.get(
        unit=later.school, duty__code="2.2.a-1", period_key__contains="2026-11-23"
    )
    link = reverse("duties:cell", args=[cell.pk])
    assert link in clerk.get(school).content.decode()
    fact = re.search(r'href="(/duties/evidence/\d+/)"', clerk.get(link).content.decode())
    record = reverse("inspections:detail", args=[f"{later.school.pk}231"])
    assert record in clerk.get(fact[1]).content.decode()


def test_the_tile_counts_what_its_list_shows(later, plan, clerk):
    for org in (later.county, later.town, later.school):
        answer = clerk.get(BOARD, {"org": org.pk})
        tile = answer.context["tiles"][0]
        assert tile["value"] == answer.context["matrix"].late > 0
        listed = clerk.get(tile["url"])
        assert f"{tile['value']} 项职责" in texts(listed)


def test_the_tile_of_report_ups_counts_what_its_list_shows(later, plan, clerk):
    for org, days in ((later.school, 1), (later.second, 0)):
        head = make_user("报", (org, "principal"))
        Escalation.objects.create(
            hazard=opened(org, head),
            to_org=later.town,
            reason="需改造管网",
            reported_by=head,
            reported_at=AT,
            answer_due_on=WEDNESDAY - timedelta(days=days),
        )
    for org, value in ((later.county, 1), (later.town, 1), (later.school, 1), (later.second, 0)):
        tile = clerk.get(BOARD, {"org": org.pk}).context["tiles"][3]
        assert (tile["label"], tile["value"]) == ("上报超时未答复", value)
        assert ("灭火器过期" in texts(clerk.get(tile["url"]))) == bool(value)


def opened(org, user):
    wish = Found(
        uuid=uuid4(),
        org=org,
        source="self_check",
        category="fire",
        description="灭火器过期",
        place_text="一楼",
        found_on=TODAY,
    )
    return open_hazard(wish, actor=actor_of(user), at=AT)


def test_a_list_behind_a_figure_keeps_to_the_issuers_own_plan(later, plan, clerk):
    other = County("青山县")
    same_code = NOTICE.replace("云河区", "青山县").replace("四季度方案", "青山四季度方案")
    publish_plan(
        import_plan(same_code, other.county, actor=other.clerk, at=AT), actor=other.clerk, at=AT
    )
    watcher = make_user("省", (later.county, "county_leader"), (other.county, "county_leader"))
    watching = sign_in(Client(), watcher)
    tile = watching.get(BOARD, {"org": later.county.pk, "plan": plan.pk}).context["tiles"][0]
    assert tile["value"] > 0
    assert f"{tile['value']} 项职责" in texts(watching.get(tile["url"]))


def test_what_is_late_stands_before_what_is_well(later, plan, clerk):
    prove(later.school, date(2026, 11, 23), 2)
    said = texts(clerk.get(BOARD))
    order = ["5 项职责超期", "超期职责", "超期最多的条款", "条款 × 单位", "走势和隐患"]
    places = [said.index(words) for words in order]
    assert places == sorted(places)
    school = texts(clerk.get(BOARD, {"org": later.school.pk}))
    assert school.index("2.2.a 巡查") < school.index("2.1.f 应急演练")


def test_the_charts_answer_questions_and_stand_in_tables(later, plan, clerk):
    prove(later.school, date(2026, 11, 23), 2)
    answer = clerk.get(BOARD)
    charts = {chart.key: chart for chart in answer.context["charts"]}
    assert list(charts) == ["progress", "trend", "category", "age", "level", "state"]
    done, missed = charts["progress"].series
    assert (charts["progress"].labels[-1], len(charts["progress"].labels)) == ("第48周", 12)
    assert (done.values[-1], missed.values[-1]) == (1, 5)
    assert "每周到期的职责履行了多少？" in texts(answer)


def test_another_notice_in_force_is_one_tap_away(later, plan, clerk):
    assert clerk.get(BOARD).context["plans"] == []
    other = OTHER_NOTICE.replace("2026-11-01", "2026-11-02")
    second = publish_plan(
        import_plan(other, later.county, actor=later.clerk, at=LATER),
        actor=later.clerk,
        at=LATER,
    )
    answer = clerk.get(BOARD, {"plan": second.pk})
    assert [(each["label"], each["active"]) for each in answer.context["plans"]] == [
        ("青山县春季安全行动", True),
        ("四季度方案", False),
    ]
    assert [column.clause.code for column in answer.context["matrix"].columns] == ["1"]


def test_publishing_a_new_version_clears_no_record(later, plan, clerk):
    before = queries.matrix(asked(later, plan, later.county))
    page = unit_page(later.school, WEDNESDAY)
    missed = page.late
    assert (missed + page.open + page.met + page.idle, page.idle >= 0) == (page.total, True)
    assert before.late == 6
    assert missed > 0
    copy = copy_plan(plan, actor=later.clerk, at=LATER)
    second = publish_plan(copy, actor=later.clerk, at=LATER)
    after = queries.matrix(asked(later, second, later.county))
    assert (after.late, after.late_lines) == (before.late, before.late_lines)
    assert rows_of(after)["云河区石门镇"]["2.2.a"][2] == rows_of(before)["云河区石门镇"]["2.2.a"][2]
    assert unit_page(later.school, WEDNESDAY).late == missed
    for org in (later.county, later.town, later.school):
        answer = clerk.get(BOARD, {"org": org.pk})
        tile = answer.context["tiles"][0]
        assert tile["value"] == answer.context["matrix"].late > 0
        assert f"{tile['value']} 项职责" in texts(clerk.get(tile["url"]))


@pytest.mark.parametrize(
    "query",
    [
        {"org": "0"},
        {"org": "x"},
        {"org": "9" * 30},
        {"period": "never"},
        {"plan": "none"},
        {"section": "9.9"},
        {"section": "<b>"},
    ],
)
def test_an_odd_address_is_answered(later, clerk, query):
    status = clerk.get(BOARD, query).status_code
    assert status == (404 if "org" in query else 200)


def test_nobody_sees_another_countys_board(later, plan, clerk):
    other = County("青山县")
    assert clerk.get(BOARD, {"org": other.county.pk}).status_code == 404
    assert clerk.get(BOARD, {"org": later.school.pk}).status_code == 200
    principal = sign_in(Client(), later.principal_user)
    assert principal.get(BOARD, {"org": later.second.pk}).status_code == 404
    assert principal.get(BOARD, {"org": later.county.pk}).status_code == 404
    assert principal.get(BOARD).status_code == 200


def test_a_guard_is_told_whose_permission_it_needs(later, plan):
    guard = sign_in(Client(), make_user("石岩", (later.school, "guard")))
    answer = guard.get(BOARD)
    assert answer.status_code == 403
    assert "查看看板" in texts(answer)


@pytest.mark.parametrize("page", [BOARD, PAPER])
@pytest.mark.parametrize("level", ["county", "town", "school"])
def test_a_board_costs_the_same_for_one_and_three(later, clerk, level, page):
    """One more query than is needed for each unit, town, duty or plan would show here."""
    org = getattr(later, level)
    url = f"{page}?org={org.pk}"
    clerk.get(url)
    clerk.get(url)
    costs = []
    for rows in (1, 3):
        for number in range(rows):
            town = make_town(later.county, f"新{rows}{number}镇")
            for parent in (town, later.town):
                make_school(parent, f"新{rows}{number}校{parent.pk}")
        notice = NOTICE.replace('code = "Q4"', f'code = "R{rows}"')
        if rows > 1:
            notice = notice.replace("2.1.f-1", "2.1.f-9")
        publish_plan(
            import_plan(notice, later.county, actor=later.clerk, at=LATER),
            actor=later.clerk,
            at=LATER,
        )
        with CaptureQueriesContext(connection) as captured:
            assert clerk.get(url).status_code == 200
        costs.append(len(captured))
    assert costs[0] == costs[1] <= 30
    assert Duty.objects.count() > 10
