"""Calendars changed after the cells were opened, and late entries for days nobody was asked for."""

from datetime import date, timedelta

import pytest

from anxiao.foundation.orgs.models import Term
from anxiao.foundation.orgs.services.days import TermData, add_term, clear_day, remove_term, set_day
from anxiao.loop.duties.models import Progress, Tally
from anxiao.loop.duties.queries import today_items
from anxiao.loop.duties.services import (
    ExemptionRequest,
    approve_exemption,
    calendars,
    import_plan,
    open_cells,
    open_due,
    publish_plan,
    rebind_changed,
    recount,
    request_exemption,
)
from tests.builders import AT, TODAY
from tests.loop.duties.cells import cell, fact, rolled
from tests.loop.duties.plans import NOTICE, instant

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TERMLY = NOTICE.replace('cadence = "weekly"', 'cadence = "termly"')


@pytest.fixture
def keeper(place):
    return place.clerk


def day_cells(day=TODAY):
    rows = Tally.objects.filter(duty__code="2.2.a-1", period_key=str(day))
    return set(rows.filter(owed=True).values_list("unit__name", flat=True))


def snow(org, keeper, day=TODAY, kind="holiday", at=AT):
    return set_day(org, day=day, kind=kind, reason="暴雪停课", actor=keeper, at=at)


def test_a_day_declared_off_after_its_cells_were_opened_is_not_owed(place, plan, keeper):
    fact(place.school, "inspection.patrol")
    fact(place.school, "inspection.patrol")
    assert rolled(place.county, "2.2.a-1", "2026-11-23") == (3, 1)
    override = snow(place.county, keeper)
    rebind_changed(AT)
    assert day_cells() == set()
    assert cell(place.school, "2.2.a-1", "2026-11-23").done == 2
    assert rolled(place.county, "2.2.a-1", "2026-11-23") == (0, 0)
    assert rolled(place.town, "2.2.a-1", "2026-11-23") == (0, 0)
    assert rolled(place.county, "2.2.a-2", "2026-W48") == (3, 1)
    open_due(instant(TODAY + DAY))
    late = [
        each
        for each in today_items(place.guard, place.school.pk, ["guard"], TODAY + DAY)
        if each.period == "2026-11-23"
    ]
    assert late == []
    assert not recount(place.county, repair_on=TODAY)
    assert day_cells() == set()
    clear_day(override, actor=keeper, at=AT)
    rebind_changed(AT)
    assert rolled(place.county, "2.2.a-1", "2026-11-23") == (3, 1)
    assert not recount(place.county)


def test_a_day_off_in_one_town_or_declared_afterwards_touches_no_other(place, plan, keeper):
    for count in (1, 2):
        open_due(instant(TODAY + DAY * count))
    later = instant(TODAY + DAY * 2)
    Tally.objects.filter(unit=place.second, period_key="2026-11-23").update(owed=False)
    snow(place.town, keeper, TODAY + DAY, at=later)
    rebind_changed(later)
    assert day_cells(TODAY + DAY) == {place.third.name}
    assert day_cells(TODAY) == {place.school.name, place.third.name}
    assert len(day_cells(TODAY + DAY * 2)) == 3
    before = list(Tally.objects.order_by("pk").values())
    rebind_changed(later)
    assert list(Tally.objects.order_by("pk").values()) == before


def test_today_made_a_school_day_is_opened(place, plan, keeper):
    saturday = date(2026, 11, 28)
    open_due(instant(saturday))
    assert day_cells(saturday) == set()
    snow(place.school, keeper, saturday, "school", instant(saturday))
    rebind_changed(instant(saturday))
    assert day_cells(saturday) == {place.school.name}
    assert not recount(place.county)


def test_terms_entered_moved_and_removed_cut_the_running_cells_anew(place, keeper):
    draft = import_plan(TERMLY, place.county, actor=place.clerk, at=AT)
    publish_plan(draft, actor=place.clerk, at=AT)
    key = "2026-2027-1"
    fact(place.school, "inspection.patrol", date(2026, 9, 3), late_reason="补")
    bounds = ("starts_on", "ends_on", "due_on", "done", "owed")

    def now():
        rebind_changed(AT)
        assert not recount(place.county)
        row = cell(place.school, "2.2.a-2", key)
        return tuple(str(getattr(row, each)) for each in bounds)

    at_first = now()
    assert at_first == ("2026-09-01", "2027-02-01", "2027-01-31", "1", "True")
    data = TermData("上", date(2026, 9, 7), date(2027, 1, 22))
    term = add_term(place.county, data, actor=keeper, at=AT)
    assert now() == ("2026-09-07", "2027-01-23", "2027-01-22", "0", "True")
    remove_term(term, actor=keeper, at=AT)
    assert now() == at_first
    early = TermData("上", date(2026, 9, 1), date(2026, 11, 20))
    term = add_term(place.county, early, actor=keeper, at=AT)
    assert now()[1] == "2026-11-21"
    assert day_cells() == set()
    Term.objects.filter(pk=term.pk).update(ends_on=date(2026, 12, 4))
    fact(place.school, "inspection.patrol")  # before the job has looked
    assert now() == ("2026-09-01", "2026-12-05", "2026-12-04", "2", "True")
    assert len(day_cells()) == 3


def test_a_late_entry_for_a_day_nobody_was_asked_for_makes_nobody_late(place, plan):
    day = date(2026, 9, 15)
    fact(place.school, "inspection.patrol", day, late_reason="补录纸质台账")
    found = cell(place.school, "2.2.a-1", str(day))
    assert (found.done, found.needed, found.owed, found.late) == (1, 2, False, True)
    assert rolled(place.county, "2.2.a-1", str(day)) == (0, 0)
    asked = ExemptionRequest(place.school, found.duty, day, day, "停课")
    exemption = request_exemption(asked, actor=place.principal, at=AT)
    approve_exemption(exemption, answer="", actor=place.officer, at=AT)
    assert not recount(place.county, repair_on=TODAY)
    found.refresh_from_db()
    assert (found.done, found.owed, found.exempt) == (1, False, False)


def test_a_late_entry_before_a_missed_day_is_made_good_does_not_free_it(place, plan):
    thursday = instant(date(2026, 11, 26))
    fact(place.school, "inspection.patrol", date(2026, 11, 24), at=thursday)
    assert not cell(place.school, "2.2.a-1", "2026-11-24").owed
    open_due(thursday)
    found = cell(place.school, "2.2.a-1", "2026-11-24")
    assert (found.done, found.owed, found.late) == (1, True, False)
    assert rolled(place.county, "2.2.a-1", "2026-11-24") == (3, 0)
    assert open_cells(place.county, date(2026, 11, 24)) == 0
    assert not recount(place.county)


def test_r12_a_kill_between_units_leaves_each_with_the_calendar_it_was_judged_by(
    place, plan, keeper, monkeypatch
):
    """The calendar changes back before the next look: the unit judged already is judged again."""
    real, judged = calendars._judge_some, []

    def killed(county, units, today):
        if judged:
            raise KeyboardInterrupt
        judged.append(units)
        real(county, units, today)

    monkeypatch.setattr(calendars, "TOGETHER", 1)
    monkeypatch.setattr(calendars, "_judge_some", killed)
    override = snow(place.county, keeper)
    with pytest.raises(KeyboardInterrupt):
        rebind_changed(AT)
    assert len(judged) == 1
    assert not recount(place.county)
    clear_day(override, actor=keeper, at=AT)
    monkeypatch.setattr(calendars, "_judge_some", real)
    rebind_changed(AT)
    assert len(day_cells()) == 3
    assert not recount(place.county)
    snow(place.county, keeper)
    rebind_changed(AT)
    assert day_cells() == set()
    assert Progress.objects.get().calendars == calendars.note_calendars(place.county)
    assert not recount(place.county)


def test_r12_a_kill_before_the_first_unit_leaves_no_cell_of_a_day_that_was_taken_back(
    place, plan, keeper, monkeypatch
):
    saturday = date(2026, 11, 28)
    open_due(instant(saturday))
    rebind_changed(instant(saturday))
    before = day_cells(saturday)
    override = snow(place.county, keeper, day=saturday, kind="school", at=instant(saturday))
    real = calendars._judge_some

    def killed(*_given):
        raise KeyboardInterrupt

    monkeypatch.setattr(calendars, "_judge_some", killed)
    with pytest.raises(KeyboardInterrupt):
        rebind_changed(instant(saturday))
    monkeypatch.setattr(calendars, "_judge_some", real)
    clear_day(override, actor=keeper, at=instant(saturday))
    rebind_changed(instant(saturday + DAY))
    assert day_cells(saturday) == before
    assert not recount(place.county)
