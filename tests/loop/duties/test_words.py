"""The pages of a plan say what it means in the words of the field, at addresses below it."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from anxiao.loop.duties.models import Duty
from anxiao.loop.duties.queries.labels import bound_label
from anxiao.loop.duties.services import import_plan
from tests.builders import AT, make_user, sign_in
from tests.loop.duties.plans import NOTICE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def clerk(place):
    return sign_in(Client(), make_user("周澜", (place.county, "county_safety")))


@pytest.fixture
def newer(place, plan):
    """The second version, in which the visits of the town are the bureau's, and weekly."""
    text = NOTICE.replace(
        'owner = "town_officer"\nlevel = "town"\ncadence = "monthly"',
        'owner = "county_safety"\nlevel = "county"\ncadence = "weekly"',
    )
    return import_plan(text, place.county, actor=place.clerk, at=AT)


def cells(response):
    """The texts of table cells and definitions, without tags."""
    page = response.content.decode().partition("<main")[2].partition("</main>")[0]
    found = re.findall(r"<(?:td|dd)[^>]*>(.*?)</(?:td|dd)>", page, re.DOTALL)
    return [re.sub(r"<[^>]+>|\s", "", each) for each in found]


def test_who_is_bound_is_said_in_words(plan, newer, clerk):
    for version, mine, other in ((plan, "镇街教委", "教育局"), (newer, "教育局", "镇街教委")):
        duty = Duty.objects.get(plan=version, code="3.2.a-1")
        assert bound_label(duty) == mine
        for name, key in (("plan", version.pk), ("preview", version.pk), ("duty", duty.pk)):
            said = cells(clerk.get(reverse(f"duties:{name}", args=[key])))
            assert (said.count(mine), said.count(other)) == (1, 0)


def test_a_duty_of_every_school_says_so(plan):
    said = {duty.code: bound_label(duty) for duty in Duty.objects.filter(plan=plan)}
    assert (said["2.1.g-1"], said["2.1.f-1"]) == ("学校、幼儿园", "学校")


def test_differences_are_said_in_words(plan, newer, clerk):
    page = cells(clerk.get(reverse("duties:diff", args=[plan.pk, newer.pk])))
    rows = [tuple(page[at : at + 3]) for at in range(0, len(page), 3)]
    assert rows == [
        ("责任岗位", "镇街安全专干", "安全科"),
        ("适用层级", "镇街教委", "教育局"),
        ("频次", "每月", "每周"),
    ]


def test_clauses_and_duties_of_a_plan_stand_below_the_plans():
    below = reverse("duties:plans")
    for name in ("clause_edit", "clause_delete", "duty_new", "duty", "duty_edit", "duty_delete"):
        assert reverse(f"duties:{name}", args=[1]).startswith(below)
