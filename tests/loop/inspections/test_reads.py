"""Checklists in force, rounds owed, coverage; and that what is in force stays as it is."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from anxiao.foundation.kernel.errors import Conflict, Forbidden, Invalid
from anxiao.foundation.orgs.models import Term
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


@pytest.mark.parametrize("kept", [True, False])
def test_a_version_of_a_checklist_exists_once(world, kept):
    owner = world.county if kept else None
    row = {"code": "x", "version": 1, "title": "甲", "minutes": 5, "owner": owner}
    Checklist.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Checklist.objects.create(**row)
    assert Checklist.objects.create(**row | {"version": 2}).pk


def test_the_profile_decides_which_checklists_fit(world):
    held = {row.code for row in queries.checklists_at(world.school)}
    assert {"canteen", "gate", "fire"} <= held
    assert "dormitory" not in held
    assert "canteen" not in {row.code for row in queries.checklists_at(world.neighbour)}


def titles_at(org):
    """Titles of the gate's checklists in force at a unit."""
    return {row.title for row in queries.checklists_in_force(org) if row.code == "gate"}


def test_the_nearest_level_wins_and_a_neighbour_county_is_far(world):
    draft = services.new_version("gate", world.county, actor=world.clerk, at=AT)
    assert titles_at(world.school) == {world.gate.title}
    services.edit_draft(draft, {"title": "本区的"}, actor=world.clerk, at=AT)
    draft.refresh_from_db()
    services.publish_checklist(draft, actor=world.clerk, at=AT)
    assert titles_at(world.school) == {"本区的"}
    elsewhere = make_school(make_county("外区"))
    assert titles_at(elsewhere) == {world.gate.title}
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


def coverage_of(world, code, day=TODAY):
    rows = queries.coverage(world.school, day).rows
    return [(row.point, row.dark, row.done) for row in rows if row.checklist.code == code]


def test_coverage_names_what_nobody_looked_at(world):
    assert coverage_of(world, "gate") == [(world.point, True, False)]
    assert coverage_of(world, "fire") == [(None, True, False)]
    submit_inspection(world.submitted(point_id=world.point.pk), actor=world.officer, at=AT)
    submit_inspection(world.submitted(checklist=world.fire), actor=world.officer, at=AT)
    assert coverage_of(world, "gate") == [(world.point, False, True)]
    assert coverage_of(world, "fire") == [(None, False, True)]
    found = queries.coverage(world.school, TODAY + timedelta(days=7))
    gate = next(row for row in found.rows if row.checklist.code == "gate")
    assert (gate.never, gate.done, gate.owed) == (False, False, True)
    assert found.counts["never"] == found.counts["all"] - 2


def test_what_was_seen_last_term_is_a_dead_corner_of_this_one(world):
    day = date(2026, 8, 20)
    early = replace(
        world.submitted(point_id=world.point.pk), happened_on=day, late_reason="开学前补录"
    )
    submit_inspection(early, actor=world.officer, at=AT)
    assert coverage_of(world, "gate") == [(world.point, False, False)]
    for name, starts_on, ends_on in (
        ("上学年", date(2026, 2, 23), date(2026, 7, 10)),
        ("本学期", date(2026, 9, 1), date(2027, 1, 29)),
    ):
        Term.objects.create(org=world.county, name=name, starts_on=starts_on, ends_on=ends_on)
    found = queries.coverage(world.school, TODAY)
    assert found.since == date(2026, 9, 1)
    gate = next(row for row in found.rows if row.checklist.code == "gate")
    assert (gate.never, gate.dark, gate.tone) == (False, True, "late")
    assert found.rows[0].tone == "late"
    submit_inspection(world.submitted(point_id=world.point.pk), actor=world.officer, at=AT)
    assert coverage_of(world, "gate") == [(world.point, False, True)]


def test_a_point_that_no_checklist_asks_for_is_named(world):
    lonely = world.make_point(world.school, world.officer, name="水塔", key_part="")
    found = queries.coverage(world.school, TODAY)
    assert (found.bare, found.counts["bare"]) == ((lonely,), 1)
    services.assign_checklists(lonely, ["fire"], actor=world.officer, at=AT)
    assert queries.coverage(world.school, TODAY).bare == ()
    assert coverage_of(world, "fire") == [(lonely, True, False)]


def test_a_heating_season_that_is_not_on_casts_no_shadow(world):
    world.school.profile.heating = "electric"
    world.school.profile.save()
    [(_point, dark, _done)] = coverage_of(world, "heaters", TODAY)
    assert dark
    assert [row[1:] for row in coverage_of(world, "heaters", date(2026, 9, 23))] == [(False, False)]


def test_a_substitute_scans_and_has_the_round(world):
    round_ = lay_out(world, times=1)
    south = round_.stops.get(position=2).point
    lay_out(world, name="专干路线", owner="safety_officer", times=1)

    def here(point=world.point, roles=("guard",), day=TODAY):
        card = queries.point_card(point, set(roles), day)
        return card, card.rounds[0]

    card, first = here()
    assert (first.round, first.mine, first.owed) == (round_, True, True)
    assert [other.mine for other in card.rounds] == [True, False]
    assert (first.stops_done, first.stops, first.open_codes) == (0, 2, {"gate"})
    gate = next(row for row in card.lists if row.checklist.code == "gate")
    assert (gate.round, gate.last, gate.standing.waiting) == (first, None, True)
    form = world.submitted(point_id=world.point.pk, round_id=round_.pk, kind="patrol")
    inspection, _created = submit_inspection(form, actor=world.guard, at=AT)
    card, first = here()
    gate = next(row for row in card.lists if row.checklist.code == "gate")
    assert (first.stops_done, first.open_codes) == (1, frozenset())
    assert (gate.round, gate.last, gate.standing.done) == (None, inspection, True)
    assert here(south)[1].open_codes == {"gate"}
    assert here(roles=("principal",))[1].mine is False
    assert here(roles=("principal",))[0].lists[0].round is None
    assert here(day=SUNDAY)[1].owed is False


def cost(read):
    with CaptureQueriesContext(connection) as caught:
        read()
    return len(caught)


def test_a_card_and_the_coverage_cost_the_same_however_much_there_is(world):
    costs = []
    for number in (1, 3):
        while Round.objects.count() < number:
            lay_out(world, name=f"路线{Round.objects.count()}")
            form = world.submitted(point_id=world.point.pk)
            submit_inspection(form, actor=world.officer, at=AT)
        point = queries.points_in_use().select_related("org").get(pk=world.point.pk)
        costs.append(
            (
                cost(partial(queries.point_card, point, {"guard"}, TODAY)),
                cost(partial(queries.coverage, world.school, TODAY)),
                cost(partial(queries.checklists_at, world.school)),
            )
        )
        services.assign_checklists(
            world.point, ["gate", "fire", "patrol"][:number], actor=world.officer, at=AT
        )
    assert costs[0] == costs[1]
    assert costs[0][0] <= 12
    assert costs[0][1] <= 7
