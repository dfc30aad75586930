"""Lines of the log: JSON, with the request's number and route, and nothing that a person wrote."""

import json
import logging
from io import StringIO

import pytest
from django.db import IntegrityError

from anxiao.foundation.kernel.errors import Invalid
from anxiao.project.operate import views
from anxiao.project.operate.logs import JsonFormatter, LineFormatter
from tests.builders import make_county, make_school, make_user, sign_in

CANARY = "金丝雀13800001111"


@pytest.fixture(params=[JsonFormatter, LineFormatter], ids=["json", "line"])
def log(request):
    """All that is logged, as production writes it."""
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(request.param())
    root, requests = logging.getLogger(), logging.getLogger("anxiao.requests")
    before = requests.level
    root.addHandler(handler)
    requests.setLevel(logging.INFO)
    yield out.getvalue
    root.removeHandler(handler)
    requests.setLevel(before)


@pytest.mark.django_db
def test_no_line_tells_what_a_person_wrote_or_is_called(client, log, monkeypatch):
    user = make_user(CANARY, (make_school(make_county(), CANARY), "principal"))
    sign_in(client, user)
    client.get(f"/registers/hazards/?q={CANARY}")
    client.get(f"/{CANARY}")
    client.post("/account/sign-in", {"username": CANARY, "password": CANARY})
    client.get("/healthz", headers={"X-Request-ID": CANARY, "User-Agent": CANARY})
    client.get("/api/v1/me", headers={"Authorization": f"Bearer {CANARY}"})

    def broken(*_args):
        raise IntegrityError(f"Key (phone)=({CANARY}) already exists.") from Invalid(CANARY)

    monkeypatch.setattr(views, "recent", broken)
    client.raise_request_exception = False
    assert client.get(f"/healthz?{CANARY}").status_code == 500
    told = log()
    assert "IntegrityError < Invalid" in told
    assert "operate:healthz" in told
    assert CANARY not in told
    assert "13800001111" not in told


@pytest.mark.django_db
def test_a_request_gets_one_line_with_these_facts(client, log):
    user = make_user("甲", (make_school(make_county()), "principal"))
    sign_in(client, user)
    seen = len(log().splitlines())
    response = client.get("/account/")
    (line,) = log().splitlines()[seen:]
    if not line.startswith("{"):
        assert f"user_id={user.pk}" in line
        return
    told = json.loads(line)
    assert set(told) == {
        *("at", "level", "logger", "event", "request_id"),
        *("route", "method", "status", "ms", "user_id"),
    }
    assert (told["event"], told["status"]) == ("request", response.status_code)
    assert told["user_id"] == user.pk
    assert told["request_id"] == response["X-Request-ID"]


@pytest.mark.django_db
def test_a_proxys_number_is_kept_if_it_is_one(client):
    number = "0123456789abcdef" * 2
    assert client.get("/healthz", headers={"X-Request-ID": number})["X-Request-ID"] == number
    other = client.get("/healthz", headers={"X-Request-ID": "1' OR 1=1"})["X-Request-ID"]
    assert len(other) == 32
    assert other != number
