"""S25: what identifies a person or opens a door is in no log, journal, error page or address."""

import json
import logging
from datetime import timedelta

import pytest
from django.test import Client

from anxiao.foundation.accounts.models import User
from anxiao.foundation.accounts.services import Claim, Invited, NewAccount, accept_as_new, invite
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.messaging.adapters import MailServer, Robot
from anxiao.foundation.messaging.models import Message, Outgoing
from anxiao.foundation.messaging.services import enqueue_to_groups, send_digests
from anxiao.loop.hazards import services as hazards
from tests.builders import AT, TODAY, actor_of, sign_in
from tests.loop.hazards.world import World

PHONE, NEXT_PHONE = "13912345678", "13887654321"
IDENTITY = "110101199003077715"
PASSWORD, NEXT_PASSWORD = "Kanarienvogel-77-gelb", "Kanarienvogel-88-blau"
ROBOT = "kanarienvogel-schluessel"
CANARIES = (PHONE, NEXT_PHONE, IDENTITY, PASSWORD, NEXT_PASSWORD, ROBOT)


@pytest.fixture
def world(db, settings, tmp_path, time_machine):
    settings.MEDIA_ROOT = tmp_path
    settings.ANXIAO_DEMO = True
    time_machine.move_to(AT, tick=False)
    return World()


class Visits:
    """A client that keeps every address it was sent to and the body of every refusal."""

    def __init__(self, user=None):
        self.client = Client(raise_request_exception=False)
        self.seen = []
        if user is not None:
            sign_in(self.client, user)

    def __call__(self, method, path, *args, **kwargs):
        answer = getattr(self.client, method)(path, *args, **kwargs)
        self.seen += [path, answer.headers.get("Location", "")]
        if answer.status_code >= 400:
            self.seen.append(answer.content.decode())
        return answer


def test_s25_canaries_are_nowhere(world, caplog, monkeypatch, record_property):
    """A life of an account with everything that goes wrong in it; then everything is searched."""
    caplog.set_level(logging.DEBUG)
    for name in ("django", "anxiao", "urllib3", ""):
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
    head = actor_of(world.users["principal"])
    secret = invite(Invited(world.school, "guard", "王五", TODAY, phone=PHONE), actor=head, at=AT)[
        1
    ]
    user = accept_as_new(secret, NewAccount("wangwu", PASSWORD, PHONE), at=AT)
    strange, own = Visits(), Visits(user)

    for name, word in ((PHONE, "falsch"), (PASSWORD, PASSWORD), ("wangwu", NEXT_PASSWORD)):
        strange("post", "/account/sign-in", {"username": name, "password": word})
    strange("post", "/account/sign-in", {"username": PHONE, "password": PASSWORD})
    strange("post", "/account/sign-out")
    body = {"username": PHONE, "password": PASSWORD, "kanarie": IDENTITY}
    strange("post", "/api/v1/token", json.dumps(body), "application/json")
    strange("post", "/api/v1/token", json.dumps({**body, "kanarie": 1})[:-1], "application/json")

    contact = {"phone": NEXT_PHONE, "email": "w@example.org", "password": PASSWORD}
    own("post", "/account/contact", contact | {"password": NEXT_PASSWORD})
    own("post", "/account/contact", contact)
    change = {"old": PASSWORD, "new": NEXT_PASSWORD, "again": NEXT_PASSWORD}
    own("post", "/account/password", change | {"again": "anders"})
    own("post", "/account/password", change)

    officer, bureau = Visits(world.users["officer"]), Visits(world.users["bureau"])
    robot = {"channel": "wecom", "name": "群", "url": f"https://example.org/?key={ROBOT}"}
    bureau("post", "/messages/robots/new/", robot | {"secret": ROBOT})
    robot["url"] = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={ROBOT}"
    bureau("post", "/messages/robots/new/", robot | {"secret": ROBOT})
    hazard = world.open(description=f"学生 {IDENTITY} 摔倒，家长 {PHONE}")
    officer("post", f"/hazards/{hazard.pk}/comment", {"text": f"{IDENTITY} {PHONE}"})

    def fails(*_args, **_kwargs):
        raise RuntimeError("a fault of the program")

    monkeypatch.setattr(hazards, "comment_hazard", fails)
    fault = officer("post", f"/hazards/{hazard.pk}/comment", {"text": f"{IDENTITY} {PASSWORD}"})
    assert fault.status_code == 500

    logs = [record.getMessage() for record in caplog.records]
    logs += [caplog.text]
    lines = [json.dumps(row, default=str, ensure_ascii=False) for row in Entry.objects.values()]
    seen = [text for visits in (strange, own, officer, bureau) for text in visits.seen]
    enqueue_to_groups(world.school.path, Message.objects.latest("pk").text, at=AT)
    User.objects.update(email="a@example.org")
    send_digests(AT + timedelta(days=1))
    sent = [json.dumps(row, default=str, ensure_ascii=False) for row in Outgoing.objects.values()]
    told = {"log": logs, "journal": lines, "page or address": seen, "message": sent}
    found = {
        (where, canary)
        for where, texts in told.items()
        for canary in CANARIES
        if any(canary in text for text in texts)
    }
    assert found == set()
    assert len(lines) > 8
    assert sent
    looked = f"{len(CANARIES)} canaries in {sum(map(len, told.values()))} lines, pages and mails"
    record_property("S25", f"{looked}: {len(found)} found")
    assert any("RuntimeError" in text for text in logs)


def test_s25_secrets_do_not_show_when_objects_are_printed():
    """A traceback with values, a debugger, a careless log line."""
    assert PASSWORD not in repr(NewAccount("wangwu", PASSWORD, PHONE))
    assert PASSWORD not in repr(Claim("wangwu", PASSWORD))
    assert ROBOT not in repr(Robot("wecom", f"https://x/?key={ROBOT}", ROBOT))
    assert PASSWORD not in repr(MailServer("host", 25, "a@example.org", "a", PASSWORD))
