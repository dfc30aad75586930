"""A new version of a plan clears no record and begins no time again."""

from datetime import date, timedelta

import pytest

from anxiao.loop.duties.models import Clause, Rollup, Tally
from anxiao.loop.duties.queries import today_items, unit_status
from anxiao.loop.duties.queries.pages import clause_page, unit_page
from anxiao.loop.duties.services import import_plan, open_due, publish_plan, recount, retire_plan
from tests.builders import TODAY
from tests.loop.duties.cells import fact
from tests.loop.duties.plans import NOTICE, instant

pytestmark = pytest.mark.django_db
LATER = TODAY + timedelta(days=10)
"""Thursday 3 December: eight school days and one week are over, November is."""
WITHOUT_PATROLS = NOTICE.replace('code = "2.2.a-1"', 'code = "2.2.a-9"').replace(
    "上学日巡查", "上学日值守"
)


def publish(text, place, day):
    open_due(instant(day))
    draft = import_plan(text, place.county, actor=place.clerk, at=instant(day))
    return publish_plan(draft, actor=place.clerk, at=instant(day))


def missed(unit, day):
    return {each.duty.code: each.missed for each in unit_status(unit.pk, day) if each.missed}


@pytest.fixture
def newer(place, plan):
    """The second version, in which one duty has gone and another come."""
    return publish(WITHOUT_PATROLS, place, LATER)


def test_what_a_former_version_missed_is_still_missed(place, plan, newer):
    days = Tally.objects.filter(unit=place.school, duty__code="2.2.a-1", ends_on__lte=LATER)
    assert days.filter(owed=True, met=False).count() == 8
    found = {"2.2.a-2": 1, "2.2.a-1": 8, "2.2.a-3": 1, "2.1.f-1": 1, "2.2.a-9": 1}
    assert missed(place.school, LATER + timedelta(days=1)) == found
    page = unit_page(place.school, LATER + timedelta(days=1))
    assert (page.total, page.late) == (6, 5)


def test_what_a_former_school_year_missed_is_told_no_more(place, plan, newer):
    unmet = Tally.objects.filter(unit=place.school, duty__code="2.2.a-1", owed=True, met=False)
    past = unmet.filter(ends_on__lte=LATER).order_by("ends_on")
    for cell, ends in zip(past[:2], (date(2026, 9, 1), date(2026, 9, 2)), strict=True):
        day = ends - timedelta(days=1)
        days = {"starts_on": day, "counts_from": day, "ends_on": ends, "due_on": day}
        Tally.objects.filter(pk=cell.pk).update(**days)
    assert missed(place.school, LATER)["2.2.a-1"] == 7
    Tally.objects.filter(pk=past[0].pk).update(due_on=date(2026, 9, 5))  # over, and due in this one
    assert missed(place.school, LATER)["2.2.a-1"] == 8


def test_a_fact_entered_late_still_meets_the_former_versions_cell(place, plan, newer):
    day = LATER - timedelta(days=1)
    before = missed(place.school, LATER)["2.2.a-1"]
    for _ in range(2):
        fact(place.school, "inspection.patrol", day, at=instant(LATER))
    assert missed(place.school, LATER)["2.2.a-1"] == before - 1
    assert not recount(place.county)


def test_today_still_asks_for_what_can_be_made_good(place, plan, newer):
    items = today_items(place.guard, place.school.pk, ["guard"], LATER)
    asked = sorted((each.period, each.duty_code) for each in items)
    assert asked == [
        ("2026-12-01", "2.2.a-1"),
        ("2026-12-02", "2.2.a-1"),
        ("2026-12-03", "2.2.a-9"),
    ]
    retire_plan(newer, actor=place.clerk, at=instant(LATER))
    assert today_items(place.guard, place.school.pk, ["guard"], LATER) == []


def test_the_page_of_a_clause_shows_the_periods_of_all_versions(place, plan, newer):
    clause = Clause.objects.get(plan=newer, code="2.1.f")
    (drill,) = clause_page(place.school, clause, LATER)
    shown = [(row.cell.period_key, row.cell.duty.plan_id) for row in drill.periods]
    assert shown == [("2026-12", newer.pk), ("2026-11", plan.pk)]


def test_a_standing_duty_is_due_when_it_was_due(place, plan):
    first = Tally.objects.get(unit=place.school, duty__plan=plan, duty__code="2.1.g-1")
    assert first.due_on == date(2026, 12, 23)
    for version in range(2):
        newer = publish(NOTICE.replace("四季度", f"四季度{version}"), place, LATER)
        cells = Tally.objects.filter(duty__plan=newer, duty__code="2.1.g-1")
        assert set(cells.values_list("due_on", flat=True)) == {first.due_on}
        sums = Rollup.objects.filter(duty__plan=newer, duty__code="2.1.g-1")
        assert set(sums.values_list("due_on", flat=True)) == {first.due_on}
    assert not recount(place.county)


def test_a_unit_costs_three_statements_whatever_its_past(
    place, plan, newer, django_assert_num_queries
):
    unit_status(place.school.pk, LATER)
    with django_assert_num_queries(3):
        assert unit_status(place.school.pk, LATER)
