"""The way back for an administrator whom no other administrator can help."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.access.capabilities import ADMIN_ROLES
from anxiao.foundation.accounts.models import Membership, Token, User
from anxiao.foundation.accounts.queries import current, home_path
from anxiao.foundation.accounts.services.limits import free_user
from anxiao.foundation.accounts.services.links import new_reset_link
from anxiao.foundation.accounts.services.sessions import end_all_sessions
from anxiao.foundation.journal import services as journal
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid


@transaction.atomic
def rescue_admin(username: str, *, at: datetime) -> str:
    """At the server's own command line: the secret of a link by which an administrator comes back.

    Unlocks the account, unbinds the second factor, ends sessions and tokens; the next sign-in
    binds anew. Raises ``Invalid`` for anybody who is no administrator now.
    """
    held = Membership.objects.filter(current(business_day(at)), role__in=ADMIN_ROLES)
    user = User.objects.filter(username=username, memberships__in=held).first()
    if user is None:
        raise Invalid(_("没有这个用户名的在任管理员，请核对。"))
    User.objects.filter(pk=user.pk).update(is_active=True)
    Authenticator.objects.filter(user=user).delete()
    end_all_sessions(user)
    free_user(user.pk)
    Token.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=at)
    journal.record("rescue", user, actor=SYSTEM, at=at, org_path=home_path(user.pk))
    return new_reset_link(user, by=user.pk, at=at)
