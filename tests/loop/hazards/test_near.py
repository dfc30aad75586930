"""What waits at each level is what a plain look at every hazard says."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from itertools import count, product

import pytest

from anxiao.foundation.access.capabilities import Role
from anxiao.foundation.accounts.queries import posts_of
from anxiao.foundation.orgs.models import Org
from anxiao.loop.hazards import queries
from anxiao.loop.hazards.models import EndRequest, Extension, Hazard
from anxiao.loop.hazards.queries import near, waiting
from anxiao.loop.hazards.rules import SOON_DAYS, verified_above
from anxiao.loop.hazards.states import CLOCK_STATES, LIVE_STATES
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

YESTERDAY = TODAY - timedelta(days=1)


class Tree:
    """A province, its county with a town, schools at both, mergers in a row, and a neighbour."""

    def __init__(self):
        self.province = make_org("province", "青州省")
        self.county = make_county(parent=self.province)
        self.town = make_town(self.county)
        self.school = make_school(self.town, "一小")
        self.once, self.twice, self.thrice = (make_school(self.town, n) for n in "二三四")
        for gone, into in (
            (self.once, self.school),
            (self.twice, self.once),
            (self.thrice, self.twice),
        ):
            fields = {"state": "merged", "merged_into": into, "closed_on": TODAY}
            Org.objects.filter(pk=gone.pk).update(**fields)
        self.own = make_school(self.county, "直属小学")
        self.root = make_county("独立区")
        self.other = make_school(make_town(self.root), "邻小")
        self.units = list(Org.objects.select_related("merged_into__merged_into"))
        self.people = [
            make_user("省", (self.province, Role.COUNTY_SAFETY)),
            make_user("区", (self.county, Role.COUNTY_SAFETY)),
            make_user("督", (self.county, Role.SUPERVISOR)),
            make_user("镇", (self.town, Role.TOWN_OFFICER)),
            make_user("长", (self.school, Role.PRINCIPAL)),
            make_user("修", (self.school, Role.MAINTAINER)),
            make_user("直", (self.own, Role.SAFETY_OFFICER)),
            make_user("独", (self.root, Role.COUNTY_SAFETY)),
            make_user("邻", (self.other, Role.PRINCIPAL)),
        ]
        self.posts = {user.pk: posts_of(user.pk, TODAY)[0] for user in self.people}
        self.actors = {user.pk: actor_of(user) for user in self.people}
        self.fill()

    def fill(self):
        """Every state, level and kind of source at every unit, people and days in turn."""
        numbers, people = count(1), [user.pk for user in self.people]
        rows = []
        kinds = product(self.units, LIVE_STATES, ("ordinary", "major"), ("patrol", "superior"))
        for org, state, level, source in kinds:
            for _ in range(3):
                number = next(numbers)
                given = state in {"assigned", "submitted"} or number % 4 == 0
                upper = org.parent_id or org.pk
                row = Hazard(
                    uuid=uuid.uuid4(),
                    org=org,
                    county_id=org.county_id or org.pk,
                    year=2026,
                    serial=number,
                    number=f"2026-{number}",
                    state=state,
                    source=source,
                    level=level,
                    graded_major_at=AT if level == "major" else None,
                    description=f"第{number}处",
                    place_text="走廊",
                    found_on=TODAY,
                    found_by_name="测",
                    recorded_at=AT,
                    responsible_unit="测",
                    responsible_id=people[number % len(people)] if given else None,
                    responsible_name="测" if given else "",
                    measure="换",
                    interim_measure="看" if number % 5 or level == "major" else "",
                    interim_until=TODAY + timedelta(days=number % 9) if number % 3 else None,
                    due_on=(YESTERDAY, TODAY, TODAY + timedelta(days=9))[number % 3],
                    upper_org_id=upper if state == "accepted" or number % 7 == 0 else None,
                    clock_stopped_on=TODAY if state == "accepted" else None,
                    submitted_by_id=people[number % 5] if state == "submitted" else None,
                )
                rows.append(row)
        Hazard.objects.bulk_create(rows)
        extensions, ends = [], []
        for place, hazard in enumerate(rows):
            asked = {"hazard": hazard, "requested_by_id": people[place % len(people)]}
            asked |= {"requested_at": AT, "reason": "因"}
            if place % 2:
                until = TODAY + timedelta(days=20)
                extensions.append(Extension(**asked, old_due_on=TODAY, new_due_on=until))
            else:
                ends.append(EndRequest(**asked, kind="void"))
        Extension.objects.bulk_create(extensions)
        EndRequest.objects.bulk_create(ends)
        found = Hazard.objects.select_related("org__merged_into__merged_into")
        self.hazards = list(found.prefetch_related("extensions", "end_requests"))

    def chain(self, org):
        """A unit and what it was merged into, in two mergers at most."""
        once = org.merged_into
        return [each for each in (org, once, once and once.merged_into) if each]

    def steps(self, user, hazard):
        """What one hazard asks of a person, by plain looking."""
        post, actor = self.posts[user.pk], self.actors[user.pk]
        chain = {each.pk for each in self.chain(hazard.org)}
        responsible = self.posts.get(hazard.responsible_id)
        above = verified_above(hazard.source, hazard.level)
        kept, below = post.org_id in chain, hazard.org.parent_id == post.org_id
        own_affair = kept and (not above or hazard.org.parent_id is None)
        look = Look(
            hazard=hazard,
            user_id=user.pk,
            path=post.org_path,
            kept=kept,
            near=kept or below,
            passed_up=hazard.upper_org_id == post.org_id,
            verified=own_affair or (below and above),
            gone=responsible and responsible.org_id not in {*chain, hazard.upper_org_id},
        )
        for step, (needed, waits) in STEPS.items():
            may = not needed or actor.may(f"hazards.{needed}", post.org_path)
            if may and waits(look):
                yield step


@dataclass
class Look:
    """One hazard as seen from one post."""

    hazard: Hazard
    user_id: int
    path: str
    kept: bool
    near: bool
    passed_up: bool
    verified: bool
    gone: bool


def to_submit(look):
    mine = look.hazard.responsible_id == look.user_id
    return look.hazard.state == "assigned" and mine and (look.near or look.passed_up)


def to_assign(look):
    there = {"open": look.kept, "accepted": look.passed_up}
    return there.get(look.hazard.state, False)


def to_renew(look):
    until = look.hazard.interim_until
    soon = until is not None and (until - TODAY).days <= SOON_DAYS
    return look.kept and look.hazard.interim_measure and soon


def to_reassign(look):
    return look.kept and look.hazard.state == "assigned" and look.gone


def to_close(look):
    by_another = look.hazard.submitted_by_id != look.user_id
    return look.verified and look.hazard.state == "submitted" and by_another


def to_extend(look):
    asked = look.hazard.extensions.all()
    return look.verified and any(each.requested_by_id != look.user_id for each in asked)


def to_end(look):
    asked = look.hazard.end_requests.all()
    return look.verified and any(each.requested_by_id != look.user_id for each in asked)


def to_supervise(look):
    hazard = look.hazard
    late = hazard.state in CLOCK_STATES and hazard.due_on < TODAY
    return hazard.org.path.startswith(look.path) and late and hazard.level == "major"


STEPS = {
    "submit": ("", to_submit),
    "assign": ("assign", to_assign),
    "renew_interim": ("assign", to_renew),
    "reassign": ("assign", to_reassign),
    "close": ("verify", to_close),
    "decide_extension": ("verify", to_extend),
    "decide_end": ("void", to_end),
    "supervise": ("supervise", to_supervise),
}


@pytest.fixture
def tree(db):
    return Tree()


@pytest.mark.parametrize("named", [near.MOST_IDS, 0], ids=["ids", "subquery"])
def test_every_level_finds_what_plain_looking_finds(tree, monkeypatch, named):
    """Both ways to tell the units below: one by one, and by their parent where they are many."""
    monkeypatch.setattr(near, "MOST_IDS", named)
    monkeypatch.setattr(waiting, "CAP", len(tree.hazards))
    steps = set()
    for user in tree.people:
        items = queries.waiting_for(tree.actors[user.pk], tree.posts[user.pk], TODAY)
        found = sorted((item.step, item.hazard_id) for item in items)
        plain = sorted((step, each.pk) for each in tree.hazards for step in tree.steps(user, each))
        assert found == plain, user.name
        steps |= {step for step, _pk in found}
    assert steps == set(STEPS)


def test_near_a_school_are_the_units_merged_into_it_twice_over(tree, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = near.Near.to(tree.school.pk)
    assert set(found.kept) == {tree.school.pk, tree.once.pk, tree.twice.pk}
    assert (found.roots, found.below) == ((), ())


def test_near_a_root_are_itself_and_what_is_right_below(tree):
    found = near.Near.to(tree.province.pk)
    assert found.kept == found.roots == (tree.province.pk,)
    assert found.below == (tree.county.pk,)
