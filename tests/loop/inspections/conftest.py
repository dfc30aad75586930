"""The world of these tests; the clock of pages stands at ``AT``."""

from importlib import import_module

import pytest
from django.db import connection
from django.test import Client

from tests.builders import AT, sign_in
from tests.loop.inspections.world import World


@pytest.fixture
def world(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return World()


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def officer(world, frozen):
    return sign_in(Client(), world.officer_user)


@pytest.fixture
def stranger(world, frozen):
    return sign_in(Client(), world.stranger_user)


@pytest.fixture
def clerk(world, frozen):
    return sign_in(Client(), world.clerk_user)


@pytest.fixture
def kept_records(db):
    """Records as production keeps them, for the length of one test: none can be deleted."""
    records = import_module("anxiao.loop.inspections.migrations.0003_whole_records")
    records.forbid_deleting(connection)
    yield
    records.allow_deleting(connection)
