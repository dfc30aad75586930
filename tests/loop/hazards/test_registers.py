"""The ledger as a register: columns, filters, paper, the same cost for one line as for three."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anxiao.foundation.registers.declare import Asked
from anxiao.foundation.registers.queries import page_of
from anxiao.loop.hazards import services
from anxiao.loop.hazards.catalog import shipped_criteria
from anxiao.loop.hazards.models import Escalation, Hazard
from anxiao.loop.hazards.registers import HAZARDS
from tests.builders import AT, TODAY, sign_in
from tests.loop.hazards.world import CANARY

LIST = "/registers/hazards/"


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(AT, tick=False):
        yield


def page(client, url=LIST):
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def shown(asked, **chosen):
    """Descriptions that a filter leaves."""
    rows = HAZARDS.source(asked.actor)
    for one in HAZARDS.filters:
        if one.key in chosen:
            apply = one.apply
            value = chosen[one.key]
            rows = (
                rows.filter(**{apply: value})
                if isinstance(apply, str)
                else apply(rows, value, asked)
            )
    return set(rows.values_list("description", flat=True))


@pytest.fixture
def ledger(world):
    late = world.open(description="超期的")
    world.assign(late)
    Hazard.objects.filter(pk=late.pk).update(due_on=TODAY - timedelta(days=1))
    soon = world.open(description="临期的", category="bus")
    world.assign(soon, due_on=TODAY + timedelta(days=2))
    world.open(description="未定的", found_on=TODAY - timedelta(days=5), late_reason="停电")
    world.open(description=CANARY, org=world.neighbour, actor=world.stranger)
    return world


@pytest.mark.parametrize("size", [1, 2, 50])
def test_what_is_late_stands_before_what_is_new(ledger, size):
    waiting = ledger.report_up(ledger.open(description="上报的"))
    Escalation.objects.filter(pk=waiting.pk).update(answer_due_on=TODAY - timedelta(days=1))
    ledger.open(description="刚登记的")
    asked = Asked(ledger.principal, AT)
    assert walk(asked, size) == ["超期的", "上报的", "刚登记的", "未定的", "临期的"]
    assert walk(asked, size, sort="-number") == ["刚登记的", "上报的", "未定的", "临期的", "超期的"]
    yesterday = Asked(ledger.principal, AT - timedelta(days=1))
    assert walk(yesterday, size)[0] == "刚登记的"


def walk(asked, size, **params):
    """Descriptions in the order of the list, page by page."""
    found, after = [], {}
    while True:
        shown = page_of(HAZARDS, asked, {**params, **after}, size=size, sums=True)
        found += [row.description for row in shown.rows]
        if not shown.next:
            return found
        after = {"after": shown.next}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a tiny table is read whole there")
def test_late_lines_are_sought_among_live_ones(ledger):
    """Else a county without late lines would read its whole ledger to find none."""
    late = HAZARDS.source(ledger.bureau).overdue(TODAY).order_by("-pk")[:51]
    assert "USING INDEX hazard_county_live" in late.explain()


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        ({"overdue": True}, {"超期的"}),
        ({"due_soon": True}, {"临期的"}),
        ({"no_deadline": True}, {"未定的"}),
        ({"late_entry": True}, {"未定的"}),
        ({"live": True}, {"超期的", "临期的", "未定的"}),
        ({"category": "bus"}, {"临期的"}),
        ({"state": "open"}, {"未定的"}),
        ({"mine": True}, set()),
        ({"unit": "第一小学"}, {"超期的", "临期的", "未定的"}),
        ({"unit": CANARY}, set()),
        ({"supervised": True}, set()),
    ],
)
def test_filters_leave_what_they_say(ledger, chosen, left):
    assert shown(Asked(ledger.principal, AT), **chosen) == left


def test_the_town_filter_stays_within_sight(ledger):
    chosen = {"town": str(ledger.town.pk)}
    assert len(shown(Asked(ledger.bureau, AT), **chosen)) == 4
    assert len(shown(Asked(ledger.bureau, AT), town="999")) == 0


def test_the_list_opens_with_what_is_late(ledger, client):
    text = page(sign_in(client, ledger.users["principal"]))
    assert "3" in text
    assert "1 项超期" in text or "超期" in text
    assert CANARY not in text
    assert "消防安全" in text


def test_the_ledger_prints_as_ledgers_are_printed(ledger, client):
    text = page(sign_in(client, ledger.users["principal"]), f"{LIST}print")
    for words in ("学校安全隐患排查整改销号台账", "序号", "整改措施", "验收人", "是否销号", "备注"):
        assert words in text
    assert "补录：停电" in text
    assert CANARY not in text


def test_the_ledger_costs_the_same_at_one_line_and_three(world, client):
    sign_in(client, world.users["principal"])
    costs = []
    for _ in range(2):
        for _ in range(1 if not costs else 2):
            world.assign(world.open())
        page(client)
        with CaptureQueriesContext(connection) as captured:
            page(client)
        costs.append(len(captured))
    assert costs[0] == costs[1]


def test_only_those_who_see_hazards_open_the_ledger(world, client):
    assert sign_in(client, world.users["auditor"]).get(LIST).status_code == 403


def test_criteria_are_listed_with_their_doubts(world, client):
    services.load_criteria(at=AT)
    text = page(sign_in(client, world.users["bureau"]), "/registers/criteria/?confirm=1")
    assert "待补充" in text
    assert shipped_criteria()[-1].source in text


def test_six_filters_stand_first_and_chips_are_handed_on(world, client):
    sign_in(client, world.users["bureau"])
    form = page(client, f"{LIST}?overdue=1")
    start = form.index('role="search"')
    first, _sign, rest = form[start : form.index("</form>", start)].partition("更多条件")
    names = re.findall(r'name="(\w+)"', first)
    often = ["state", "level", "category", "due_from", "due_until", "town", "unit"]
    assert names == ["q", "overdue", *often]
    assert 'type="hidden" name="overdue" value="1"' in first
    assert set(re.findall(r'name="(\w+)"', rest)) == {
        *("unanswered", "interim", "late_entry", "source", "found_from", "found_until"),
    }
    assert '<details class="ax-more" open>' not in first
    assert '<details class="ax-more" open>' in page(client, f"{LIST}?source=patrol")
    sign_in(client, world.users["officer"])
    assert 'name="town"' not in page(client)  # a school has no towns below it
