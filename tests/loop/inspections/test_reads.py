"""Checklists in force, rounds owed, coverage; and that what is in force stays as it is."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from anxiao.foundation.kernel.errors import Conflict, Forbidden, Invalid
from anxiao.loop.inspections import queries, services
from anxiao.loop.inspections.catalog import shipped_checklists
from anxiao.loop.inspections.models import Checklist, Round
from anxiao.loop.inspections.services import RoundPlan, StopPlan, save_round, submit_inspection
from tests.builders import AT, TODAY, make_county, make_school

pytestmark = pytest.mark.django_db
SUNDAY = TODAY - timedelta(days=1)


def test_shipped_checklists_are_loaded_once(world):
    assert Checklist.objects.count() == len(shipped_checklists())
    assert services.load_shipped_checklists(at=AT) == 0


def test_the_profile_decides_which_checklists_fit(world):
    held = {row.code for row in queries.checklists_at(world.school)}
    assert {"canteen", "gate", "fire"} <= held
    assert "dormitory" not in held
    assert "canteen" not in {row.code for row in queries.checklists_at(world.neighbour)}


def test_the_nearest_level_wins_and_a_neighbour_county_is_far(world):
    draft = services.new_version("gate", world.county, actor=world.clerk, at=AT)
    assert queries.checklist_for(world.school, "gate") == world.gate
    services.edit_draft(draft, {"title": "本区的"}, actor=world.clerk, at=AT)
    draft.refresh_from_db()
    services.publish_checklist(draft, actor=world.clerk, at=AT)
    assert queries.checklist_for(world.school, "gate").title == "本区的"
    elsewhere = make_school(make_county("外区"))
    assert queries.checklist_for(elsewhere, "gate") == world.gate
    form = world.submitted(checklist=draft)
    assert submit_inspection(form, actor=world.officer, at=AT)[1]


def test_a_foreign_countys_checklist_cannot_be_filled_in(world):
    other = make_county("外区")
    foreign = Checklist.objects.create(
        owner=other,
        code="gate",
        title="外区校门",
        clause="2.2.a",
        key_part="gate",
        category="other",
        cadence="weekly",
        minutes=5,
        items=world.gate.items,
        state="published",
        published_at=AT,
    )
    with pytest.raises(Invalid):
        submit_inspection(world.submitted(checklist=foreign), actor=world.officer, at=AT)


def test_what_is_in_force_is_never_changed(world):
    with pytest.raises(Conflict):
        services.publish_checklist(world.gate, actor=world.clerk, at=AT)
    draft = services.new_version("gate", world.county, actor=world.clerk, at=AT)
    assert services.new_version("gate", world.county, actor=world.clerk, at=AT) == draft
    with pytest.raises(Forbidden):
        services.edit_draft(draft, {"title": "改"}, actor=world.officer, at=AT)
    services.publish_checklist(draft, actor=world.clerk, at=AT)
    with pytest.raises(Conflict):
        services.edit_draft(draft, {"title": "改"}, actor=world.clerk, at=AT)
    with pytest.raises(Conflict):
        services.delete_draft(draft, actor=world.clerk, at=AT)
    for row in (draft, world.gate):
        with pytest.raises(DatabaseError), transaction.atomic():
            Checklist.objects.filter(pk=row.pk).update(items=[])
    second = services.new_version("gate", world.county, actor=world.clerk, at=AT)
    assert second.version == 2
    services.publish_checklist(second, actor=world.clerk, at=AT)
    draft.refresh_from_db()
    assert draft.state == "retired"


def lay_out(world, **changes):
    south = world.make_point(world.school, world.officer, name="南门")
    plan = {
        "name": "早巡查",
        "owner": "guard",
        "cadence": "school_daily",
        "times": 2,
        "stops": (StopPlan(world.point.pk, "gate"), StopPlan(south.pk, "gate")),
        **changes,
    }
    return save_round(world.school, RoundPlan(**plan), actor=world.officer, at=AT)


def walk(world, round_, number=1):
    for _lap in range(number):
        for stop in round_.stops.all():
            form = world.submitted(point_id=stop.point_id, round_id=round_.pk, kind="patrol")
            submit_inspection(form, actor=world.guard, at=AT)


def test_rounds_owed_today(world):
    round_ = lay_out(world)
    [due] = queries.rounds_due({"guard"}, world.school, TODAY)
    assert (due.done, due.needed, due.stops_done, due.stops) == (0, 2, 0, 2)
    assert due.minutes == 2 * world.gate.minutes
    walk(world, round_)
    form = world.submitted(point_id=world.point.pk, round_id=round_.pk, kind="patrol")
    submit_inspection(form, actor=world.guard, at=AT)
    [due] = queries.rounds_due({"guard"}, world.school, TODAY)
    assert (due.done, due.stops_done) == (1, 1)
    assert queries.rounds_due({"principal"}, world.school, TODAY) == []
    assert queries.rounds_due({"guard"}, world.school, SUNDAY) == []
    assert queries.next_stop(Round.objects.get(), TODAY).point.name == "南门"


def test_rounds_cost_the_same_however_many(world):
    lay_out(world)
    costs = []
    for _more in range(2):
        with CaptureQueriesContext(connection) as caught:
            queries.rounds_due({"guard"}, world.school, TODAY)
        costs.append(len(caught))
        for number in range(2):
            lay_out(world, name=f"另一条{number}{_more}")
    assert costs[0] == costs[1] <= 7


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"owner": "king"}, "owner"),
        ({"cadence": "often"}, "cadence"),
        ({"times": 0}, "times"),
        ({"stops": ()}, "stops"),
        ({"stops": (StopPlan(0, "gate"),)}, "stops"),
    ],
)
def test_a_bad_round_is_refused(world, changes, field):
    with pytest.raises(Invalid) as caught:
        lay_out(world, **changes)
    assert field in caught.value.fields


def test_points_and_people_of_others_lay_out_nothing(world):
    foreign = world.make_point(world.neighbour, world.stranger)
    with pytest.raises(Invalid):
        lay_out(world, stops=(StopPlan(foreign.pk, "gate"),))
    plan = RoundPlan("外", "guard", "daily", 1, (StopPlan(world.point.pk, "gate"),))
    with pytest.raises(Forbidden):
        save_round(world.school, plan, actor=world.stranger, at=AT)
    with pytest.raises(Forbidden):
        services.assign_checklists(world.point, ["gate"], actor=world.stranger, at=AT)
    with pytest.raises(Invalid):
        services.assign_checklists(world.point, ["none"], actor=world.officer, at=AT)


def test_coverage_names_what_nobody_looked_at(world):
    def of(code):
        rows = queries.coverage(world.school, TODAY)
        return [(row.point, row.never, row.done) for row in rows if row.checklist.code == code]

    assert of("gate") == [(world.point, True, False)]
    assert of("fire") == [(None, True, False)]
    submit_inspection(world.submitted(point_id=world.point.pk), actor=world.officer, at=AT)
    submit_inspection(world.submitted(checklist=world.fire), actor=world.officer, at=AT)
    assert of("gate") == [(world.point, False, True)]
    assert of("fire") == [(None, False, True)]
    rows = queries.coverage(world.school, TODAY + timedelta(days=7))
    gate = next(row for row in rows if row.checklist.code == "gate")
    assert (gate.never, gate.done, gate.owed) == (False, False, True)
    assert queries.coverage_counts(rows)["never"] == len(rows) - 2
