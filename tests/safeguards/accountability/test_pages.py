"""The page of clues: what it shows, to whom, and that it leaves the decision to a person."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from anxiao.loop.hazards import services
from tests.builders import AT, sign_in
from tests.loop.hazards.world import CANARY


@pytest.fixture
def later():
    with time_machine.travel(AT + timedelta(days=10), tick=False):
        yield


def page(client, user):
    return sign_in(client, user).get(reverse("accountability:list"))


def test_an_empty_page_says_that_there_is_nothing(client, world, later):
    shown = page(client, world.users["principal"])
    assert shown.status_code == 200
    text = shown.content.decode()
    assert "没有线索" in text
    assert "待核实" not in text
    assert "天（教育局尚未核定）" in text
    assert text.count("ax-proofs") == 0


def test_a_clue_stands_with_its_records_and_no_verdict(client, world, later):
    hazard = services.open_hazard(world.major(due_on=None), actor=world.officer, at=AT)
    text = page(client, world.users["principal"]).content.decode()
    assert '<b class="ax-late">1 条线索</b>，涉及 1 个单位' in text
    assert f'href="{reverse("hazards:detail", args=[hazard.pk])}"' in text
    assert "判定为重大隐患后尚缺整改时限" in text
    assert "单位有权说明情况，是否追责由人决定" in text
    assert "由校（园）长在收到线索后 3 天内说明情况" in text
    assert not [word for word in ("失职", "违规", "处分", "扣分") if word in text]


def test_a_neighbour_reads_nothing_of_it(client, world, later):
    found = world.major(org=world.neighbour, due_on=None, description=f"{CANARY}宿舍")
    services.open_hazard(found, actor=world.stranger, at=AT)
    assert CANARY not in page(client, world.users["principal"]).content.decode()
    assert CANARY in page(client, world.users["stranger"]).content.decode()


@pytest.mark.parametrize(
    ("name", "status"), [("principal", 200), ("leader", 200), ("maintainer", 403), ("teacher", 403)]
)
def test_who_opens_the_page(client, world, name, status):
    assert page(client, world.users[name]).status_code == status
