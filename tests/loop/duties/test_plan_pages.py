"""Plans on pages: begun, edited, taken in from a file and given out."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from anxiao.loop.duties.catalog import write_workbook
from anxiao.loop.duties.models import Clause, Duty, Plan
from anxiao.loop.duties.queries import plan_data
from anxiao.loop.duties.services import copy_plan
from tests.builders import AT, actor_of, make_user
from tests.loop.duties.pages import texts
from tests.loop.duties.plans import NOTICE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def test_the_plan_page_follows_the_notice(place, plan, clerk):
    page = texts(clerk.get(reverse("duties:plan", args=[plan.pk])))
    assert page.index("2.1.f 应急演练") < page.index("2.2.a 巡查") < page.index("3.4.d 自查不认真")
    assert "中小学每月一次。" in page
    assert "手工佐证" in page


def test_the_draft_is_edited_on_the_web(place, plan, clerk):
    clerk.post(reverse("duties:copy", args=[plan.pk]))
    draft = Plan.objects.get(state="draft")
    clerk.post(
        reverse("duties:clause_new", args=[draft.pk]),
        {
            "code": "2.9.a",
            "chapter": "二、七项措施",
            "title": "新条款",
            "demand": "要做。",
            "kind": "duty",
        },
    )
    clause = Clause.objects.get(plan=draft, code="2.9.a")
    body = {
        "code": "2.9.a-1",
        "title": "新职责",
        "owner": "principal",
        "level": "unit",
        "kinds": ["school"],
        "having": ["boarding"],
        "lacking": ["canteen"],
        "cadence": "monthly",
        "times": "2",
        "grace_days": "0",
        "evidence": ["visit.done"],
        "room": "duties",
        "minutes": "15",
        "weight": "1",
    }
    answer = clerk.post(reverse("duties:duty_new", args=[clause.pk]), body)
    assert answer.status_code == 302, texts(answer)
    duty = Duty.objects.get(code="2.9.a-1")
    assert duty.applies_to == {"kinds": ["school"], "boarding": True, "canteen": False}
    assert list(duty.evidence_kinds.values_list("kind", flat=True)) == ["visit.done"]
    taken = clerk.post(reverse("duties:duty_new", args=[clause.pk]), body)
    assert "职责号已被使用" in texts(taken)
    assert "1 处不同" not in texts(clerk.get(reverse("duties:diff", args=[plan.pk, draft.pk])))
    preview = texts(clerk.get(reverse("duties:preview", args=[draft.pk])))
    assert "现行第 1 版将同时停用" in preview
    assert clerk.post(reverse("duties:publish", args=[draft.pk])).status_code == 302
    plan.refresh_from_db()
    assert plan.state == "retired"


def test_a_plan_is_begun_from_nothing_on_the_web(place, clerk, head):
    url = reverse("duties:plan_new")
    assert head.get(url).status_code == 403
    assert url in clerk.get(reverse("duties:plans")).content.decode()
    body = {
        "title": "防溺水专项行动",
        "issuer": "云河区教育局",
        "code": "swim",
        "from_on": "2026-11-23",
        "to_on": "2026-11-22",
        "evidence_labels": "swim.talk 防溺水谈话",
    }
    assert "截止日期应晚于起始日期" in texts(clerk.post(url, body))
    assert not Plan.objects.exists()
    answer = clerk.post(url, {**body, "to_on": "2027-08-31"})
    plan = Plan.objects.get()
    assert answer.url == reverse("duties:plan", args=[plan.pk])
    assert (plan.state, plan.version, plan.issuer) == ("draft", 1, place.county)
    assert plan.evidence_labels == {"swim.talk": "防溺水谈话"}
    assert "已有这个代码的方案" in texts(clerk.post(url, {**body, "to_on": "2027-08-31"}))
    assert "方案里没有条款" in texts(clerk.post(reverse("duties:publish", args=[plan.pk])))


def test_parts_of_a_draft_are_removed_on_the_web(place, draft, clerk):
    duty = draft.duties.get(code="2.2.a-3")
    clerk.post(reverse("duties:duty_delete", args=[duty.pk]))
    clause = draft.clauses.get(code="3.2.a")
    clerk.post(reverse("duties:clause_delete", args=[clause.pk]))
    assert set(draft.duties.values_list("code", flat=True)) == {
        "2.1.f-1",
        "2.2.a-1",
        "2.2.a-2",
        "2.1.g-1",
    }


def test_a_published_plan_cannot_be_edited_on_the_web(place, plan, clerk):
    duty = Duty.objects.get(code="2.1.f-1")
    assert clerk.post(reverse("duties:duty_delete", args=[duty.pk])).status_code == 409
    assert clerk.post(reverse("duties:delete", args=[plan.pk])).status_code == 409
    assert clerk.post(reverse("duties:publish", args=[plan.pk])).status_code == 409


def test_a_plan_goes_out_and_comes_in_as_toml_and_excel(place, plan, clerk):
    toml = clerk.get(reverse("duties:export", args=[plan.pk, "toml"]))
    assert "attachment" in toml["Content-Disposition"]
    assert 'code = "2.1.f-1"' in texts(toml)
    workbook = clerk.get(reverse("duties:export", args=[plan.pk, "xlsx"])).content
    for name, content in (("a.toml", toml.content), ("a.xlsx", workbook)):
        assert "与第 1 版相同，没有新建。" in taken(clerk, name, content)
    assert Plan.objects.get() == plan
    changed = texts(toml).replace("四季度方案", "四季度方案改").encode()
    assert "方案已导入为草稿" in taken(clerk, "a.toml", changed)
    draft = Plan.objects.get(state="draft")
    workbook = clerk.get(reverse("duties:export", args=[draft.pk, "xlsx"])).content
    assert draft.title in taken(clerk, "a.xlsx", workbook)
    assert Plan.objects.get(state="draft") == draft
    assert plan_data(draft).clauses == plan_data(plan).clauses


def taken(clerk, name, content):
    file = SimpleUploadedFile(name, content)
    return texts(clerk.post(reverse("duties:import"), {"file": file}, follow=True))


def test_a_file_that_says_what_is_published_makes_nothing(place, plan, clerk):
    file = SimpleUploadedFile("a.toml", NOTICE.encode())
    answer = clerk.post(reverse("duties:import"), {"file": file}, follow=True)
    assert "与第 1 版相同，没有新建。" in texts(answer)
    assert list(Plan.objects.all()) == [plan]


def test_a_broken_file_is_answered_line_by_line(place, clerk):
    broken = NOTICE.replace('cadence = "weekly"', 'cadence = "biweekly"').encode()
    answer = clerk.post(reverse("duties:import"), {"file": SimpleUploadedFile("a.toml", broken)})
    assert "“biweekly”不认识" in texts(answer)
    junk = clerk.post(
        reverse("duties:import"), {"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04no")}
    )
    assert junk.status_code == 200
    assert not Plan.objects.exists()


def test_a_draft_is_seen_by_its_makers_only(place, draft, head, clerk):
    assert clerk.get(reverse("duties:plan", args=[draft.pk])).status_code == 200
    assert head.get(reverse("duties:plan", args=[draft.pk])).status_code == 404
    assert draft.title not in texts(head.get(reverse("duties:plans")))
    assert write_workbook(plan_data(draft))
    assert actor_of(make_user("丙", (place.county, "county_leader"))).paths("duties.plan") == ()


def test_a_duty_is_edited_with_its_proofs_under_their_sections(place, plan, clerk):
    draft = copy_plan(plan, actor=place.clerk, at=AT)
    duty = draft.duties.get(code="2.1.f-1")
    page = clerk.get(reverse("duties:duty_edit", args=[duty.pk])).content.decode()
    shown = page[page.index("id_evidence_field") : page.index("ax-submit")]
    groups = re.findall(r"<details class=\"ax-more ax-choice-group\"( open)?>", shown)
    kinds = re.findall(r'name="evidence" value="([^"]+)"', shown)
    assert sorted(kinds) == sorted(draft.evidence_labels)
    assert 1 <= groups.count(" open") <= len(duty.evidence)
    assert "drill.evacuation）" not in page  # names, no codes
