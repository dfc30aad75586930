"""Too many requests, a fault of the program, somebody quicker: one error body for each."""

from anxiao.foundation.access.limits import Limiter
from anxiao.foundation.kernel.errors import Conflict
from anxiao.loop.hazards import services
from anxiao.project import api as front
from tests.api.conftest import COMMITMENTS, refused


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
