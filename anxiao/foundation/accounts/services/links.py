"""Links with a secret: invitations to a post, and links to set a forgotten password.

The secret is shown once; only its SHA-256 is kept. Each link works once and for a while.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import SYSTEM, Actor
from anxiao.foundation.accounts import rules
from anxiao.foundation.accounts.models import Invitation, Membership, ResetLink, User
from anxiao.foundation.accounts.queries import actor_for, home_path
from anxiao.foundation.accounts.services.limits import free_tries, take_try
from anxiao.foundation.accounts.services.posts import PostData, give, may_give, new_user
from anxiao.foundation.accounts.services.signing_in import check_strength, set_password
from anxiao.foundation.journal import services as journal
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from anxiao.foundation.kernel.spellings import clean_name
from anxiao.foundation.orgs.models import Org

INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Invited:
    """Who is invited to which post; dates as of the post."""

    org: Org
    role: str
    name: str
    from_on: date
    phone: str = ""
    title: str = ""
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What the invited person chooses."""

    username: str
    password: str = field(repr=False)
    phone: str = ""


def digest(secret: str) -> str:
    """What of a secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def invite(invited: Invited, *, actor: Actor, at: datetime) -> tuple[Invitation, str]:
    """Invite a person to a post; returns the invitation and its secret, to be shown once.

    Raises ``Forbidden`` or ``Invalid`` as ``grant_post`` does.
    """
    may_give(actor, invited.org, invited.role)
    phone = rules.plain_phone(invited.phone)
    faults = {
        "name": "" if clean_name(invited.name) else _("请填写姓名。"),
        "phone": rules.phone_fault(phone),
        "until_on": rules.dates_fault(invited.from_on, invited.until_on, business_day(at)),
    }
    found = {name: fault for name, fault in faults.items() if fault}
    if found:
        raise Invalid("", found)
    secret = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        digest=digest(secret),
        org=invited.org,
        role=invited.role,
        title=clean_name(invited.title)[:40],
        name=clean_name(invited.name)[:40],
        phone=phone,
        from_on=invited.from_on,
        until_on=invited.until_on,
        invited_by_id=actor.user_id or None,
        created_at=at,
        expires_at=at + INVITATION_LASTS,
    )
    detail = {"name": invitation.name, "role": invitation.role}
    journal.record(
        "invite", invitation, actor=actor, at=at, org_path=invited.org.path, detail=detail
    )
    return invitation, secret


def find_invitation(secret: str, *, at: datetime) -> Invitation:
    """The invitation of a link that still works; ``NotFound`` alike for used, old and invented."""
    found = (
        Invitation.objects.select_related("org", "invited_by")
        .filter(digest=digest(secret), used_at=None, revoked_at__isnull=True, expires_at__gt=at)
        .first()
    )
    if found is None:
        raise NotFound(_("邀请链接已使用或已过期，请联系邀请人重新发送。"))
    return found


def accept_as_new(secret: str, account: NewAccount, *, at: datetime) -> User:
    """Make the account of an invited person and give the post.

    An invitation that names a phone is taken by who knows that phone: a link that went to the
    wrong person opens nothing. Raises ``NotFound``, ``Invalid``, ``TooMany`` after five guesses.
    """
    invitation = find_invitation(secret, at=at)
    if invitation.phone:
        key = f"invitation:{invitation.pk}"
        take_try(key, at)
        if rules.plain_phone(account.phone) != invitation.phone:
            fault = _("与邀请人登记的手机号不一致，请核对；登记有误的，请邀请人撤回后重新邀请。")
            raise Invalid("", {"phone": fault})
        free_tries(key)
    return _make_account(secret, account, at)


@transaction.atomic
def _make_account(secret: str, account: NewAccount, at: datetime) -> User:
    invitation = find_invitation(secret, at=at)
    user = new_user(username=account.username, name=invitation.name, phone=account.phone)
    check_strength(account.password, user)
    user.set_password(account.password)
    user.save(force_insert=True)
    _accept(invitation, user, at)
    return user


@transaction.atomic
def accept_as_known(secret: str, user: User, *, at: datetime) -> User:
    """Give the post to a person who has an account and is signed in.

    Raises ``NotFound``; ``Forbidden`` when the invitation names another phone; ``Invalid``.
    """
    invitation = find_invitation(secret, at=at)
    if invitation.phone and invitation.phone != user.phone:
        raise Forbidden("signed_in", _("这份邀请是发给另一个手机号的，请用本人账号登录后接受。"))
    _accept(invitation, user, at)
    return user


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, actor: Actor, at: datetime) -> None:
    """Make a link useless; who may give the post may. ``Conflict`` if it was used already."""
    may_give(actor, invitation.org, invitation.role)
    rows = Invitation.objects.filter(
        pk=invitation.pk, used_at__isnull=True, revoked_at__isnull=True
    )
    if not rows.update(revoked_at=at):
        raise Conflict(_("这份邀请已被使用或撤回，请刷新后查看。"))
    journal.record(
        "revoke_invitation", invitation, actor=actor, at=at, org_path=invitation.org.path
    )


def _accept(invitation: Invitation, user: User, at: datetime) -> None:
    inviter = (
        actor_for(invitation.invited_by, business_day(at)) if invitation.invited_by else SYSTEM
    )
    try:
        may_give(inviter, invitation.org, invitation.role, to_user_id=user.pk)
    except DomainError as error:
        raise NotFound(_("邀请人已不能安排这个岗位，请联系单位重新邀请。")) from error
    rows = Invitation.objects.filter(
        pk=invitation.pk, used_at__isnull=True, revoked_at__isnull=True
    )
    if not rows.update(used_at=at, used_by=user):
        raise Conflict(_("这份邀请刚刚已被使用。"))
    from_on = max(invitation.from_on, business_day(at))
    post = PostData(invitation.org, invitation.role, from_on, invitation.until_on, invitation.title)
    give(user, post, actor=inviter, at=at)
    journal.record(
        "accept_invitation",
        invitation,
        actor=Actor(user.pk, user.name),
        at=at,
        org_path=invitation.org.path,
    )


def may_reset(actor: Actor, user: User, at: datetime) -> bool:
    """Whether ``actor`` may send ``user`` a link for a new password.

    The security administrator of the area may; so may a head who could give every post that the
    person holds, so that no head gets at the account of somebody with a higher post.
    """
    if user.pk == actor.user_id:
        return False
    posts = [
        membership
        for membership in Membership.objects.filter(user=user).select_related("org")
        if membership.ended_at is None
        and (membership.until_on is None or membership.until_on >= business_day(at))
    ]
    if not posts:
        return False
    if any(actor.may("people.secure", post.org.path) for post in posts):
        return True
    return all(
        actor.may("people.invite", post.org.path)
        and post.role in rules.grantable(actor.roles_at(post.org.path), post.org.kind)
        for post in posts
    )


@transaction.atomic
def make_reset_link(user: User, *, actor: Actor, at: datetime) -> str:
    """A secret by which ``user`` sets a new password; earlier ones are void.

    The second factor stays: the link does not go round it. Raises ``Forbidden``.
    """
    if not may_reset(actor, user, at):
        raise Forbidden("people.secure", _("不能重设此人的密码，请由安全管理员办理。"))
    secret = new_reset_link(user, by=actor.user_id, at=at)
    journal.record("make_reset_link", user, actor=actor, at=at, org_path=home_path(user.pk))
    return secret


def new_reset_link(user: User, *, by: int, at: datetime) -> str:
    """Write a link whose making was allowed and is journalled; earlier ones are void."""
    secret = secrets.token_urlsafe(24)
    ResetLink.objects.filter(user=user, used_at__isnull=True).update(used_at=at)
    ResetLink.objects.create(
        digest=digest(secret),
        user=user,
        created_by_id=by,
        created_at=at,
        expires_at=at + RESET_LASTS,
    )
    return secret


def find_reset_link(secret: str, *, at: datetime) -> ResetLink:
    """The link that still works; ``NotFound`` alike for used, old and invented."""
    usable = Q(used_at__isnull=True, expires_at__gt=at, user__is_active=True)
    found = ResetLink.objects.select_related("user").filter(usable, digest=digest(secret)).first()
    if found is None:
        raise NotFound(_("链接已使用或已过期，请联系单位负责人或安全管理员重新发送。"))
    return found


@transaction.atomic
def use_reset_link(secret: str, password: str, *, at: datetime) -> User:
    """Set a new password by a link; other sessions and tokens of the person end."""
    link = find_reset_link(secret, at=at)
    if not ResetLink.objects.filter(pk=link.pk, used_at__isnull=True).update(used_at=at):
        raise Conflict(_("链接刚刚已被使用。"))
    set_password(link.user, password, at=at, actor=Actor(link.user.pk, link.user.name))
    return link.user
