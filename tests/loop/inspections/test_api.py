"""Programs: checklists of a unit, the point behind a code, an inspection sent in parts."""

import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anxiao.foundation.accounts.services import issue_token
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.inspections import queries
from anxiao.loop.inspections.models import Checklist, Inspection, Round
from anxiao.loop.inspections.services import RoundPlan, StopPlan, save_round, submit_inspection
from tests.builders import AT
from tests.loop.inspections.world import picture, plain_codes

pytestmark = pytest.mark.django_db


class Program:
    """A client with one person's token."""

    def __init__(self, user):
        secret = issue_token(user, label="手机", at=AT)[0]
        self.headers = {"Authorization": f"Bearer {secret}"}
        self.client = Client()

    def get(self, path):
        return self.client.get(f"/api/v1{path}", headers=self.headers)

    def post(self, path, body):
        text = json.dumps(body)
        return self.client.post(f"/api/v1{path}", text, "application/json", headers=self.headers)

    def upload(self, uuid_, org):
        file = SimpleUploadedFile("现场.jpg", picture(), "image/jpeg")
        body = {"uuid": uuid_, "unit": org.pk, "file": file}
        return self.client.post("/api/v1/files", body, headers=self.headers)


@pytest.fixture
def phone(world, frozen):
    return Program(world.guard_user)


@pytest.fixture
def foreign(world, frozen):
    return Program(world.stranger_user)


def body_of(world, **changes):
    return {
        "uuid": str(uuid.uuid4()),
        "unit": world.school.pk,
        "checklist": world.gate.pk,
        "kind": "patrol",
        "happened_on": "2026-11-23",
        "point": world.point.pk,
        "answers": {item["code"]: {"a": "pass"} for item in world.gate.items},
        **changes,
    }


def test_checklists_of_a_unit_with_all_that_an_inspector_needs(world, phone, foreign):
    found = phone.get(f"/checklists?unit={world.school.pk}").json()
    assert [each["code"] for each in found] == [
        each.code for each in queries.checklists_at(world.school)
    ]
    gate = next(each for each in found if each["code"] == "gate")
    assert gate["id"] == world.gate.pk
    kept = ("code", "text", "look", "basis", "level", "photo")
    assert gate["items"] == [{key: item[key] for key in kept} for item in world.gate.items]
    assert foreign.get(f"/checklists?unit={world.school.pk}").status_code == 404


def test_a_point_says_what_when_how_and_how_it_was_last(world, phone, foreign):
    plan = RoundPlan("早巡查", "guard", "school_daily", 2, (StopPlan(world.point.pk, "gate"),))
    round_ = save_round(world.school, plan, actor=world.officer, at=AT)
    url = f"/points/{world.point.code}"
    first = phone.get(url).json()
    assert (first["name"], first["number"], first["last"]) == ("校门", 1, None)
    assert first["url"] == f"/p/{world.point.code}"
    assert {each["code"]: each["cadence"] for each in first["checklists"]} == {
        "gate": "weekly",
        "gate_watch": "school_daily",
    }
    assert all(item["look"] for each in first["checklists"] for item in each["items"])
    assert first["rounds"] == [
        {
            "id": round_.pk,
            "name": "早巡查",
            "owner": "guard",
            "mine": True,
            "owed": True,
            "done": 0,
            "needed": 2,
            "stops_done": 0,
            "stops": 1,
        }
    ]
    sent = phone.post("/inspections", body_of(world, round=round_.pk))
    assert sent.status_code == 201
    after = phone.get(url).json()
    assert after["last"] == {
        "checklist": world.gate.title,
        "happened_on": "2026-11-23",
        "passed": len(world.gate.items),
        "failed": 0,
    }
    assert after["rounds"][0]["done"] == 1
    assert foreign.get(url).status_code == 404
    assert Client().get(f"/api/v1{url}").status_code == 401


def test_a_record_comes_before_its_photo_and_is_made_whole(world, phone, foreign):
    code = plain_codes(world.gate)[0]
    photo = str(uuid.uuid4())
    body = body_of(world)
    body["answers"][code] = {"a": "fail", "note": "灯不亮", "photos": [photo]}
    first = phone.post("/inspections", body)
    assert (first.status_code, first.json()["awaited"]) == (201, [photo])
    hazard = Hazard.objects.get()
    assert [each["hazard"] for each in first.json()["findings"]] == [hazard.pk]
    assert hazard.photos.count() == 0
    assert phone.upload(photo, world.school).status_code == 201
    again = phone.post("/inspections", body)
    assert (again.status_code, again.json()["awaited"]) == (200, [])
    assert {**first.json(), "awaited": []} == again.json()
    assert [str(each.upload.uuid) for each in hazard.photos.all()] == [photo]
    assert phone.post("/inspections", body).json() == again.json()
    changed = phone.post("/inspections", {**body, "remarks": "改"})
    assert (changed.status_code, changed.json()["code"]) == (409, "conflict")
    assert foreign.post("/inspections", body).status_code == 404
    assert Program(world.officer_user).post("/inspections", body).status_code == 404
    assert (Inspection.objects.count(), Hazard.objects.count()) == (1, 1)
    assert Inspection.objects.get().answers[code]["photos"] == [photo]


@pytest.mark.parametrize("kind", ["self_check", "patrol", "superior", "joint", "campaign"])
def test_all_five_kinds_are_taken_in_from_who_may_and_bear_a_name(world, frozen, kind):
    own = kind in {"self_check", "patrol"}
    insider, outsider = Program(world.guard_user), Program(world.town_user)
    body = body_of(world, kind=kind, unsigned_reason="" if own else "受检单位拒绝签字")
    right, wrong = (insider, outsider) if own else (outsider, insider)
    refused = wrong.post("/inspections", body)
    assert (refused.status_code, set(refused.json()["fields"])) == (422, {"kind"})
    assert right.post("/inspections", body).status_code == 201
    inspection = Inspection.objects.get()
    assert inspection.kind == kind
    assert inspection.inspector_name == ("石坚" if own else "镇干")


def test_lists_for_programs_cost_the_same_at_one_row_and_three(world, phone):
    urls = [f"/checklists?unit={world.school.pk}", f"/points/{world.point.code}"]

    def costs():
        found = []
        for url in urls:
            with CaptureQueriesContext(connection) as caught:
                assert phone.get(url).status_code == 200
            found.append(len(caught))
        return found

    def add(number):
        plan = RoundPlan(f"路线{number}", "guard", "daily", 1, (StopPlan(world.point.pk, "gate"),))
        save_round(world.school, plan, actor=world.officer, at=AT)
        submit_inspection(world.submitted(point_id=world.point.pk), actor=world.officer, at=AT)

    add(1)
    Checklist.objects.filter(code="patrol").update(state="retired")
    costs()
    before = costs()
    add(2)
    add(3)
    assert Round.objects.count() == 3
    assert costs() == before
