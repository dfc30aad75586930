"""The product as production starts it: S34 refuses weak secrets, R17 SIGTERM drains."""

import http.client
import importlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError

from anxiao.project import env, wsgi
from tests.project.conftest import ROOT, environment

STARTS_WITHIN = 90


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(port, path, method="GET", **headers):
    """Status, headers and whole body; ``IncompleteRead`` if the answer was cut short."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as line:
        line.request(method, path, headers=headers)
        answer = line.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


def test_s34_weak_secrets_are_refused_by_every_way_in(monkeypatch, settings):
    settings.SECURE = True
    importlib.reload(wsgi)
    monkeypatch.setattr(env, "weak_secrets", lambda: ["密钥 secret_key 过于简单"])
    for name in ("serve", "worker"):
        with pytest.raises(CommandError, match="secret_key"):
            call_command(name)
    with pytest.raises(ImproperlyConfigured, match="secret_key"):
        importlib.reload(wsgi)
    settings.SECURE = False  # the demo, and a desk
    importlib.reload(wsgi)


LOADED = """
import gc, sys
from anxiao.project.wsgi import application
from django.test import RequestFactory
assert gc.isenabled() and gc.get_freeze_count() > 10_000
asked = RequestFactory().get("/account/sign-in", HTTP_HOST="127.0.0.1").environ
print(b"".join(application(asked, lambda status, _head: print(status)))[:15].decode())
print([name for name in ("ninja", "pydantic", "openpyxl", "PIL") if name in sys.modules])
asked = RequestFactory().get("/api/v1/me/today", HTTP_HOST="127.0.0.1").environ
application(asked, lambda status, _head: print(status))
"""


def test_a_page_is_answered_before_the_interface_is_loaded(tmp_path):
    """G12: a third of what the server may need is loaded by who asks for it first."""
    told = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=ROOT,
        env=environment(
            tmp_path, ANXIAO_DEBUG="1", DJANGO_SETTINGS_MODULE="anxiao.project.settings"
        ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert told.stdout.splitlines() == ["200 OK", "<!doctype html>", "[]", "401 Unauthorized"], told


class Load(threading.Thread):
    """Asks for pages until the server is gone; notes every answer that is not whole and good."""

    def __init__(self, port):
        super().__init__()
        self.port, self.good, self.bad = port, 0, []

    def run(self):
        while True:
            try:
                status, _headers, body = get(self.port, "/account/sign-in", Connection="close")
            except ConnectionError:  # never taken: a client tries again
                return
            except (http.client.HTTPException, OSError) as fault:
                self.bad.append(repr(fault))
                return
            if status == 200 and b"</html>" in body:
                self.good += 1
            else:
                self.bad.append(status)


@pytest.fixture
def product(sqlite_house):
    """A product in production on a free port, with its log."""
    port = free_port()
    log = sqlite_house.parent / "log"
    more = {"PORT": str(port), "ANXIAO_LOG": "json", "WEB_THREADS": "4"}
    with log.open("w") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "anxiao", "serve"],
            cwd=ROOT,
            env=environment(sqlite_house, **more),
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            get(port, "/healthz?only=database")
            break
        except OSError:
            told = log.read_text()
            assert process.poll() is None, told
            assert time.monotonic() < deadline, told
            time.sleep(0.1)
    yield process, port, log
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.xdist_group("processes")
@pytest.mark.timeout(240, func_only=True)
def test_production_serves_hides_what_it_must_and_drains_when_stopped(product):
    process, port, log = product
    status, headers, page = get(port, "/account/sign-in", **{"X-Forwarded-Proto": "https"})
    assert status == 200
    assert headers["strict-transport-security"].startswith("max-age=31536000")
    assert "__Host-csrf=" in headers["set-cookie"]
    style = re.search(rb'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)[1].decode()
    status, headers, _body = get(port, style, **{"Accept-Encoding": "br"})
    assert (status, headers["content-encoding"]) == (200, "br")
    assert "immutable" in headers["cache-control"]
    for path in ("/.git/config", "/nothing", "/ui/styles", "/static/../keys/secret_key"):
        status, _headers, body = get(port, path)
        assert (path, status) == (path, 404)
        assert b"Traceback" not in body
        assert b"urlpatterns" not in body
    assert get(port, "/account/sign-in", Host="evil.example")[0] == 400
    status, _headers, body = get(port, "/account/sign-in", method="TRACE", Cookie="canary=echo-me")
    assert (status, b"echo-me" in body) == (405, False)
    assert get(port, "/metrics")[0] == 200
    assert get(port, "/metrics", **{"X-Forwarded-For": "10.0.0.9"})[0] == 404

    load = [Load(port) for _ in range(4)]
    for each in load:
        each.start()
    while sum(each.good for each in load) < 20:
        assert all(each.is_alive() for each in load)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    for each in load:
        each.join(timeout=60)
    assert [fault for each in load for fault in each.bad] == []
    with pytest.raises(OSError):  # the worker beside it has ended too
        os.killpg(process.pid, 0)
    told = log.read_text()
    assert "WARNING" not in told, told
    assert '"route": "accounts:sign-in", "method": "GET", "status": 200' in told
