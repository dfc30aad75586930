"""Pages of places and the sheets of labels: what they show, cost, and to whom."""

import re
from html import unescape

import pytest
import segno
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anxiao.foundation.places import queries
from anxiao.foundation.places.models import Place, Point
from tests.foundation.places.qr import modules, read

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


def url(name, *args):
    return reverse(f"places:{name}", args=args)


def printed(client, world, query=""):
    """The labels of a sheet: (name, link in words, link that the QR holds)."""
    page = text(client.get(url("labels", world.school.pk) + query))
    labels = re.findall(r'<div class="ax-label">(.*?)</div>\s*</div>', page, re.DOTALL)
    return [
        (
            re.search(r"<b>(.*?)</b>", label)[1],
            re.search(r'class="ax-link">(.*?)<', label)[1],
            read(unescape(re.search(r'<img src="([^"]+)"', label)[1])),
        )
        for label in labels
    ]


def test_a_printed_label_holds_the_plain_link_that_it_shows(world, officer, guard):
    points = [world.point("门卫室", place=world.place()), world.point("食堂")]
    wanted = [(point.name, *[f"http://testserver/p/{point.code}"] * 2) for point in points]
    assert printed(officer, world) == wanted
    assert printed(guard, world) == wanted
    page = text(officer.get(url("labels", world.school.pk)))
    for shown in ("门卫室", "教学楼", "001", "002", points[0].code, world.school.name):
        assert shown in page
    assert "ui/print" in page


def test_the_reader_of_these_tests_reads_what_it_should():
    for written in (
        "http://testserver/p/AB23CD45",
        "https://anxiao.example.gov.cn/p/AB23CD45",
    ):
        for level in "mq":
            drawn = segno.make(written, error=level, micro=False, boost_error=False, version=4)
            assert read(drawn.svg_data_uri(scale=4, border=2)) == written
    assert modules("<path d='x'" + '<path class="q" d="M2 2.5h2m-1 1h1"/>')[0] == {
        (0, 0),
        (0, 1),
        (1, 1),
    }


def test_labels_are_printed_again_one_by_one_or_some(world, officer):
    points = [world.point(f"点{number}") for number in range(3)]
    first, _second, third = points
    assert [name for name, _l, _q in printed(officer, world, f"?point={first.pk}")] == ["点0"]
    some = f"?point={first.pk}&point={third.pk}"
    assert [name for name, _l, _q in printed(officer, world, some)] == ["点0", "点2"]
    for odd in ("?point=x", "?point=" + "9" * 40, "?point=²"):
        assert len(printed(officer, world, odd)) == 3


def test_a_label_of_another_unit_is_not_printed(world, officer, stranger):
    foreign = world.point("南门", org=world.neighbour, actor=world.stranger)
    world.point()
    assert printed(officer, world, f"?point={foreign.pk}") == []
    assert stranger.get(url("labels", world.school.pk)).status_code == 404
    assert Client().get(url("labels", world.school.pk)).status_code == 302


def test_a_replaced_code_prints_another_link(world, officer):
    point = world.point()
    before = printed(officer, world)
    answer = officer.post(url("replace_code", point.pk))
    assert answer.url == url("point", point.pk)
    after = printed(officer, world)
    assert before != after
    assert after[0][2] == f"http://testserver/p/{Point.objects.get().code}"
    assert officer.get(f"/p/{point.code}").status_code == 404


def test_a_label_is_bound_to_another_point_on_the_page(world, officer):
    gate, canteen = world.point("门卫室"), world.point("食堂")
    page = url("rebind_label", gate.pk)
    wrong = officer.post(page, {"code": "nothing"})
    assert wrong.status_code == 200
    assert "8 位编码" in text(wrong)
    answer = officer.post(page, {"code": canteen.code.lower()}, follow=True)
    assert "与“食堂”互换了标签" in unescape(text(answer))
    gate.refresh_from_db()
    assert gate.code == canteen.code
    answer = officer.post(page, {"code": "23456789"}, follow=True)
    assert "现在指向本检查点" in text(answer)
    assert queries.point_by_code("23456789") == gate


def test_places_and_points_are_entered_and_changed_on_the_page(world, officer):
    body = {"kind": "building", "name": "教学楼"}
    assert officer.post(url("new_place", world.school.pk), body).url == url("list", world.school.pk)
    building = Place.objects.get()
    again = officer.post(url("new_place", world.school.pk), body)
    assert "已登记，请换一个名称" in text(again)
    body = {"name": "配电间", "kind": "spot", "key_part": "switch_room", "place": building.pk}
    answer = officer.post(url("new_point", world.school.pk), body)
    point = Point.objects.get()
    assert answer.url == url("point", point.pk)
    assert (point.key_part, point.place, point.number) == ("switch_room", building, 1)
    page = text(officer.get(url("point", point.pk)))
    assert point.code in page
    assert "换发新码" in page
    body = {"name": "总配电间", "key_part": "", "place": ""}
    assert officer.post(url("point", point.pk), body).url == url("list", world.school.pk)
    point.refresh_from_db()
    assert (point.name, point.key_part, point.place, point.kind) == ("总配电间", "", None, "spot")
    assert "总配电间" in text(officer.get(url("list", world.school.pk)))
    officer.post(url("retire_point", point.pk))
    assert officer.get(url("point", point.pk)).status_code == 404
    officer.post(url("retire_place", building.pk))
    assert Place.objects.get().retired_on


def test_a_place_in_use_says_why_it_stays(world, officer):
    place = world.place()
    world.point(place=place)
    answer = officer.post(url("retire_place", place.pk), follow=True)
    assert "还有在用的检查点" in text(answer)
    assert Place.objects.get().retired_on is None


def test_guards_read_and_strangers_see_nothing(world, officer, guard, stranger):
    point, place = world.point(), world.place()
    pages = [url("list", world.school.pk), url("labels", world.school.pk)]
    for page in pages:
        assert [client.get(page).status_code for client in (officer, guard, stranger)] == [
            200,
            200,
            404,
        ], page
    assert url("point", point.pk) in text(officer.get(pages[0]))
    assert url("point", point.pk) not in text(guard.get(pages[0]))
    writes = [
        url("new_place", world.school.pk),
        url("new_point", world.school.pk),
        url("point", point.pk),
        url("rebind_label", point.pk),
        url("replace_code", point.pk),
        url("retire_point", point.pk),
        url("retire_place", place.pk),
    ]
    for page in writes:
        for client, refused in ((guard, 403), (stranger, 404), (Client(), 302)):
            assert client.post(page).status_code == refused, page
    assert not Point.objects.exclude(retired_on=None).exists()
    assert Point.objects.get().code == point.code


def cost(client, page):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(page).status_code == 200, page
    return len(caught)


def test_lists_and_labels_cost_the_same_at_one_row_and_three(world, officer):
    def add(number):
        world.point(f"点{number}", place=world.place(f"楼{number}"))

    add(1)
    names = ("list", "labels", "new_point", "new_place")
    pages = [url(name, world.school.pk) for name in names]
    for page in pages:
        officer.get(page)
    before = {page: cost(officer, page) for page in pages}
    add(2)
    add(3)
    assert {page: cost(officer, page) for page in pages} == before
    assert max(before.values()) <= 12
