"""The demo county's units, places and people, founded through services alone."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth.hashers import make_password

from anxiao.demo import names
from anxiao.foundation.access.actor import SYSTEM, Actor
from anxiao.foundation.access.capabilities import Role
from anxiao.foundation.accounts.models import User
from anxiao.foundation.accounts.queries import actor_for
from anxiao.foundation.accounts.services import create_user, grant_post
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.services import (
    OrgData,
    ProfileData,
    TermData,
    add_term,
    create_org,
)
from anxiao.foundation.places.models import Place, Point
from anxiao.foundation.places.services import create_place, create_point

HEADS = (Role.PRINCIPAL, Role.SAFETY_OFFICER)
COUNTY_POSTS = (
    *(Role.COUNTY_LEADER, Role.COUNTY_SAFETY, Role.SUPERVISOR),
    *(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN),
)


@dataclass(slots=True)
class County:
    """What was founded, for those who fill it with work."""

    org: Org
    at: datetime
    dice: random.Random
    towns: dict[str, Org] = field(default_factory=dict)
    units: list[Org] = field(default_factory=list)
    people: dict[tuple[int, str], User] = field(default_factory=dict)
    points: dict[int, list[Point]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    password: str = field(default_factory=lambda: make_password(names.PASSWORD))
    """Hashed once for all: hashing is slow on purpose."""

    def actor(self, org: Org, role: str, day: date) -> Actor:
        """The holder of ``role`` at ``org`` as an actor on ``day``."""
        return actor_for(self.people[org.pk, role], day)

    def unit(self, name: str) -> Org:
        """A unit by its name."""
        return next(unit for unit in self.units if unit.name == name)


def found_county(at: datetime, year: int, say: Callable[[str], None]) -> County:
    """Units, calendar, people and places; ``at`` lies before the school year's first day."""
    data = OrgData("county", names.COUNTY, code=names.BUREAU_CODE, short_name=names.COUNTY)
    org = create_org(SYSTEM, at, data=data)
    county = County(org, at, random.Random(names.SEED))  # noqa: S311 - a repeatable demo
    for term in (
        TermData(f"{year}—{year + 1}学年第一学期", date(year, 9, 1), date(year + 1, 1, 22)),
        TermData(f"{year}—{year + 1}学年第二学期", date(year + 1, 2, 22), date(year + 1, 7, 9)),
    ):
        add_term(org, term, actor=SYSTEM, at=at)
    say("单位")
    _found_units(county)
    say("人员")
    _found_people(county)
    say("场所和检查点")
    for unit in county.units:
        _found_places(county, unit)
    return county


def _found_units(county: County) -> None:
    for number, name in enumerate(names.TOWNS, 1):
        data = OrgData("town", name, county.org, code=f"YH{number:02d}")
        county.towns[name] = create_org(SYSTEM, county.at, data=data)
    for kind, titles in (("department", names.DEPARTMENTS), ("agency", names.AGENCIES)):
        for title in titles:
            create_org(SYSTEM, county.at, data=OrgData(kind, title, county.org))
    for number, unit in enumerate(names.UNITS, 1):
        parent = county.towns.get(unit.town, county.org)
        profile = ProfileData(
            stages=unit.stages,
            ownership="private" if unit.private else "public",
            is_boarding=unit.boarders > 0,
            pupils=unit.pupils,
            boarders=unit.boarders,
            staff=unit.staff,
            has_canteen=unit.canteen,
            buses=unit.buses,
            has_labs=unit.labs,
            has_construction=unit.construction,
            heating=unit.heating,
        )
        data = OrgData(unit.kind, unit.name, parent, code=f"YHX{number:03d}", profile=profile)
        county.units.append(create_org(SYSTEM, county.at, data=data))


def _found_people(county: County) -> None:
    for role in COUNTY_POSTS:
        _person(county, county.org, role, shown=True)
    agencies = Org.objects.filter(parent=county.org, kind="agency").order_by("id")
    departments = Org.objects.filter(parent=county.org, kind="department").order_by("id")
    _person(county, departments[0], Role.COUNTY_DEPARTMENT, shown=True)
    for number, agency in enumerate(agencies):
        _person(county, agency, Role.AGENCY_OFFICER, shown=number == 0)
    for number, town in enumerate(county.towns.values()):
        for role in (Role.TOWN_HEAD, Role.TOWN_OFFICER):
            _person(county, town, role, shown=number == 0)
    for unit, told in zip(county.units, names.UNITS, strict=True):
        for post in (*HEADS, *names.staff_of(told)):
            _person(county, unit, post, shown=unit.name in names.MORE_STAFF)


def _person(county: County, org: Org, role: str, *, shown: bool) -> User:
    """A person with one post; those ``shown`` can be signed in to from the sign-in page."""
    name = _name(county)
    user = create_user(SYSTEM, county.at, username=f"{role}.{org.code}".lower(), name=name)
    if shown:
        User.objects.filter(pk=user.pk).update(is_demo=True, password=county.password)
    started = county.at.date()
    grant_post(user, org, role, started, actor=SYSTEM, at=county.at)
    county.people[org.pk, role] = user
    return user


def _name(county: County) -> str:
    while True:
        name = county.dice.choice(names.SURNAMES) + county.dice.choice(names.GIVEN)
        if name not in county.taken:
            county.taken.add(name)
            return name


ROOMS = {
    "教学楼": (("一楼", ("101 室", "配电间")), ("二楼", ("201 室", "实验室"))),
    "综合楼": (("一楼", ("食堂操作间", "图书室")),),
}
AREAS = ("校门口", "操场", "门卫室")
POINTS = (
    ("门卫室", "门卫室", "spot", "gate"),
    ("校门口", "校门口交通区域", "spot", "gate_road"),
    ("教学楼 一楼", "教学楼一楼灭火器箱", "equipment", "fire_equipment"),
    ("教学楼 二楼", "教学楼二楼东侧楼梯", "spot", "stairs"),
    ("教学楼 一楼 配电间", "配电间", "spot", "switch_room"),
    ("综合楼 一楼 食堂操作间", "食堂操作间", "spot", "canteen"),
)


def _found_places(county: County, unit: Org) -> None:
    at = county.at
    places: dict[str, Place] = {}

    def add(kind: str, name: str, parent: Place | None) -> Place:
        place = create_place(unit, kind=kind, name=name, parent=parent, actor=head, at=at)
        places[place.full_name] = place
        return place

    head = county.actor(unit, Role.PRINCIPAL, at.date())
    for building, floors in ROOMS.items():
        block = add("building", building, None)
        for floor, rooms in floors:
            level = add("floor", floor, block)
            for room in rooms:
                add("room", room, level)
    for area in AREAS:
        add("area", area, None)
    county.points[unit.pk] = [
        create_point(
            unit,
            name=name,
            kind=kind,
            place=places[where],
            key_part=key_part,
            actor=head,
            at=at,
        )
        for where, name, kind, key_part in POINTS
    ]
