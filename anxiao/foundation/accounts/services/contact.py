"""Phone and mail of a person: one signs in by the first, the daily digest goes to the second."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.accounts import rules
from anxiao.foundation.accounts.models import User
from anxiao.foundation.accounts.queries import home_path
from anxiao.foundation.accounts.services.signing_in import confirm_password
from anxiao.foundation.journal import services as journal
from anxiao.foundation.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Contact:
    """What a person chooses; ``""`` for none."""

    phone: str = ""
    email: str = ""


def change_contact(
    user: User, chosen: Contact, *, password: str, at: datetime, ip: str = ""
) -> None:
    """Set the own phone and mail against the password; the journal says which, not what.

    Raises ``TooMany``, ``Invalid`` with ``password`` or ``phone``.
    """
    confirm_password(user, password, field="password", at=at, ip=ip)
    number = free_phone(chosen.phone, user)
    before = (user.phone, user.email)
    named = zip((_("手机号"), _("邮箱")), before, (number, chosen.email), strict=True)
    changed = [name for name, old, new in named if old != new]
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(phone=number, email=chosen.email)
        if changed:
            journal.record(
                "change_contact",
                user,
                actor=Actor(user.pk, user.name),
                at=at,
                org_path=home_path(user.pk),
                detail={"changed": changed},
            )


def free_phone(phone: str, user: User) -> str | None:
    """A number as it is stored, ``None`` for none. Raises ``Invalid`` for a wrong or taken one."""
    number = rules.plain_phone(phone)
    fault = rules.phone_fault(number)
    if not fault and number and User.objects.filter(phone=number).exclude(pk=user.pk).exists():
        fault = _("这个手机号已用于另一个账号，请联系安全管理员更正。")
    if fault:
        raise Invalid("", {"phone": fault})
    return number or None
