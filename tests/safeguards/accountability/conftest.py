"""A county whose school checks itself and is checked from above."""

import uuid
from datetime import timedelta

import pytest

from anxiao.foundation.places.services import create_point
from anxiao.loop.inspections.models import Checklist
from anxiao.loop.inspections.rules import Submitted
from anxiao.loop.inspections.services import load_shipped_checklists, submit_inspection
from tests.builders import AT, TODAY
from tests.loop.hazards.world import World


class Checked(World):
    """The world of hazards with one checklist and two points of the school."""

    def __init__(self):
        super().__init__()
        load_shipped_checklists(at=AT)
        self.gate = Checklist.objects.get(code="gate", owner=None)
        self.items = [item["code"] for item in self.gate.items if item["level"] == "ordinary"]
        self.point = self.make_point("校门")
        self.other_point = self.make_point("后门")

    def make_point(self, name):
        given = {"name": name, "kind": "spot", "place": None, "key_part": "gate"}
        return create_point(self.school, **given, actor=self.principal, at=AT)

    def check(self, name, kind, ago=0, *, failed=(), na=(), minutes=0, org=None, **given):
        """An inspection ``ago`` days ago by the person ``name``; all pass but what is named."""
        at = AT - timedelta(days=ago) + timedelta(minutes=minutes)
        org = org or self.school
        answers = {item["code"]: {"a": "pass"} for item in self.gate.items}
        answers |= {code: {"a": "na"} for code in na}
        photo = str(self.photo(name, org=org).uuid) if failed else ""
        for code in failed:
            answers[code] = {"a": "fail", "note": "门卫室无人值守", "photos": [photo]}
        form = Submitted(
            uuid=uuid.uuid4(),
            org_id=org.pk,
            checklist_id=self.gate.pk,
            kind=kind,
            happened_on=TODAY - timedelta(days=ago),
            answers=answers,
            unsigned_reason="纸质签字",
            **{"point_id": self.point.pk, **given},
        )
        return submit_inspection(form, actor=getattr(self, name), at=at)[0]


@pytest.fixture
def world(db):
    return Checked()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT
