"""The conflict box (R6): its sender sees what was refused beside what is stored, and settles it."""

import json
import sqlite3
import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anxiao.foundation.accounts.models import Membership
from anxiao.foundation.conflicts import services
from anxiao.foundation.conflicts.models import Refused
from anxiao.foundation.conflicts.queries import waiting_ids
from anxiao.foundation.conflicts.rules import Fact, Pair, body_digest, body_text, paired
from anxiao.foundation.conflicts.states import SENDS, SENT_WITH
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import StaleState
from anxiao.foundation.places.models import Point
from anxiao.foundation.places.services import create_point
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.services.refused import told_of
from anxiao.loop.inspections.models import Inspection
from anxiao.loop.inspections.services.refused import body_of, submitted_of
from anxiao.project.conflicts import KINDS
from anxiao.project.journal_words import action_word, detail_words
from tests.api.conftest import Program
from tests.api.test_r6_same_uuid import inspection
from tests.builders import AT, actor_of, make_school, sign_in

NOTED = "灭火器过期"


@pytest.fixture
def bodies(world):
    """An inspection stored, and another body refused under its uuid."""
    body = inspection(world)
    assert world.officer.post("/inspections", body).status_code == 201
    codes = [code for code, found in body["answers"].items() if found["a"] == "pass"]
    photo = world.officer.photo()
    answers = {**body["answers"], codes[0]: {"a": "fail", "note": NOTED, "photos": [photo]}}
    return body, {**body, "answers": answers, "remarks": " 另一份 "}


@pytest.fixture
def kept(world, bodies):
    answer = world.officer.send("/inspections", bodies[1])
    assert answer.status_code == 409
    row = Refused.objects.get()
    assert answer.json()["link"] == reverse("conflicts:detail", args=[row.pk])
    return row


def browser(world, name):
    return sign_in(Client(), world.users[name])


def read(answer):
    return unescape(answer.content.decode())


def page(row, step="detail"):
    return reverse(f"conflicts:{step}", args=[row.pk])


class TestKept:
    def test_the_body_is_kept_as_it_was_understood_and_once(self, world, bodies, kept):
        assert json.loads(kept.body) == bodies[1] | {"remarks": "另一份"}
        assert (kept.subject, kept.org, kept.state) == (
            "inspections.inspection",
            world.school,
            "kept",
        )
        again = dict(reversed(bodies[1].items()))
        assert world.officer.send("/inspections", again).status_code == 409
        batch = world.officer.send("/inspections/batch", {"inspections": [again]}).json()
        assert batch[0]["problem"]["link"] == page(kept)
        assert Refused.objects.count() == 1
        assert not Entry.objects.filter(subject="conflicts.refused").exists()

    def test_the_stored_body_itself_is_no_conflict(self, world, bodies, kept):
        assert world.officer.send("/inspections", bodies[0]).status_code == 200
        assert Refused.objects.count() == 1

    def test_another_persons_uuid_is_not_kept(self, world, bodies):
        assert world.principal.send("/inspections", bodies[1]).status_code == 404
        assert not Refused.objects.exists()

    def test_whoever_is_refused_and_not_kept_is_not_told_so(self, world, bodies, monkeypatch):
        full = sqlite3.OperationalError("disk full")
        full.sqlite_errorname = "SQLITE_FULL"

        def write(*_args, **_kwargs):
            raise OperationalError from full

        monkeypatch.setattr(Refused.objects, "get_or_create", write)
        for path, body in (
            ("/inspections", bodies[1]),
            ("/inspections/batch", {"inspections": [bodies[1]]}),
        ):
            answer = world.officer.send(path, body)
            assert (answer.status_code, answer.json()["code"]) == (507, "disk_full")

    def test_a_unit_of_others_is_not_written_into_their_journal(self, world, bodies):
        foreign = make_school(world.town, "别的学校")
        for unit in (foreign.pk, 10**9):
            answer = world.officer.send("/inspections", {**bodies[1], "unit": unit})
            assert answer.status_code == 409
            row = Refused.objects.get(pk=answer.json()["link"].rpartition("/")[2])
            assert row.org is None
            shown = read(browser(world, "officer").get(page(row)))
            assert "别的学校" not in shown
            assert f"编号 {unit}" in shown

    def test_a_record_that_is_not_refused_costs_what_it_did(self, world):
        with CaptureQueriesContext(connection) as caught:
            assert world.officer.send("/inspections", inspection(world)).status_code == 201
        assert not any("conflicts_" in query["sql"] for query in caught)


class TestBounds:
    def test_what_is_kept_is_as_small_as_what_was_understood(self, world, bodies):
        blank = " " * 4_000_000
        for path, body in (
            ("/inspections", bodies[1] | {"remarks": f"{blank}x"}),
            ("/inspections/batch", {"inspections": [bodies[1] | {"remarks": f"y{blank}"}]}),
        ):
            assert world.officer.send(path, body).status_code in {200, 409}
        hazard = world.officer.hazard()
        assert world.officer.post("/hazards", hazard).status_code == 201
        padded = hazard | {"remarks": f"{blank}z"}
        assert world.officer.send("/hazards", padded).status_code == 409
        told = [json.loads(row.body)["remarks"] for row in Refused.objects.order_by("id")]
        assert told == ["x", "y", "z"]
        assert all(len(row.body) < 4000 for row in Refused.objects.all())
        long = bodies[1] | {"answers": bodies[1]["answers"] | {"x" * 81: {"a": "pass"}}}
        assert world.officer.send("/inspections", long).status_code == 422

    def test_a_full_box_says_so_and_takes_in_what_it_knows(self, world, bodies, monkeypatch):
        assert services.MOST == 200
        monkeypatch.setattr(services, "MOST", 2)
        sent = [bodies[1] | {"remarks": f"第 {n} 份"} for n in range(3)]
        answers = [world.officer.send("/inspections", each) for each in sent]
        assert [answer.status_code for answer in answers] == [409, 409, 429]
        words = "待核对的记录已满，请先处理再提交。"
        assert answers[2].json()["message"] == words
        assert world.officer.send("/inspections", sent[0]).status_code == 409
        batch = {"inspections": [sent[2], sent[1], inspection(world)]}
        told = world.officer.send("/inspections/batch", batch).json()
        assert [each["status"] for each in told] == [429, 409, 201]
        assert told[0]["problem"] == {"code": "too_many_requests", "message": words, "fields": {}}
        assert Refused.objects.count() == 2
        services.drop_refused(
            Refused.objects.first(), actor=actor_of(world.users["officer"]), at=AT
        )
        assert world.officer.send("/inspections", sent[2]).status_code == 409

    def test_lists_are_short_and_the_page_reads_no_body(self, world, bodies):
        for n in range(11):
            world.officer.send("/inspections", bodies[1] | {"remarks": f"第 {n} 份"})
        assert len(world.officer.get("/me/conflicts").json()) == 10
        with CaptureQueriesContext(connection) as caught:
            assert "11 份记录待核对" in read(
                browser(world, "officer").get(reverse("conflicts:list"))
            )
        read_here = [each["sql"] for each in caught if "conflicts_refused" in each["sql"]]
        assert read_here
        assert not any('"body"' in sql for sql in read_here)


class TestSeen:
    def test_today_leads_to_it_and_both_stand_beside_each_other(self, world, kept):
        officer = browser(world, "officer")
        assert page(kept) in read(officer.get("/"))
        shown = read(officer.get(page(kept)))
        different, _, same = shown.partition("相同的")
        for text in (NOTED, "另一份", "照片 1 张", "3 处不同"[2:]):
            assert text in different
        assert "门卫室无人" in same
        stored = Inspection.objects.get()
        assert reverse("inspections:detail", args=[stored.pk]) in shown
        assert page(kept) in read(officer.get(reverse("conflicts:list")))

    def test_today_has_one_line_for_several(self, world, bodies, kept):
        world.officer.send("/inspections", {**bodies[1], "remarks": "再一份"})
        told = [task for task in world.officer.get("/me/today").json()["tasks"] if task["url"]
                == reverse("conflicts:list")]  # fmt: skip
        assert [(task["title"], task["minutes"]) for task in told] == [("待核对的记录", 4)]

    def test_nobody_else_finds_it(self, world, kept):
        for name in ("principal", "stranger", "bureau"):
            client, program = browser(world, name), world.programs[name]
            assert client.get(page(kept)).status_code == 404
            for step, body in (("drop", {}), ("save", {"late_reason": ""})):
                assert client.post(page(kept, step)).status_code == 404
                path = f"/me/conflicts/{kept.pk}/{step}"
                assert program.send(path, body).status_code == 404
            assert program.get("/me/conflicts").json() == []
            assert "待核对的记录" not in read(client.get("/"))
        assert browser(world, "auditor").get(page(kept)).status_code == 403
        assert Refused.objects.get().state == "kept"

    def test_the_pages_cost_a_fixed_number_of_queries(self, world, bodies, kept):
        officer = browser(world, "officer")
        costs = []
        for url in (page(kept), reverse("conflicts:list"), reverse("conflicts:list")):
            officer.get(url)
            with CaptureQueriesContext(connection) as caught:
                officer.get(url)
            costs.append(len(caught))
            world.officer.send("/inspections", {**bodies[1], "remarks": str(len(costs))})
        assert costs[0] <= 16
        assert costs[1] == costs[2]

    def test_a_stored_record_out_of_sight_is_not_shown(self, world, kept):
        Membership.objects.filter(user=world.users["officer"]).update(org=world.neighbour)
        world.neighbour.refresh_from_db()
        shown = read(browser(world, "officer").get(page(kept)))
        assert "已收到的记录不在您现在的查看范围内" in shown
        assert "门卫室无人" in shown  # what one has sent oneself is one's own


class TestSettled:
    def test_dropped_it_is_emptied_and_never_comes_back(self, world, bodies, kept):
        officer = browser(world, "officer")
        assert officer.post(page(kept, "drop")).url == "/"
        kept.refresh_from_db()
        assert (kept.state, kept.body, kept.settled_at) == ("dropped", "", AT)
        line = Entry.objects.get(subject="conflicts.refused")
        assert (line.action, line.new_state, line.org_path) == (
            "drop",
            "dropped",
            world.school.path,
        )
        assert detail_words(line.detail, line.subject) == "记录：检查记录"
        assert action_word(line.action, line.subject) == "不要待核对的一份"
        assert officer.post(page(kept, "save")).status_code == 409
        assert "不再保存" in read(officer.get(page(kept)))
        again = world.officer.send("/inspections", bodies[1])
        assert "您已选择不要这一份" in again.json()["message"]
        assert Refused.objects.count() == 1
        assert "待核对的记录" not in read(officer.get("/"))

    def test_saved_it_is_a_record_like_any_other(self, world, bodies, kept):
        officer = browser(world, "officer")
        answer = officer.post(page(kept, "save"))
        new = Inspection.objects.latest("pk")
        assert answer.url == reverse("inspections:done", args=[new.pk])
        assert (new.remarks, new.failed) == ("另一份", 2)
        assert str(new.uuid) != bodies[1]["uuid"]
        assert Hazard.objects.filter(description__contains=NOTED).count() == 1
        kept.refresh_from_db()
        assert (kept.state, kept.body) == ("saved", "")
        assert Entry.objects.filter(subject="conflicts.refused", action="save").count() == 1
        assert officer.post(page(kept, "drop")).status_code == 409
        again = world.officer.send("/inspections", bodies[1])
        assert "已另存为一条新记录" in again.json()["message"]

    def test_refused_again_it_stays_and_says_why(self, world, kept, time_machine):
        officer = browser(world, "officer")
        time_machine.move_to(AT + timedelta(days=5), tick=False)
        sign_in(officer, world.users["officer"])
        answer = officer.post(page(kept, "save"))
        assert answer.status_code == 422
        assert "请填写补录原因" in read(answer)
        assert 'name="late_reason"' in read(answer)
        assert Refused.objects.get().state == "kept"
        assert Inspection.objects.count() == 1
        refusal = world.officer.send(f"/me/conflicts/{kept.pk}/save", {"late_reason": ""})
        assert (refusal.status_code, set(refusal.json()["fields"])) == (422, {"late_reason"})
        assert officer.post(page(kept, "save"), {"late_reason": "停电"}).status_code == 302
        assert Inspection.objects.latest("pk").late_reason == "停电"

    def test_whoever_has_lost_the_right_is_told_and_loses_nothing(self, world, kept):
        Membership.objects.filter(user=world.users["officer"]).update(org=world.neighbour)
        answer = browser(world, "officer").post(page(kept, "save"))
        assert answer.status_code == 422
        assert Refused.objects.get().state == "kept"
        assert Inspection.objects.count() == 1

    def test_a_second_click_finds_it_settled(self, world, kept):
        actor, other = actor_of(world.users["officer"]), Refused.objects.get()
        kind = KINDS[kept.subject]
        services.save_refused(kept, kind, actor=actor, at=AT)
        with pytest.raises(StaleState):
            services.save_refused(other, kind, actor=actor, at=AT)
        assert Inspection.objects.count() == 2

    def test_a_token_for_something_else_settles_nothing(self, world, kept):
        narrow = Program(world.users["officer"], only=["hazards.view"])
        for step, body in (("drop", {}), ("save", {"late_reason": ""})):
            assert narrow.send(f"/me/conflicts/{kept.pk}/{step}", body).status_code == 403
        assert narrow.get("/me/conflicts").status_code == 403
        assert Refused.objects.get().state == "kept"

    @pytest.mark.parametrize("step", ["drop", "save"])
    def test_a_token_for_one_kind_settles_no_other(self, world, kept, step):
        told = {"late_reason": ""} if step == "save" else {}
        path = f"/me/conflicts/{kept.pk}/{step}"
        narrow = Program(world.users["officer"], only=["hazards.open"])
        assert narrow.get("/me/conflicts").json() == []
        assert narrow.send(path, told).status_code == 404
        kept.refresh_from_db()
        assert (kept.state, Inspection.objects.count()) == ("kept", 1)
        assert waiting_ids(actor_of(world.users["officer"])) == [kept.pk]
        with_hazards = [*KINDS[kept.subject].capabilities, "hazards.open"]
        fitting = Program(world.users["officer"], only=with_hazards)
        assert [each["id"] for each in fitting.get("/me/conflicts").json()] == [kept.pk]
        assert fitting.send(path, told).status_code == 200
        kept.refresh_from_db()
        assert kept.body == ""


OLDER = [
    ("hazard", {"level": "urgent"}),
    ("hazard", {"source": "rumour"}),
    ("hazard", {"place_text": None}),
    ("hazard", {"photos": 1}),
    ("hazard", {"former": "一"}),
    ("inspection", {"answers": {"x": {"b": 1}}}),
    ("inspection", {"answers": {"x": {"a": "so-so"}}}),
    ("inspection", {"answers": ["x"]}),
    ("inspection", {"happened_on": "立冬"}),
    ("inspection", {"former": "一"}),
]


@pytest.mark.parametrize(("kind", "changed"), OLDER)
def test_a_body_of_an_older_shape_is_shown_as_it_is_and_may_be_dropped(world, kind, changed):
    body = world.officer.hazard() if kind == "hazard" else inspection(world)
    assert world.officer.post(f"/{kind}s", body).status_code == 201
    assert world.officer.send(f"/{kind}s", body | {"remarks": "另一份"}).status_code == 409
    row = Refused.objects.get()
    Refused.objects.update(body=body_text(json.loads(row.body) | changed))
    officer = browser(world, "officer")
    answer = officer.get(page(row))
    assert answer.status_code == 200
    assert "另一份" in read(answer)
    assert page(row, "save") not in read(answer)
    answer = officer.post(page(row, "save"))
    assert answer.status_code == 422
    assert "无法识别" in read(answer)
    refusal = world.officer.send(f"/me/conflicts/{row.pk}/save", {"late_reason": ""})
    assert (refusal.status_code, "无法识别" in refusal.json()["message"]) == (422, True)
    assert Refused.objects.get().state == "kept"
    assert officer.post(page(row, "drop")).status_code == 302
    assert Refused.objects.get().body == ""


def test_every_kind_has_its_capabilities():
    assert set(KINDS) == set(SENT_WITH)
    assert {name for kind in KINDS.values() for name in kind.capabilities} == set(SENDS)


class TestHazards:
    def test_a_hazard_is_kept_compared_and_entered_anew(self, world):
        body = world.officer.hazard(place_text=" 三楼 ", photos=[world.officer.photo()])
        assert world.officer.post("/hazards", body).status_code == 201
        other = {**body, "description": "应急灯不亮", "level": "ordinary", "photos": []}
        assert world.officer.send("/hazards", other).status_code == 409
        kept = Refused.objects.get()
        assert json.loads(kept.body) == other | {"place_text": "三楼"}
        officer = browser(world, "officer")
        shown = read(officer.get(page(kept)))
        assert "2 处不同" in shown
        assert "应急灯不亮" in shown.partition("相同的")[0]
        answer = officer.post(page(kept, "save"))
        new = Hazard.objects.latest("pk")
        assert answer.url == reverse("hazards:detail", args=[new.pk])
        assert (new.description, new.place_text) == ("应急灯不亮", "三楼")

    def test_another_body_that_names_what_is_missing_is_kept_too(self, world):
        officer, body = browser(world, "officer"), world.officer.hazard()
        assert world.officer.post("/hazards", body).status_code == 201
        for changed in (
            {"photos": [str(uuid.uuid4())]},
            {"point": "NOPE"},
            {"place": 10**9},
            {"criterion": "none"},
            {"category": "无此类"},
            {"unit": 10**9},
        ):
            answer = world.officer.send("/hazards", body | changed)
            assert answer.status_code == 409, changed
            row = Refused.objects.latest("pk")
            assert json.loads(row.body) == body | changed
            assert officer.get(page(row)).status_code == 200
            assert officer.post(page(row, "save")).status_code == 422
            assert world.principal.send("/hazards", body | changed).status_code == 404
            fresh = body | changed | {"uuid": str(uuid.uuid4())}
            assert world.officer.send("/hazards", fresh).status_code in {404, 422}
        assert (Refused.objects.count(), Hazard.objects.count()) == (6, 1)

    def test_the_same_body_is_known_after_its_point_was_retired(self, world):
        actor = actor_of(world.users["principal"])
        point = create_point(
            world.school, name="消火栓", kind="spot", place=None, actor=actor, at=AT
        )
        body = world.officer.hazard(point=point.code, photos=[world.officer.photo()])
        opened = world.officer.post("/hazards", body)
        assert opened.status_code == 201
        Point.objects.filter(pk=point.pk).update(retired_on=AT.date())
        again = world.officer.send("/hazards", body)
        assert (again.status_code, again.json()["id"]) == (200, opened.json()["id"])
        assert world.officer.send("/hazards", body | {"remarks": "另"}).status_code == 409
        assert world.principal.send("/hazards", body).status_code == 404
        fresh = body | {"uuid": str(uuid.uuid4())}
        assert world.officer.send("/hazards", fresh).status_code == 422
        assert Refused.objects.count() == 1

    def test_a_page_sent_twice_with_other_words_leads_to_the_box(self, world):
        officer, key = browser(world, "officer"), str(uuid.uuid4())
        form = {
            **{"uuid": key, "category": "fire", "description": "灭火器压力不足"},
            **{"place_text": "门厅", "level": "ordinary", "source": "self_check"},
            **{"found_on": "2026-11-23", "found_by_name": "安然", "responsible_unit": "本校"},
        }
        url = reverse("hazards:open") + f"?org={world.school.pk}"
        assert officer.post(url, form).status_code == 302
        answer = officer.post(url, {**form, "description": "应急灯不亮"})
        kept = Refused.objects.get()
        assert answer.url == page(kept)
        assert "1 处不同" in read(officer.get(answer.url))
        assert "responsible_unit" in json.loads(kept.body)
        officer.post(page(kept, "save"))
        assert Hazard.objects.latest("pk").description == "应急灯不亮"


def test_lines_that_differ_and_lines_that_are_empty():
    left = [Fact("备注", "一"), Fact("照片", "1 张", "a"), Fact("单位", "甲"), Fact("开始", "")]
    right = [Fact("备注", ""), Fact("照片", "1 张", "b"), Fact("单位", "甲"), Fact("补录", "晚")]
    assert paired(left, right) == [
        Pair("备注", "一", "", True),
        Pair("照片", "1 张", "1 张", True),
        Pair("单位", "甲", "甲", False),
        Pair("补录", "", "晚", True),
    ]


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(more=st.dictionaries(NAMES, JSON, max_size=4))
def test_whatever_a_body_says_is_kept_word_for_word(world, more):
    body = {"uuid": str(uuid.uuid4()), "unit": world.school.pk, "more": more}
    actor = actor_of(world.users["officer"])
    by = {"subject": "inspections.inspection", "actor": actor, "at": AT}
    services.keep(services.AnotherBody(), body, **by)
    services.keep(services.AnotherBody(), dict(reversed(body.items())), **by)
    row = Refused.objects.get(uuid=body["uuid"])
    assert json.loads(row.body) == body
    assert row.body == body_text(body)
    assert row.digest == body_digest(body)


@pytest.mark.parametrize("moment", ["2026-11-23T08:00:00+08:00", "2026-11-23 00:00:00Z", None])
def test_a_body_is_read_as_the_interface_reads_it(world, moment):
    body = inspection(world)
    sent = {**body, "uuid": f"{{{body['uuid'].upper()}}}", "started_at": moment, "latitude": 25}
    found = submitted_of(sent)
    assert str(found.uuid) == body["uuid"]
    assert (found.started_at and found.started_at.timestamp()) == (moment and 1795392000)
    told = body_of(found)
    assert {name: told[name] for name in body} == body
    assert submitted_of(told) == found
    assert told_of(world.officer.hazard())["due_on"] is None


@pytest.mark.parametrize("name", ["\x00", "\ud800", "门卫\u202e"])
def test_hostile_names_in_a_refused_body_break_nothing(world, bodies, name):
    body = {**bodies[1], "answers": {**bodies[1]["answers"], name: {"a": "pass"}}}
    answer = world.officer.send("/inspections", body)
    assert answer.status_code in {409, 422}
    if answer.status_code == 409:
        kept = Refused.objects.get()
        assert json.loads(kept.body) == body | {"remarks": "另一份"}
        officer = browser(world, "officer")
        assert officer.get(page(kept)).status_code == 200
        refusal = officer.post(page(kept, "save"))
        assert (refusal.status_code, Inspection.objects.count()) == (422, 1)
