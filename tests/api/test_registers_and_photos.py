"""Registers read and exported, and the photos that answers link to."""

import io
import uuid

from django.test import Client
from openpyxl import load_workbook

from anxiao.foundation.journal.models import Entry
from anxiao.loop.hazards import services
from tests.api.conftest import refused
from tests.builders import AT, actor_of


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
