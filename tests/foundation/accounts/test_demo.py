"""One-click sign-in: in a running demo, from and to a loopback address, else no such page."""

import pytest
from django.test import Client

from tests.builders import make_county, make_school, make_user

pytestmark = pytest.mark.django_db
LOCAL = {"HTTP_HOST": "127.0.0.1:8000", "REMOTE_ADDR": "127.0.0.1"}
DEMO = "/account/demo"


@pytest.fixture
def people():
    school = make_school(make_county())
    shown = make_user("演示校长", (school, "principal"), is_demo=True)
    real = make_user("真校长", (school, "principal"))
    return shown, real


def test_the_list_and_one_click(people, settings):
    settings.ANXIAO_DEMO = True
    shown, _real = people
    page = Client().get(DEMO, **LOCAL).content.decode()
    assert "演示校长" in page
    assert "真校长" not in page
    assert "演示校长" in Client().get("/account/sign-in", **LOCAL).content.decode()
    client = Client()
    assert client.post(DEMO, {"user": shown.pk}, **LOCAL).status_code == 302
    assert client.get("/account/", **LOCAL).status_code == 200


@pytest.mark.parametrize("host", ["localhost:9000", "127.0.0.1", "[::1]:8000"])
def test_every_loopback_name(people, settings, host):
    settings.ANXIAO_DEMO = True
    assert Client().get(DEMO, HTTP_HOST=host, REMOTE_ADDR="127.0.0.1").status_code == 200


@pytest.mark.parametrize(
    "request_",
    [
        {**LOCAL, "REMOTE_ADDR": "192.168.1.9"},
        {**LOCAL, "REMOTE_ADDR": ""},
        {**LOCAL, "HTTP_HOST": "anxiao.example"},
        {**LOCAL, "HTTP_HOST": "127.0.0.1.example"},
        {**LOCAL, "HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {**LOCAL, "HTTP_FORWARDED": "for=203.0.113.9"},
    ],
)
def test_from_elsewhere_there_is_no_such_page(people, settings, request_):
    settings.ANXIAO_DEMO = True
    settings.ALLOWED_HOSTS = ["*"]
    shown, _real = people
    assert Client().get(DEMO, **request_).status_code == 404
    assert Client().post(DEMO, {"user": shown.pk}, **request_).status_code == 404
    assert "演示校长" not in Client().get("/account/sign-in", **request_).content.decode()


def test_without_the_demo_there_is_no_such_page(people, settings):
    settings.ANXIAO_DEMO = False
    shown, _real = people
    assert Client().get(DEMO, **LOCAL).status_code == 404
    assert Client().post(DEMO, {"user": shown.pk}, **LOCAL).status_code == 404
    assert "演示校长" not in Client().get("/account/sign-in", **LOCAL).content.decode()


def test_real_and_locked_accounts_are_not_entered(people, settings):
    settings.ANXIAO_DEMO = True
    shown, real = people
    assert Client().post(DEMO, {"user": real.pk}, **LOCAL).status_code == 404
    shown.is_active = False
    shown.save()
    assert Client().post(DEMO, {"user": shown.pk}, **LOCAL).status_code == 404


def test_the_click_needs_its_own_form(people, settings):
    settings.ANXIAO_DEMO = True
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(DEMO, {"user": people[0].pk}, **LOCAL).status_code == 403
