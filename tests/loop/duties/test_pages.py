"""Pages: what each shows, what each costs, who is kept out."""

import re
import uuid
from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.journal.models import Entry
from anxiao.loop.duties.catalog import write_workbook
from anxiao.loop.duties.models import Clause, Duty, Evidence, Exemption, Plan, Tally
from anxiao.loop.duties.queries import plan_data
from anxiao.loop.duties.services import copy_plan, import_plan, publish_plan, record_evidence
from tests.builders import AT, TODAY, actor_of, make_school, make_user, sign_in
from tests.loop.duties.plans import NOTICE, County

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def clerk(place):
    return sign_in(Client(), make_user("周澜", (place.county, "county_safety")))


@pytest.fixture
def head(place):
    return sign_in(Client(), place.principal_user)


def texts(response):
    return response.content.decode()


def test_the_plan_page_follows_the_notice(place, plan, clerk):
    page = texts(clerk.get(reverse("duties:plan", args=[plan.pk])))
    assert page.index("2.1.f 应急演练") < page.index("2.2.a 巡查") < page.index("3.4.d 自查不认真")
    assert "中小学每月一次。" in page
    assert "手工佐证" in page


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


def proof(**changes):
    return {
        "uuid": str(uuid.uuid4()),
        "kind": "drill.evacuation",
        "happened_on": "2026-11-23",
        "note": "全校疏散，用时 2 分 40 秒。",
        **changes,
    }


def test_a_proof_by_hand_counts_once_however_often_it_is_sent(place, plan, head):
    duty = Duty.objects.get(code="2.1.f-1")
    url = reverse("duties:prove", args=[place.school.pk, duty.pk])
    body = proof()
    first, second = head.post(url, body), head.post(url, body)
    assert first.status_code == second.status_code == 302
    assert first.url == second.url
    assert Tally.objects.get(unit=place.school, duty=duty).done == 1
    assert "全校疏散" in texts(head.get(first.url))


def test_what_the_level_above_records_is_told_as_its_doing(place, plan, head, clerk):
    duty = Duty.objects.get(code="2.1.f-1")
    url = reverse("duties:prove", args=[place.school.pk, duty.pk])
    assert "您将代" not in texts(head.get(url))
    assert f"您将代{place.school.name}登记" in texts(clerk.get(url))
    there = clerk.post(url, proof()).url
    said = f"（{place.county.name}）代登记"
    assert said in texts(head.get(there))
    cell = Tally.objects.get(unit=place.school, duty=duty)
    for page in ("cell", "clause"):
        args = [cell.pk] if page == "cell" else [place.school.pk, duty.clause_id]
        assert said in texts(head.get(reverse(f"duties:{page}", args=args))), page
    line = Entry.objects.get(action="prove")
    assert line.detail["by_unit"] == place.county.name
    assert "代登记" not in texts(head.get(head.post(url, proof()).url))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"happened_on": "2026-11-24"}, "请改为11月23日或以前"),
        ({"happened_on": "2026-11-03"}, "请填写补录原因"),
        ({"note": ""}, "三项至少填一项"),
        ({"kind": "visit.done"}, "请从列出的选项中选择"),
    ],
)
def test_a_bad_proof_is_answered_and_stores_nothing(place, plan, head, changes, said):
    duty = Duty.objects.get(code="2.1.f-1")
    answer = head.post(reverse("duties:prove", args=[place.school.pk, duty.pk]), proof(**changes))
    assert answer.status_code == 200
    assert said in texts(answer)
    assert not Evidence.objects.exists()


def test_a_proof_with_a_photo_is_served_to_those_who_may_see_it(place, plan, head):
    picture = BytesIO()
    Image.new("RGB", (40, 30), "white").save(picture, "JPEG")
    duty = Duty.objects.get(code="2.1.f-1")
    photo = SimpleUploadedFile("现场.jpg", picture.getvalue(), "image/jpeg")
    answer = head.post(
        reverse("duties:prove", args=[place.school.pk, duty.pk]), proof(photos=[photo])
    )
    assert answer.status_code == 302, texts(answer)
    evidence = Evidence.objects.get()
    file = evidence.files.get()
    url = reverse("duties:evidence_file", args=[evidence.pk, file.pk, "full"])
    served = head.get(url)
    assert served["Content-Type"] == "image/jpeg"
    assert b"".join(served.streaming_content)
    for close in served._resource_closers:  # served.close() would close the database too
        close()
    stranger = sign_in(Client(), make_user("外人", (place.third, "principal")))
    assert stranger.get(url).status_code == 404


def test_a_proof_is_taken_back_with_a_reason(place, plan, head):
    duty = Duty.objects.get(code="2.1.f-1")
    head.post(reverse("duties:prove", args=[place.school.pk, duty.pk]), proof())
    evidence = Evidence.objects.get()
    url = reverse("duties:revoke", args=[evidence.pk])
    assert head.post(url, {"reason": ""}).status_code == 422
    assert head.post(url, {"reason": "登记错了日期"}).status_code == 302
    assert Tally.objects.get(unit=place.school, duty=duty).done == 0
    assert "已撤销" in texts(head.get(reverse("duties:evidence", args=[evidence.pk])))


def test_what_is_done_in_a_room_is_not_proved_by_hand(place, plan, head):
    duty = Duty.objects.get(code="2.2.a-2")
    url = reverse("duties:prove", args=[place.school.pk, duty.pk])
    answer = head.post(url, proof(kind="inspection.patrol"))
    assert "请到对应的登记处办理" in texts(answer)


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


def test_a_draft_is_seen_by_its_makers_only(place, draft, head, clerk):
    assert clerk.get(reverse("duties:plan", args=[draft.pk])).status_code == 200
    assert head.get(reverse("duties:plan", args=[draft.pk])).status_code == 404
    assert draft.title not in texts(head.get(reverse("duties:plans")))
    assert write_workbook(plan_data(draft))
    assert actor_of(make_user("丙", (place.county, "county_leader"))).paths("duties.plan") == ()


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
