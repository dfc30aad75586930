"""Ending sessions: one's own elsewhere, or all of an account. Rows are allauth's."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.accounts.models import User
from anxiao.foundation.accounts.queries import home_path
from anxiao.foundation.journal import services as journal


@transaction.atomic
def end_sessions(user: User, *, at: datetime, keep: str = "", only: int | None = None) -> int:
    """End sessions of ``user`` but the one with key ``keep``; ``only`` names a single one by id.

    Returns how many ended; they cannot make another request.
    """
    rows = UserSession.objects.filter(user=user).exclude(session_key=keep)
    if only is not None:
        rows = rows.filter(pk=only)
    ended = _end(rows)
    if ended:
        actor = Actor(user.pk, user.name)
        detail = {"ended": ended}
        journal.record(
            "end_sessions", user, actor=actor, at=at, org_path=home_path(user.pk), detail=detail
        )
    return ended


def end_all_sessions(user: User) -> int:
    """End every session of an account; the caller journals why."""
    return _end(UserSession.objects.filter(user=user))


def _end(rows: QuerySet[UserSession]) -> int:
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.filter(session_key__in=keys).delete()
    return len(keys)
