"""S5 and S11: sessions begin anew, end by themselves, elsewhere and at once."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

import anxiao
from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.accounts.services import end_post, issue_token, lock_account, unlock_account
from anxiao.foundation.journal.models import Entry
from tests.builders import (
    AT,
    PASSWORD,
    TODAY,
    actor_of,
    make_county,
    make_school,
    make_user,
    sign_in,
)

pytestmark = pytest.mark.django_db
NEW = "Baiyun-7712-hai"
ME = "/account/"


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def head(county):
    return make_user("校长", (make_school(county), "principal"), username="chengran")


def entered(name="chengran", password=PASSWORD):
    client = Client()
    answer = client.post("/account/sign-in", {"username": name, "password": password})
    assert answer.status_code == 302
    return client


def is_in(client):
    return client.get(ME).status_code == 200


def test_s11_a_new_id_at_sign_in(client, head):
    client.get("/account/sign-in")
    session = client.session
    session["left_by_stranger"] = 1
    session.save()
    before = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = before
    client.post("/account/sign-in", {"username": "chengran", "password": PASSWORD})
    assert client.session.session_key != before
    assert "left_by_stranger" not in client.session


def test_s11_thirty_idle_minutes_end_it(head):
    with time_machine.travel(AT, tick=False) as clock:
        client = entered()
        for _ in range(5):
            clock.shift(timedelta(minutes=29))
            assert is_in(client)
        clock.shift(timedelta(minutes=30))
        assert not is_in(client)
        assert "较长时间没有操作" in client.get("/account/sign-in").content.decode()
    assert Entry.objects.filter(action="sign_out", detail__why="idle").count() == 1


def test_s11_twelve_hours_end_it_however_busy(head):
    with time_machine.travel(AT, tick=False) as clock:
        client = entered()
        for _ in range(36):
            assert is_in(client)
            clock.shift(timedelta(minutes=20))
        assert not is_in(client)
    assert Entry.objects.filter(action="sign_out", detail__why="too_old").count() == 1


def test_s11_sign_out_ends_it_for_good(head):
    client = entered()
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert client.get("/account/sign-out").status_code == 405
    client.post("/account/sign-out")
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert not is_in(client)


def test_s11_the_list_ends_one_or_all_others_and_nobody_elses(county, head):
    here, there, far = entered(), entered(), entered()
    make_user("他人", (make_school(county), "principal"), username="other")
    other = entered("other")
    rows = here.get("/account/sessions").context["sessions"]
    assert [row.is_this for row in rows] == [True, False, False]
    foreign = other.get("/account/sessions").context["sessions"][0]
    here.post("/account/sessions", {"session": foreign.pk})
    assert is_in(other)
    newest = there.get("/account/sessions").context["sessions"][0]
    here.post("/account/sessions", {"session": newest.pk})
    assert not is_in(there)
    assert is_in(far)
    here.post("/account/sessions", {"session": ""})
    assert not is_in(far)
    assert is_in(here)
    assert Entry.objects.filter(action="end_sessions").count() == 2


def test_s11_a_new_password_ends_the_others_and_the_tokens(head):
    here, there = entered(), entered()
    _secret, token = issue_token(head, label="脚本", at=AT)
    before = here.session.session_key
    form = {"old": PASSWORD, "new": NEW, "again": NEW}
    assert here.post("/account/password", form).status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert here.session.session_key != before
    assert len(here.get("/account/sessions").context["sessions"]) == 1
    token.refresh_from_db()
    assert token.revoked_at
    assert is_in(entered(password=NEW))


@pytest.mark.parametrize(
    ("old", "new", "again", "field"),
    [
        ("wrong", NEW, NEW, "old"),
        (PASSWORD, "Short-1", "Short-1", "new"),
        (PASSWORD, "1234567890123", "1234567890123", "new"),
        (PASSWORD, "password123", "password123", "new"),
        (PASSWORD, "chengran2026", "chengran2026", "new"),
        (PASSWORD, NEW, "other", "again"),
        (PASSWORD, PASSWORD, PASSWORD, "new"),
    ],
)
def test_passwords_that_are_refused(head, old, new, again, field):
    client = entered()
    page = client.post("/account/password", {"old": old, "new": new, "again": again})
    assert page.status_code == 200
    errors = page.context["form"].errors
    assert list(errors) == [field]
    assert not any(word in str(errors) for word in ("password is", "too short", "This"))
    head.refresh_from_db()
    assert head.check_password(PASSWORD)


def test_a_first_password_must_be_changed_before_anything_else(county):
    person = make_user(
        "新人",
        (make_school(county), "principal"),
        username="xinren",
        must_change_password=True,
    )
    client = entered("xinren")
    wall = reverse("accounts:password")
    for url in (ME, "/orgs/", "/account/people", "/account/sessions", "/account/second-factor"):
        assert client.get(url).headers["Location"] == wall
    assert client.post("/account/switch", {"membership": "1"}).headers["Location"] == wall
    assert client.get(wall).status_code == 200
    client.post(wall, {"old": PASSWORD, "new": NEW, "again": NEW})
    assert is_in(client)
    person.refresh_from_db()
    assert not person.must_change_password


def post_ended(person, _admin):
    end_post(person.memberships.get(), actor=SYSTEM, at=AT)


def post_over(person, _admin):
    person.memberships.update(until_on=TODAY - timedelta(days=1))


def locked(person, admin):
    lock_account(person, reason="离职", actor=admin, at=AT)


def locked_and_unlocked(person, admin):
    locked(person, admin)
    unlock_account(person, actor=admin, at=AT)


OPEN_TO_A_HEAD = ("/registers/hazards/", "/board/", "/messages/")
FOR_PROGRAMS = ("hazards", "registers/hazards")


def served(client, secret, school):
    """Which of these the person, by page and by token, is given."""
    heads = {"Authorization": f"Bearer {secret}"}
    asked = [
        *((path, {}) for path in (*OPEN_TO_A_HEAD, f"/orgs/{school.pk}")),
        *((f"/api/v1/{path}", heads) for path in FOR_PROGRAMS),
    ]
    return [path for path, more in asked if client.get(path, headers=more).status_code == 200]


@pytest.mark.parametrize("taken", [post_ended, post_over, locked, locked_and_unlocked])
def test_s5_nothing_is_served_after(county, head, taken, record_property):
    """By a page that stands open and by a token alike, however the right was taken."""
    admin = actor_of(make_user("守", (county, "security_admin")))
    school = head.memberships.get().org
    with time_machine.travel(AT, tick=False):
        client, secret = entered(), issue_token(head, label="脚本", at=AT)[0]
        before = served(client, secret, school)
        assert len(before) == len(OPEN_TO_A_HEAD) + 1 + len(FOR_PROGRAMS)
        taken(head, admin)
        after = served(client, secret, school)
    assert after == []
    record_property(
        "S5", f"{taken.__name__}: {len(before)} requests served before, {len(after)} after"
    )


def test_s5_rights_taken_away_act_at_the_next_request(county, head):
    client = entered()
    assert client.get("/orgs/").status_code == 302
    end_post(head.memberships.get(), actor=SYSTEM, at=AT)
    assert client.get("/orgs/").status_code == 403
    admin = actor_of(make_user("守", (county, "security_admin")))
    lock_account(head, reason="离职", actor=admin, at=AT)
    assert not is_in(client)


def test_posts_are_switched_by_one_tap(county):
    one, two = make_school(county), make_school(county)
    person = make_user("某人", (one, "principal"), (two, "safety_officer"))
    client = sign_in(Client(), person)
    assert client.get("/orgs/").headers["Location"] == f"/orgs/{one.pk}"
    second = person.memberships.get(org=two)
    assert client.get("/account/switch").status_code == 405
    client.post("/account/switch", {"membership": second.pk, "next": "/orgs/"})
    assert client.get("/orgs/").headers["Location"] == f"/orgs/{two.pk}"
    foreign = make_user("他", (one, "guard")).memberships.get()
    assert client.post("/account/switch", {"membership": foreign.pk}).status_code == 422
    assert client.post("/account/switch", {"membership": "x"}).status_code == 422


def test_s12_cookies_are_bound_to_the_host_and_out_of_reach_of_scripts(head):
    """S12, as far as sessions go."""
    client = entered()
    for name in (settings.SESSION_COOKIE_NAME, "__Host-device"):
        cookie = client.cookies[name]
        assert name.startswith("__Host-")
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert not cookie["domain"]


def test_s11_only_one_place_begins_sessions():
    """A session begun elsewhere would not know whether a second factor was given."""
    places = set()
    for path in Path(anxiao.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "django.contrib.auth":
                names = {alias.name for alias in node.names}
                if names & {"login", "alogin"}:
                    places.add(path.name)
    assert places == {"http.py"}
