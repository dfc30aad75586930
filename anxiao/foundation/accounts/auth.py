"""How a name and a password find a person: user name or phone, nothing else."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from anxiao.foundation.accounts.rules import plain_name


def user_named(name: str) -> AbstractBaseUser | None:
    """The account of a user name or phone, however it was typed; ``None`` if there is none."""
    plain = plain_name(name)
    rows = get_user_model().objects.filter(Q(username=plain) | Q(phone=plain))
    return rows.order_by("id").first()


class NameOrPhoneBackend(BaseBackend):
    """Checks a password against the account of a user name or phone; never tells which was wrong.

    An unknown name costs as much time as a wrong password. What a person may do is told by
    posts: Django's own permissions are never granted.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        """The person of ``username`` and ``password``; ``None`` for a locked account too."""
        username, password = credentials.get("username"), credentials.get("password")
        if not username or password is None:
            return None
        user = user_named(username)
        if user is None:
            get_user_model()().set_password(password)
            return None
        if getattr(user, "is_demo", False) and not settings.ANXIAO_DEMO:
            return None  # everybody knows the demo's password
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> Any:
        """The person of a session, asked at every request: a lock acts at once."""
        return get_user_model().objects.filter(pk=user_id, is_active=True).first()


class LengthValidator:
    """A password has enough characters; in our words, since Django's are not translated whole."""

    def __init__(self, min_length: int = 10) -> None:
        self.min_length = min_length

    def validate(self, password: str, user: object = None) -> None:
        """Raise ``ValidationError`` for a short one."""
        if len(password) < self.min_length:
            raise ValidationError(self.get_help_text(), code="password_too_short")

    def get_help_text(self) -> str:
        """What to do."""
        return _("密码至少 %(n)d 位，请加长。") % {"n": self.min_length}
