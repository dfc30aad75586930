"""Reads about people and posts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.actor import Actor, Grant, Post
from anxiao.foundation.access.capabilities import ROLE_LABELS
from anxiao.foundation.accounts.models import Invitation, Membership, Token, User
from anxiao.foundation.accounts.rules import (
    device_name,
    grantable,
    key_of,
    masked_phone,
    plain_name,
)
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.states import OrgState


def current(day: date) -> Q:
    """Memberships in force on ``day``: begun, not ended, at a unit that is open."""
    return (
        Q(from_on__lte=day, ended_at__isnull=True)
        & (Q(until_on__isnull=True) | Q(until_on__gte=day))
        & Q(org__state=OrgState.ACTIVE)
    )


def posts_of(user_id: int, day: date) -> tuple[Post, ...]:
    """The posts a person holds on ``day``, oldest first; one query."""
    return standing_of(user_id, day)[0]


def standing(user: User, day: date) -> tuple[tuple[Post, ...], Actor]:
    """Posts and actor of ``user`` on ``day``, custody of merged units included; one query."""
    posts, grants = standing_of(user.pk, day)
    return posts, Actor(user.pk, user.name, grants)


def actor_for(user: User, day: date) -> Actor:
    """The actor of ``user`` with the posts in force on ``day``."""
    return standing(user, day)[1]


def holders(org_path: str, role: str, day: date | None = None) -> list[tuple[int, str]]:
    """``(user_id, name)`` of those who hold ``role`` at the unit of ``org_path`` itself."""
    rows = Membership.objects.filter(_on(day), org__path=org_path, role=role, user__is_active=True)
    return list(rows.order_by("id").values_list("user_id", "user__name"))


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One post on the page of a unit's people. ``state``: current, coming, ended."""

    membership_id: int
    user_id: int
    name: str
    role: str
    title: str
    phone: str
    from_on: date
    until_on: date | None
    state: str
    is_locked: bool
    may_end: bool


def people_of(org: Org, actor: Actor, day: date) -> list[PersonRow]:
    """Posts at the very unit that ``actor`` may see, current ones first; one query.

    Phones are masked: whoever needs the number knows it.
    """
    rows = (
        Membership.objects.visible_to(actor).filter(org=org).select_related("user").order_by("id")
    )
    givable = givable_roles(actor, org)
    found = [
        PersonRow(
            membership_id=row.pk,
            user_id=row.user_id,
            name=row.user.name,
            role=row.role,
            title=row.title,
            phone=masked_phone(row.user.phone),
            from_on=row.from_on,
            until_on=row.until_on,
            state=_state_of(row, org, day),
            is_locked=not row.user.is_active,
            may_end=row.role in givable and row.user_id != actor.user_id,
        )
        for row in rows
    ]
    order = {role: place for place, role in enumerate(ROLE_LABELS)}
    return sorted(found, key=lambda row: (_STATES.index(row.state), order[row.role]))


def givable_roles(actor: Actor, org: Org) -> list[str]:
    """Posts that ``actor`` may give at ``org``, in the order of the field."""
    if not actor.may("people.invite", org.path) or org.state != OrgState.ACTIVE:
        return []
    may = grantable(actor.roles_at(org.path), org.kind)
    return [role for role in ROLE_LABELS if role in may]


def accounts_secured_by(actor: Actor, words: str = "") -> QuerySet[User]:
    """Accounts with a post, now or once, in the area that ``actor`` secures; newest first."""
    area = Membership.objects.visible_with(actor, "people.secure")
    rows = User.objects.filter(Exists(area.filter(user=OuterRef("pk")))).order_by("-pk")
    plain = plain_name(words)
    if plain:
        rows = rows.filter(
            Q(username__contains=plain) | Q(name__contains=words.strip()) | Q(phone=plain)
        )
    return rows


def page_of_accounts(actor: Actor, words: str, *, after: str, size: int) -> tuple[list[User], str]:
    """One page of ``accounts_secured_by`` after the account with id ``after``.

    Returns the accounts and the next ``after`` (``""`` at the end).
    """
    rows = accounts_secured_by(actor, words)
    last = key_of(after)
    if last is not None:
        rows = rows.filter(pk__lt=last)
    found = list(rows[: size + 1])
    return found[:size], str(found[size - 1].pk) if len(found) > size else ""


def posts_secured_by(actor: Actor, user: User, day: date) -> list[tuple[Membership, str]]:
    """Posts of ``user`` in the area that ``actor`` secures, with their state."""
    rows = Membership.objects.visible_with(actor, "people.secure").filter(user=user)
    return [(row, _state_of(row, row.org, day)) for row in rows.select_related("org")]


def demo_accounts(day: date) -> list[Membership]:
    """The posts of demo accounts in force, by level and unit; one query."""
    return list(
        Membership.objects.filter(current(day), user__is_demo=True, user__is_active=True)
        .select_related("user", "org")
        .order_by("org__path", "id")
    )


def active_user(user_id: int) -> User | None:
    """The account of ``user_id``, unless it is locked."""
    return User.objects.filter(pk=user_id, is_active=True).first()


@dataclass(frozen=True, slots=True)
class SessionRow:
    """Where a person is signed in."""

    pk: int
    ip: str
    device: str
    started_at: datetime
    seen_at: datetime
    is_this: bool


def sessions_of(user: User, this_key: str) -> list[SessionRow]:
    """The sessions of a person that still exist, this one first; one query."""
    rows = _sessions(user).order_by("-last_seen_at")
    found = [
        SessionRow(
            row.pk,
            row.ip,
            device_name(row.user_agent),
            row.created_at,
            row.last_seen_at,
            row.session_key == this_key,
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: not row.is_this)


def session_count(user: User) -> int:
    """In how many places a person is signed in."""
    return _sessions(user).count()


def tokens_of(user: User, at: datetime) -> list[Token]:
    """Tokens of a person that are in force, newest first."""
    rows = Token.objects.filter(user=user, revoked_at__isnull=True, expires_at__gt=at)
    return list(rows.order_by("-created_at"))


def own_token(actor: Actor, pk: int) -> Token | None:
    """A token of the actor's own."""
    return Token.objects.filter(pk=pk, user_id=actor.user_id).first()


def invitations_of(org: Org, actor: Actor, at: datetime) -> list[Invitation]:
    """Invitations to the very unit that are not used, withdrawn or over; newest first."""
    rows = Invitation.objects.visible_to(actor).filter(
        org=org, used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=at
    )
    return list(rows.select_related("invited_by").order_by("-created_at"))


def _sessions(user: User) -> "QuerySet[UserSession]":
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    rows: QuerySet[UserSession] = UserSession.objects.filter(Exists(alive), user=user)
    return rows


_STATES = ("current", "coming", "ended")


def _state_of(row: Membership, org: Org, day: date) -> str:
    over = row.until_on is not None and row.until_on < day
    if over or row.ended_at is not None or org.state != OrgState.ACTIVE:
        return "ended"
    return "coming" if row.from_on > day else "current"


def home_path(user_id: int) -> str:
    """Path of the unit of a person's oldest open post, for the journal; ``""`` without any."""
    rows = Membership.objects.filter(user_id=user_id).order_by(
        F("ended_at").asc(nulls_first=True), "id"
    )
    return rows.values_list("org__path", flat=True).first() or ""


def root_path() -> str:
    """Path of the first root: where the journal keeps what belongs to nobody."""
    return (
        Org.objects.filter(parent=None).order_by("id").values_list("path", flat=True).first() or ""
    )


def _on(day: date | None) -> Q:
    if day is not None:
        return current(day)
    return Q(until_on__isnull=True, ended_at__isnull=True, org__state=OrgState.ACTIVE)


def standing_of(user_id: int, day: date) -> tuple[tuple[Post, ...], tuple[Grant, ...]]:
    """Posts and grants of a person on ``day``; one query."""
    on = quick.day(day)
    return held(quick.many(_STANDING, [on, on, user_id]))


def held(rows: Iterable[quick.Row]) -> tuple[tuple[Post, ...], tuple[Grant, ...]]:
    """Posts and grants of rows with ``POST_COLUMNS``, joined by ``POSTS_HELD``."""
    posts: dict[Post, None] = {}
    grants: dict[Grant, None] = {}
    for *columns, absorbed_path, absorbed_county in rows:
        if columns[0] is None:
            continue
        post = Post(*columns)
        posts[post] = None
        grants[Grant(post.role, post.org_path, post.county_id)] = None
        if absorbed_path:
            grants[Grant(post.role, absorbed_path, absorbed_county)] = None
    return tuple(posts), tuple(grants)


# Every request asks this: ``current(day)`` in SQL, the columns of ``Post``, then custody.
POST_COLUMNS = """
CASE WHEN o.id IS NULL THEN NULL ELSE m.id END, m.role, m.org_id, o.path, o.name, o.kind,
  o.county_id, absorbed.path, absorbed.county_id
"""
POSTS_HELD = """
LEFT JOIN accounts_membership m ON m.user_id = u.id AND m.from_on <= %s AND m.ended_at IS NULL
  AND (m.until_on IS NULL OR m.until_on >= %s)
LEFT JOIN orgs_org o ON o.id = m.org_id AND o.state = 'active'
LEFT JOIN orgs_custody c ON c.holder_id = o.id
LEFT JOIN orgs_org absorbed ON absorbed.id = c.absorbed_id
"""
_OF_PERSON = """
SELECT {columns} FROM accounts_user u {posts} WHERE u.id = %s ORDER BY m.id, c.id
"""
_STANDING = _OF_PERSON.format(columns=POST_COLUMNS, posts=POSTS_HELD)
