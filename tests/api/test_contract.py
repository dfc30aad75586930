"""What every operation promises: one error body, strict input, documented statuses, limits."""

import io
import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from openpyxl import load_workbook

from anxiao.foundation.access.limits import Limiter
from anxiao.foundation.accounts.models import Token
from anxiao.foundation.files.models import Upload
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Conflict
from anxiao.loop.hazards import services
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.inspections.models import Inspection
from anxiao.project import api as front
from tests.api.conftest import COMMITMENTS, Program
from tests.builders import AT, PASSWORD, actor_of, make_user
from tests.loop.inspections.world import picture


def refused(answer, status, code, *fields):
    """The one error body, whatever happened."""
    assert answer.status_code == status, answer.content
    body = answer.json()
    assert set(body) - {"link"} == {"code", "message", "fields"}
    assert body["code"] == code
    assert body["message"] and body["message"][-1] in "。；", body
    assert set(fields) <= set(body["fields"]), body
    return body


class TestSigningIn:
    @pytest.fixture
    def ask(self, world):
        def post(**body):
            return Client().post("/api/v1/token", body, "application/json")

        return post

    def test_wrong_password_and_unknown_name_look_alike(self, world, ask):
        name = world.users["officer"].username
        wrong = ask(username=name, password="falsch")
        unknown = ask(username="niemand", password="falsch")
        assert refused(wrong, 401, "unauthorized") == refused(unknown, 401, "unauthorized")
        assert wrong["WWW-Authenticate"] == "Bearer"

    def test_tries_are_limited_with_a_time_to_wait(self, world, ask):
        name = world.users["officer"].username
        answers = [ask(username=name, password="falsch") for _ in range(6)]
        refused(answers[-1], 429, "too_many_requests")
        assert int(answers[-1]["Retry-After"]) > 0

    def test_bureau_people_must_bind_a_second_factor_first(self, world, ask):
        answer = ask(username=world.users["bureau"].username, password=PASSWORD)
        refused(answer, 403, "forbidden")

    def test_the_first_password_must_be_changed_on_the_web(self, world, ask):
        user = make_user("新人", (world.school, "staff"), must_change_password=True)
        refused(ask(username=user.username, password=PASSWORD), 403, "forbidden")

    def test_unknown_and_missing_fields(self, world, ask):
        refused(ask(username="a", password="b", admin=True), 422, "invalid", "admin")
        refused(ask(username="a"), 422, "invalid", "password")


class TestTokens:
    def test_none_wrong_ended_and_locked(self, world):
        refused(Client().get("/api/v1/me/today"), 401, "unauthorized")
        wrong = Client().get("/api/v1/me/today", headers={"Authorization": "Bearer anx_no"})
        refused(wrong, 401, "unauthorized")
        program = world.officer
        Token.objects.filter(user=world.users["officer"]).update(expires_at=AT)
        refused(program.get("/me/today"), 401, "unauthorized")

    def test_a_session_opens_nothing_here(self, world):
        client = Client()
        client.force_login(world.users["officer"])
        refused(client.get("/api/v1/me/today"), 401, "unauthorized")

    def test_a_narrowed_token_may_less_than_its_owner(self, world):
        program = Program(world.users["officer"], only=["today.view"])
        assert program.get("/me/today").status_code == 200
        refused(program.get("/hazards"), 403, "forbidden")
        refused(program.post("/hazards", world.officer.hazard()), 403, "forbidden")

    def test_a_post_taken_away_acts_at_once(self, world):
        assert world.officer.get("/hazards").status_code == 200
        world.users["officer"].memberships.update(ended_at=AT - timedelta(minutes=1))
        refused(world.officer.get("/hazards"), 403, "forbidden")


class TestScope:
    def test_another_units_hazard_is_not_found(self, world):
        pk = world.stranger.post("/hazards", world.stranger.hazard()).json()["id"]
        refused(world.officer.get(f"/hazards/{pk}"), 404, "not_found")
        refused(world.officer.post(f"/hazards/{pk}/assign", COMMITMENTS), 404, "not_found")
        assert Hazard.objects.get(pk=pk).state == "open"
        assert world.officer.get("/hazards").json()["rows"] == []
        assert world.clerk.get("/hazards").json()["count"] == 1

    def test_nobody_writes_for_another_unit(self, world):
        refused(world.officer.post("/hazards", world.stranger.hazard()), 404, "not_found")
        refused(world.officer.upload(unit=world.neighbour.pk), 404, "not_found")
        refused(world.officer.get("/checklists", unit=world.neighbour.pk), 404, "not_found")
        refused(world.officer.get("/duties/status", unit=world.neighbour.pk), 404, "not_found")

    def test_without_the_capability_anywhere(self, world):
        refused(world.auditor.get("/hazards"), 403, "forbidden")
        assert {each["slug"] for each in world.auditor.get("/registers").json()} <= {"journal"}
        refused(world.teacher.get("/registers/hazards.xlsx"), 403, "forbidden")

    def test_unknown_things(self, world):
        refused(world.officer.get("/hazards/99999999999999999999"), 404, "not_found")
        refused(world.officer.get("/points/ZZZZZZ"), 404, "not_found")
        refused(world.officer.get("/registers/nothing"), 404, "not_found")
        refused(world.teacher.get("/registers/units"), 404, "not_found")
        refused(world.officer.get("/nothing"), 404, "not_found")

    def test_photos_of_others_are_not_taken(self, world):
        theirs = world.principal.photo()
        body = world.officer.hazard(photos=[theirs])
        refused(world.officer.post("/hazards", body), 422, "invalid", "photos")
        refused(
            world.officer.post("/hazards", world.officer.hazard(photos=[str(uuid.uuid4())])),
            *(422, "invalid", "photos"),
        )


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


def inspection(world, **given):
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


class TestOnce:
    def test_a_hazard_sent_again_is_the_same(self, world):
        body = world.officer.hazard()
        first, again = (world.officer.post("/hazards", body) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        other = world.officer.post("/hazards", {**body, "description": "另一项"})
        refused(other, 409, "conflict")
        refused(world.principal.post("/hazards", body), 404, "not_found")
        assert Hazard.objects.count() == 1

    def test_an_inspection_sent_again_is_the_same(self, world):
        body = inspection(world)
        answers = [world.officer.post("/inspections", body) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 200, 200]
        refused(world.officer.post("/inspections", {**body, "remarks": "x"}), 409, "conflict")
        refused(world.principal.post("/inspections", body), 404, "not_found")
        assert Inspection.objects.count() == 1

    def test_a_file_sent_again_is_the_same(self, world, time_machine):
        key = str(uuid.uuid4())
        assert world.officer.upload(90, uuid=key).status_code == 201
        time_machine.shift(1)
        assert world.officer.upload(90, uuid=key).status_code == 200
        refused(world.officer.upload(91, uuid=key), 409, "conflict")
        refused(world.principal.upload(90, uuid=key), 404, "not_found")
        answer = world.officer.upload(content=picture(92)).json()
        assert (answer["media_type"], answer["width"], answer["unit"]) == (
            *("image/jpeg", 64),
            world.school.pk,
        )


class TestRegisters:
    def test_listed_read_and_exported(self, world):
        world.officer.post("/hazards", world.officer.hazard(description="=1+1"))
        world.stranger.post("/hazards", world.stranger.hazard(description="别校的"))
        listed = {each["slug"]: each for each in world.principal.get("/registers").json()}
        assert {"hazards", "units", "inspections"} <= set(listed)
        assert "hazards.view" not in str(listed)
        rows = world.principal.get("/registers/hazards", state="open").json()
        assert [row["description"] for row in rows["rows"]] == ["=1+1"]
        book = world.principal.get("/registers/hazards.xlsx")
        assert book["Content-Type"].endswith("spreadsheetml.sheet")
        content = b"".join(book.streaming_content)
        cells = list(load_workbook(io.BytesIO(content)).active.iter_rows())
        found = [cell for row in cells for cell in row if cell.value == "=1+1"]
        assert [cell.data_type for cell in found] == ["s"]
        assert not any("别校" in str(cell.value) for row in cells for cell in row)
        assert Entry.objects.filter(action="export", subject="registers.hazards").count() == 1

    def test_pages_by_cursor(self, world):
        for number in range(60):
            body = world.officer.hazard(description=f"第{number}项")
            services.open_hazard(
                services.Found(
                    org=world.school,
                    **{
                        name: value
                        for name, value in body.items()
                        if name not in {"unit", "found_on", "uuid"}
                    },
                    uuid=uuid.UUID(body["uuid"]),
                    found_on=AT.date(),
                ),
                actor=actor_of(world.users["officer"]),
                at=AT,
            )
        first = world.officer.get("/hazards").json()
        second = world.officer.get("/hazards", after=first["next"]).json()
        seen = [row["id"] for row in (*first["rows"], *second["rows"])]
        assert (len(seen), len(set(seen)), second["next"]) == (60, 60, "")
        back = world.officer.get("/hazards", before=second["previous"]).json()
        assert back["rows"] == first["rows"]


class TestLimits:
    def test_too_many_requests_are_told_when_to_come_back(self, world, monkeypatch):
        monkeypatch.setattr(front, "REQUESTS", Limiter(per_minute=6, burst=2))
        answers = [world.officer.get("/me/today") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        refused(answers[-1], 429, "too_many_requests")
        assert int(answers[-1]["Retry-After"]) > 0
        assert world.principal.get("/me/today").status_code == 200

    def test_workbooks_are_dearer(self, world):
        answers = [world.principal.get("/registers/units.xlsx") for _ in range(11)]
        for answer in answers[:10]:
            assert b"".join(answer.streaming_content)
        assert [answer.status_code for answer in answers] == [200] * 10 + [429]
        assert world.principal.get("/registers/units").status_code == 200


class TestFaults:
    def test_a_fault_of_the_program_shows_nothing(self, world, monkeypatch, caplog):
        def broken(*_args, **_kwargs):
            raise RuntimeError("geheim-4711")

        monkeypatch.setattr("anxiao.loop.hazards.api.routes.hazard_page", broken)
        answer = world.officer.post("/hazards", world.officer.hazard())
        refused(answer, 500, "server_error")
        assert b"geheim" not in answer.content
        assert "geheim-4711" in caplog.text

    def test_who_comes_second_is_told(self, world, monkeypatch):
        def late(*_args, **_kwargs):
            raise Conflict("这条记录已被他人办理，请刷新后重试。")

        pk = world.officer.post("/hazards", world.officer.hazard()).json()["id"]
        monkeypatch.setattr(services, "assign_hazard", late)
        refused(world.officer.post(f"/hazards/{pk}/assign", COMMITMENTS), 409, "conflict")


class TestPhotos:
    """What an answer links to is read with the token that got the answer, and by no other."""

    def fetched(self, program, url):
        answer = program.client.get(url, headers=program.headers)
        answer.start = b"".join(answer)[:2] if answer.streaming else b""
        return answer

    def test_a_photo_is_read_with_the_token_of_who_may_see_its_hazard(self, world):
        photo = world.officer.photo()
        pk = world.officer.post("/hazards", world.officer.hazard(photos=[photo])).json()["id"]
        url = world.officer.get(f"/hazards/{pk}").json()["photos"][0]["url"]
        for program in (world.officer, world.principal, world.bureau):
            answer = self.fetched(program, url)
            assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
            assert answer.start == b"\xff\xd8"
        assert self.fetched(world.officer, f"{url}?variant=thumb").status_code == 200
        refused(self.fetched(world.stranger, url), 404, "not_found")
        refused(Client().get(url), 401, "unauthorized")

    def test_an_upload_is_read_by_who_handed_it_in(self, world):
        url = world.officer.upload().json()["url"]
        assert self.fetched(world.officer, url).status_code == 200
        refused(self.fetched(world.principal, url), 404, "not_found")
        refused(Client().get(url), 401, "unauthorized")


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


class TestDescription:
    @pytest.fixture
    def schema(self, world):
        answer = Client().get("/api/openapi.json")
        assert answer.status_code == 200
        return answer.json()

    def test_what_the_issue_asks_for_is_there(self, schema):
        wanted = {
            "/api/v1/token": {"post"},
            "/api/v1/me/today": {"get"},
            "/api/v1/hazards": {"get", "post"},
            "/api/v1/hazards/{id}": {"get"},
            "/api/v1/hazards/{id}/photos/{photo}": {"get"},
            "/api/v1/files": {"post"},
            "/api/v1/files/{uuid}": {"get"},
            "/api/v1/checklists": {"get"},
            "/api/v1/points/{code}": {"get"},
            "/api/v1/inspections": {"post"},
            "/api/v1/inspections/batch": {"post"},
            "/api/v1/duties/status": {"get"},
            "/api/v1/registers/{slug}": {"get"},
            "/api/v1/registers/{slug}.xlsx": {"get"},
        }
        for path, methods in wanted.items():
            assert methods <= set(schema["paths"][path])
        for step in ("assign", "submit", "reject", "close", "report_up", "accept_up", "send_back"):
            assert f"/api/v1/hazards/{{id}}/{step}" in schema["paths"]

    def test_every_operation_is_told_apart_and_in_chinese(self, schema):
        operations = [one for path in schema["paths"].values() for one in path.values()]
        names = [one["operationId"] for one in operations]
        assert len(set(names)) == len(names)
        assert all(any(char >= "\u4e00" for char in one["summary"]) for one in operations)

    def test_every_refusal_is_the_one_error_body(self, schema):
        problem = {"$ref": "#/components/schemas/Problem"}
        for path, methods in schema["paths"].items():
            for one in methods.values():
                answers = one["responses"]
                assert {"400", "401", "403", "404", "409", "413", "422", "429"} <= set(answers), (
                    path
                )
                for status, answer in answers.items():
                    if int(status) >= 400:
                        assert answer["content"]["application/json"]["schema"] == problem

    def test_every_reference_leads_somewhere(self, schema):
        known = {f"#/components/schemas/{name}" for name in schema["components"]["schemas"]}
        text = json.dumps(schema)
        used = {part.split('"')[0] for part in text.split('"$ref": "')[1:]}
        assert used <= known

    def test_bodies_refuse_what_they_do_not_know(self, schema):
        shapes = schema["components"]["schemas"]
        for path in schema["paths"].values():
            body = path.get("post", {}).get("requestBody", {}).get("content", {})
            if "application/json" in body:
                name = body["application/json"]["schema"]["$ref"].rpartition("/")[2]
                assert shapes[name]["additionalProperties"] is False, name


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
