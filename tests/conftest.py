"""Fixtures for every test."""

import os
import re
from importlib import import_module

import pytest
from django.db import connection
from hypothesis import settings

from anxiao.foundation.access import http
from anxiao.foundation.access.limits import Limiter
from anxiao.loop.duties.queries import units
from anxiao.loop.inspections.queries.checklists import forget_versions

settings.register_profile("here", deadline=None)  # speed is measured in bench/, not in tests
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps a loop in its thread


@pytest.fixture(scope="session", autouse=True)
def hurried():
    """Tests ask faster than people read: the limits of pages, wide open; yields the true ones."""
    true = {name: getattr(http, name) for name in ("PAGES", "COSTLY")}
    for name in true:
        setattr(http, name, Limiter(per_minute=6e9, burst=10**9))
    yield true
    for name, limiter in true.items():
        setattr(http, name, limiter)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Take the guards against deleting off: SQLite's flush between tests deletes row by row."""
    with django_db_blocker.unblock():
        guards = import_module("anxiao.foundation.journal.migrations.0002_append_only")
        guards.unguard(connection)
        records = import_module("anxiao.loop.inspections.migrations.0003_whole_records")
        records.allow_deleting(connection)
        if connection.vendor == "sqlite":
            plans = import_module("anxiao.loop.duties.migrations.0003_published_whole")
            plans.allow_removal(connection)


@pytest.fixture(autouse=True)
def no_version_remembered():
    """Between tests keys are given anew: what is known of plans and checklists is forgotten."""
    units.duties_of.cache_clear()
    forget_versions()


@pytest.fixture
def guarded_journal(db):
    """The append-only guards as they stand in production, for the length of one test."""
    guards = import_module("anxiao.foundation.journal.migrations.0002_append_only")
    guards.guard(connection)
    yield
    guards.unguard(connection)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark whatever touches the database, so that ``-m django_db`` runs just that.

    Operations of the interface that are asked in turn bear one name, of which several workers run
    one alone: each gets its own.
    """
    for item in items:
        if label := getattr(item, "operation_label", ""):
            item._id = item._id.with_params(label)
        if {"db", "transactional_db"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.django_db)


def pytest_terminal_summary(terminalreporter):
    """The figures that tests told by ``record_property``, from all workers: ``S9: 0 of 300``."""
    told = {
        f"{name}: {value}"
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
    }
    if told:
        terminalreporter.section("figures")
        for line in sorted(told, key=lambda line: (line[0], int(re.search(r"\d+", line)[0]), line)):
            terminalreporter.line(line)
