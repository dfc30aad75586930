"""Signing in, tokens and scope: who may ask, and who is told that there is nothing."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client

from anxiao.foundation.accounts.models import Token
from anxiao.loop.hazards.models import Hazard
from tests.api.conftest import COMMITMENTS, Program, refused
from tests.builders import AT, PASSWORD, make_user


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
