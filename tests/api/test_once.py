"""What is sent again under one UUID is stored once."""

import uuid

from anxiao.loop.hazards.models import Hazard
from anxiao.loop.inspections.models import Inspection
from tests.api.conftest import inspection, refused
from tests.loop.inspections.world import picture


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
