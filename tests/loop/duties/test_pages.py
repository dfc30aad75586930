"""Pages: what each shows, what each costs, who is kept out."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from anxiao.foundation.access.actor import SYSTEM
from anxiao.loop.duties.models import Clause, Duty, Evidence, Exemption, Tally
from anxiao.loop.duties.services import copy_plan, import_plan, publish_plan, record_evidence
from tests.builders import AT, TODAY, make_school, make_user, sign_in
from tests.loop.duties.pages import texts
from tests.loop.duties.plans import NOTICE, County

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def test_every_page_opens(place, plan, clerk, head):
    cell = Tally.objects.get(unit=place.school, duty__code="2.1.f-1")
    assert record_evidence(
        unit=place.school,
        kind="drill.evacuation",
        happened_on=TODAY,
        source="t:1",
        at=AT,
        actor=SYSTEM,
    )
    duty, clause = cell.duty, cell.duty.clause
    draft = copy_plan(plan, actor=place.clerk, at=AT)
    evidence = Evidence.objects.get()
    routes = [
        ("plans", []),
        ("plan", [plan.pk]),
        ("duty", [duty.pk]),
        ("unit", [place.school.pk]),
        ("clause", [place.school.pk, clause.pk]),
        ("cell", [cell.pk]),
        ("evidence", [evidence.pk]),
        ("exemptions", []),
        ("diff", [plan.pk, draft.pk]),
    ]
    for name, args in routes:
        for client in (clerk, head):
            if name == "diff" and client is head:
                continue
            assert client.get(reverse(f"duties:{name}", args=args)).status_code == 200, name
    for name, args in [
        ("import", []),
        ("preview", [draft.pk]),
        ("head_edit", [draft.pk]),
        ("clause_new", [draft.pk]),
        ("clause_edit", [draft.clauses.first().pk]),
        ("duty_new", [draft.clauses.first().pk]),
        ("duty_edit", [draft.duties.first().pk]),
    ]:
        assert clerk.get(reverse(f"duties:{name}", args=args)).status_code == 200, name
        assert head.get(reverse(f"duties:{name}", args=args)).status_code == 403, name
    assert head.get(reverse("duties:prove", args=[place.school.pk, duty.pk])).status_code == 200
    assert head.get(reverse("duties:exempt", args=[place.school.pk, duty.pk])).status_code == 200
    assert head.get(reverse("duties:mine")).status_code == 302


def test_a_request_for_exemption_is_answered_by_a_second_person_above(place, plan, head):
    duty = Duty.objects.get(code="2.1.f-1")
    body = {"from_on": "2026-11-01", "until_on": "2026-11-30", "reason": "校舍维修，全校停课"}
    answer = head.post(reverse("duties:exempt", args=[place.school.pk, duty.pk]), body)
    exemption = Exemption.objects.get()
    assert answer.url == reverse("duties:exemption", args=[exemption.pk])
    assert head.post(answer.url, {"step": "approve"}).status_code == 403
    officer = sign_in(Client(), make_user("赵岚", (place.town, "town_officer")))
    assert "批准" in texts(officer.get(answer.url))
    assert "请写明原因" in texts(officer.post(answer.url, {"step": "refuse"}))
    assert officer.post(answer.url, {"step": "approve", "answer": "同意"}).status_code == 302
    assert Tally.objects.get(unit=place.school, duty=duty).exempt
    assert officer.post(answer.url, {"step": "approve"}).status_code == 409


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same_at_any_length(place, plan, clerk, rows, django_assert_max_num_queries):
    for number in range(rows):
        unit = make_school(place.town, f"扩{number}小学")
        for day in range(1, 1 + rows):
            record_evidence(
                unit=place.school,
                kind="inspection.patrol",
                happened_on=date(2026, 11, 20 + day),
                source=f"t:{number}:{day}",
                at=AT,
                actor=SYSTEM,
            )
        assert unit
    cell = Tally.objects.get(unit=place.school, duty__code="2.2.a-2", period_key="2026-W48")
    clerk.get(reverse("duties:plans"))
    for name, args, most in [
        ("plans", [], 8),
        ("plan", [plan.pk], 14),
        ("unit", [place.school.pk], 11),
        ("cell", [cell.pk], 12),
        ("exemptions", [], 9),
    ]:
        with django_assert_max_num_queries(most):
            clerk.get(reverse(f"duties:{name}", args=args))


def test_a_neighbour_county_sees_nothing(place, plan, head):
    other = County("青山县")
    canary = "金丝雀的方案"
    foreign = import_plan(
        NOTICE.replace("四季度方案", canary), other.county, actor=other.clerk, at=AT
    )
    publish_plan(foreign, actor=other.clerk, at=AT)
    cell = Tally.objects.filter(unit=other.school).first()
    duty = foreign.duties.first()
    record_evidence(
        unit=other.school,
        kind="drill.evacuation",
        happened_on=TODAY,
        source="t:c",
        at=AT,
        actor=SYSTEM,
        note=canary,
    )
    evidence = Evidence.objects.get(source="t:c")
    assert canary not in texts(head.get(reverse("duties:plans")))
    for name, args in [
        ("plan", [foreign.pk]),
        ("duty", [duty.pk]),
        ("unit", [other.school.pk]),
        ("clause", [place.school.pk, duty.clause_id]),
        ("clause", [other.school.pk, Clause.objects.filter(plan=plan).first().pk]),
        ("cell", [cell.pk]),
        ("do", [cell.pk]),
        ("evidence", [evidence.pk]),
        ("export", [foreign.pk, "toml"]),
        ("diff", [plan.pk, foreign.pk]),
        ("prove", [other.school.pk, duty.pk]),
        ("prove", [place.school.pk, duty.pk]),
        ("exempt", [other.school.pk, duty.pk]),
    ]:
        assert head.get(reverse(f"duties:{name}", args=args)).status_code == 404, name
    clerk = sign_in(Client(), make_user("旁人", (place.county, "county_safety")))
    for name, args in [("publish", [foreign.pk]), ("retire", [foreign.pk]), ("copy", [foreign.pk])]:
        assert clerk.post(reverse(f"duties:{name}", args=args)).status_code == 404, name


def test_a_neighbour_school_is_kept_out_too(place, plan):
    neighbour = sign_in(Client(), make_user("邻校", (place.second, "principal")))
    cell = Tally.objects.filter(unit=place.school).first()
    for name, args in [("unit", [place.school.pk]), ("cell", [cell.pk])]:
        assert neighbour.get(reverse(f"duties:{name}", args=args)).status_code == 404


def test_registers_list_cells_and_facts_in_words(place, plan, clerk, head):
    record_evidence(
        unit=place.school,
        kind="drill.evacuation",
        happened_on=TODAY,
        source="t:r",
        at=AT,
        actor=SYSTEM,
    )
    assert "疏散演练" in texts(clerk.get(reverse("registers:evidence")))
    cells = texts(clerk.get(reverse("registers:duties"), {"current": "1"}))
    assert "每月疏散演练" in cells
    for status in ("met", "due", "overdue", "exempt", "not_owed"):
        assert clerk.get(reverse("registers:duties"), {"status": status}).status_code == 200
    assert place.second.name not in texts(head.get(reverse("registers:duties")))


def test_a_section_of_the_notice_is_shown_alone(place, plan, head, clerk):
    page = texts(head.get(reverse("duties:mine"), {"section": "2.1"}, follow=True))
    assert "每月疏散演练" in page
    assert "每周巡查" not in page
    county = texts(clerk.get(reverse("duties:unit", args=[place.county.pk])))
    assert "下属单位本期履职" in county


def test_a_duty_leads_to_where_it_is_done(place, plan, head):
    by_hand = Tally.objects.get(unit=place.school, duty__code="2.1.f-1")
    answer = head.get(reverse("duties:do", args=[by_hand.pk]))
    assert answer.url.startswith(reverse("duties:prove", args=[place.school.pk, by_hand.duty_id]))
    counted = Tally.objects.get(unit=place.school, duty__code="2.2.a-2", period_key="2026-W48")
    there = head.get(reverse("duties:do", args=[counted.pk])).url
    assert there == f"{reverse('inspections:new')}?checklist=patrol&unit={place.school.pk}"
