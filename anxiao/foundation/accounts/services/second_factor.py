"""The second factor: codes of an authenticator app, and ten recovery codes, each used once.

Storage, secrets and code arithmetic are allauth's; which time step was used last is kept here, with
the row locked, so that a code is never good twice (allauth keeps that in a cache).
"""

from collections.abc import Sequence
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import ANYBODY, Actor
from anxiao.foundation.accounts.models import User
from anxiao.foundation.accounts.queries import home_path
from anxiao.foundation.accounts.services.limits import TRIES, code_key, free_tries, take_try
from anxiao.foundation.journal import services as journal
from anxiao.foundation.kernel.errors import Conflict, Invalid

PERIOD = 30
"""Seconds of one code."""
TOLERANCE = 1
"""Codes before and after that count too: phones' clocks go wrong."""
WRONG_CODE = "动态码不对或已用过，请等下一个动态码再输入。"


def enrol_second_factor(user: User, *, secret: str, code: str, at: datetime) -> Sequence[str]:
    """Bind an authenticator app whose ``code`` proves that it holds ``secret``.

    Returns the recovery codes. Raises ``Invalid`` with ``code``, ``Conflict`` if one is bound.
    """
    step = _step_of(secret, code, at, after=-1)
    if step is None:
        raise Invalid("", {"code": _("动态码不对，请核对手机时间后输入新的动态码。")})
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if Authenticator.objects.filter(user=user).exists():
            raise Conflict(_("已绑定动态码，无需再次绑定。"))
        totp = TOTP.activate(user, secret).instance
        totp.data["last_step"] = step
        totp.save(update_fields=["data"])
        codes = list(RecoveryCodes.activate(user).generate_codes())
        _record("enrol_second_factor", user, at)
    return codes


def check_code(user: User, code: str, *, at: datetime, ip: str = "") -> str:
    """Accept a code of the app or a recovery code, once; returns ``code`` or ``recovery``.

    Raises ``TooMany`` after five wrong ones, ``Invalid`` with ``code``.
    """
    used = take_try(code_key(user.pk), at)
    clean = "".join(code.split())
    way = "code" if _use_app_code(user, clean, at) else ""
    way = way or ("recovery" if _use_recovery_code(user, clean) else "")
    if not way:
        detail = {"ip": ip, "tries": used}
        path = home_path(user.pk)
        journal.record("code_failed", user, actor=ANYBODY, at=at, org_path=path, detail=detail)
        if used >= TRIES:
            journal.record("lock_out", user, actor=ANYBODY, at=at, org_path=path, detail=detail)
        raise Invalid("", {"code": _(WRONG_CODE)})
    free_tries(code_key(user.pk))
    return way


def renew_recovery_codes(user: User, *, code: str, at: datetime) -> Sequence[str]:
    """Ten new recovery codes against a code; the old ones are void."""
    check_code(user, code, at=at)
    with transaction.atomic():
        Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
        codes = list(RecoveryCodes.activate(user).generate_codes())
        _record("renew_recovery_codes", user, at)
    return codes


def drop_second_factor(user: User, *, code: str, at: datetime) -> None:
    """Unbind one's own app against a code."""
    check_code(user, code, at=at)
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        _record("drop_second_factor", user, at)


def has_second_factor(user: User) -> bool:
    """Whether an authenticator app is bound."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def recovery_codes_left(user: User) -> int:
    """How many recovery codes are unused."""
    return len(recovery_codes(user))


def recovery_codes(user: User) -> Sequence[str]:
    """The unused recovery codes, to be shown to the person right after they were made."""
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return list(RecoveryCodes(row).get_unused_codes()) if row else []


@transaction.atomic
def _use_app_code(user: User, code: str, at: datetime) -> bool:
    row = (
        Authenticator.objects.select_for_update()
        .filter(user=user, type=Authenticator.Type.TOTP)
        .first()
    )
    if row is None:
        return False
    step = _step_of(decrypt(row.data["secret"]), code, at, after=row.data.get("last_step", -1))
    if step is None:
        return False
    row.data["last_step"] = step
    row.last_used_at = at
    row.save(update_fields=["data", "last_used_at"])
    return True


def _use_recovery_code(user: User, code: str) -> bool:
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return bool(row and RecoveryCodes(row).validate_code(code))


def _step_of(secret: str, code: str, at: datetime, *, after: int) -> int | None:
    """The time step whose code this is, later than ``after``; ``None`` if it is none's."""
    now = int(at.timestamp()) // PERIOD
    for step in range(now - TOLERANCE, now + TOLERANCE + 1):
        expected = format_hotp_value(hotp_value(secret, step))
        if step > after and constant_time_compare(expected, "".join(code.split())):
            return step
    return None


def _record(action: str, user: User, at: datetime) -> None:
    actor = Actor(user.pk, user.name)
    journal.record(action, user, actor=actor, at=at, org_path=home_path(user.pk))
