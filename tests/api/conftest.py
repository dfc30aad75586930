"""A county for programs: people with tokens, real photos, the clock at ``AT``."""

import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from anxiao.foundation.accounts.services import issue_token
from anxiao.foundation.conflicts.models import Refused
from anxiao.loop.inspections.services import load_shipped_checklists
from anxiao.project.api import DEAR, REQUESTS
from tests.api.box import NOTED, one_failure
from tests.builders import AT, make_county, make_school, make_town, make_user
from tests.loop.inspections.world import picture
from tests.safety.crawl import PASSING, tables_written


class Program:
    """A client that speaks with one person's token; every answer must be JSON in one shape."""

    def __init__(self, user, **narrowed):
        self.user = user
        self.secret = issue_token(user, label="测试", at=AT, **narrowed)[0] if user else "nobody"
        self.client = Client(raise_request_exception=False)

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.secret}"}

    def get(self, path, **query):
        return self.client.get(f"/api/v1{path}", query, headers=self.headers)

    def post(self, path, body=None, **given):
        with tables_written() as tables:
            answer = self.send(path, body or given)
        wrote = set(tables) - PASSING if answer.status_code < 300 else set()
        assert not wrote or "journal_entry" in tables, f"S27: no line of {path}: {wrote}"
        return answer

    def send(self, path, body):
        """A request that may find its record stored already, and then leaves no line."""
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        kind = "application/json"
        return self.client.post(f"/api/v1{path}", text, kind, headers=self.headers)

    def upload(self, colour=90, content=None, **given):
        """A photo handed in; its answer."""
        file = SimpleUploadedFile("现场.jpg", content or picture(colour), "image/jpeg")
        body = {"uuid": str(uuid.uuid4()), "file": file, **given}
        return self.client.post("/api/v1/files", body, headers=self.headers)

    def photo(self, colour=90):
        """The UUID of a photo handed in."""
        answer = self.upload(colour)
        assert answer.status_code == 201, answer.content
        return answer.json()["uuid"]

    def hazard(self, **given):
        """The body of an ordinary hazard of the person's unit."""
        org = self.user.memberships.first().org_id
        return {
            "uuid": str(uuid.uuid4()),
            "unit": org,
            "source": "self_check",
            "category": "fire",
            "description": "灭火器压力不足",
            "place_text": "3 号楼二楼东侧",
            "found_on": "2026-11-23",
            **given,
        }


class World:
    def __init__(self):
        self.county = make_county()
        self.town = make_town(self.county, "石门镇教委")
        self.school = make_school(self.town, "石门镇第一小学")
        self.neighbour = make_school(self.town, "石门镇第二小学")
        posts = {
            "officer": (self.school, "safety_officer"),
            "principal": (self.school, "principal"),
            "maintainer": (self.school, "maintainer"),
            "teacher": (self.school, "class_teacher"),
            "stranger": (self.neighbour, "safety_officer"),
            "clerk": (self.town, "town_officer"),
            "bureau": (self.county, "county_safety"),
            "auditor": (self.county, "audit_admin"),
        }
        self.users = {name: make_user(name, post) for name, post in posts.items()}
        self.programs = {name: Program(user) for name, user in self.users.items()}
        load_shipped_checklists(at=AT)

    def __getattr__(self, name):
        if name in self.__dict__.get("programs", {}):
            return self.programs[name]
        raise AttributeError(name)


COMMITMENTS = {
    "responsible_unit": "石门镇第一小学",
    "responsible_name": "孙师傅",
    "measure": "更换灭火器",
    "funds": "200.00",
    "due_on": "2026-11-30",
}


@pytest.fixture
def world(db, settings, tmp_path, time_machine):
    settings.MEDIA_ROOT = tmp_path
    time_machine.move_to(AT, tick=False)
    for limiter in (REQUESTS, DEAR):
        limiter._buckets.clear()
    return World()


def refused(answer, status, code, *fields):
    """The one error body, whatever happened."""
    assert answer.status_code == status, answer.content
    body = answer.json()
    assert set(body) - {"link"} == {"code", "message", "fields"}
    assert body["code"] == code
    assert body["message"] and body["message"][-1] in "。；", body
    assert set(fields) <= set(body["fields"]), body
    return body


def inspection(world, **given):
    """The body of a whole inspection of the gate, nothing wrong."""
    gate = next(
        each
        for each in world.officer.get("/checklists", unit=world.school.pk).json()
        if each["code"] == "gate"
    )
    return {
        "uuid": str(uuid.uuid4()),
        "unit": world.school.pk,
        "checklist": gate["id"],
        "kind": "self_check",
        "happened_on": "2026-11-23",
        "answers": {item["code"]: {"a": "pass"} for item in gate["items"]},
        **given,
    }


@pytest.fixture
def bodies(world):
    """An inspection stored, and another body refused under its uuid."""
    body = one_failure(world)
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
