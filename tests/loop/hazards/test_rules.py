"""Clocks, numbers, demands and next steps: plain values in, plain values out."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anxiao.loop.hazards import rules
from anxiao.loop.hazards.rules.clocks import DueKind
from anxiao.loop.hazards.rules.demands import Said
from anxiao.loop.hazards.rules.steps import (
    BY_ACCEPTOR,
    BY_UPPER,
    CAPABILITIES,
    NOT_YOURSELF,
    TOO_LATE,
)
from anxiao.loop.hazards.states import HAZARD_FLOW, LIVE_STATES, HazardState

DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("state", "due_on", "stopped_on", "kind", "days"),
    [
        ("assigned", DAY - timedelta(days=3), None, DueKind.OVERDUE, 3),
        ("assigned", DAY, None, DueKind.SOON, 0),
        ("assigned", DAY + timedelta(days=3), None, DueKind.SOON, 3),
        ("assigned", DAY + timedelta(days=4), None, DueKind.IN_TIME, 4),
        ("assigned", None, None, DueKind.NO_DEADLINE, 0),
        ("open", DAY - timedelta(days=1), None, DueKind.OVERDUE, 1),
        ("reported", DAY - timedelta(days=1), None, DueKind.OVERDUE, 1),
        ("reported", DAY - timedelta(days=1), DAY - timedelta(days=2), DueKind.STOPPED, 0),
        ("accepted", DAY - timedelta(days=9), DAY, DueKind.STOPPED, 0),
        ("submitted", DAY - timedelta(days=1), None, DueKind.HANDED_IN, 0),
        ("closed", DAY - timedelta(days=1), None, DueKind.ENDED, 0),
    ],
)
def test_how_a_hazard_stands_to_its_deadline(state, due_on, stopped_on, kind, days):
    assert rules.due_of(state, due_on, stopped_on, DAY) == rules.Due(kind, days)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(list(HazardState)),
    st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
def test_only_a_running_clock_with_a_deadline_is_ever_late(state, due_on, stopped_on):
    due = rules.due_of(state, due_on, stopped_on, DAY)
    if due.kind == DueKind.OVERDUE:
        assert state in LIVE_STATES
        assert stopped_on is None
        assert due_on is not None
        assert due.days == (DAY - due_on).days > 0


def test_the_clock_resumes_later_by_the_days_it_stood():
    stopped = DAY - timedelta(days=4)
    assert rules.stopped_for(stopped, DAY) == 4
    assert rules.resumed_due_on(DAY, stopped, DAY) == DAY + timedelta(days=4)
    assert rules.resumed_due_on(None, stopped, DAY) is None
    assert rules.resumed_due_on(DAY, None, DAY) == DAY


def test_deadlines_are_suggested_by_level_unless_the_item_knows_better():
    def suggested(level, days=None):
        return rules.suggested_due_on(level, DAY, days, lambda day: True)

    assert suggested("ordinary") == date(2026, 11, 30)
    assert suggested("major") == date(2026, 12, 23)
    assert suggested("major", 0) == DAY


def test_a_suggested_deadline_is_a_working_day():
    def suggested(days, *, holidays):
        return rules.suggested_due_on("ordinary", DAY, days, lambda day: day not in holidays)

    week = [DAY + timedelta(days=days) for days in range(8)]
    assert suggested(7, holidays=week[6:]) == week[5]
    assert suggested(2, holidays=week[1:]) == week[2]  # nothing but holidays: as the item says
    assert suggested(0, holidays=week) == DAY


def test_an_interim_measure_is_promised_until_a_day():
    until = DAY + timedelta(days=2)
    for state in HazardState:
        left = rules.interim_days_left(state, "停用", until, DAY)
        assert left == (2 if state in LIVE_STATES else None)
    assert rules.interim_days_left("open", "停用", DAY, until) == -2
    assert rules.interim_days_left("open", "", until, DAY) is None
    assert rules.interim_days_left("open", "停用", None, DAY) is None
    assert rules.interim_until("停用", None, until) == until
    assert rules.interim_until("停用", DAY, until) == DAY
    assert rules.interim_until("", DAY, until) is None


def test_an_answer_is_due_after_five_working_days():
    assert rules.answer_due_on(DAY, lambda day: day.weekday() < 5) == date(2026, 11, 30)
    assert rules.answer_due_on(DAY, lambda _day: False) == DAY + timedelta(days=60)


def test_numbers_grow_past_four_digits():
    assert rules.number_of(2026, 12) == "2026-0012"
    assert rules.number_of(2026, 12345) == "2026-12345"


def test_a_hazard_may_be_reopened_within_the_term():
    assert rules.reopen_until(DAY, date(2027, 1, 20)) == date(2027, 1, 20)
    assert rules.reopen_until(DAY, None) == DAY + timedelta(days=180)


SAID = Said("学校", "孙师傅", "更换", Decimal(0), DAY, "疏散", "值守")


def said(**changes):
    return Said(**{name: getattr(SAID, name) for name in Said.__slots__} | changes)


@given(
    st.sets(
        st.sampled_from(
            ["responsible_unit", "responsible_name", "measure", "contingency", "interim_measure"]
        )
    ),
    st.sampled_from(["ordinary", "major"]),
)
def test_every_missing_commitment_is_named_and_no_other(missing, level):
    faults = rules.commitment_faults(said(**dict.fromkeys(missing, " ")), level, DAY)
    optional = set() if level == "major" else {"contingency", "interim_measure"}
    assert set(faults) == missing - optional


def test_the_four_are_named_in_the_order_of_the_notice():
    assert rules.missing_of_four("", " ", "", None) == tuple(rules.FOUR)
    assert rules.missing_of_four("值守", "学校", "孙师傅", DAY) == ()


def test_a_ledger_line_is_known_again_however_it_is_spaced():
    one = rules.ledger_origin(7, DAY, "3号楼 二楼", "灭火器压力不足")
    assert one == rules.ledger_origin(7, DAY, "３号楼二楼 ", "灭火器 压力不足")
    assert one != rules.ledger_origin(8, DAY, "3号楼二楼", "灭火器压力不足")
    assert len(one) <= 120


@pytest.mark.parametrize(
    ("source", "level", "above"),
    [
        ("self_check", "ordinary", False),
        ("patrol", "ordinary", False),
        ("drill", "ordinary", False),
        ("daily_review", "ordinary", False),
        ("self_check", "major", True),
        ("superior", "ordinary", True),
        ("joint", "ordinary", True),
        ("campaign", "ordinary", True),
        ("public", "ordinary", True),
        ("incident", "ordinary", True),
    ],
)
def test_who_verifies(source, level, above):
    assert rules.verified_above(source, level) is above


EVERYTHING = frozenset(CAPABILITIES)


def steps(state, **given):
    facts = rules.Facts(**{"state": state, "rights": EVERYTHING, "has_deadline": True, **given})
    return {step.name: step.why for step in rules.next_steps(facts)}


@given(st.sampled_from(list(HazardState)))
def test_edges_are_offered_where_the_workflow_has_them(state):
    offered = set(steps(state))
    edges = {step.name for step in HAZARD_FLOW.open_from(state)}
    assert edges - {"void", "merge"} == offered & {step.name for step in HAZARD_FLOW}
    assert ("request_end" in offered) == ("void" in edges)


def test_what_is_not_possible_says_why():
    assert steps("submitted", is_submitter=True)["close"] == NOT_YOURSELF
    assert steps("submitted", rights=frozenset(), above=True)["close"] == BY_UPPER
    late = {"reopen_until": DAY, "day": DAY + timedelta(days=1)}
    assert steps("closed", **late)["reopen"] == TOO_LATE
    assert steps("closed", reopen_until=DAY, day=DAY)["reopen"] == ""
    assert steps("assigned", extension="own")["decide_extension"]
    assert steps("assigned", end="own")["decide_end"]
    assert steps("assigned", has_deadline=False)["request_extension"]
    assert steps("open", has_upper=False)["report_up"]
    assert steps("open", is_supervised=True)["supervise"]
    assert all(steps("assigned", rights=frozenset()).values())
    assert steps("accepted", rights=frozenset())["assign"] == BY_ACCEPTOR
    assert steps("open", rights=frozenset())["assign"] != BY_ACCEPTOR


@pytest.mark.parametrize(
    ("state", "first"),
    [
        ("open", "assign"),
        ("assigned", "submit"),
        ("submitted", "close"),
        ("reported", "accept_up"),
        ("accepted", "assign"),
    ],
)
def test_one_step_stands_first(state, first):
    facts = rules.Facts(state=state, rights=EVERYTHING, has_deadline=True)
    primary = rules.primary_of(rules.next_steps(facts))
    assert (primary.name, primary.allowed) == (first, True)


def test_a_closed_hazard_presses_nobody():
    facts = rules.Facts(state="closed", rights=EVERYTHING)
    assert rules.primary_of(rules.next_steps(facts)) is None
