"""Every form that the pages show, as a browser would send it, and what sending it wrote."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.apps import apps
from django.db import connection, models, transaction
from django.urls import resolve

from tests.builders import PASSWORD
from tests.safety.world import House, all_routes, let_go

DIFFER = {
    "hazards:detail",
    "orgs:detail",
    "duties:plan",
    "inspections:checklist",
    "accounts:account",
}
SAME = ("registers:hazards", "registers:journal", "registers:index")
TEXT = {"text", "search", "textarea", "url", "tel", "email"}
SAMPLES = {
    "phone": "13812345678",
    "email": "anran@example.org",
    "username": "anran2026",
    "old": PASSWORD,
    "new": "Baiyun-7712-hai",
    "again": "Baiyun-7712-hai",
    "password": PASSWORD,
    "code": "123456",
    "url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k",
    "funds": "200",
    "from_on": "2026-11-23",
    "until_on": "2026-12-20",
    "happened_on": "2026-11-23",
    "found_on": "2026-11-23",
    "opened_on": "2026-11-01",
    "starts_on": "2027-02-20",
    "ends_on": "2027-07-05",
    "new_due_on": "2026-12-10",
}
KINDS = {"date": "2026-12-01", "time": "08:00", "number": "1", "url": SAMPLES["url"]}
WRITES = re.compile(r'^\s*(?:INSERT(?: OR IGNORE)? INTO|UPDATE|DELETE FROM) "?(\w+)', re.I)
LOCK = re.compile(r'^UPDATE "(\w+)" SET "(\w+)" = "\1"\."\2"')
"""A row set to itself: the way to hold it on both databases."""
UNLESS_THERE = re.compile(r"INSERT OR IGNORE|ON CONFLICT", re.I)
PASSING = {"django_session", "cache_entries", "usersessions_usersession", "accounts_signinlimit"}
"""Tables that hold no state of the house: sessions, tries."""


@dataclass
class Form:
    """A form as a page showed it to ``person``; ``values`` is what a careful person would send."""

    person: str
    page: str
    action: str = ""
    values: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    method: str = "get"

    @property
    def route(self) -> str:
        return str(resolve(urlsplit(self.action).path).view_name)

    @property
    def sign(self) -> tuple[Any, ...]:
        """Two forms with the same sign are tried once."""
        return (self.route, tuple(sorted(self.values)), self.texts == [])


class _Reader(HTMLParser):
    def __init__(self, person: str, page: str) -> None:
        super().__init__()
        self.person, self.page = person, page
        self.forms: list[Form] = []
        self.now: Form | None = None
        self.select, self.pressed = "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "form":
            action = urljoin(self.page, given.get("action") or self.page)
            self.now = Form(self.person, self.page, action, method=given.get("method", "get"))
            self.forms.append(self.now)
            self.pressed = False
        elif self.now is not None and tag == "select":
            self.select = given.get("name", "")
        elif self.now is not None and tag == "option" and self.select:
            chosen = "selected" in given or not self.now.values.get(self.select)
            if given.get("value") and chosen:
                self.now.values[self.select] = given["value"]
        elif self.now is not None and given.get("name") and tag in {"input", "textarea", "button"}:
            self._keep(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.now = None
        elif tag == "select":
            self.select = ""

    def _keep(self, tag: str, given: dict[str, str]) -> None:
        assert self.now is not None
        name, value = given["name"], given.get("value", "")
        kind = "textarea" if tag == "textarea" else given.get("type", "text")
        if name == "csrfmiddlewaretoken" or kind == "file":
            return
        if kind == "submit" or tag == "button":
            if not self.pressed:  # a browser sends the one button that was pressed
                self.pressed = True
                self.now.values[name] = value
            return
        if kind in {"radio", "checkbox"}:
            fallback = kind == "radio" and name not in self.now.values
            if "checked" in given or fallback:
                self.now.values[name] = value
            return
        if kind in TEXT:
            self.now.texts.append(name)
        self.now.values[name] = value or SAMPLES.get(name) or KINDS.get(kind) or "说明文字"


def all_forms(house: House) -> list[Form]:
    """One of each kind of POST form that the pages show to those who may see them."""
    found: dict[tuple[Any, ...], Form] = {}
    for name, _path, view in all_routes():
        if name.startswith("registers:") and not name.startswith(SAME):
            continue
        for form in _of_route(house, name, view):
            if form.method == "post":
                found.setdefault(form.sign, form)
    return list(found.values())


def _of_route(house: House, name: str, view: Any) -> Iterator[Form]:
    """The forms of a route: of its first page that opens, or of each where pages differ."""
    able = house.able(getattr(view, "capability", ()))
    for url in house.addresses(name):
        for person in able:
            answer = house.client(person).get(url)
            let_go(answer)
            if answer.status_code == 405:
                return
            if answer.status_code == 200 and "html" in answer.headers.get("Content-Type", ""):
                reader = _Reader(person, url)
                reader.feed(answer.content.decode())
                yield from reader.forms
                if name not in DIFFER:
                    return
                break


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def tables_written() -> Iterator[list[str]]:
    """The tables that are written to meanwhile."""
    tables: list[str] = []

    def watch(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        result = execute(sql, params, many, context)
        wrote = WRITES.match(str(sql))
        in_vain = UNLESS_THERE.search(str(sql)) and context["cursor"].rowcount == 0
        if wrote and not LOCK.match(str(sql)) and not in_vain:
            tables.append(wrote[1])
        return result

    with connection.execute_wrapper(watch):
        yield tables


class Sent:
    """One form sent: the answer, and the tables that were written to."""

    def __init__(self, house: House, form: Form, **changed: Any) -> None:
        self.kept: dict[str, bool] = {}
        client = house.client(form.person)
        body = {**form.values, **changed}
        with tables_written() as self.tables:
            self.answer = client.post(form.action, body)
        let_go(self.answer)

    @property
    def wrote(self) -> set[str]:
        """Tables of the house that were written to."""
        return set(self.tables) - PASSING

    @property
    def journalled(self) -> bool:
        return "journal_entry" in self.tables

    def keeps(self, text: str) -> bool:
        """Whether ``text`` stands, equal, in one of the tables that were written to."""
        for model in apps.get_models():
            if model._meta.db_table in self.wrote and _holds(model, text):
                return True
        return False


def _holds(model: type[models.Model], text: str) -> bool:
    for each in model._meta.fields:
        rows = model._default_manager.order_by("-pk")
        latest = rows.values_list(each.name, flat=True)
        if isinstance(each, models.CharField | models.TextField) and latest.filter(
            **{each.name: text}
        ):
            return True
        if isinstance(each, models.JSONField) and any(_within(one, text) for one in latest[:5]):
            return True
    return False


def _within(value: Any, text: str) -> bool:
    if isinstance(value, dict):
        return any(_within(each, text) for each in value.values())
    if isinstance(value, list):
        return any(_within(each, text) for each in value)
    return bool(value == text)
