"""S14: a hostile text in every text column of the county runs nothing on any page."""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest
from django.apps import apps
from django.db import models
from playwright.sync_api import expect

from tests.browser.conftest import DESK, Watched, running
from tests.browser.walk import POSTS, Walk, plain_routes

PAYLOADS = (
    (
        "'\"></textarea></title></script><svg onload=window.__xss=1>"
        "<img src=x onerror=window.__xss=1>{{7*7}}<a href='javascript:window.__xss=1'>"
    ),
    "'\"></script><img src=x onerror=window.__xss=1>",
    '"><svg onload=__xss=1>',
)
"""The longest that fits a column is written; a column too short for the last can hold none."""
MARK = "__xss=1"
MOVING_PARTS = {
    *("username", "password", "path", "code", "level", "kind", "owner", "cadence", "room", "gauge"),
    *("sha256", "body_sha256", "source", "period_key", "secret", "key", "slug", "action", "token"),
    *("session_key", "session_data", "number", "key_part", "category", "origin", "role", "state"),
    *(
        "content_type",
        "media_type",
        "host",
        "digest",
        "town_path",
        "org_path",
        "model",
        "app_label",
    ),
    *("codename", "app", "data", "user_agent", "ip", "name_digest", "target"),
}
"""Columns the program reads as codes, keys or addresses; people cannot put text into them."""
WRITTEN = {("duties_plan", "number"), ("hazards_criterion", "source")}
"""Columns of such names into which people do write."""
APPS = ("orgs", "accounts", "files", "journal", "places", "messaging", "registers", "duties")
ROOMS = (*APPS, "hazards", "inspections")
TEXT_KEYS = {
    *("text", "look", "basis", "suggest", "note", "reason", "answer", "name", "title", "label"),
    *("measure", "opinion", "result", "contingency", "interim_measure", "responsible_name"),
}
INJECTED = "document.querySelectorAll('svg[onload], img[src=x], a[href^=javascript]').length"


def columns():
    """Every text column that holds people's words: table, column, longest, whether JSON."""
    for model in apps.get_models():
        if model._meta.app_label not in ROOMS:
            continue
        for field in model._meta.concrete_fields:
            moving = field.name in MOVING_PARTS
            moving &= (model._meta.db_table, field.column) not in WRITTEN
            if field.primary_key or field.choices or moving:
                continue
            if isinstance(field, models.JSONField):
                yield model._meta.db_table, field.column, None, True
            elif isinstance(field, models.CharField | models.TextField):
                yield model._meta.db_table, field.column, field.max_length, False


def poison(database):
    """Write the payload into all of them; how many columns took it."""
    taken = 0
    with closing(sqlite3.connect(database)) as connection, connection:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in connection.execute(triggers).fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for table, column, longest, is_json in columns():
            if is_json:
                poison_json(connection, table, column)
                continue
            payload = fitting(longest)
            if payload:
                rule = f'UPDATE "{table}" SET "{column}" = ? || rowid WHERE "{column}" <> \'\''
                connection.execute(rule, [payload])
                taken += 1
    return taken


def fitting(longest):
    """The longest payload for a column, with room for a row's number."""
    return next((each for each in PAYLOADS if longest is None or len(each) + 6 <= longest), "")


def poison_json(connection, table, column):
    rows = connection.execute(f'SELECT rowid, "{column}" FROM "{table}"').fetchall()
    changed = [
        (json.dumps(poisoned(json.loads(text)), ensure_ascii=False), rowid)
        for rowid, text in rows
        if text
    ]
    connection.executemany(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', changed)


def poisoned(value, key=""):
    if isinstance(value, dict):
        return {name: poisoned(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [poisoned(inner, key) for inner in value]
    return PAYLOADS[0] if isinstance(value, str) and value and key in TEXT_KEYS else value


@pytest.fixture
def hostile(server, data_folder, tmp_path, record_property):
    """Address of a county whose every text is hostile."""
    for name in ("files", "keys", "static"):
        if (data_folder / name).exists():
            shutil.copytree(data_folder / name, tmp_path / name)
    source, copy = (folder / "anxiao.sqlite3" for folder in (data_folder, tmp_path))
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    taken = poison(copy)
    assert taken > 60
    record_property("S14", f"hostile text in {taken} columns")
    with running(tmp_path) as address:
        yield address


class Witness:
    """Looks whether anything of the payload has become part of a page."""

    def __init__(self):
        self.fired, self.asked, self.shown = [], [], 0

    def hear(self, dialog):
        """A dialog opened by itself."""
        self.asked.append(dialog.message)
        dialog.dismiss()

    def __call__(self, page):
        if page.evaluate("window.__xss") or page.evaluate(INJECTED):
            self.fired.append(page.url)
        self.shown += MARK in page.inner_text("body")


@pytest.mark.timeout(600)
def test_s14_hostile_text_runs_nowhere(hostile, accounts, browser, record_property):
    witness, faults = Witness(), []
    walk = Walk(hostile, witness)
    for post in POSTS:
        person = next(username for username in accounts if username.startswith(post))
        context = browser.new_context(viewport=DESK, base_url=hostile, locale="zh-CN")
        page = context.new_page()
        watched = Watched(page, hostile)
        page.on("dialog", witness.hear)
        enter(page, accounts[person])
        walk.go(page, ["/", "/board/", *plain_routes()])
        faults += watched.faults
        context.close()
    assert (witness.fired, witness.asked) == ([], [])
    assert faults == []
    assert len(walk.seen) > 60
    assert witness.shown > 40
    told = f"{len(walk.seen)} pages visited, shown on {witness.shown}, fired {len(witness.fired)}"
    record_property("S14", told)


def enter(page, account):
    page.goto("/account/sign-in")
    page.locator("[name=username]").fill(account["username"])
    page.locator("[name=password]").fill(account["password"])
    page.locator("form button[type=submit]").first.click()
    expect(page.locator(".ax-top")).to_be_visible()
