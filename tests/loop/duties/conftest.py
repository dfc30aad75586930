"""A county with its notice published on Monday 23 November 2026."""

import pytest
from django.test import Client

from anxiao.loop.duties.services import import_plan, publish_plan
from tests.builders import AT, make_user, sign_in
from tests.loop.duties.plans import NOTICE, County


@pytest.fixture
def place(db):
    return County()


@pytest.fixture
def draft(place):
    return import_plan(NOTICE, place.county, actor=place.clerk, at=AT)


@pytest.fixture
def plan(place, draft):
    return publish_plan(draft, actor=place.clerk, at=AT)


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def clerk(place):
    return sign_in(Client(), make_user("周澜", (place.county, "county_safety")))


@pytest.fixture
def head(place):
    return sign_in(Client(), place.principal_user)
