"""Any walk through the workflow keeps what must always be true of a hazard (S7, S8)."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anxiao.foundation.journal.queries import history_of
from anxiao.foundation.kernel.errors import DomainError
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.states import HAZARD_FLOW
from tests.loop.hazards.world import World

pytestmark = pytest.mark.django_db

STEPS = ("assign", "submit", "reject", "close", "report_up", "accept_up", "send_back")
PEOPLE = ("officer", "principal", "maintainer", "teacher", "clerk", "bureau", "stranger")
MOVES = st.tuples(
    st.sampled_from((*STEPS, "reopen", "grade")),
    st.sampled_from(
        ("officer", "principal", "maintainer", "teacher", "clerk", "bureau", "stranger")
    ),
    st.booleans(),
)


def do(world, hazard, step, actor, bare):
    """Take a step as somebody, with or without the interim measure; refusals are fine."""
    given = {"interim_measure": ""} if bare and step == "assign" else {}
    try:
        with transaction.atomic():
            getattr(world, step)(hazard, actor=actor, **given)
    except DomainError:
        hazard.refresh_from_db()
        return False
    return True


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(MOVES, max_size=14), st.sampled_from(("self_check", "superior")))
def test_no_walk_leads_where_it_must_not(db, moves, source):
    with transaction.atomic():
        world = World()
        actors = {name: getattr(world, name) for name in world.users}
        hazard = world.open(source=source, actor=actors["clerk"])
        for step, name, bare in moves:
            before = hazard.state
            moved = do(world, hazard, step, actors[name], bare)
            check(world, hazard, step, name, before, moved)
        chained(hazard)
        transaction.set_rollback(True)


def check(world, hazard, step, name, before, moved):
    row = Hazard.objects.get(pk=hazard.pk)
    assert name != "stranger" or not moved
    if moved and step in HAZARD_FLOW:
        assert before in HAZARD_FLOW[step].sources
        assert row.state == HAZARD_FLOW[step].target
    else:
        assert row.state == before
    assert (row.state == "closed") == (row.closed_at is not None)
    if row.closed_by_id:
        assert row.closed_by_id != row.submitted_by_id
        by_unit = row.level == "ordinary" and row.source == "self_check"
        closer = next(key for key, user in world.users.items() if user.pk == row.closed_by_id)
        assert by_unit or closer in {"clerk", "bureau"}
    if row.level == "major" and row.state in {"assigned", "submitted", "closed"}:
        assert all((row.interim_measure, row.responsible_unit, row.responsible_name, row.due_on))
    assert (row.clock_stopped_on is not None) <= (row.state in {"accepted", "reported"})


def chained(hazard):
    """Every line of the journal begins where the one before it ended."""
    states = [
        (line.old_state, line.new_state)
        for line in history_of(hazard)
        if line.action in HAZARD_FLOW
    ]
    ends = ["open", *(new for _old, new in states)]
    assert [old for old, _new in states] == ends[:-1]
