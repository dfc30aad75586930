"""How often a password or code may be tried: five times, then a pause of a quarter of an hour.

Counted per account, not per address: a school of 300 behind one address never locks itself out,
and guesses from many addresses are not five each. A device on which the person has signed in
before has a count of its own, so that strangers' guesses do not lock the owner out. A try is taken
*before* the password is looked at, so guesses sent at the same time do not slip through together.
"""

from datetime import datetime, timedelta

from django.db.models import F
from django.utils.translation import gettext as _

from anxiao.foundation.accounts.models import SignInLimit
from anxiao.foundation.kernel.errors import TooMany

TRIES = 5
PAUSE = timedelta(minutes=15)


def take_try(key: str, at: datetime) -> int:
    """Take one try of ``key``; returns how many are used. Raises ``TooMany`` when none is left.

    The pause runs from the last try, so no stretch of fifteen minutes holds more than five.
    """
    rows = SignInLimit.objects.filter(key=key)
    SignInLimit.objects.bulk_create(
        [SignInLimit(key=key, count=0, since=at)], ignore_conflicts=True
    )
    rows.filter(since__lte=at - PAUSE).update(count=0)
    if not rows.filter(count__lt=TRIES).update(count=F("count") + 1, since=at):
        since = rows.values_list("since", flat=True).first() or at
        wait = max(1, round((since + PAUSE - at).total_seconds()))
        raise TooMany(
            _("连续 %(tries)d 次没有成功，请 %(minutes)d 分钟后再试，或请安全管理员解锁。")
            % {"tries": TRIES, "minutes": -(-wait // 60)},
            wait,
        )
    return rows.values_list("count", flat=True).first() or 0


def free_tries(*keys: str) -> None:
    """Forget the tries of ``keys``: the right person has come."""
    SignInLimit.objects.filter(key__in=keys).delete()


def free_user(user_id: int) -> None:
    """Forget all tries of a person, of every device."""
    SignInLimit.objects.filter(key__in=[password_key(user_id), code_key(user_id)]).delete()
    SignInLimit.objects.filter(key__gte=f"device:{user_id}:", key__lt=f"device:{user_id};").delete()


def password_key(user_id: int, device: str = "") -> str:
    """Key of the password of a person, on a device known to be theirs or on any other."""
    return f"device:{user_id}:{device}" if device else f"password:{user_id}"


def code_key(user_id: int) -> str:
    """Key of the second factor of a person."""
    return f"code:{user_id}"
