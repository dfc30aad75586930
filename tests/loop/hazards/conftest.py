"""The world every test of the room stands in."""

import pytest
import time_machine

from tests.builders import AT, sign_in
from tests.loop.hazards.world import World


@pytest.fixture
def world(db):
    return World()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def now():
    """Pages read the clock: it stands at ``AT``."""
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def as_(world, client):
    def as_(name):
        return sign_in(client, world.users[name])

    return as_
