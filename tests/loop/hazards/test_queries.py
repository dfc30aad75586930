"""Who sees what, what waits for whom, and the figures of boards."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anxiao.foundation.accounts.queries import posts_of
from anxiao.loop.hazards import queries, services
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.queries import waiting as waiting_queries
from tests.builders import AT, TODAY
from tests.loop.hazards.world import CANARY, DUE


def waiting(world, name, day=TODAY):
    post = posts_of(world.users[name].pk, day)[0]
    return [item.step for item in queries.waiting_for(getattr(world, name), post, day)]


# Sight


def test_nobody_sees_the_neighbours(world):
    own = world.open()
    theirs = world.open(org=world.neighbour, actor=world.stranger, description=CANARY)
    for name in ("officer", "principal", "maintainer", "teacher", "auditor"):
        assert theirs not in Hazard.objects.visible_to(getattr(world, name))
    for name in ("clerk", "bureau", "leader"):
        assert set(Hazard.objects.visible_to(getattr(world, name))) == {own, theirs}


def test_staff_see_what_they_found_or_answer_for(world):
    found = world.open(actor=world.teacher)
    given = world.open()
    world.assign(given, responsible_id=world.users["teacher"].pk)
    world.open()
    assert set(Hazard.objects.visible_to(world.teacher)) == {found, given}
    assert set(Hazard.objects.visible_to(world.maintainer)) == set()


def test_counts_and_lists_stop_at_the_border(world):
    world.open(org=world.neighbour, actor=world.stranger)
    path = world.county.path
    assert queries.live_hazards(world.principal, path, TODAY).groups == ()
    (group,) = queries.live_hazards(world.bureau, path, TODAY).groups
    assert group == ("open", "ordinary", "fire", 0, False, 1)
    assert queries.live_hazards(world.bureau, world.school.path, TODAY).groups == ()
    assert sum(w.opened for w in queries.hazards_by_week(world.principal, path, TODAY)) == 0


# Boards


@pytest.fixture
def mixed(world):
    """One of each: open, late, soon, without deadline, handed in, struck off, major."""
    late, soon, bare = world.open(), world.open(category="bus"), world.open()
    world.assign(late)
    world.assign(soon, due_on=TODAY + timedelta(days=10))
    world.assign(bare)
    Hazard.objects.filter(pk=bare.pk).update(due_on=None)
    world.in_state("submitted")
    world.in_state("closed")
    world.open()
    services.open_hazard(world.major(due_on=None), actor=world.officer, at=AT)
    return world


LATER = DUE + timedelta(days=1)


def test_what_waits_is_one_grouped_query(mixed, django_assert_num_queries):
    mixed.open(found_on=TODAY - timedelta(days=40), late_reason="补")
    bureau = mixed.bureau
    with django_assert_num_queries(1):
        live = queries.live_hazards(bureau, mixed.county.path, LATER)
    assert (live.overdue, live.major) == (1, 1)

    def told(slices):
        return [(each.key, each.label, each.live, each.overdue) for each in slices]

    assert told(live.by_category()) == [("fire", "消防安全", 6, 1), ("bus", "校车交通", 1, 0)]
    assert told(live.by_level()) == [
        ("ordinary", "一般隐患", 6, 1),
        ("major", "重大隐患", 1, 0),
    ]
    assert [each[:1] + each[2:] for each in told(live.by_state())] == [
        ("open", 3, 0),
        ("assigned", 3, 1),
        ("submitted", 1, 0),
    ]
    assert [each.live for each in live.by_age()] == [0, 6, 1, 0]
    today = queries.live_hazards(bureau, mixed.county.path, TODAY)
    assert [each.live for each in today.by_age()] == [6, 0, 1, 0]
    assert today.overdue == 0


def test_weeks_are_two_queries(mixed, django_assert_num_queries):
    mixed.open(found_on=TODAY - timedelta(days=40), late_reason="补")
    bureau = mixed.bureau
    with django_assert_num_queries(2):
        weeks = queries.hazards_by_week(bureau, mixed.county.path, TODAY, 8)
    assert len(weeks) == 8
    assert (weeks[-1].starts_on, weeks[-1].opened, weeks[-1].closed) == (TODAY, 7, 1)
    assert sum(week.opened for week in weeks) == 8


def test_a_voided_hazard_is_no_news(world):
    world.in_state("void")
    assert sum(w.opened for w in queries.hazards_by_week(world.bureau, "1.", TODAY)) == 0


def test_what_the_county_supervises(world):
    hazard = services.open_hazard(world.major(), actor=world.officer, at=AT)
    path = world.county.path
    assert list(queries.supervised(world.bureau, path)) == []
    services.supervise_hazard(hazard, reason="限期", actor=world.bureau, at=AT)
    assert list(queries.supervised(world.bureau, path)) == [hazard]


def test_report_ups_left_unanswered(world):
    hazard = world.open()
    escalation = world.report_up(hazard)
    path, late = world.county.path, escalation.answer_due_on + timedelta(days=1)
    assert not queries.unanswered(world.bureau, path, escalation.answer_due_on)
    assert list(queries.unanswered(world.bureau, path, late)) == [hazard]
    assert list(queries.unanswered(world.principal, path, late)) == [hazard]
    assert not queries.unanswered(world.stranger, path, late)


# Today


def test_each_step_waits_for_those_who_take_it(world):
    hazard = world.open()
    assert waiting(world, "principal") == waiting(world, "officer") == ["assign"]
    assert waiting(world, "maintainer") == waiting(world, "clerk") == []
    world.assign(hazard)
    assert waiting(world, "maintainer") == ["submit"]
    assert waiting(world, "principal") == []
    world.request_extension(hazard)
    assert waiting(world, "principal") == ["decide_extension"]
    assert waiting(world, "stranger") == waiting(world, "bureau") == []
    world.submit(hazard)
    assert waiting(world, "principal") == ["close"]
    assert waiting(world, "maintainer") == []


def test_what_the_upper_level_verifies_waits_right_above(world):
    hazard = world.open(source="superior", actor=world.clerk)
    world.assign(hazard)
    world.submit(hazard)
    assert waiting(world, "clerk") == waiting(world, "head") == ["close"]
    assert waiting(world, "principal") == waiting(world, "bureau") == []


def test_answers_wait_with_their_day(world):
    hazard = world.open()
    world.report_up(hazard)
    post = posts_of(world.users["clerk"].pk, TODAY)[0]
    (item,) = queries.waiting_for(world.clerk, post, TODAY)
    assert (item.step, item.due_on.isoformat()) == ("accept_up", "2026-11-30")
    assert item.url == f"/hazards/{hazard.pk}/accept_up"
    assert item.minutes == 5
    world.accept_up(hazard)
    assert waiting(world, "clerk") == ["assign"]


def test_ones_own_request_waits_for_another(world):
    hazard = world.open()
    world.request_end(hazard)
    assert waiting(world, "officer") == ["assign"]
    assert waiting(world, "principal") == ["decide_end", "assign"]


@pytest.mark.parametrize("number", [1, 3])
def test_waiting_costs_one_query_a_kind(world, django_assert_num_queries, number):
    for _ in range(number):
        world.report_up(world.open())
    post = posts_of(world.users["clerk"].pk, TODAY)[0]
    actor = world.clerk
    # Each step of the road has its own cap; a town does not list for supervision.
    with django_assert_num_queries(9):
        assert len(queries.waiting_for(actor, post, TODAY)) == number


def test_fifty_to_assign_do_not_hide_the_one_to_verify(world, monkeypatch):
    monkeypatch.setattr(waiting_queries, "CAP", 2)
    world.in_state("submitted")
    for _ in range(2):
        world.open()
    assert waiting(world, "principal") == ["assign", "assign", "close"]
    world.open()
    post = posts_of(world.users["principal"].pk, TODAY)[0]
    found = queries.waiting_for(world.principal, post, TODAY)
    (rest,) = [each for each in found if each.is_rest]
    assert sorted(each.step for each in found if not each.is_rest) == ["assign", "assign", "close"]
    assert (rest.minutes, rest.title) == (0, "指派整改：还有更多，见隐患台账")
    assert rest.url == "/registers/hazards/?state=open"


def test_a_page_costs_the_same_however_long_its_history(world):
    hazard = world.in_state("submitted")
    costs = []
    for _ in range(2):
        row = queries.hazards_with_all(Hazard.objects.visible_to(world.principal)).get(pk=hazard.pk)
        actor = world.principal
        with CaptureQueriesContext(connection) as captured:
            page = queries.hazard_page(row, actor, TODAY)
        costs.append(len(captured))
        world.reject(hazard)
        services.comment_hazard(hazard, text="再看", actor=world.clerk, at=AT)
        world.submit(hazard)
    assert costs == [6, 6]
    assert page.primary.name == "close"
