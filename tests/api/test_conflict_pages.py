"""The conflict box (R6): its sender sees what was refused beside what is stored, and settles it."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anxiao.foundation.accounts.models import Membership
from anxiao.foundation.conflicts import services
from anxiao.foundation.conflicts.models import Refused
from anxiao.foundation.conflicts.queries import waiting_ids
from anxiao.foundation.conflicts.rules import body_text
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import StaleState
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.inspections.models import Inspection
from anxiao.project.conflicts import KINDS
from anxiao.project.journal_words import action_word, detail_words
from tests.api.box import NOTED, browser, one_failure, page, read
from tests.api.conftest import Program
from tests.builders import AT, actor_of, sign_in


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
    body = world.officer.hazard() if kind == "hazard" else one_failure(world)
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
