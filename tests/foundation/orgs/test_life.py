"""Close, reopen, merge; the past stays and rights follow."""

import pytest

from anxiao.foundation.accounts.queries import actor_for, holders, posts_of
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Conflict, Forbidden, Invalid, StaleState
from anxiao.foundation.orgs.models import Custody, Org
from anxiao.foundation.orgs.services import close_org, merge_org, rename_org, reopen_org
from tests.builders import (
    AT,
    TODAY,
    actor_of,
    make_county,
    make_school,
    make_town,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def bureau(county):
    return actor_of(make_user("安全科", (county, "county_safety")))


def test_closing_rests_the_posts_and_reopening_brings_them_back(county, bureau):
    school = make_school(county)
    head = make_user("校长", (school, "principal"))
    close_org(school, reason="撤点", actor=bureau, at=AT)
    school.refresh_from_db()
    assert (school.state, school.closed_on) == ("closed", TODAY)
    assert posts_of(head.pk, TODAY) == ()
    assert holders(school.path, "principal", TODAY) == holders(school.path, "principal") == []
    assert not actor_of(head).may_somewhere("today.view")
    reopen_org(school, reason="复办", actor=bureau, at=AT)
    assert len(posts_of(head.pk, TODAY)) == 1
    assert school.closed_on is None
    moves = Entry.objects.filter(subject="orgs.org", subject_id=school.pk).order_by("id")
    assert [entry.action for entry in moves] == ["close", "reopen"]


def test_closing_twice_or_with_units_below_is_refused(county, bureau):
    town = make_town(county)
    school = make_school(town)
    stale = Org.objects.get(pk=school.pk)
    with pytest.raises(Invalid):
        close_org(town, reason="撤镇", actor=bureau, at=AT)
    close_org(school, reason="撤点", actor=bureau, at=AT)
    with pytest.raises(StaleState):
        close_org(stale, reason="撤点", actor=bureau, at=AT)
    close_org(town, reason="撤镇", actor=bureau, at=AT)
    with pytest.raises(Invalid):
        reopen_org(school, reason="复办", actor=bureau, at=AT)


def test_a_reason_is_needed_and_the_right(county, bureau):
    school = make_school(county)
    head = actor_of(make_user("校长", (school, "principal")))
    with pytest.raises(Invalid):
        close_org(school, reason=" ", actor=bureau, at=AT)
    with pytest.raises(Forbidden):
        close_org(school, reason="撤点", actor=head, at=AT)


def test_a_name_taken_meanwhile_stops_the_return(county, bureau):
    school, other = make_school(county, "甲小学"), make_school(county, "乙小学")
    close_org(school, reason="撤点", actor=bureau, at=AT)
    rename_org(other, name="甲小学", actor=bureau, at=AT)
    with pytest.raises(Conflict):
        reopen_org(school, reason="复办", actor=bureau, at=AT)


def test_a_merger_hands_the_past_to_the_absorbing_side_but_not_the_upper_levels_check(
    county, bureau
):
    town_a, town_b = make_town(county), make_town(county)
    absorbed, into = make_school(town_a), make_school(town_b)
    old_head = make_user("原校长", (absorbed, "principal"))
    new_head = make_user("校长", (into, "principal"))
    officer_a = make_user("甲镇", (town_a, "town_officer"))
    officer_b = make_user("乙镇", (town_b, "town_officer"))
    guard = make_user("保安", (into, "guard"))
    assert not actor_of(new_head).may("hazards.view", absorbed.path)

    merge_org(absorbed, into, reason="合并办学", actor=bureau, at=AT)

    assert (absorbed.state, absorbed.merged_into, absorbed.closed_on) == ("merged", into, TODAY)
    assert posts_of(old_head.pk, TODAY) == ()
    head = actor_of(new_head)
    assert head.may("hazards.view", absorbed.path)
    assert head.may("hazards.rectify", absorbed.path)
    assert not head.may("hazards.verify", absorbed.parent_path)
    assert actor_of(officer_b).may("hazards.view", absorbed.path)
    assert not actor_of(officer_b).may("hazards.verify", absorbed.parent_path)
    assert actor_of(officer_a).may("hazards.verify", absorbed.parent_path)
    assert not actor_of(guard).may("hazards.view", absorbed.path)
    assert absorbed in Org.objects.visible_to(head)
    assert len(posts_of(new_head.pk, TODAY)) == 1
    assert {entry.action for entry in Entry.objects.all()} == {"merge", "absorb"}


def test_a_chain_of_mergers_hands_everything_on(county, bureau):
    town_a, town_b = make_town(county), make_town(county)
    first, second, third = make_school(town_a), make_school(town_a), make_school(town_b)
    head = make_user("校长", (third, "principal"))
    merge_org(first, second, reason="合并", actor=bureau, at=AT)
    merge_org(second, third, reason="合并", actor=bureau, at=AT)
    actor = actor_of(head)
    assert actor.may("hazards.view", first.path)
    assert actor.may("hazards.view", second.path)
    assert Custody.objects.filter(holder=third).count() == 2


def test_mergers_that_make_no_sense_are_refused(county, bureau):
    town = make_town(county)
    school, other = make_school(town), make_school(town)
    elsewhere = make_school(make_county("邻区"))
    with pytest.raises(Invalid):
        merge_org(school, school, reason="合并", actor=bureau, at=AT)
    with pytest.raises(Forbidden):
        merge_org(school, elsewhere, reason="合并", actor=bureau, at=AT)
    with pytest.raises(Invalid):
        merge_org(school, town, reason="合并", actor=bureau, at=AT)
    merge_org(school, other, reason="合并", actor=bureau, at=AT)
    with pytest.raises(StaleState):
        merge_org(school, other, reason="合并", actor=bureau, at=AT)
    with pytest.raises(Invalid):
        merge_org(make_school(town), school, reason="合并", actor=bureau, at=AT)
    with pytest.raises(StaleState):
        reopen_org(school, reason="复办", actor=bureau, at=AT)


def test_standing_costs_one_query_whatever_was_merged(county, bureau, django_assert_num_queries):
    into = make_school(county)
    head = make_user("校长", (into, "principal"))
    with django_assert_num_queries(1):
        actor_for(head, TODAY)
    for _ in range(3):
        merge_org(make_school(county), into, reason="合并", actor=bureau, at=AT)
    with django_assert_num_queries(1):
        assert len(actor_for(head, TODAY).grants) == 4
