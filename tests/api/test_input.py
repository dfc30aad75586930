"""Strict input: each field that cannot be right is named, and nothing is stored."""

import uuid

import pytest
from django.test import Client

from anxiao.foundation.files.models import Upload
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.inspections.models import Inspection
from tests.api.conftest import COMMITMENTS, inspection, refused


class TestInput:
    @pytest.mark.parametrize("body", ["{", "\x00", b"\xff\xfe", "[" * 5000])
    def test_what_is_no_json(self, world, body):
        refused(world.officer.post("/hazards", body), 400, "bad_request")

    @pytest.mark.parametrize("body", ["null", "[]", '"text"', "1", "true"])
    def test_what_is_no_object(self, world, body):
        refused(world.officer.post("/hazards", body), 422, "invalid")

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"state": "closed"}, "state"),
            ({"closed_at": "2026-11-23T00:00:00Z"}, "closed_at"),
            ({"uuid": "1"}, "uuid"),
            ({"source": "nobody"}, "source"),
            ({"category": "没有这类"}, "category"),
            ({"found_on": "23.11.2026"}, "found_on"),
            ({"found_on": "0001-01-01"}, "found_on"),
            ({"found_on": "2026-11-24"}, "found_on"),
            ({"found_on": "2026-11-01"}, "late_reason"),
            ({"description": "字" * 501}, "description"),
            ({"description": "   "}, "description"),
            ({"description": "a\x00b"}, "description"),
            ({"description": "\ud800"}, "description"),
            ({"place_text": ""}, "place_text"),
            ({"level": "major"}, "criterion"),
            ({"point": "NOPE22"}, "point"),
            ({"place": 10**30}, "place"),
            ({"photos": ["x"]}, "photos.0"),
            ({"photos": [str(uuid.uuid4())] * 10}, "photos"),
            ({"due_on": "2026-11-01"}, "due_on"),
        ],
    )
    def test_every_field_is_named(self, world, given, field):
        refused(
            world.officer.post("/hazards", world.officer.hazard(**given)), 422, "invalid", field
        )
        assert not Hazard.objects.exists()

    @pytest.mark.parametrize("funds", ["NaN", "Infinity", -1, "1e30", "一百", None, 1.234, True])
    def test_funds_are_an_amount_of_yuan(self, world, funds):
        pk = world.officer.post("/hazards", world.officer.hazard()).json()["id"]
        body = {**COMMITMENTS, "funds": funds}
        refused(world.officer.post(f"/hazards/{pk}/assign", body), 422, "invalid", "funds")

    def test_a_position_is_on_earth(self, world):
        body = inspection(world, latitude=float("nan"))
        refused(world.officer.post("/inspections", body), 422, "invalid", "latitude")

    @pytest.mark.parametrize(
        ("field", "given"),
        [
            *(("longitude", false) for false in (False, "0")),
            *(("unit", one) for one in (True, "1", 1.5)),
            ("uuid", 1),
            *(("happened_on", seconds) for seconds in (0, 1_780_000_000)),
            ("started_at", 1_780_000_000),
            ("answers", []),
        ],
    )
    def test_a_word_is_no_number_and_a_number_no_day(self, world, field, given):
        refused(
            world.officer.post("/inspections", inspection(world, **{field: given})),
            422,
            "invalid",
            field,
        )
        assert not Inspection.objects.exists()

    def test_an_inspection_must_be_whole(self, world):
        body = inspection(world)
        body["answers"].popitem()
        refused(world.officer.post("/inspections", body), 422, "invalid")
        body["answers"]["fremd"] = {"a": "pass", "x": 1}
        refused(world.officer.post("/inspections", body), 422, "invalid", "answers.fremd.x")
        assert not Inspection.objects.exists()

    @pytest.mark.parametrize(
        "query",
        [{"staet": "open"}, {"state": "nobody"}, {"sort": "nobody"}, {"after": "nobody"},
         {"found_from": "gestern"}, {"overdue": "vielleicht"}],
    )  # fmt: skip
    def test_parameters_that_cannot_be_read_are_refused(self, world, query):
        for path in ("/hazards", "/registers/hazards", "/registers/hazards.xlsx"):
            body = refused(world.principal.get(path, **query), 422, "invalid")
            assert body["fields"]

    def test_a_body_beyond_measure(self, world, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
        body = world.officer.hazard(description="字" * 2000)
        refused(world.officer.post("/hazards", body), 413, "too_large")

    def test_a_file_beyond_measure_or_of_no_use(self, world, settings):
        big = b"%PDF-1.7\n" + b"0" * (26 << 20)
        answer = world.officer.upload(content=big)
        assert answer.status_code in {413, 422}, answer.content
        refused(world.officer.upload(content=b"<html>"), 422, "invalid")
        refused(world.officer.upload(fremd="1"), 422, "invalid", "fremd")
        refused(world.officer.post("/files", "{}"), 422, "invalid")
        assert not Upload.objects.exists()

    def test_methods_that_are_not_there(self, world):
        client = Client()
        answer = client.delete("/api/v1/hazards", headers=world.officer.headers)
        refused(answer, 405, "method_not_allowed")
        assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


def test_a_parameter_nobody_asked_for_is_refused(world):
    unit = world.school.pk
    pk = world.officer.post("/hazards", world.officer.hazard()).json()["id"]
    for path, query in (
        ("/me/today", {}),
        ("/checklists", {"unit": unit}),
        ("/duties/status", {"unit": unit}),
        ("/registers", {}),
        (f"/hazards/{pk}", {}),
    ):
        assert world.officer.get(path, **query).status_code == 200, path
        for name in ("day", "id", "Unit"):
            refused(world.officer.get(path, **query, **{name: "1"}), 422, "invalid", name)
    assigned = world.principal.post(f"/hazards/{pk}/assign?dry_run=1", COMMITMENTS)
    refused(assigned, 422, "invalid", "dry_run")
    assert Hazard.objects.get().state == "open"


class TestImpossibleValues:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("finished_at", "9999-12-31T23:59:59-12:00"),
            ("started_at", "0001-01-01T00:00:00+14:00"),
            ("finished_at", "2999-01-01T00:00:00+08:00"),
            ("started_at", "2026-11-23T08:00:00"),
            ("unit", 2**63),
            ("point", 2**63),
        ],
    )
    def test_a_mad_clock_or_number_is_told_at_its_field(self, world, field, value):
        body = {
            "uuid": str(uuid.uuid4()),
            "unit": world.school.pk,
            "checklist": 1,
            "kind": "self_check",
            "happened_on": "2026-11-23",
            "answers": {},
            field: value,
        }
        answer = world.officer.post("/inspections", body)
        assert (answer.status_code, set(answer.json()["fields"])) == (422, {field})

    def test_a_form_without_its_boundary_is_unreadable(self, world):
        answer = world.officer.client.post(
            "/api/v1/files", b"x", "multipart/form-data", headers=world.officer.headers
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
