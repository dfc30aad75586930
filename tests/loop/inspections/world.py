"""A county with two schools, people at each level, and one small checklist in force."""

import base64
import io
import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from anxiao.foundation.files.services import store_upload
from anxiao.foundation.places.services import create_place, create_point
from anxiao.loop.inspections.models import Checklist
from anxiao.loop.inspections.rules import Submitted
from anxiao.loop.inspections.services import load_shipped_checklists
from tests.builders import AT, TODAY, actor_of, make_county, make_school, make_town, make_user

CANARY = "金丝雀七九三"


class World:
    """``school`` with its officer and guard, ``neighbour`` with its own, the town and bureau."""

    def __init__(self):
        self.county = make_county()
        self.town = make_town(self.county)
        self.school = make_school(self.town, "第一小学", has_canteen=True)
        self.neighbour = make_school(self.town, "第二小学")
        self.officer_user = make_user("安然", (self.school, "safety_officer"))
        self.officer = actor_of(self.officer_user)
        self.guard_user = make_user("石坚", (self.school, "guard"))
        self.guard = actor_of(self.guard_user)
        self.stranger_user = make_user("外校", (self.neighbour, "safety_officer"))
        self.stranger = actor_of(self.stranger_user)
        self.clerk_user = make_user("周澜", (self.county, "county_safety"))
        self.clerk = actor_of(self.clerk_user)
        self.town_user = make_user("镇干", (self.town, "town_officer"))
        self.town_officer = actor_of(self.town_user)
        load_shipped_checklists(at=AT)
        self.fire = Checklist.objects.get(code="fire", owner=None)
        self.gate = Checklist.objects.get(code="gate", owner=None)
        self.place = create_place(
            self.school, kind="building", name="教学楼", parent=None, actor=self.officer, at=AT
        )
        self.point = self.make_point(self.school, self.officer, place=self.place)

    def make_point(self, org, actor, *, name="校门", key_part="gate", place=None):
        return create_point(
            org, name=name, kind="spot", place=place, key_part=key_part, actor=actor, at=AT
        )

    def photo(self, actor=None, org=None, colour=90):
        return store_upload(
            actor=actor or self.officer,
            at=AT,
            org=org or self.school,
            uuid=uuid.uuid4(),
            name="现场.jpg",
            content=picture(colour),
        )

    def submitted(self, fails=(), **fields):
        checklist = fields.pop("checklist", self.gate)
        return Submitted(
            **{
                "uuid": uuid.uuid4(),
                "org_id": self.school.pk,
                "checklist_id": checklist.pk,
                "kind": "self_check",
                "happened_on": TODAY,
                "answers": self.answers(checklist, fails),
                **fields,
            }
        )

    def answers(self, checklist, fails=()):
        fails = dict(fails)
        photo = str(self.photo().uuid) if fails else ""
        return {
            item["code"]: {"a": "fail", "note": fails[item["code"]], "photos": [photo]}
            if item["code"] in fails
            else {"a": "pass"}
            for item in checklist.items
        }


def plain_codes(checklist):
    """Codes of items that make an ordinary hazard."""
    return [item["code"] for item in checklist.items if item["level"] == "ordinary"]


def picture(colour=90):
    """A small JPEG."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (colour, 20, 40)).save(buffer, "JPEG")
    return buffer.getvalue()


def picture_file(colour=90):
    """The same as an upload of a form."""
    return SimpleUploadedFile("现场.jpg", picture(colour), "image/jpeg")


def signature():
    """A drawn signature as the canvas gives it."""
    buffer = io.BytesIO()
    image = Image.new("RGB", (300, 120), "white")
    for x in range(40, 260):
        for y in range(58, 62):
            image.putpixel((x, y), (10, 10, 10))
    image.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
