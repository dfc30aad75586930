"""S37: nothing of the inside is told: no traces, no debug pages, no source, no TRACE."""

import re

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import include, path

from anxiao.foundation.access.http import public
from anxiao.project import urls
from tests.builders import make_county, make_user

SECRET = "SELECT secret FROM inside"


TOKEN = re.compile(rb"[A-Za-z0-9]{64}")
"""A form's token: any letters, by chance also those of a word below."""


@public
def broken(_request):
    """A page whose program fails."""
    raise RuntimeError(SECRET)


urlpatterns = [path("broken", broken), path("", include(urls.urlpatterns))]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
PROBES = (
    *("/.git/config", "/.git/HEAD", "/.env", "/.svn/entries", "/pyproject.toml", "/manage.py"),
    *("/admin/", "/admin/login/", "/__debug__/", "/debug", "/server-status", "/phpinfo.php"),
    *("/static/", "/static/ui/", "/static/../anxiao.sqlite3", "/static/%2e%2e/keys/secret_key"),
    *("/media/", "/data/anxiao.sqlite3", "/keys/secret_key", "/api/docs", "/api/v1"),
    *("/anxiao.sqlite3", "/backup.zip", "/wp-login.php", "/robots.txt~", "/index.php"),
)
INSIDE = (b"Traceback", b"/site-packages/", b"anxiao/", b"django", b"SQL", b"sqlite", b"psycopg")


@pytest.mark.parametrize("probe", PROBES)
def test_s37_what_is_not_there_is_just_not_there(db, probe):
    answer = Client().get(probe)
    assert answer.status_code == 404
    said = TOKEN.sub(b"", answer.content).lower()
    assert not [word for word in INSIDE if word.lower() in said]


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize("wanted", ["text/html", "application/json"])
def test_s37_a_fault_of_the_program_tells_nothing(db, wanted):
    answer = Client(raise_request_exception=False).get("/broken", headers={"Accept": wanted})
    assert answer.status_code == 500
    assert SECRET.encode() not in answer.content
    said = TOKEN.sub(b"", answer.content).lower()
    assert not [word for word in INSIDE if word.lower() in said]


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "DEBUG"])
def test_s37_strange_methods_are_refused(db, method):
    user = make_user("有人", (make_county(), "county_leader"))
    client = Client()
    client.force_login(user)
    answer = client.generic(method, "/", headers={"X-Canary": "echo-me"})
    assert answer.status_code == 405
    assert b"echo-me" not in answer.content


def test_s37_debugging_is_off_unless_asked_for():
    assert settings.DEBUG is False
    assert not any("debug" in app.lower() for app in settings.INSTALLED_APPS)
