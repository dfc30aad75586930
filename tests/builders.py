"""Units and people for tests, made straight in the database so that tests stay quick.

``county = make_county(); town = make_town(county); school = make_school(town, pupils=800)``;
``principal = make_user("程然", (school, "principal")); actor = actor_of(principal)``;
``sign_in(client, principal)`` for pages.
"""

import uuid
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import make_password
from django.test import Client

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.accounts.models import Membership, User
from anxiao.foundation.accounts.queries import actor_for
from anxiao.foundation.orgs.models import Org, Profile
from anxiao.foundation.orgs.rules import name_key

PASSWORD = "Qinglan-4021-shan"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OPENED = date(2020, 9, 1)
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Monday 23 November 2026, ten in the morning in Shanghai."""
TODAY = date(2026, 11, 23)

_number = count(1)


def make_org(kind: str, name: str, parent: Org | None = None, **fields: Any) -> Org:
    """A unit of any kind; its county is its parent's, a county's its own."""
    org = Org.objects.create(
        kind=kind,
        name=name,
        name_key=name_key(name),
        parent=parent,
        county=parent.county if parent else None,
        code=fields.pop("code", f"T{next(_number):05d}"),
        path=str(uuid.uuid4()),
        opened_on=fields.pop("opened_on", OPENED),
        **fields,
    )
    org.path = f"{parent.path if parent else ''}{org.pk}."
    if kind == "county":
        org.county = org
    org.save()
    return org


def make_county(name: str = "云河区", parent: Org | None = None) -> Org:
    """A county (a root unless ``parent`` is given)."""
    return make_org("county", name, parent)


def make_town(county: Org, name: str = "") -> Org:
    """A town office below ``county``."""
    return make_org("town", name or f"石门镇{next(_number)}", county)


def make_school(parent: Org, name: str = "", **profile: Any) -> Org:
    """A school below a town or county, with the given profile fields."""
    fields = {key: profile.pop(key) for key in ("code", "opened_on") if key in profile}
    org = make_org("school", name or f"第{next(_number)}小学", parent, **fields)
    profile = {"stages": ["primary"], "pupils": 500, "staff": 40, **profile}
    Profile.objects.create(org=org, updated_at=AT, **profile)
    return org


def make_kindergarten(parent: Org, name: str = "", **profile: Any) -> Org:
    """A kindergarten below a town or county, with the given profile fields."""
    fields = {key: profile.pop(key) for key in ("code", "opened_on") if key in profile}
    org = make_org("kindergarten", name or f"第{next(_number)}幼儿园", parent, **fields)
    profile = {"stages": ["kindergarten"], "pupils": 120, "staff": 15, **profile}
    Profile.objects.create(org=org, updated_at=AT, **profile)
    return org


def make_user(name: str, *posts: tuple[Org, str], **fields: Any) -> User:
    """A person with the posts ``(unit, role)``, in force since long ago; password ``PASSWORD``."""
    number = next(_number)
    user = User.objects.create(
        username=fields.pop("username", f"user{number}"),
        name=name,
        phone=fields.pop("phone", f"139{number:08d}"),
        password=make_password(fields.pop("password", PASSWORD)),
        **fields,
    )
    for org, role in posts:
        Membership.objects.create(user=user, org=org, role=role, from_on=OPENED)
    return user


def actor_of(user: User, day: date = TODAY) -> Actor:
    """The actor of ``user`` with the posts in force on ``day``."""
    return actor_for(user, day)


def totp_code(at: datetime, secret: str = TOTP_SECRET) -> str:
    """What an authenticator app with ``secret`` shows at the instant ``at``."""
    return format_hotp_value(hotp_value(secret, int(at.timestamp()) // 30))


def sign_in(client: Client, user: User) -> Client:
    """``client`` with ``user`` signed in, second factor taken as given."""
    client.force_login(user)
    return client
