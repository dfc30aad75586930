"""Clues of 三.4: what gives one, what gives none, and on which day or hour it begins."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anxiao.foundation.kernel.clock import day_bounds
from anxiao.loop.hazards import services
from anxiao.loop.hazards.models import Hazard
from anxiao.safeguards.accountability.catalog import shipped_rules
from anxiao.safeguards.accountability.queries import clues
from tests.builders import AT, TODAY
from tests.loop.hazards.world import DUE

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


def found(actor, at=AT):
    """Clauses of the clues an actor sees at an instant."""
    return [clue.rule.clause for clue in clues(actor, shipped_rules(), at=at)]


def only(actor, at=AT):
    """The one clue there is."""
    (clue,) = clues(actor, shipped_rules(), at=at)
    return clue


def urls(clue):
    return [proof.url for proof in clue.proofs]


# 3.4.d: the unit's own check passed what a superior finds


@pytest.mark.parametrize(("ago", "expected"), [(0, ["3.4.d"]), (7, ["3.4.d"]), (8, [])])
def test_d_begins_and_ends_with_its_days(world, ago, expected):
    world.check("officer", "self_check", ago)
    world.check("clerk", "superior", minutes=5, failed=world.items[:1])
    assert found(world.principal) == expected


def test_d_shows_both_checks_and_the_hazard(world):
    own = world.check("officer", "patrol", 3)
    upper = world.check("clerk", "joint", failed=world.items[:1])
    clue = only(world.principal)
    assert (clue.org_id, clue.org_name) == (world.school.pk, world.school.name)
    assert (clue.since, clue.days, clue.span) == (TODAY, 3, "两次检查相隔 3 天")
    assert urls(clue) == [
        reverse("inspections:detail", args=[own.pk]),
        reverse("inspections:detail", args=[upper.pk]),
        reverse("hazards:detail", args=[Hazard.objects.get().pk]),
    ]
    assert [proof.text for proof in clue.proofs[:2]] == [
        "程然 2026年11月20日检查该项，记为合格",
        "周安 2026年11月23日检查该项，不合格",
    ]


def test_d_is_one_clue_per_item(world):
    world.check("officer", "self_check", 2)
    world.check("clerk", "campaign", failed=world.items[:2])
    assert found(world.principal) == ["3.4.d", "3.4.d"]


def test_d_wants_the_same_point(world):
    world.check("officer", "self_check", 1, point_id=world.other_point.pk)
    world.check("officer", "self_check", 1, point_id=None)
    world.check("clerk", "superior", failed=world.items[:1])
    assert found(world.principal) == []


def test_d_compares_checks_of_the_whole_unit_with_each_other(world):
    world.check("officer", "self_check", 1, point_id=None)
    world.check("clerk", "superior", failed=world.items[:1], point_id=None)
    assert found(world.principal) == ["3.4.d"]


def test_d_wants_the_item_passed_not_left_out(world):
    world.check("officer", "self_check", 1, na=world.items[:1])
    world.check("clerk", "superior", failed=world.items[:1])
    assert found(world.principal) == []


def test_d_asks_the_last_check_before_and_nothing_after(world):
    item = world.items[:1]
    world.check("officer", "self_check", 3)
    world.check("officer", "self_check", 2, failed=item)
    world.check("clerk", "superior", 1, failed=item)
    world.check("officer", "self_check")
    assert found(world.principal) == []


def test_d_is_not_about_a_check_of_the_same_day_that_came_after(world):
    world.check("clerk", "superior", failed=world.items[:1])
    world.check("officer", "self_check", minutes=30)
    assert found(world.principal) == []


def test_d_is_not_about_what_the_unit_had_entered_itself(world):
    item = world.items[:1]
    world.check("officer", "self_check", 4, failed=item)
    world.check("officer", "patrol", 2)
    world.check("clerk", "superior", failed=item)
    assert Hazard.objects.count() == 1
    assert found(world.principal) == []


def test_d_falls_away_with_a_wrong_entry(world):
    world.check("officer", "self_check", 1)
    world.check("clerk", "superior", failed=world.items[:1])
    assert found(world.principal) == ["3.4.d"]
    request = world.request_end(Hazard.objects.get())
    services.decide_end(request, approve=True, answer="", actor=world.clerk, at=AT)
    assert found(world.principal) == []


def test_d_is_not_about_another_unit(world):
    world.check("stranger", "self_check", 1, org=world.neighbour, point_id=None)
    world.check("clerk", "superior", failed=world.items[:1], point_id=None)
    assert found(world.principal) == found(world.stranger) == []


# 3.4.e: could rectify but did not


@pytest.mark.parametrize(("late", "expected"), [(0, []), (1, []), (2, ["3.4.e"])])
def test_e_begins_after_its_days_of_grace(world, late, expected):
    world.assign(world.open())
    assert found(world.principal, AT + (DUE - TODAY) + late * DAY) == expected


def test_e_shows_the_deadline_and_the_hazard(world):
    hazard = world.open()
    world.assign(hazard)
    clue = only(world.principal, AT + (DUE - TODAY) + 9 * DAY)
    assert (clue.since, clue.span) == (DUE + DAY, "超期 9 天")
    assert clue.proofs[0].text == "整改期限 2026年11月30日，至今未提交复查，也未上报"
    assert urls(clue)[1] == reverse("hazards:detail", args=[hazard.pk])


LATE = AT + (DUE - TODAY) + 5 * DAY


@pytest.mark.parametrize("step", ["submit", "report_up", "mark"])
def test_e_ends_when_the_unit_acts(world, step):
    hazard = world.open()
    world.assign(hazard)
    assert found(world.principal, LATE) == ["3.4.e"]
    if step == "mark":
        services.mark_beyond_means(hazard, reason="需大修", actor=world.principal, at=LATE)
    else:
        getattr(world, step)(hazard, at=LATE)
    assert found(world.principal, LATE) == []


def test_e_stays_away_while_the_upper_level_has_it_and_comes_back_when_it_is_sent_back(world):
    accepted, returned = world.open(), world.open()
    for hazard, answer in ((accepted, world.accept_up), (returned, world.send_back)):
        world.assign(hazard)
        world.report_up(hazard)
        answer(hazard)
    world.assign(accepted, actor=world.clerk)
    clue = only(world.principal, LATE)
    assert (clue.rule.clause, clue.subject) == ("3.4.e", returned.description)


def test_e_comes_again_after_a_rejection(world):
    hazard = world.open()
    for step in ("assign", "submit", "reject"):
        getattr(world, step)(hazard)
    assert found(world.principal, LATE) == ["3.4.e"]


def test_e_does_not_count_what_was_reported_up_before_the_reopening(world):
    hazard = world.open()
    world.report_up(hazard)
    world.accept_up(hazard)
    world.assign(hazard, actor=world.clerk)
    for step in ("submit", "close", "reopen", "assign"):
        getattr(world, step)(hazard)
    assert found(world.principal, LATE) == ["3.4.e"]


def test_e_knows_no_hazard_without_a_deadline_nor_one_struck_off(world):
    world.open()
    world.in_state("closed")
    assert found(world.principal, LATE) == []


# 3.4.f: beyond the unit's means, not reported up


@pytest.mark.parametrize(("days", "expected"), [(3, []), (4, ["3.4.f"])])
def test_f_begins_after_its_days(world, days, expected):
    hazard = world.open()
    services.mark_beyond_means(hazard, reason="需大修", actor=world.principal, at=AT)
    start, _next = day_bounds(TODAY + days * DAY)
    assert found(world.principal, start) == expected
    assert found(world.principal, start - SECOND) == []


def test_f_shows_since_when(world):
    hazard = world.open()
    services.mark_beyond_means(hazard, reason="需大修", actor=world.principal, at=AT)
    clue = only(world.clerk, AT + 5 * DAY)
    assert (clue.rule.clause, clue.since, clue.days, clue.span) == ("3.4.f", TODAY, 5, "已 5 天")
    assert clue.proofs[0].text == "2026年11月23日认定本单位无力整改，至今未上报"


def test_f_ends_with_the_report_and_with_its_answer(world):
    hazard = world.open()
    services.mark_beyond_means(hazard, reason="需大修", actor=world.principal, at=AT)
    later = AT + 5 * DAY
    world.report_up(hazard, at=later)
    assert found(world.principal, later) == []
    world.send_back(hazard, at=later)
    assert found(world.principal, later + 30 * DAY) == []


def test_f_is_only_about_what_was_marked(world):
    world.open()
    assert found(world.principal, AT + 30 * DAY) == []


# 3.4.g: major without its four


def major(world, **given):
    return services.open_hazard(world.major(**given), actor=world.officer, at=AT)


@pytest.mark.parametrize(("after", "expected"), [(24 * HOUR, []), (24 * HOUR + SECOND, ["3.4.g"])])
def test_g_begins_after_its_hours(world, after, expected):
    major(world, due_on=None)
    assert found(world.principal, AT + after) == expected


@pytest.mark.parametrize(
    ("lacking", "label"),
    [
        ("interim_measure", "临时防范措施"),
        ("responsible_unit", "整改责任单位"),
        ("responsible_name", "责任人"),
        ("due_on", "整改时限"),
    ],
)
def test_g_names_each_of_the_four(world, lacking, label):
    major(world, **{lacking: None if lacking == "due_on" else ""})
    clue = only(world.principal, AT + 30 * HOUR)
    assert clue.proofs[0].text == f"判定为重大隐患后尚缺{label}"
    assert clue.span == "已 30 小时"


def test_g_needs_all_four_and_a_major_hazard(world):
    major(world)
    world.open()
    assert found(world.principal, AT + 30 * HOUR) == []


def test_g_goes_on_while_it_is_reported_up_and_ends_with_the_assignment(world):
    hazard = major(world, due_on=None)
    later = AT + 30 * HOUR
    world.report_up(hazard, at=later)
    assert found(world.principal, later) == ["3.4.g"]
    world.accept_up(hazard, at=later)
    assert found(world.principal, later) == ["3.4.g"]
    world.assign(hazard, actor=world.clerk, at=later)
    assert found(world.principal, later) == []


def test_g_counts_from_the_grading_not_from_the_finding(world):
    hazard = world.open()
    later = AT + 10 * DAY
    world.grade(hazard, at=later)
    assert found(world.principal, later + 24 * HOUR) == []
    assert found(world.principal, later + 25 * HOUR) == ["3.4.g"]


# Who sees what, and at what cost


def one_of_each(world, org=None, who="officer"):
    """A clue of e, f and g at a unit."""
    org = org or world.school
    actor, head = getattr(world, who), getattr(world, who)
    late, marked = world.open(org=org, actor=actor), world.open(org=org, actor=actor)
    world.assign(late, actor=head, responsible_id=None, responsible_name="施工方", due_on=TODAY)
    services.mark_beyond_means(marked, reason="需大修", actor=head, at=AT)
    services.open_hazard(world.major(org=org, due_on=None), actor=actor, at=AT)


def test_a_school_sees_its_own_and_never_its_neighbours(world):
    later = AT + 10 * DAY
    one_of_each(world, world.neighbour, "stranger")
    for name in ("principal", "officer", "maintainer", "teacher", "auditor"):
        assert found(getattr(world, name), later) == []
    seen = ["3.4.e", "3.4.f", "3.4.g"]
    for name in ("stranger", "clerk", "head", "bureau", "leader"):
        assert found(getattr(world, name), later) == seen
    one_of_each(world)
    assert found(world.principal, later) == found(world.stranger, later) == seen
    assert found(world.clerk, later) == sorted(2 * seen)


def test_the_cost_does_not_grow_with_the_clues(world):
    later = AT + 10 * DAY

    def queries():
        with CaptureQueriesContext(connection) as caught:
            clues(actor, shipped_rules(), at=later)
        return len(caught)

    actor = world.bureau
    world.check("officer", "self_check", 1)
    world.check("clerk", "superior", failed=world.items[:1])
    one_of_each(world)
    assert found(actor, later) == ["3.4.d", "3.4.e", "3.4.f", "3.4.g"]
    one = queries()
    world.check("clerk", "campaign", failed=world.items[1:3])
    for _ in range(2):
        one_of_each(world)
    assert found(actor, later) == sorted(["3.4.d", "3.4.e", "3.4.f", "3.4.g"] * 3)
    assert queries() == one == 5
