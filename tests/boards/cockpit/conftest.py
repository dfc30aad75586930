"""Fixtures."""

from datetime import timedelta

import pytest
from django.test import Client

from anxiao.loop.duties.services import open_due
from tests.boards.cockpit.wednesday import LATER
from tests.builders import AT, make_user, sign_in


@pytest.fixture
def later(place, plan, monkeypatch):
    """Wednesday: Monday's and Tuesday's rounds of the guard were not walked anywhere."""
    open_due(AT + timedelta(days=1))
    open_due(LATER)
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)
    return place


@pytest.fixture
def clerk(later):
    return sign_in(Client(), make_user("梁青", (later.county, "county_safety")))
