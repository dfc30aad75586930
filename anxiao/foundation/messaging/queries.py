"""Reads of inbox and outbox."""

from datetime import datetime, timedelta

from django.db.models import OuterRef, QuerySet, Subquery

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.messaging.models import Message, Outgoing, OutgoingAnswer, Robot
from anxiao.foundation.messaging.states import OutboxState

UNREAD_CAP = 99
PAGE = 50


def inbox(actor: Actor) -> QuerySet[Message]:
    """The actor's own messages, newest first."""
    return Message.objects.filter(user_id=actor.user_id).order_by("-id")


def inbox_page(actor: Actor, before: int | None) -> list[Message]:
    """One page of the inbox, older than the message ``before``."""
    rows = inbox(actor)
    return list((rows.filter(pk__lt=before) if before else rows)[:PAGE])


def unread_count(user_id: int) -> int:
    """Unread messages of a person, counted up to 100 (shown as 99+)."""
    rows = Message.objects.filter(user_id=user_id, read_at__isnull=True)
    return len(rows.values_list("pk", flat=True)[: UNREAD_CAP + 1])


def robots_with_last_answer(actor: Actor) -> QuerySet[Robot]:
    """Robots the actor manages, each with ``last_ok``, ``last_at`` and ``last_body``."""
    answers = OutgoingAnswer.objects.filter(outgoing__robot=OuterRef("pk")).order_by("-id")
    return (
        Robot.objects.visible_to(actor)
        .select_related("org")
        .annotate(
            last_ok=Subquery(answers.values("ok")[:1]),
            last_at=Subquery(answers.values("at")[:1]),
            last_body=Subquery(answers.values("body")[:1]),
        )
        .order_by("org__path", "id")
    )


def outbox_lag(at: datetime) -> timedelta:
    """How long the message that waits longest could have been sent already."""
    queued = Outgoing.objects.filter(outcome=OutboxState.QUEUED)
    oldest = queued.order_by("next_at").values_list("next_at", flat=True).first()
    return max(timedelta(), at - oldest) if oldest else timedelta()


def given_up_since(since: datetime) -> int:
    """How many messages created since then were given up after the last attempt."""
    return Outgoing.objects.filter(outcome=OutboxState.GIVEN_UP, created_at__gte=since).count()
