"""Throwing away what is over: old tries, sessions, links."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from anxiao.foundation.accounts.models import ResetLink, SignInLimit

KEPT = timedelta(days=1)


def forget_what_is_over(*, at: datetime) -> int:
    """Delete tries, sessions and links that are of no use any more; safe to run twice."""
    gone = SignInLimit.objects.filter(since__lt=at - KEPT).delete()[0]
    gone += Session.objects.filter(expire_date__lt=at).delete()[0]
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    gone += int(UserSession.objects.filter(~Exists(alive)).delete()[0])
    gone += ResetLink.objects.filter(expires_at__lt=at - KEPT).delete()[0]
    return gone
