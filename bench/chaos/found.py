"""Found the county, through services alone: ``python -m bench.inside bench.chaos.found FILE N``."""

import io
from datetime import date, datetime, timedelta
from pathlib import Path

from django.core.management import call_command
from django.utils import timezone

from anxiao.foundation.access.actor import SYSTEM, Actor
from anxiao.foundation.accounts.models import User
from anxiao.foundation.accounts.queries import actor_for
from anxiao.foundation.accounts.services import create_user, grant_post, issue_token
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.services import OrgData, ProfileData, TermData, add_term, create_org
from anxiao.loop import duties
from anxiao.loop.duties.services import import_plan, publish_plan
from anxiao.loop.inspections.models import Checklist
from bench.chaos.world import Person, School, World

PLAN = Path(duties.__file__).parent / "catalog" / "fourth_quarter.toml"
PLAN_YEAR = 2026
AGE = timedelta(days=10)
"""Of the county: longer than any clock is set back."""


def main(words: list[str]) -> int:
    """Set the database up, found the county, write what the clients need."""
    path, schools = Path(words[0]), int(words[1])
    call_command("setup", verbosity=0)
    found(schools, timezone.now() - AGE).save(path)
    call_command("tick", stdout=io.StringIO())  # the schools' duties are bound before anybody works
    return 0


def found(schools: int, at: datetime) -> World:
    """One county, one town, ``schools`` schools, each with an officer and a principal."""
    county = create_org(SYSTEM, at, data=OrgData("county", "云河区", code="YH"))
    for first, last in (
        (date(at.year, 1, 1), date(at.year, 7, 31)),
        (date(at.year, 8, 1), date(at.year, 12, 31)),
    ):
        add_term(county, TermData(f"{first.month} 月起", first, last), actor=SYSTEM, at=at)
    town = create_org(SYSTEM, at, data=OrgData("town", "石门镇教委", county, code="YH01"))
    _publish(county, actor_for(_user(county, "county_safety", at), at.date()), at)
    checklist = Checklist.objects.get(code="gate", owner=None)
    return World(
        schools=tuple(_school(town, number, at) for number in range(1, schools + 1)),
        checklist=checklist.pk,
        items=tuple(item["code"] for item in checklist.items),
        wrong=next(item["code"] for item in checklist.items if item["level"] == "ordinary"),
    )


def _publish(county: Org, clerk: Actor, at: datetime) -> None:
    text = PLAN.read_text(encoding="utf-8")
    for offset in (1, 0):
        text = text.replace(f"{PLAN_YEAR + offset}", f"{at.year + offset}")
    publish_plan(import_plan(text, county, actor=clerk, at=at), actor=clerk, at=at)


def _school(town: Org, number: int, at: datetime) -> School:
    profile = ProfileData(stages=["primary"], pupils=500, staff=40)
    data = OrgData("school", f"石门镇第{number}小学", town, code=f"S{number:03d}", profile=profile)
    org = create_org(SYSTEM, at, data=data)
    officer, principal = (
        _person(_user(org, role, at), at) for role in ("safety_officer", "principal")
    )
    return School(org.pk, officer, principal)


def _person(user: User, at: datetime) -> Person:
    return Person(user.pk, issue_token(user, label="负载", at=at)[0])


def _user(org: Org, role: str, at: datetime) -> User:
    user = create_user(SYSTEM, at, username=f"{role}.{org.code}".lower(), name=f"{role}{org.pk}")
    grant_post(user, org, role, at.date(), actor=SYSTEM, at=at)
    return user
