"""Posts that own a duty and that nobody holds."""

from datetime import timedelta

import pytest
from django.urls import reverse

from anxiao.loop.duties.queries import unit_status, vacancies
from anxiao.loop.duties.queries.vacancies import held_roles
from tests.boards.cockpit.wednesday import BOARD, texts
from tests.builders import TODAY, make_user


def test_a_vacant_post_that_owns_a_duty_is_flagged(later, plan, clerk):
    found = {(each.unit_name, each.role, each.duties) for each in vacancies(later.town.path, TODAY)}
    assert found == {
        ("云河区第一小学", "safety_officer", 2),
        ("云河区第二小学", "guard", 1),
        ("云河区第二小学", "principal", 1),
        ("云河区第二小学", "safety_officer", 2),
    }
    vacant = clerk.get(BOARD).context["vacant"]
    assert dict(vacant.posts) == {"安全专干": 3, "校（园）长": 2, "保安员": 2, "镇街安全专干": 1}
    assert vacant.count == 8
    assert "空缺" in texts(clerk.get(reverse("duties:unit", args=[later.second.pk])))


def test_a_post_held_above_or_taken_up_is_not_vacant(later, plan):
    make_user("钟灵", (later.county, "safety_officer"))
    make_user("陶然", (later.second, "principal"))
    assert {(each.unit_name, each.role) for each in vacancies(later.town.path, TODAY)} == {
        ("云河区第二小学", "guard")
    }


def test_a_post_that_has_ended_is_vacant(later, plan):
    later.principal_user.memberships.update(until_on=TODAY - timedelta(days=1))
    vacant = {(each.unit_id, each.role) for each in vacancies(later.school.path, TODAY)}
    assert (later.school.pk, "principal") in vacant


@pytest.mark.parametrize("change", ["nobody", "held above", "ended", "not begun", "locked"])
def test_a_units_own_page_knows_the_same_vacant_posts(later, plan, change):
    user = make_user("钟灵", (later.county, "safety_officer"))
    changes = {
        "nobody": {"role": "guard"},
        "ended": {"until_on": TODAY - timedelta(days=1)},
        "not begun": {"from_on": TODAY + timedelta(days=1)},
    }
    user.memberships.update(**changes.get(change, {}))
    if change == "locked":
        type(user).objects.filter(pk=user.pk).update(is_active=False)
    told = vacancies(later.county.path, TODAY)
    for unit in (later.school, later.second, later.town, later.county):
        owners = {each.duty.owner for each in unit_status(unit.pk, TODAY)}
        roles = {each.role for each in told if each.unit_id == unit.pk}
        assert owners - held_roles(unit, TODAY) == roles
    assert {each.role for each in told} >= {"principal"}
