"""Two schools with their officers; the clock of pages stands at ``AT``."""

import pytest
from django.test import Client

from anxiao.foundation.places.services import create_place, create_point
from tests.builders import (
    AT,
    actor_of,
    make_county,
    make_school,
    make_town,
    make_user,
    sign_in,
)


class World:
    def __init__(self):
        self.county = make_county()
        self.town = make_town(self.county)
        self.school = make_school(self.town, "第一小学")
        self.neighbour = make_school(self.town, "第二小学")
        self.officer_user = make_user("安然", (self.school, "safety_officer"))
        self.officer = actor_of(self.officer_user)
        self.guard_user = make_user("石坚", (self.school, "guard"))
        self.guard = actor_of(self.guard_user)
        self.stranger_user = make_user("外校", (self.neighbour, "safety_officer"))
        self.stranger = actor_of(self.stranger_user)

    def place(self, name="教学楼", kind="building", parent=None, **given):
        who = {"actor": self.officer, "at": AT, **given}
        return create_place(self.school, kind=kind, name=name, parent=parent, **who)

    def point(self, name="门卫室", *, org=None, actor=None, **given):
        fields = {"kind": "spot", "place": None, "key_part": "gate", **given}
        return create_point(
            org or self.school, name=name, actor=actor or self.officer, at=AT, **fields
        )


@pytest.fixture
def world(db):
    return World()


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def officer(world, frozen):
    return sign_in(Client(), world.officer_user)


@pytest.fixture
def guard(world, frozen):
    return sign_in(Client(), world.guard_user)


@pytest.fixture
def stranger(world, frozen):
    return sign_in(Client(), world.stranger_user)
