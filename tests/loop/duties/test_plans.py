"""Plans: published once and for all, replaced by versions, bound by what units are."""

from datetime import date
from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction

from anxiao.foundation.access.actor import Actor, Grant
from anxiao.foundation.kernel.errors import Conflict, Forbidden, Invalid, StaleState
from anxiao.loop.duties.models import Binding, Clause, Duty, DutyEvidence, Plan, Rollup, Tally
from anxiao.loop.duties.queries import (
    plan_differences,
    preview,
    rollups,
    unit_status,
    weekly_cost,
)
from anxiao.loop.duties.queries.plans import duty_data
from anxiao.loop.duties.services import (
    copy_plan,
    delete_draft,
    import_plan,
    open_cells,
    publish_plan,
    recount,
    remove_clause,
    retire_plan,
    save_duty,
)
from tests.builders import AT, TODAY, make_county, make_org, make_school, make_town
from tests.loop.duties.cells import fact, rolled
from tests.loop.duties.plans import NOTICE, OTHER_NOTICE, County, instant

pytestmark = pytest.mark.django_db


def test_only_the_bureau_imports_and_publishes(place, draft):
    for actor in (place.principal, place.officer, place.guard):
        with pytest.raises(Forbidden):
            import_plan(NOTICE, place.county, actor=actor, at=AT)
        with pytest.raises(Forbidden):
            publish_plan(draft, actor=actor, at=AT)
    with pytest.raises(Forbidden):
        import_plan(NOTICE, make_county("别县"), actor=place.clerk, at=AT)


def test_publishing_twice_is_stale(place, draft):
    again = Plan.objects.select_related("issuer").get(pk=draft.pk)
    publish_plan(draft, actor=place.clerk, at=AT)
    with pytest.raises(StaleState):
        publish_plan(again, actor=place.clerk, at=AT)


def test_importing_the_same_again_changes_nothing(place, plan):
    assert import_plan(NOTICE, place.county, actor=place.clerk, at=AT) == plan
    changed = import_plan(
        NOTICE.replace("每周巡查", "周查"), place.county, actor=place.clerk, at=AT
    )
    assert (changed.version, changed.state) == (2, "draft")
    again = import_plan(NOTICE.replace("每周巡查", "周检"), place.county, actor=place.clerk, at=AT)
    assert again.pk == changed.pk
    assert again.duties.filter(title="周检").exists()
    assert import_plan(NOTICE, place.county, actor=place.clerk, at=AT) == plan
    assert again.duties.filter(title="周检").exists()


@pytest.mark.parametrize(
    ("model", "where", "change"),
    [
        (Duty, {"code": "2.1.f-1"}, {"times": 9}),
        (Clause, {"code": "2.1.f"}, {"demand": "改"}),
        (DutyEvidence, {"kind": "visit.done"}, {"kind": "x"}),
        (Plan, {}, {"title": "改"}),
        (Plan, {}, {"state": "draft", "published_at": None}),
    ],
)
def test_the_database_refuses_to_change_a_published_plan(place, plan, model, where, change):
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.filter(**where).update(**change)


@pytest.fixture
def guarded_plans(db):
    """The guards against removal as they stand in production, for the length of one test."""
    guards = import_module("anxiao.loop.duties.migrations.0003_published_whole")
    if connection.vendor == "sqlite":
        guards.keep_whole(connection)
    yield
    if connection.vendor == "sqlite":
        guards.allow_removal(connection)


@pytest.mark.parametrize("model", [Duty, Clause, DutyEvidence])
def test_the_database_refuses_to_take_from_a_published_plan(place, plan, guarded_plans, model):
    row = model.objects.filter(pk=model.objects.latest("pk").pk)
    before = model.objects.count()
    with pytest.raises(DatabaseError), transaction.atomic():
        row._raw_delete(row.db)
    assert model.objects.count() == before


def test_a_draft_may_still_be_taken_apart(place, draft, guarded_plans):
    clause = draft.clauses.get(code="3.4.d")
    remove_clause(clause, actor=place.clerk, at=AT)
    delete_draft(draft, actor=place.clerk, at=AT)
    assert not Clause.objects.exists()


def test_the_database_refuses_to_add_to_a_published_plan(place, plan):
    duty = plan.duties.get(code="2.1.f-1")
    added = [
        Clause(
            plan=plan, position=99, code="9", chapter="九", title="多", demand="多", kind="rule"
        ),
        Duty(plan=plan, clause=duty.clause, code="9-1", title="多", owner="guard", cadence="daily"),
        DutyEvidence(duty=duty, kind="visit.done"),
    ]
    for row in added:
        with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
            row.save()


def test_services_refuse_to_change_a_published_plan(place, plan):
    duty = Duty.objects.select_related("clause__plan__issuer").get(code="2.1.f-1")
    with pytest.raises(Conflict):
        save_duty(duty.clause, duty, duty_data(duty), actor=place.clerk, at=AT)


def test_a_new_version_retires_the_former_and_keeps_its_tallies(place, plan):
    fact(place.school, "drill.evacuation")
    copy = copy_plan(plan, actor=place.clerk, at=AT)
    with pytest.raises(Conflict):
        copy_plan(plan, actor=place.clerk, at=AT)
    assert plan_differences(plan, copy) == []
    old = Tally.objects.get(unit=place.school, duty__plan=plan, duty__code="2.1.f-1")
    publish_plan(copy, actor=place.clerk, at=AT)
    plan.refresh_from_db()
    assert (plan.state, copy.state) == ("retired", "published")
    old.refresh_from_db()
    assert (old.done, old.owed) == (1, False)
    new = Tally.objects.get(unit=place.school, duty__plan=copy, duty__code="2.1.f-1")
    assert (new.done, new.met) == (1, True)
    assert len(unit_status(place.school.pk, TODAY)) == 5
    assert not recount(place.county)
    fact(place.school, "inspection.patrol")
    assert not recount(place.county)


def test_a_successor_is_not_published_before_its_first_day(place, plan):
    later = NOTICE.replace("2026-09-01", "2026-12-01")
    draft = import_plan(later, place.county, actor=place.clerk, at=AT)
    with pytest.raises(Invalid, match="12月1日"):
        publish_plan(draft, actor=place.clerk, at=AT)
    publish_plan(draft, actor=place.clerk, at=instant(date(2026, 12, 1)))


def test_an_incomplete_draft_is_not_published(place, draft):
    draft.duties.filter(code="2.1.f-1").delete()
    with pytest.raises(Invalid, match=r"条款 2\.1\.f"):
        publish_plan(draft, actor=place.clerk, at=AT)
    assert not Binding.objects.exists()


def test_a_retired_plan_owes_nothing_more(place, plan):
    retire_plan(plan, actor=place.clerk, at=AT)
    assert not Tally.objects.filter(owed=True).exists()
    assert open_cells(place.county, date(2026, 11, 24)) == 0
    assert rollups(place.county, TODAY) == []
    assert not recount(place.county)


def test_the_preview_says_whom_a_draft_binds_and_what_it_costs(place, draft):
    found = preview(draft)
    counts = {each.duty.code: each.count for each in found.duties}
    assert counts == {
        "2.1.f-1": 3, "2.2.a-1": 3, "2.2.a-2": 3, "2.2.a-3": 1, "2.1.g-1": 3, "3.2.a-1": 2,
    }  # fmt: skip
    assert found.units == 5
    costs = {cost.owner: cost for cost in found.costs}
    assert costs["guard"].minutes == 100  # 10 minutes, twice on five school days
    assert costs["safety_officer"].duties == 2
    published = publish_plan(draft, actor=place.clerk, at=AT)
    assert {cost.owner: cost for cost in weekly_cost(published)} == costs


def test_rollups_of_town_county_and_above(place, plan, django_assert_num_queries):
    fact(place.school, "drill.evacuation")
    with django_assert_num_queries(1):
        county = {line.duty.code: (line.owed, line.met) for line in rollups(place.county, TODAY)}
    town = {line.duty.code: (line.owed, line.met) for line in rollups(place.town, TODAY)}
    assert county["2.1.f-1"] == (3, 1)
    assert town["2.1.f-1"] == (2, 1)
    assert county["3.2.a-1"] == (2, 0)


def test_a_second_notice_by_another_county_needs_no_code(place, plan):
    other = County("青山县")
    second = import_plan(OTHER_NOTICE, other.county, actor=other.clerk, at=AT)
    publish_plan(second, actor=other.clerk, at=AT)
    nightly = Binding.objects.filter(duty__code="N-1")
    assert [each.unit for each in nightly] == [other.third]
    assert Binding.objects.filter(duty__plan=second).exclude(county=other.county).count() == 0
    assert Binding.objects.filter(duty__plan=plan).exclude(county=place.county).count() == 0
    open_cells(other.county, date(2026, 11, 28))  # a Saturday counts here
    for number in range(2):
        fact(other.third, "night.round", TODAY, source=f"fire.round:{number}")
    assert rolled(other.county, "N-1", "2026-11-23") == (1, 1)
    assert rolled(other.county, "N-2", "2026-W48") == (3, 0)
    fact(other.third, "drill.evacuation")  # known to no plan of this county
    assert not Rollup.objects.filter(org=place.county, met__gt=0).exists()
    assert Tally.objects.filter(
        unit=other.third, duty__code="N-1", period_key="2026-11-28"
    ).exists()
    assert not recount(other.county)
    assert not recount(place.county)


CADENCES = {
    "once": 1,
    "daily": 1,
    "school_daily": 2,
    "weekly": 3,
    "monthly": 1,
    "quarterly": 4,
    "termly": 1,
    "yearly": 2,
    "heating_season": 1,
    "per_trip": 2,
    "standing": 1,
}


def test_a_notice_may_ask_for_any_rhythm(place):
    """Another county's notice with each cadence: one file, no code, and the counts agree."""
    duties = "".join(
        f"""
[[clause.duty]]
code = "C-{cadence}"
title = "{cadence}"
owner = "principal"
applies_to = {{ ownership = ["public"] }}
cadence = "{cadence}"
times = {times}
evidence = ["x.{cadence}"]
minutes = 1
room = "duties"
"""
        for cadence, times in CADENCES.items()
    )
    kinds = "".join(
        f'\n[[evidence_kind]]\ncode = "x.{each}"\nlabel = "{each}"\n' for each in CADENCES
    )
    head, _rest = OTHER_NOTICE.split("[[evidence_kind]]")
    clause = '\n[[clause]]\ncode = "甲"\nchapter = "行动"\ntitle = "各种频次"\ndemand = "。"\n'
    text = head + kinds + clause.replace("甲", "A1") + 'kind = "duty"\n' + duties
    draft = import_plan(text, place.county, actor=place.clerk, at=AT)
    publish_plan(draft, actor=place.clerk, at=AT)
    cells = Tally.objects.filter(unit=place.school, starts_on__lte=TODAY, ends_on__gt=TODAY)
    owed = {cell.duty.cadence: cell.needed for cell in cells.select_related("duty")}
    assert owed == CADENCES
    for cadence, times in CADENCES.items():
        for number in range(times):
            fact(place.school, f"x.{cadence}", TODAY, source=f"x:{cadence}{number}")
    assert cells.filter(met=True).count() == len(CADENCES)
    assert not recount(place.county)


def test_a_plan_of_a_province_binds_every_county(db):
    province = make_org("province", "某省")
    counties = [make_county(f"{number}县", province) for number in (1, 2)]
    for county in counties:
        make_school(make_town(county))
    clerk = Actor(0, "省厅", (Grant("county_safety", province.path),))
    plan = import_plan(NOTICE, province, actor=clerk, at=AT)
    publish_plan(plan, actor=clerk, at=AT)
    lines = {line.duty.code: line.owed for line in rollups(province, TODAY)}
    assert lines["2.2.a-2"] == 2
    assert [line.owed for line in rollups(counties[0], TODAY) if line.duty.code == "2.2.a-2"] == [1]
    assert connection.vendor in {"sqlite", "postgresql"}
