"""Scope is a range on the path; limits say when to come back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxiao.foundation.access.actor import ANYBODY, Actor, Grant, require
from anxiao.foundation.access.capabilities import (
    ADMIN_ROLES,
    CAPABILITY_LABELS,
    ROLE_CAPABILITIES,
    ROLE_LABELS,
    Role,
)
from anxiao.foundation.access.limits import Limiter
from anxiao.foundation.access.scoping import outermost
from anxiao.foundation.kernel.errors import Forbidden, TooMany

paths = st.lists(st.integers(1, 12), min_size=1, max_size=4).map(
    lambda ids: "".join(f"{n}." for n in ids)
)


def test_every_role_is_named_and_holds_only_known_capabilities():
    assert set(ROLE_CAPABILITIES) == set(Role) == set(ROLE_LABELS)
    held = set().union(*ROLE_CAPABILITIES.values())
    assert held == set(CAPABILITY_LABELS)


def test_s6_the_three_administrators_share_nothing_but_the_basics():
    basics = {"today.view", "messaging.view", "files.upload"}
    for one in ADMIN_ROLES:
        for other in ADMIN_ROLES - {one}:
            assert ROLE_CAPABILITIES[one] & ROLE_CAPABILITIES[other] == basics
        assert not any(
            name.startswith(("hazards.", "inspections.", "duties."))
            for name in ROLE_CAPABILITIES[one]
        )


def test_a_post_reaches_its_unit_and_all_below_but_not_beside():
    actor = Actor(1, "", (Grant(Role.PRINCIPAL, "1.7."),))
    assert actor.may("hazards.assign", "1.7.")
    assert actor.may("hazards.assign", "1.7.3.")
    assert not actor.may("hazards.assign", "1.70.")
    assert not actor.may("hazards.assign", "1.")
    require(actor, "hazards.assign", "1.7.")
    with pytest.raises(Forbidden):
        require(actor, "hazards.assign", "1.8.")
    with pytest.raises(Forbidden):
        require(ANYBODY, "hazards.assign", "1.7.")


def test_a_token_may_hold_fewer_rights_than_its_person():
    grants = (Grant(Role.PRINCIPAL, "1.7."),)
    assert not Actor(1, "", grants, frozenset({"hazards.view"})).may("hazards.assign", "1.7.")
    assert Actor(1, "", grants, frozenset({"hazards.view"})).may("hazards.view", "1.7.")
    assert not Actor(1, "", (), frozenset({"hazards.view"})).may("hazards.view", "1.7.")


@given(st.lists(paths, max_size=8), paths)
def test_outermost_paths_reach_exactly_as_far(many, below):
    few = outermost(many)
    assert any(below.startswith(p) for p in many) == any(below.startswith(p) for p in few)
    assert not any(a != b and a.startswith(b) for a in few for b in few)


def test_s36_over_the_limit_says_when_to_come_back():
    limiter = Limiter(per_minute=60, burst=3)
    for _ in range(3):
        limiter.take("a", 100.0)
    with pytest.raises(TooMany) as told:
        limiter.take("a", 100.0)
    assert told.value.retry_after == 1
    limiter.take("b", 100.0)
    limiter.take("a", 101.0)


@given(st.lists(st.floats(0, 5), max_size=60))
def test_never_more_than_burst_plus_pace_gets_through(gaps):
    limiter = Limiter(per_minute=60, burst=5)
    now, through = 0.0, 0
    for gap in gaps:
        now += gap
        try:
            limiter.take("k", now)
            through += 1
        except TooMany:
            pass
    assert through <= 5 + now + 1e-6
