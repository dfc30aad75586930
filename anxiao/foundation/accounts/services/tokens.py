"""Keys for programs: an actor with at most its owner's rights."""

import json
import secrets
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.actor import Actor, Post
from anxiao.foundation.access.capabilities import BUREAU_ROLES, CAPABILITY_LABELS
from anxiao.foundation.accounts.models import Token, User
from anxiao.foundation.accounts.queries import (
    POST_COLUMNS,
    POSTS_HELD,
    held,
    home_path,
    posts_of,
)
from anxiao.foundation.accounts.services.links import digest
from anxiao.foundation.accounts.services.second_factor import check_code, has_second_factor
from anxiao.foundation.accounts.services.signing_in import Claim, check_password, record_sign_in
from anxiao.foundation.journal import services as journal
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Conflict, Forbidden, Invalid

LASTS = timedelta(days=30)
LONGEST = timedelta(days=365)
USED_EVERY = timedelta(minutes=10)
PREFIX = "anx_"


def sign_in_for_token(
    claim: Claim, *, at: datetime, code: str = "", label: str = ""
) -> tuple[str, Token]:
    """A token for a name and a password, and a code where a second factor is bound.

    Raises ``TooMany``, ``Invalid`` (``code`` when one is needed or wrong), ``Forbidden`` for an
    account that must first change its password or bind its second factor on the web.
    """
    user = check_password(claim, at=at)
    if user.must_change_password:
        raise Forbidden("signed_in", _("请先在网页登录并修改初始密码。"))
    bound = has_second_factor(user)
    if bound:
        if not code:
            raise Invalid("", {"code": _("请同时提交动态码。")})
        check_code(user, code, at=at, ip=claim.ip)
    elif second_factor_owed(user.pk, at):
        raise Forbidden("signed_in", _("请先在网页登录并绑定动态码。"))
    record_sign_in(user, at=at, ip=claim.ip, way="token")
    return issue_token(user, label=label or _("接口登录"), at=at, second_factor=bound)


def second_factor_owed(user_id: int, at: datetime) -> bool:
    """Whether a person's posts demand a second factor; never in the demo."""
    if settings.ANXIAO_DEMO:
        return False
    return any(post.role in BUREAU_ROLES for post in posts_of(user_id, business_day(at)))


@transaction.atomic
def issue_token(
    user: User,
    *,
    label: str,
    at: datetime,
    lasts: timedelta = LASTS,
    only: Collection[str] | None = None,
    second_factor: bool = True,
) -> tuple[str, Token]:
    """Make a token; returns its secret, to be shown once, and the row.

    ``only`` narrows it to some capabilities. ``second_factor``: whether its owner has just shown
    one; who makes tokens for programs vouches for it. Raises ``Invalid`` for an unknown capability
    or a life of more than a year.
    """
    if lasts > LONGEST or lasts <= timedelta(0):
        raise Invalid("", {"lasts": _("有效期最长一年，请修改。")})
    if only is not None and set(only) - set(CAPABILITY_LABELS):
        raise Invalid("", {"only": _("有不认识的权限，请核对。")})
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        digest=digest(secret),
        user=user,
        label=label.strip()[:60],
        only=sorted(only) if only is not None else None,
        second_factor=second_factor,
        created_at=at,
        expires_at=at + lasts,
    )
    actor = Actor(user.pk, user.name)
    journal.record("issue_token", token, actor=actor, at=at, org_path=home_path(user.pk))
    return secret, token


@transaction.atomic
def revoke_token(token: Token, *, actor: Actor, at: datetime) -> None:
    """End one's own token. Raises ``Forbidden`` for another's, ``Conflict`` if it has ended."""
    if token.user_id != actor.user_id:
        raise Forbidden("signed_in")
    if not Token.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at):
        raise Conflict(_("这个令牌已停用。"))
    journal.record("revoke_token", token, actor=actor, at=at, org_path=home_path(token.user_id))


def actor_of_token(secret: str, at: datetime) -> Actor | None:
    """The actor of a token that is in force, with the posts held now; one query."""
    found = standing_of_token(secret, at)
    return found[1] if found else None


def standing_of_token(secret: str, at: datetime) -> tuple[tuple[Post, ...], Actor] | None:
    """Posts and actor of a token that is in force; one query."""
    on = quick.day(business_day(at))
    found = quick.many(_IN_FORCE, [on, on, digest(secret), quick.instant(at)])
    if not found:
        return None
    pk, last_used_at, user_id, name, only, second_factor = found[0][:6]
    if last_used_at is None or at - _aware(last_used_at) >= USED_EVERY:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=at - USED_EVERY)
        with suppress(DatabaseError), transaction.atomic():  # a full disk keeps nobody from reading
            Token.objects.filter(stale, pk=pk).update(last_used_at=at)
    narrowed = None if only is None else json.loads(only)
    posts, grants = held(row[6:] for row in found)
    if not (second_factor or settings.ANXIAO_DEMO):
        posts = tuple(post for post in posts if post.role not in BUREAU_ROLES)
        grants = tuple(grant for grant in grants if grant.role not in BUREAU_ROLES)
    return posts, Actor(user_id, name, grants, None if narrowed is None else frozenset(narrowed))


def _aware(value: datetime) -> datetime:
    """An instant as the row holds it: SQLite's have no zone and are UTC."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


_HOLDER = """
SELECT t.id, t.last_used_at, u.id, u.name, t.only, t.second_factor, {columns}
FROM accounts_token t JOIN accounts_user u ON u.id = t.user_id {posts}
WHERE t.digest = %s AND t.expires_at > %s AND t.revoked_at IS NULL
  AND u.is_active AND NOT u.must_change_password
ORDER BY m.id, c.id
"""
_IN_FORCE = _HOLDER.format(columns=POST_COLUMNS, posts=POSTS_HELD)
