"""From a label to the point's card: the link in its QR, or the code below it."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from anxiao.boards.today.forms import ScanForm
from anxiao.foundation.places.models import Point
from anxiao.foundation.places.services import create_point
from tests.builders import AT, make_user, sign_in

SCAN = reverse("today:scan")


@pytest.fixture
def guard(place):
    return sign_in(Client(), make_user("石岩", (place.school, "guard")))


@pytest.fixture
def point(place):
    return create_point(
        place.school, name="门卫室", kind="spot", place=None, actor=place.principal, at=AT
    )


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("K7M2Q9XA", "K7M2Q9XA"),
        (" k7m2q9xa ", "K7M2Q9XA"),
        ("https://anxiao.example.cn/p/K7M2Q9XA", "K7M2Q9XA"),
        ("http://10.0.0.3:8000/p/k7m2q9xa/?from=label", "K7M2Q9XA"),
        ("/p/K7M2Q9XA", "K7M2Q9XA"),
        ("https://evil.example/pay?x=K7M2Q9XA", None),
        ("javascript:alert(1)", None),
        ("//evil.example", None),
        ("", None),
        ("a" * 501, None),
        ("保安室", None),
    ],
)
def test_a_code_is_read_from_what_was_scanned(said, code):
    form = ScanForm({"code": said})
    assert (form.cleaned_data["code"] if form.is_valid() else None) == code


def test_a_scan_leads_to_the_points_card(guard, point):
    for said in (point.code, point.code.lower(), f"https://anxiao.example.cn/p/{point.code}"):
        answer = guard.get(SCAN, {"code": said})
        assert (answer.status_code, answer.url) == (302, f"/p/{point.code}")
    assert guard.get(answer.url).status_code == 200


def test_an_unknown_code_is_told_and_stays_in_the_form(guard, point):
    answer = guard.get(SCAN, {"code": "NOSUCH99"})
    said = unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))
    assert answer.status_code == 200
    assert "没有这个检查点编号，请核对标签二维码下方的编号。" in said
    assert 'value="NOSUCH99"' in answer.content.decode()
    assert "这不是检查点的二维码" in guard.get(SCAN, {"code": "?"}).content.decode()
    assert Point.objects.count() == 1


def test_the_page_works_without_a_camera_and_asks_nobody_outside(guard):
    page = guard.get(SCAN).content.decode()
    assert '<input type="text" name="code"' in page
    assert "data-scan-ways hidden" in page
    assert "打开检查点" in page


def test_who_is_not_signed_in_signs_in_first(place):
    answer = Client().get(SCAN)
    assert answer.status_code == 302
    assert "sign-in" in answer.url
