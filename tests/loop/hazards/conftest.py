"""The world every test of the room stands in."""

import pytest

from tests.loop.hazards.world import World


@pytest.fixture
def world(db):
    return World()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT
