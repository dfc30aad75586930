"""Name and password, and what the journal says about it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth import authenticate, password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import ANYBODY, Actor
from anxiao.foundation.accounts.auth import user_named
from anxiao.foundation.accounts.models import Token, User
from anxiao.foundation.accounts.queries import home_path, root_path
from anxiao.foundation.accounts.rules import plain_name
from anxiao.foundation.accounts.services.limits import TRIES, free_tries, password_key, take_try
from anxiao.foundation.journal import services as journal
from anxiao.foundation.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says to be. ``devices``: user id → device id, from a cookie we signed."""

    name: str
    password: str = field(repr=False)
    ip: str = ""
    devices: Mapping[int, str] = field(default_factory=dict)


def check_password(claim: Claim, *, at: datetime) -> User:
    """The person of a name and password; the session is begun elsewhere.

    Raises ``TooMany`` after five tries, else one and the same ``Invalid`` for an unknown name, a
    wrong password and a locked account. Runs outside a transaction: failures must be kept.
    """
    named = user_named(claim.name)
    user = named if isinstance(named, User) else None
    key = _key(claim, user)
    used = take_try(key, at)
    found = authenticate(username=claim.name, password=claim.password)
    if not isinstance(found, User):
        _record_failure(user, claim, used, at)
        raise Invalid(_("用户名或密码不对，请核对后重试；忘记密码可请单位负责人或安全管理员重设。"))
    free_tries(key)
    return found


def record_sign_in(user: User, *, at: datetime, ip: str, way: str) -> None:
    """Journal a sign-in; ``way``: password, code, recovery, demo, invitation, token."""
    journal.record(
        "sign_in",
        user,
        actor=Actor(user.pk, user.name),
        at=at,
        org_path=home_path(user.pk),
        detail={"ip": ip, "way": way},
    )


def record_sign_out(user: User, *, at: datetime, ip: str, why: str) -> None:
    """Journal the end of a session; ``why``: asked, idle, too_old."""
    journal.record(
        "sign_out",
        user,
        actor=Actor(user.pk, user.name),
        at=at,
        org_path=home_path(user.pk),
        detail={"ip": ip, "why": why},
    )


def change_password(user: User, *, old: str, new: str, at: datetime, ip: str = "") -> None:
    """Set a new password against the old one; tokens of the person end, sessions by the caller.

    Raises ``TooMany``, ``Invalid`` with ``old`` or ``new``.
    """
    confirm_password(user, old, field="old", at=at, ip=ip)
    if old == new:
        raise Invalid("", {"new": _("新密码不能与原密码相同，请另设一个。")})
    set_password(user, new, at=at, actor=Actor(user.pk, user.name))


def confirm_password(user: User, password: str, *, field: str, at: datetime, ip: str) -> None:
    """Let only the person go on. Raises ``TooMany``, ``Invalid`` with ``field``."""
    key = password_key(user.pk)
    used = take_try(key, at)
    if not user.check_password(password):
        _record_failure(user, Claim(user.username, "", ip), used, at)
        raise Invalid("", {field: _("密码不对，请重新输入。")})
    free_tries(key)


def set_password(user: User, new: str, *, at: datetime, actor: Actor) -> None:
    """Set a checked password and end the person's tokens. Raises ``Invalid`` with ``new``."""
    check_strength(new, user)
    user.set_password(new)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    Token.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=at)
    journal.record("change_password", user, actor=actor, at=at, org_path=home_path(user.pk))


def check_strength(password: str, user: User) -> None:
    """Raise ``Invalid`` with ``new`` for a password that is short, common or like the person."""
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise Invalid("", {"new": " ".join(error.messages)}) from error


def _key(claim: Claim, user: User | None) -> str:
    if user:
        return password_key(user.pk, claim.devices.get(user.pk, ""))
    return f"name:{hashlib.sha256(plain_name(claim.name).encode()).hexdigest()}"


def _record_failure(user: User | None, claim: Claim, used: int, at: datetime) -> None:
    """One line; of a name that is nobody's not even the name: it may be a password."""
    subject = user or "accounts.user"
    path = home_path(user.pk) if user else root_path()
    detail = {"ip": claim.ip, "tries": used}
    journal.record("sign_in_failed", subject, actor=ANYBODY, at=at, org_path=path, detail=detail)
    if used >= TRIES:
        journal.record("lock_out", subject, actor=ANYBODY, at=at, org_path=path, detail=detail)
