"""``GET /me/today`` says what the page says."""

import pytest
from ninja.testing import TestClient

from anxiao.boards.today.api import router
from anxiao.foundation.accounts.queries import posts_of
from anxiao.foundation.kernel.errors import Forbidden
from anxiao.loop.hazards.queries import waiting
from tests.builders import AT, TODAY, actor_of, make_user
from tests.loop.hazards.world import World


@pytest.fixture(scope="module")
def client():
    return TestClient(router)


def ask(client, user, **words):
    words = {"actor": actor_of(user), "posts": posts_of(user.pk, TODAY), "at": AT, **words}
    return client.get("/me/today", **words)


def test_a_guard_is_asked_for_two_rounds(place, plan, client):
    guard = make_user("石岩", (place.school, "guard"))
    body = ask(client, guard).json()
    (task,) = body["tasks"]
    assert (body["on"], body["count"], body["minutes"]) == ("2026-11-23", 1, 20)
    assert (task["title"], task["when"], task["due_on"], task["minutes"]) == (
        "上学日巡查",
        "now",
        "2026-11-23",
        20,
    )
    assert (task["unit"], task["unit_name"], task["clause"], task["action"]) == (
        place.school.pk,
        "云河区第一小学",
        "2.2.a",
        "办理",
    )
    assert task["url"].startswith("/duties/cells/")


def test_posts_at_two_units_come_together_and_are_told_apart(place, plan, client):
    both = make_user("两校长", (place.school, "principal"), (place.second, "guard"))
    tasks = ask(client, both).json()["tasks"]
    assert {(task["unit_name"], task["title"]) for task in tasks} == {
        ("云河区第一小学", "应急预案现行有效"),
        ("云河区第一小学", "食堂月调度"),
        ("云河区第二小学", "上学日巡查"),
    }
    assert [task["when"] for task in tasks] == ["now", "soon", "soon"]


def test_a_token_for_something_else_is_refused(place, plan, client):
    guard = make_user("石岩", (place.school, "guard"))
    actor = actor_of(guard)
    narrowed = type(actor)(actor.user_id, actor.name, actor.grants, frozenset({"hazards.view"}))
    with pytest.raises(Forbidden):
        ask(client, guard, actor=narrowed)


def test_more_than_is_listed_is_told(client, monkeypatch, db):
    world = World()
    monkeypatch.setattr(waiting, "CAP", 2)
    found = []
    for _ in range(3):
        world.open()
        found.append(ask(client, world.users["principal"]).json())
    told = [(body["count"], len(body["tasks"]), body["is_more"]) for body in found]
    assert told == [(1, 1, False), (2, 2, False), (2, 2, True)]
