"""What the security administrator does to an account: lock, unlock, put phone or factor right."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.scoping import within
from anxiao.foundation.accounts.models import Membership, Token, User
from anxiao.foundation.accounts.queries import home_path
from anxiao.foundation.accounts.services.contact import free_phone
from anxiao.foundation.accounts.services.limits import free_user
from anxiao.foundation.accounts.services.sessions import end_all_sessions
from anxiao.foundation.journal import services as journal
from anxiao.foundation.kernel.errors import Forbidden, Invalid
from anxiao.foundation.kernel.spellings import clean_text


@transaction.atomic
def lock_account(user: User, *, reason: str, actor: Actor, at: datetime) -> None:
    """Lock an account: its sessions and tokens end at once. Raises ``Forbidden``, ``Invalid``."""
    require_over(actor, user)
    why = clean_text(reason)[:200]
    if not why:
        raise Invalid("", {"reason": _("请填写锁定原因。")})
    User.objects.filter(pk=user.pk).update(is_active=False)
    end_all_sessions(user)
    Token.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=at)
    _record("lock", user, actor, at, {"reason": why})


@transaction.atomic
def unlock_account(user: User, *, actor: Actor, at: datetime) -> None:
    """Unlock an account and forget its wrong passwords. Raises ``Forbidden``."""
    require_over(actor, user)
    User.objects.filter(pk=user.pk).update(is_active=True)
    free_user(user.pk)
    _record("unlock", user, actor, at, {})


@transaction.atomic
def reset_second_factor(user: User, *, reason: str, actor: Actor, at: datetime) -> None:
    """Unbind a lost authenticator app: sessions and tokens end, a new one is bound at sign-in.

    Raises ``Forbidden``, ``Invalid`` without a reason (who was seen, with which paper).
    """
    require_over(actor, user)
    why = clean_text(reason)[:200]
    if not why:
        raise Invalid("", {"reason": _("请写明如何核实了本人身份。")})
    Authenticator.objects.filter(user=user).delete()
    end_all_sessions(user)
    Token.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=at)
    _record("reset_second_factor", user, actor, at, {"reason": why})


@transaction.atomic
def correct_phone(user: User, phone: str, *, reason: str, actor: Actor, at: datetime) -> None:
    """Put another person's phone right, or free it with ``""``; that person signs in anew.

    For a number that stands on the wrong account or went to somebody else. Raises ``Forbidden``,
    ``Invalid`` with ``phone`` or ``reason``.
    """
    require_over(actor, user)
    number, why = free_phone(phone, user), clean_text(reason)[:200]
    if not why:
        raise Invalid("", {"reason": _("请写明如何核实了本人身份。")})
    User.objects.filter(pk=user.pk).update(phone=number)
    end_all_sessions(user)
    _record("correct_phone", user, actor, at, {"reason": why})


def require_over(actor: Actor, user: User) -> None:
    """The actor secures the area of the person's posts, and is not the person.

    Of somebody without a post any more, the area of those held last.
    """
    if user.pk == actor.user_id:
        raise Forbidden("people.secure", _("不能处理自己的账号，请由另一名安全管理员办理。"))
    area = within(actor.paths("people.secure"), "org__path")
    posts = Membership.objects.filter(user=user)
    open_ones = posts.filter(ended_at__isnull=True)
    if not (open_ones if open_ones.exists() else posts).filter(area).exists():
        raise Forbidden("people.secure")


def _record(action: str, user: User, actor: Actor, at: datetime, detail: dict[str, str]) -> None:
    path = home_path(user.pk)
    journal.record(action, user, actor=actor, at=at, org_path=path, detail=detail)
