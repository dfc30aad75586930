"""A county with its notice published on Monday 23 November 2026."""

import pytest

from anxiao.loop.duties.services import import_plan, publish_plan
from tests.builders import AT
from tests.loop.duties.plans import NOTICE, County


@pytest.fixture
def place(db):
    return County()


@pytest.fixture
def plan(place):
    draft = import_plan(NOTICE, place.county, actor=place.clerk, at=AT)
    return publish_plan(draft, actor=place.clerk, at=AT)
