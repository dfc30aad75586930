"""The conflict box (R6): what is kept of a refused body, whole and within bounds."""

import json
import sqlite3
import uuid

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anxiao.foundation.conflicts import services
from anxiao.foundation.conflicts.models import Refused
from anxiao.foundation.conflicts.rules import Fact, Pair, body_digest, body_text, paired
from anxiao.foundation.conflicts.states import SENDS, SENT_WITH
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.places.models import Point
from anxiao.foundation.places.services import create_point
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.services.refused import told_of
from anxiao.loop.inspections.models import Inspection
from anxiao.loop.inspections.services.refused import body_of, submitted_of
from anxiao.project.conflicts import KINDS
from tests.api.box import browser, one_failure, page, read
from tests.builders import AT, actor_of, make_school


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
            assert world.officer.send("/inspections", one_failure(world)).status_code == 201
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
        batch = {"inspections": [sent[2], sent[1], one_failure(world)]}
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
    body = one_failure(world)
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
