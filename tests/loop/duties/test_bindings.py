"""Who is bound and what is owed: holidays, units founded and closed, profiles, exemptions."""

from datetime import date, timedelta

import pytest

from anxiao.foundation.access.actor import Actor, Grant
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.orgs.models import DayOverride, Org, Profile, Term
from anxiao.loop.duties.models import Binding, Tally
from anxiao.loop.duties.services import (
    ExemptionRequest,
    approve_exemption,
    binding,
    copy_plan,
    import_plan,
    open_cells,
    open_due,
    publish_plan,
    rebind_changed,
    rebind_units,
    recount,
    request_exemption,
)
from tests.builders import (
    AT,
    TODAY,
    make_county,
    make_kindergarten,
    make_org,
    make_school,
    make_town,
)
from tests.loop.duties.cells import cell, fact, rolled
from tests.loop.duties.plans import NOTICE, County, instant

pytestmark = pytest.mark.django_db


def test_a_holiday_owes_nothing_and_a_make_up_day_owes(place, plan):
    saturday, sunday = date(2026, 11, 28), date(2026, 11, 29)
    DayOverride.objects.create(org=place.school, day=saturday, kind="school", reason="补课")
    open_cells(place.county, saturday)
    open_cells(place.county, sunday)
    daily = Tally.objects.filter(duty__code="2.2.a-1", period_key=str(saturday))
    assert [each.unit_id for each in daily] == [place.school.pk]
    assert not Tally.objects.filter(duty__code="2.2.a-1", period_key=str(sunday)).exists()
    assert not recount(place.county)


def test_a_month_without_school_is_not_owed(place, plan):
    Term.objects.create(
        org=place.county, name="上", starts_on=date(2026, 9, 1), ends_on=date(2027, 1, 29)
    )
    Term.objects.create(
        org=place.county, name="下", starts_on=date(2027, 3, 1), ends_on=date(2027, 7, 5)
    )
    open_cells(place.county, date(2027, 2, 10))
    assert not cell(place.school, "2.1.f-1", "2027-02").owed
    assert rolled(place.county, "2.1.f-1", "2027-02") == (0, 0)
    fact(place.school, "drill.evacuation", date(2027, 2, 10), at=instant(date(2027, 2, 10)))
    assert not cell(place.school, "2.1.f-1", "2027-02").met
    assert not recount(place.county)


def test_a_unit_opened_in_mid_period_owes_from_the_next_whole_one(place, plan):
    new = make_school(place.town, "新校")
    Org.objects.filter(pk=new.pk).update(opened_on=date(2026, 11, 18))
    assert rebind_changed(AT) == 1
    assert not cell(new, "2.1.f-1", "2026-11").owed
    assert cell(new, "2.2.a-1", "2026-11-23").owed
    assert rolled(place.county, "2.1.f-1", "2026-11") == (3, 0)
    assert rolled(place.county, "2.2.a-1", "2026-11-23") == (4, 0)
    open_cells(place.county, date(2026, 12, 1))
    assert cell(new, "2.1.f-1", "2026-12").owed
    assert not recount(place.county)


def test_a_unit_closed_in_mid_period_owes_nothing_that_runs(place, plan):
    fact(place.second, "inspection.patrol")
    Org.objects.filter(pk=place.second.pk).update(state="closed", closed_on=TODAY)
    assert rebind_changed(AT) == 1
    assert not Tally.objects.filter(unit=place.second, owed=True).exists()
    assert rolled(place.county, "2.2.a-2", "2026-W48") == (2, 0)
    assert not recount(place.county)
    Org.objects.filter(pk=place.second.pk).update(state="active", closed_on=None)
    later = date(2026, 12, 7)
    assert rebind_changed(instant(later)) == 1
    open_cells(place.county, later)
    assert cell(place.second, "2.2.a-2", "2026-W50").owed
    assert not cell(place.second, "2.1.f-1", "2026-12").owed
    assert not recount(place.county)


def test_a_changed_profile_binds_anew(place, plan):
    Profile.objects.filter(org=place.second).update(has_canteen=True, updated_at=AT)
    assert rebind_units([place.second], actor=place.clerk, at=AT) == 1
    assert not cell(place.second, "2.2.a-3", "2026-11").owed
    Profile.objects.filter(org=place.school).update(has_canteen=False, updated_at=AT)
    assert rebind_changed(AT) == 1
    assert not cell(place.school, "2.2.a-3", "2026-11").owed
    Profile.objects.filter(org=place.school).update(has_canteen=True, updated_at=AT)
    assert rebind_changed(AT) == 1
    assert cell(place.school, "2.2.a-3", "2026-11").owed
    assert not recount(place.county)


def test_r4_many_units_are_bound_anew_a_few_at_a_time(place, plan, monkeypatch):
    real, sizes = binding._rebind, []

    def rebind(county_id, chunk, *rest):
        sizes.append(len(chunk))
        return real(county_id, chunk, *rest)

    monkeypatch.setattr(binding, "_rebind", rebind)
    schools = [make_school(place.town, f"增办第{n}小学") for n in range(7)]
    assert rebind_units(schools, actor=place.clerk, at=AT) == 7
    assert sizes == [2, 2, 2, 1]
    assert not recount(place.county)


def test_what_was_missed_before_a_duty_was_lost_and_regained_stays_missed(db):
    place, start = County(), instant(date(2026, 10, 1))
    draft = import_plan(NOTICE, place.county, actor=place.clerk, at=start)
    duty = publish_plan(draft, actor=place.clerk, at=start).duties.get(code="2.2.a-3")
    for day, has_canteen in ((date(2026, 11, 20), False), (date(2026, 12, 5), True)):
        Profile.objects.filter(org=place.school).update(
            has_canteen=has_canteen, updated_at=instant(day)
        )
        rebind_changed(instant(day))
    for until, exempt in ((date(2026, 10, 2), False), (date(2026, 10, 31), True)):
        asked = ExemptionRequest(place.school, duty, date(2026, 10, 1), until, "停课")
        at = instant(date(2026, 12, 6))
        asking = request_exemption(asked, actor=place.principal, at=at)
        approve_exemption(asking, answer="", actor=place.officer, at=at)
        october = cell(place.school, "2.2.a-3", "2026-10")
        assert (october.owed, october.exempt) == (True, exempt)
    assert not recount(place.county)


def test_an_exemption_holds_in_the_next_version_of_a_plan_too(place, plan):
    duty = plan.duties.get(code="2.2.a-1")
    asked = ExemptionRequest(place.school, duty, TODAY, TODAY + timedelta(days=9), "停课")
    exemption = request_exemption(asked, actor=place.principal, at=AT)
    draft = copy_plan(plan, actor=place.clerk, at=AT)
    newer = publish_plan(draft, actor=place.clerk, at=AT).duties.get(code=duty.code)
    today = Tally.objects.filter(duty=newer, ends_on__gt=TODAY)
    assert set(today.values_list("unit__name", "exempt")) >= {(place.school.name, False)}

    again = ExemptionRequest(place.school, newer, TODAY, TODAY, "停课")
    with pytest.raises(Invalid):
        request_exemption(again, actor=place.principal, at=AT)
    approve_exemption(exemption, answer="", actor=place.officer, at=AT)
    assert today.get(unit=place.school).exempt
    assert not today.exclude(unit=place.school).filter(exempt=True).exists()

    third = publish_plan(copy_plan(newer.plan, actor=place.clerk, at=AT), actor=place.clerk, at=AT)
    found = Tally.objects.filter(duty__plan=third, duty__code=duty.code, exempt=True)
    assert [each.unit for each in found] == [place.school]
    assert not recount(place.county)


def test_a_kindergarten_is_bound_by_what_fits_it(place, plan):
    garden = make_kindergarten(place.town)
    rebind_units([garden], actor=place.clerk, at=AT)
    codes = set(Binding.objects.filter(unit=garden).values_list("duty__code", flat=True))
    assert codes == {"2.2.a-1", "2.2.a-2", "2.1.g-1"}


def test_a_county_founded_after_a_provinces_plan_is_bound_too(db):
    province = make_org("province", "某省")
    clerk = Actor(0, "省厅", (Grant("county_safety", province.path),))
    publish_plan(import_plan(NOTICE, province, actor=clerk, at=AT), actor=clerk, at=AT)
    county = make_county("新县", province)
    school = make_school(make_town(county))
    assert rebind_changed(AT) == 2  # the town office and its school
    assert rebind_changed(AT) == 0
    assert cell(school, "2.2.a-1", "2026-11-23").owed
    assert open_due(instant(date(2026, 11, 24))) > 0
    assert not recount(county)
