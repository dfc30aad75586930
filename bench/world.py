"""A county built for measuring: units, people with tokens and sessions, the notice in force.

Run as a program it builds the county into the database that the environment names, and prints who
may do what as JSON.
"""

import json
import os
import secrets
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxiao.project.settings")
django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.accounts.http import BACKEND, FACTOR_MISSING, SEEN, STARTED
from anxiao.foundation.accounts.models import Membership, Token, User
from anxiao.foundation.accounts.queries import actor_for
from anxiao.foundation.accounts.services.links import digest
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.services import (
    OrgData,
    ProfileData,
    TermData,
    add_term,
    create_org,
)
from anxiao.loop import duties
from anxiao.loop.duties.services import import_plan, publish_plan
from anxiao.loop.inspections.models import Checklist
from anxiao.loop.inspections.services import edit_draft, new_version, publish_checklist

PLAN = Path(duties.__file__).parent / "catalog" / "fourth_quarter.toml"
TOWNS, NEIGHBOURS = 10, 40
PEOPLE = 3
"""People who send in, per unit: enough that nobody meets the limit on requests."""
ITEMS = 20


def build(units: int) -> dict[str, Any]:
    """Migrations, reference data, and the county."""
    call_command("setup", verbosity=0)
    with transaction.atomic():
        return _found(units)


def _found(units: int) -> dict[str, Any]:
    at = timezone.now()
    today = business_day(at)
    year = today.year if today.month >= 9 else today.year - 1
    founded = at - timedelta(days=40)
    county = create_org(SYSTEM, founded, data=OrgData("county", "测试区", code="B"))
    for name, start, end in (
        ("第一学期", date(year, 9, 1), date(year + 1, 1, 22)),
        ("第二学期", date(year + 1, 2, 22), date(year + 1, 7, 9)),
    ):
        add_term(county, TermData(name, start, end), actor=SYSTEM, at=founded)
    towns = [
        create_org(SYSTEM, founded, data=OrgData("town", f"第{n}镇教委", county, code=f"B{n:02d}"))
        for n in range(TOWNS)
    ]
    schools = [_school(towns[n % TOWNS], n, founded) for n in range(units)]
    day = today - timedelta(days=30)
    clerk = _person("clerk", county, "county_safety", day)
    officer = _person("officer", towns[0], "town_officer", day)
    checklist = _checklist(county, actor_for(clerk, today), at)
    _publish(county, actor_for(clerk, today), year, at)
    neighbour = create_org(SYSTEM, founded, data=OrgData("county", "邻区", code="N"))
    street = create_org(SYSTEM, founded, data=OrgData("town", "邻镇", neighbour, code="N1"))
    for number in range(NEIGHBOURS):
        data = OrgData("school", f"邻{number}小学", street, code=f"NX{number}")
        create_org(SYSTEM, founded, data=data)
    watcher = _person("watcher", neighbour, "county_safety", day)
    senders = [
        (_person(f"s{n}-{k}", school, "safety_officer", day), school)
        for n, school in enumerate(schools)
        for k in range(PEOPLE)
    ]
    return {
        "county": county.pk,
        "neighbour": neighbour.pk,
        "towns": [town.pk for town in towns],
        "checklist": checklist.pk,
        "items": [item["code"] for item in checklist.items],
        "today": str(today),
        "senders": _senders(senders, at),
        "sessions": {
            "clerk": _session(clerk, at),
            "watcher": _session(watcher, at),
            "officer": _session(officer, at),
            "sender": _session(senders[0][0], at),
        },
    }


def _school(town: Org, number: int, at: Any) -> Org:
    profile = ProfileData(stages=("primary",), pupils=600, staff=40, has_canteen=True)
    data = OrgData("school", f"第{number}小学", town, code=f"BX{number:05d}", profile=profile)
    return create_org(SYSTEM, at, data=data)


def _person(username: str, org: Org, role: str, day: date) -> User:
    user = User.objects.create(username=username, name=f"测{username}", password="!")
    Membership.objects.create(user=user, org=org, role=role, from_on=day)
    return user


def _checklist(county: Org, clerk: Any, at: Any) -> Checklist:
    """The county's own patrol sheet with twenty items."""
    draft = new_version("patrol", county, actor=clerk, at=at)
    item = draft.items[0]
    items = [item | {"code": f"patrol-{n:02d}", "photo": False} for n in range(1, ITEMS + 1)]
    edit_draft(draft, {"items": items}, actor=clerk, at=at)
    draft.refresh_from_db()
    publish_checklist(draft, actor=clerk, at=at)
    return draft


def _publish(county: Org, clerk: Any, year: int, at: Any) -> None:
    text = PLAN.read_text(encoding="utf-8")
    for offset in (1, 0):
        text = text.replace(f"{2026 + offset}", f"{year + offset}")
    publish_plan(import_plan(text, county, actor=clerk, at=at), actor=clerk, at=at)


def _senders(people: list[tuple[User, Org]], at: Any) -> list[dict[str, Any]]:
    rows, told = [], []
    for user, school in people:
        secret = f"anx_{secrets.token_urlsafe(32)}"
        expires = at + timedelta(days=2)
        rows.append(
            Token(
                digest=digest(secret),
                user=user,
                label="bench",
                created_at=at,
                expires_at=expires,
                last_used_at=at + timedelta(hours=1),
            )
        )
        told.append({"token": secret, "unit": school.pk})
    Token.objects.bulk_create(rows)
    return told


def _session(user: User, at: Any) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[STARTED] = session[SEEN] = at.timestamp()
    session[FACTOR_MISSING] = False
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    json.dump(build(int(sys.argv[1])), sys.stdout)
