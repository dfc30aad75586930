"""Lists by keyset: every row once, both ways, ties and empty values included."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from anxiao.foundation.journal.models import Entry
from anxiao.foundation.registers.queries import json_row, page_of
from anxiao.foundation.registers.rules.cursors import Place, read_place, write_place
from tests.builders import AT, make_school, make_user, sign_in
from tests.foundation.registers.sample import LINES

SORTS = ["", "number", "-number", "name", "-name", "at", "-at"]


def walk(asked, params, size=7, register=LINES, *, sums=False):
    """Pages forward to the end, then back to the start."""
    forward, backward, cursor = [], [], {}
    while True:
        page = page_of(register, asked, {**params, **cursor}, size=size, sums=sums)
        forward.append([row.pk for row in page.rows])
        if not page.next:
            break
        cursor = {"after": page.next}
    while page.previous:
        page = page_of(register, asked, {**params, "before": page.previous}, size=size, sums=sums)
        backward.append([row.pk for row in page.rows])
        assert page.next
    return forward, backward


@pytest.mark.parametrize("sort", SORTS)
def test_every_row_once_in_both_directions(asked, lines, sort):
    lines(45)
    forward, backward = walk(asked, {"sort": sort})
    seen = [pk for page in forward for pk in page]
    assert len(seen) == 45 == len(set(seen))
    assert backward[::-1] == forward[:-1]


@pytest.mark.parametrize("sort", SORTS)
def test_order_is_that_of_the_database(asked, lines, sort):
    lines(20)
    forward, _back = walk(asked, {"sort": sort}, size=3)
    whole = page_of(LINES, asked, {"sort": sort}, size=100)
    assert [pk for page in forward for pk in page] == [row.pk for row in whole.rows]


@pytest.mark.parametrize("size", [1, 2, 4, 7, 50])
def test_the_first_rows_of_a_register_stand_first_on_its_pages(asked, lines, size):
    register = replace(LINES, first=("big",))
    newest = [row.pk for row in reversed(lines(14))]
    big = set(Entry.objects.filter(actor_id__gt=5).values_list("pk", flat=True)) & set(newest)
    assert 0 < len(big) < len(newest)
    wanted = sorted(newest, key=lambda pk: (pk not in big, -pk))
    forward, backward = walk(asked, {}, size, register, sums=True)
    assert [pk for page in forward for pk in page] == wanted
    assert backward[::-1] == forward[:-1]
    narrowed, _back = walk(asked, {"big": "1"}, size, register, sums=True)
    assert [pk for page in narrowed for pk in page] == [pk for pk in newest if pk in big]
    by_name, _back = walk(asked, {"sort": "name"}, size, register, sums=True)
    assert by_name == walk(asked, {"sort": "name"}, size)[0]
    plain, _back = walk(asked, {}, size, register)
    assert [pk for page in plain for pk in page] == newest


def test_a_list_in_parts_costs_a_query_a_part_at_most(asked, lines):
    register = replace(LINES, first=("big",))
    lines(14)
    costs, cursor = [], {}
    while True:
        with CaptureQueriesContext(connection) as done:
            page = page_of(register, asked, cursor, size=3, sums=True)
        costs.append(len(done))
        assert not any("OFFSET" in query["sql"] for query in done)
        if not page.next:
            break
        cursor = {"after": page.next}
    assert max(costs) - min(costs) == 1


def test_newest_first_and_narrowed_to_the_actor(asked, lines, school):
    mine = lines(3)
    lines(3, org_path="999.")
    page = page_of(LINES, asked, {})
    assert [row.pk for row in page.rows] == [row.pk for row in reversed(mine)]
    assert (page.count, page.capped) == (3, False)


def test_counts_stop_at_the_cap(asked, lines, monkeypatch):
    monkeypatch.setattr("anxiao.foundation.registers.queries.pages.COUNT_CAP", 10)
    lines(12)
    page = page_of(LINES, asked, {}, sums=True)
    assert (page.count, page.capped, page.totals) == (10, True, None)


def test_filters_search_and_totals(asked, lines):
    lines(20)
    page = page_of(LINES, asked, {"state": "a", "q": "第1 小学"}, sums=True)
    assert {row.actor_name for row in page.rows} == {
        f"第{number}小学" for number in (1, 11, 13, 15, 17, 19)
    }
    assert page.totals == {"amount": 1 + 1 + 3 + 5 + 7 + 9}
    assert page.alert_count == 2
    assert page_of(LINES, asked, {"big": "1"}, sums=True).alert_count is None
    assert page_of(LINES, asked, {"when_from": "2026-11-24"}).count == 0
    assert page_of(LINES, asked, {"when_until": "2026-11-23", "who": "第20"}).count == 1


def test_what_cannot_be_read_is_dropped_and_said(asked, lines):
    lines(3)
    page = page_of(LINES, asked, {"state": "x", "when_from": "gestern", "sort": "note", "big": "9"})
    assert page.count == 3
    assert [str(label) for label in page.query.dropped] == ["状态", "较多", "时间"]
    assert page.query.link() == "?"


@given(st.text(max_size=60))
def test_any_cursor_is_read_or_ignored(text):
    read_place(text)


@given(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(1 << 63), (1 << 63) - 1),
        st.dates(),
        st.datetimes(),
        st.decimals(allow_nan=False),
        st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
    ),
    st.integers(0, 1 << 40),
    st.integers(0, 9),
)
def test_cursors_come_back_as_they_went(value, pk, part):
    assert read_place(write_place(Place(value, pk, part))) == Place(value, pk, part)


@pytest.mark.parametrize("value", ["x", 1.5, None, [1], {"a": 1}, "\x00", 1 << 80])
def test_cursors_of_another_sort_show_the_first_page(asked, lines, value):
    lines(3)
    for sort in SORTS:
        cursor = write_place(Place(value, 1))
        page_of(LINES, asked, {"sort": sort, "after": cursor})
        page_of(LINES, asked, {"sort": sort, "before": cursor})


@pytest.mark.parametrize("part", [-1, 1, 2, 1 << 60])
def test_a_cursor_of_a_part_there_is_not_shows_the_first_page(asked, lines, part):
    lines(3)
    cursor = write_place(Place(None, 2, part))
    top = page_of(LINES, asked, {}).rows
    assert page_of(LINES, asked, {"after": cursor}).rows == top
    assert page_of(LINES, asked, {"before": cursor}).rows == top


def test_rows_for_programs(asked, lines):
    lines(1)
    (row,) = page_of(LINES, asked, {}).rows
    assert json_row(LINES, row, asked) == {
        "id": row.pk,
        "number": 1,
        "name": "第1小学",
        "note": "登记",
        "at": AT.isoformat(),
        "amount": 1,
    }


def _queries(client, url):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("url", ["/registers/lines/", "/registers/lines/print"])
def test_pages_cost_the_same_at_one_and_three_rows(client, officer, lines, url):
    sign_in(client, officer)
    lines(1)
    client.get(url)
    one = _queries(client, url)
    lines(2)
    assert _queries(client, url) == one


def test_list_page_shows_rows_filters_and_pager(client, officer, lines):
    sign_in(client, officer)
    lines(60)
    body = client.get("/registers/lines/?state=a").content.decode()
    assert "第59小学" in body
    assert "第58小学" not in body
    assert "清除筛选" in body
    body = client.get("/registers/lines/").content.decode()
    assert 'rel="next"' in body
    assert 'rel="prev"' not in body
    assert 'href="/lines/' in body


def test_neighbours_rows_are_not_listed_printed_or_counted(client, officer, lines, school):
    sign_in(client, officer)
    lines(2, actor_name="CANARY", org_path=make_school(school.county).path)
    for url in ("/registers/lines/?q=CANARY", "/registers/lines/print"):
        body = (
            client.get(url).content.decode().replace("q=CANARY", "").replace('value="CANARY"', "")
        )
        assert "CANARY" not in body


def test_people_without_the_capability_are_refused(client, school):
    sign_in(client, make_user("门卫", (school, "guard")))
    assert client.get("/registers/lines/").status_code == 403
    assert client.post("/registers/lines/export").status_code == 403
    assert client.get("/registers/lines/import").status_code == 403


def test_empty_register_offers_the_first_step(client, officer):
    sign_in(client, officer)
    assert "从 Excel 导入" in client.get("/registers/lines/").content.decode()


def test_saved_filters_are_kept_shared_and_removed(client, officer, school, lines):
    sign_in(client, officer)
    lines(3)
    saved = client.post("/registers/lines/saved?state=a&sort=-name", {"name": "甲类"}, follow=True)
    assert "甲类" in saved.content.decode()
    link = saved.context["screen"].saved[0]
    again = client.post("/registers/lines/saved?state=b", {"name": "甲类"}, follow=True)
    assert "已有同名" in again.content.decode()
    assert (
        "没有筛选条件"
        in client.post("/registers/lines/saved", {"name": "x"}, follow=True).content.decode()
    )
    sign_in(client, make_user("石娜雨", (school, "principal")))
    opened = client.get(link["url"])
    assert opened["Location"] == "/registers/lines/?sort=-name&state=a"
    assert client.post(link["delete"]).status_code == 404
    sign_in(client, officer)
    assert client.post(link["delete"]).status_code == 302
    assert client.get(link["url"]).status_code == 404


def test_index_lists_what_may_be_opened(client, officer, school):
    sign_in(client, officer)
    assert "测试台账" in client.get("/registers/").content.decode()
    sign_in(client, make_user("门卫", (school, "guard")))
    assert "测试台账" not in client.get("/registers/").content.decode()


def test_listing_writes_nothing(client, officer, lines):
    sign_in(client, officer)
    lines(3)
    before = Entry.objects.count()
    for url in ("/registers/lines/", "/registers/lines/print", "/registers/lines/import"):
        client.get(url)
    assert Entry.objects.count() == before
