"""Terms and single days per level, on top of the public calendar."""

from datetime import date

import pytest

from anxiao.foundation.kernel.errors import Forbidden, Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import (
    calendar_for,
    calendar_known,
    calendar_page,
    calendars_for,
    months_of,
)
from anxiao.foundation.orgs.services import (
    TermData,
    add_term,
    clear_day,
    remove_term,
    set_day,
)
from tests.builders import (
    AT,
    TODAY,
    actor_of,
    make_county,
    make_org,
    make_school,
    make_town,
    make_user,
)

AUTUMN = TermData("第一学期", date(2026, 9, 1), date(2027, 1, 22))
pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def bureau(county):
    return actor_of(make_user("安全科", (county, "county_safety")))


def test_the_years_that_are_known():
    assert calendar_known(2026)
    assert not calendar_known(2031)


def test_without_terms_every_working_day_is_a_school_day(county):
    found = calendar_for(make_school(county))
    assert found.is_school_day(date(2026, 9, 30))
    assert not found.is_school_day(date(2026, 10, 2))
    assert found.is_school_day(date(2026, 10, 10))  # 国庆节调休
    assert found.is_school_day(date(2031, 10, 2))  # not announced yet: Monday to Friday


def test_terms_of_the_nearest_level_win(county, bureau):
    school = make_school(make_town(county))
    add_term(county, AUTUMN, actor=bureau, at=AT)
    assert calendar_for(school).is_school_day(date(2026, 9, 1))
    own = add_term(
        school, TermData("本校", date(2026, 9, 7), date(2027, 1, 22)), actor=bureau, at=AT
    )
    assert not calendar_for(school).is_school_day(date(2026, 9, 1))
    assert calendar_for(school).in_term(date(2027, 1, 22))
    assert not calendar_for(school).in_term(date(2027, 1, 23))
    remove_term(own, actor=bureau, at=AT)
    assert calendar_for(school).is_school_day(date(2026, 9, 1))


def test_single_days_merge_and_the_nearest_wins(county, bureau):
    town = make_town(county)
    school, other = make_school(town), make_school(town)
    snow, sports = date(2026, 11, 24), date(2026, 11, 25)
    set_day(county, day=snow, kind="holiday", reason="大雪", actor=bureau, at=AT)
    set_day(town, day=sports, kind="holiday", reason="运动会", actor=bureau, at=AT)
    own = set_day(school, day=snow, kind="school", reason="照常", actor=bureau, at=AT)
    assert calendar_for(school).is_school_day(snow)
    assert not calendar_for(school).is_school_day(sports)
    assert not calendar_for(other).is_school_day(snow)
    clear_day(own, actor=bureau, at=AT)
    assert not calendar_for(school).is_school_day(snow)


def test_units_with_the_same_settings_share_one_calendar(county, bureau, django_assert_num_queries):
    town = make_town(county)
    schools = [make_school(town) for _ in range(5)]
    add_term(county, AUTUMN, actor=bureau, at=AT)
    set_day(schools[0], day=TODAY, kind="holiday", reason="停电", actor=bureau, at=AT)
    with django_assert_num_queries(3):
        found = calendars_for(county)
    assert set(found) == {school.pk for school in schools}
    assert len({id(each) for each in found.values()}) == 2
    assert not found[schools[0].pk].is_school_day(TODAY)
    assert found[schools[1].pk].is_school_day(TODAY)
    with django_assert_num_queries(3):
        assert len(calendars_for(Org.objects.filter(pk=schools[0].pk))) == 1
    with django_assert_num_queries(2):
        calendar_for(schools[0])


def test_a_province_rules_its_counties_until_they_differ():
    top = make_org("province", "某省")
    county = make_county("甲县", top)
    school = make_school(county)
    admin = actor_of(make_user("省", (top, "county_safety")))
    add_term(top, AUTUMN, actor=admin, at=AT)
    assert calendars_for(county)[school.pk].terms[0].name == "第一学期"


def test_who_may_set_what(county, bureau):
    town = make_town(county)
    school = make_school(town)
    head = actor_of(make_user("校长", (school, "principal")))
    guard = actor_of(make_user("保安", (school, "guard")))
    add_term(school, AUTUMN, actor=head, at=AT)
    with pytest.raises(Forbidden):
        add_term(town, AUTUMN, actor=head, at=AT)
    with pytest.raises(Forbidden):
        set_day(school, day=TODAY, kind="holiday", reason="x", actor=guard, at=AT)
    with pytest.raises(Forbidden):
        remove_term(add_term(county, AUTUMN, actor=bureau, at=AT), actor=head, at=AT)


def test_terms_that_overlap_or_repeat_are_refused(county, bureau):
    add_term(county, AUTUMN, actor=bureau, at=AT)
    with pytest.raises(Invalid, match="重叠"):
        add_term(county, TermData("又", date(2026, 12, 1), date(2027, 2, 1)), actor=bureau, at=AT)
    short = TermData("短", date(2026, 8, 1), date(2026, 8, 20))
    with pytest.raises(Invalid, match="同一学期"):
        add_term(county, short, actor=bureau, at=AT)
    with pytest.raises(Invalid):
        set_day(county, day=TODAY, kind="holiday", reason=" ", actor=bureau, at=AT)


def test_the_page_says_where_things_come_from(county, bureau, django_assert_num_queries):
    school = make_school(make_town(county))
    add_term(county, AUTUMN, actor=bureau, at=AT)
    set_day(school, day=TODAY, kind="holiday", reason="停电", actor=bureau, at=AT)
    with django_assert_num_queries(2):
        page = calendar_page(school)
    assert page.terms_from == county
    assert [each.reason for each in page.days] == ["停电"]
    months = months_of(page, 2026)
    assert (months[10].name, months[10].school_days) == ("11月", 20)
    assert months[10].notes == ("23日 停电",)
    assert months[9].notes == ("1日—7日 国庆节", "10日 调休上课")
    assert (months[6].school_days, months[6].notes) == (0, ("1日—31日 未设学期",))
    spring = TermData("第二学期", date(2026, 3, 2), date(2026, 7, 10))
    add_term(county, spring, actor=bureau, at=AT)
    july = months_of(calendar_page(school), 2026)[6]
    assert july.notes == ("11日—31日 暑假",)
