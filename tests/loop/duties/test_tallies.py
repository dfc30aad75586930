"""Cells and rollups: opened, counted, crossed, taken back; always what evidence says."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.orgs.models import DayOverride
from anxiao.loop.duties.models import Binding, Evidence, Rollup, Tally
from anxiao.loop.duties.queries import today_items
from anxiao.loop.duties.services import (
    cells,
    evidence,
    expire_standing,
    open_cells,
    open_due,
    publish_plan,
    rebind_changed,
    record_evidence,
    recount,
    revoke_evidence,
)
from anxiao.loop.duties.services.statements import Scope, count_cells
from tests.builders import AT, TODAY, make_school
from tests.loop.duties.cells import cell, fact, rolled
from tests.loop.duties.plans import instant

pytestmark = pytest.mark.django_db

SUNDAY = date(2026, 11, 22)


def test_publishing_opens_todays_cells_for_every_bound_unit(place, plan):
    assert Binding.objects.filter(duty__code="2.1.f-1").count() == 3
    assert Binding.objects.get(duty__code="2.2.a-3").unit == place.school
    assert set(Binding.objects.filter(duty__code="3.2.a-1").values_list("unit", flat=True)) == {
        place.town.pk,
        place.other_town.pk,
    }
    drill = cell(place.school, "2.1.f-1", "2026-11")
    assert (drill.starts_on, drill.ends_on, drill.due_on) == (
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2026, 12, 3),
    )
    assert rolled(place.county, "2.1.f-1", "2026-11") == (3, 0)
    assert rolled(place.town, "2.1.f-1", "2026-11") == (2, 0)
    assert rolled(place.town, "3.2.a-1", "2026-11") == (1, 0)
    assert not recount(place.county)


def test_opening_again_changes_nothing(place, plan):
    before = Tally.objects.count()
    assert open_cells(place.county, TODAY) == 0
    assert Tally.objects.count() == before


def test_a_fact_counts_in_every_duty_it_proves_and_crosses_once(place, plan):
    fact(place.school, "inspection.patrol")
    assert cell(place.school, "2.2.a-2", "2026-W48").met
    assert not cell(place.school, "2.2.a-1", "2026-11-23").met
    assert rolled(place.county, "2.2.a-2", "2026-W48") == (3, 1)
    fact(place.school, "inspection.patrol")
    fact(place.school, "inspection.patrol")
    assert cell(place.school, "2.2.a-1", "2026-11-23").done == 3
    assert rolled(place.county, "2.2.a-1", "2026-11-23") == (3, 1)
    assert rolled(place.town, "2.2.a-1", "2026-11-23") == (2, 1)
    assert not recount(place.county)


def test_facts_of_several_days_at_once_count_as_one_by_one(place, plan):
    days = [TODAY, TODAY - timedelta(days=1), TODAY, TODAY - timedelta(days=3), TODAY]
    units = [place.second, place.third]
    for day in set(days):
        open_cells(place.county, day)
    facts = [
        evidence.Fact(units[0], "inspection.patrol", day, f"test.many:{number}", late_reason="补录")
        for number, day in enumerate(days)
    ]
    with transaction.atomic():
        assert evidence.record_facts(facts, at=AT, actor=SYSTEM) == facts
    for day in days:
        fact(units[1], "inspection.patrol", day, late_reason="补录")
    once, alone = (
        {
            (each.duty_id, each.period_key): (each.done, each.met)
            for each in Tally.objects.filter(unit=unit, done__gt=0)
        }
        for unit in units
    )
    assert once == alone
    assert cell(units[0], "2.2.a-1", str(TODAY)).done == days.count(TODAY)
    assert cell(units[0], "2.2.a-2", "2026-W48").done == days.count(TODAY)
    assert not recount(place.county)


def test_facts_of_two_days_count_once_in_a_cell_that_the_first_of_them_opens(place, plan):
    facts = [
        evidence.Fact(
            place.school, "drill.evacuation", date(2026, 10, day), f"t:{day}", late_reason="补录"
        )
        for day in (20, 21)
    ]
    with transaction.atomic():
        evidence.record_facts(facts, at=AT, actor=SYSTEM)
    assert cell(place.school, "2.1.f-1", "2026-10").done == 2
    assert not recount(place.county)


def test_the_same_source_counts_once_even_after_it_was_revoked(place, plan):
    assert fact(place.school, "drill.evacuation", source="drills.drill:1")
    assert not fact(place.school, "drill.evacuation", source="drills.drill:1")
    assert cell(place.school, "2.1.f-1", "2026-11").done == 1
    assert revoke_evidence("drills.drill:1", actor=place.clerk, at=AT, reason="录错单位")
    assert not revoke_evidence("drills.drill:1", actor=place.clerk, at=AT, reason="录错单位")
    assert Entry.objects.get(action="revoke").detail["reason"] == "录错单位"
    assert not fact(place.school, "drill.evacuation", source="drills.drill:1")
    assert cell(place.school, "2.1.f-1", "2026-11").done == 0
    assert rolled(place.county, "2.1.f-1", "2026-11") == (3, 0)
    assert not recount(place.county)


def test_facts_work_without_any_plan_and_count_once_one_is_published(place, draft):
    assert fact(place.school, "drill.evacuation", date(2026, 11, 22))
    publish_plan(draft, actor=place.clerk, at=AT)
    assert cell(place.school, "2.1.f-1", "2026-11").met
    assert rolled(place.county, "2.1.f-1", "2026-11") == (3, 1)


@pytest.mark.parametrize(
    ("days", "reason", "field"), [(1, "", "happened_on"), (-3, " ", "late_reason")]
)
def test_the_future_and_the_silent_past_are_refused(place, plan, days, reason, field):
    with pytest.raises(Invalid) as refusal:
        fact(place.school, "drill.evacuation", TODAY + timedelta(days=days), late_reason=reason)
    assert field in refusal.value.fields
    assert not Evidence.objects.exists()


def test_a_late_entry_opens_the_cell_of_its_period(place, plan):
    fact(place.school, "drill.evacuation", date(2026, 10, 20), late_reason="当时断网")
    october = cell(place.school, "2.1.f-1", "2026-10")
    assert (october.done, october.owed, october.met, october.late) == (1, False, False, True)
    assert rolled(place.county, "2.1.f-1", "2026-10") == (0, 0)
    assert rolled(place.town, "2.1.f-1", "2026-10") == (0, 0)
    assert not recount(place.county)


def test_facts_before_the_plan_count_nowhere_but_for_standing_duties(place, plan):
    fact(place.school, "drill.evacuation", date(2026, 8, 20), late_reason="补")
    fact(place.school, "plan.approved", date(2026, 8, 30), late_reason="补")
    assert not Tally.objects.filter(period_key="2026-08").exists()
    standing = cell(place.school, "2.1.g-1", "standing")
    assert (standing.done, standing.valid_until, standing.met) == (1, date(2026, 11, 28), True)


def test_a_standing_proof_lapses_and_is_renewed(place, plan):
    fact(place.school, "plan.approved", date(2026, 8, 30), late_reason="补")
    assert expire_standing(date(2026, 11, 28)) == 0
    assert expire_standing(date(2026, 11, 29)) == 1
    assert expire_standing(date(2026, 11, 29)) == 0
    assert rolled(place.county, "2.1.g-1", "standing") == (3, 0)
    later = date(2026, 11, 30)
    item = [
        each
        for each in today_items(place.principal, place.school.pk, [], later)
        if each.duty_code == "2.1.g-1"
    ]
    assert item[0].status == "overdue"
    fact(place.school, "plan.approved", later, at=instant(later))
    assert rolled(place.county, "2.1.g-1", "standing") == (3, 1)
    assert not recount(place.county)


def test_the_day_job_makes_missed_days_good(place, plan):
    later = date(2026, 11, 26)
    assert open_due(instant(later)) > 0
    assert open_due(instant(later)) == 0
    days = Tally.objects.filter(unit=place.school, duty__code="2.2.a-1").order_by("period_key")
    assert [each.period_key for each in days] == [
        "2026-11-23",
        "2026-11-24",
        "2026-11-25",
        "2026-11-26",
    ]


def test_r12_cells_opened_before_a_kill_stay_and_the_next_run_opens_the_rest(
    place, plan, monkeypatch
):
    later = date(2026, 12, 1)
    real, opened = cells._open_some, []

    def killed(county, duty_ids, day):
        if len(opened) == 2:
            raise KeyboardInterrupt
        opened.append(real(county, duty_ids, day))
        return opened[-1]

    monkeypatch.setattr(cells, "_open_some", killed)
    monkeypatch.setattr(open_cells, "__kwdefaults__", {"together": 1})
    with pytest.raises(KeyboardInterrupt):
        open_due(instant(later))
    assert not recount(place.county)
    monkeypatch.setattr(cells, "_open_some", real)
    assert open_due(instant(later)) > 0
    assert open_due(instant(later)) == 0
    assert cell(place.school, "2.1.f-1", "2026-12").owed
    assert not recount(place.county)


def test_recount_finds_and_repairs_what_was_tampered(place, plan):
    fact(place.school, "drill.evacuation")
    Tally.objects.filter(unit=place.school, duty__code="2.1.f-1").update(done=7)
    Tally.objects.filter(unit=place.second, duty__code="2.1.f-1").update(met=True, done=1)
    Rollup.objects.filter(org=place.town, duty__code="2.2.a-2").update(owed=9)
    Rollup.objects.filter(org=place.county, duty__code="2.2.a-2").delete()
    found = recount(place.county)
    assert len(found.cells) == 2
    assert {(each.org_id, each.stored) for each in found.rollups} >= {
        (place.town.pk, (9, 0)),
        (place.county.pk, None),
    }
    recount(place.county, repair_on=TODAY)
    assert not recount(place.county)
    assert cell(place.school, "2.1.f-1", "2026-11").done == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"done": 7},
        {"met": True},
        {"lapsed": True},
        {"valid_until": TODAY},
        {"met": True, "done": 0, "valid_until": date(2030, 1, 1)},
    ],
)
def test_only_cells_that_are_wrong_are_written(place, plan, wrong):
    fact(place.school, "drill.evacuation")
    cells = Tally.objects.filter(county=place.county, owed=True, ends_on__gt=TODAY)
    right = list(cells.order_by("pk").values("done", "met", "lapsed", "valid_until"))
    spoiled = cells.filter(unit=place.second, duty__code="2.1.f-1").update(**wrong)
    scope = Scope(place.county.pk)
    assert (spoiled, count_cells(scope, TODAY), count_cells(scope, TODAY)) == (1, 1, 0)
    assert list(cells.order_by("pk").values("done", "met", "lapsed", "valid_until")) == right


def test_todays_list_is_the_posts_own(place, plan):
    items = today_items(place.guard, place.school.pk, ["guard"], TODAY)
    assert [(each.duty_code, each.done, each.needed, each.status) for each in items] == [
        ("2.2.a-1", 0, 2, "soon")
    ]
    assert today_items(place.guard, place.second.pk, ["guard"], TODAY) == []
    open_cells(place.county, date(2026, 11, 24))
    tomorrow = today_items(place.guard, place.school.pk, ["guard"], date(2026, 11, 24))
    assert [each.period for each in tomorrow] == ["2026-11-23", "2026-11-24"]
    assert tomorrow[0].late


def test_the_recount_command_names_what_differs_and_mends_it(place, plan):
    Tally.objects.filter(unit=place.school, duty__code="2.1.f-1").update(done=7)
    out = StringIO()
    with pytest.raises(CommandError, match="共 1 处与佐证不符"):
        call_command("recount", stdout=out)
    assert "所存 7 次，应为 0 次" in out.getvalue()
    call_command("recount", "--under", place.county.code, "--repair", stdout=out)
    assert "已改正 1 处" in out.getvalue()
    call_command("recount", stdout=out)
    assert "全部与佐证相符" in out.getvalue()
    with pytest.raises(CommandError, match="没有县"):
        call_command("recount", "--under", "NOBODY")


def test_recording_is_few_statements(place, plan, django_assert_max_num_queries):
    for _ in range(3):
        fact(place.school, "inspection.patrol")
    with django_assert_max_num_queries(7):
        record_evidence(
            unit=place.school,
            kind="inspection.patrol",
            happened_on=TODAY,
            source="test.fact:steady",
            at=AT,
            actor=SYSTEM,
        )
    with django_assert_max_num_queries(12):
        record_evidence(
            unit=place.second,
            kind="drill.evacuation",
            happened_on=TODAY,
            source="test.fact:crossing",
            at=AT,
            actor=SYSTEM,
        )


def test_opening_is_the_same_few_statements_for_any_number_of_units(
    place, plan, django_assert_max_num_queries
):
    for number in range(4):
        make_school(place.town, f"扩{number}小学")
    DayOverride.objects.create(org=place.school, day=TODAY, kind="holiday", reason="校庆")
    rebind_changed(AT)
    with django_assert_max_num_queries(16):
        open_cells(place.county, date(2026, 11, 24))
    assert not recount(place.county)
