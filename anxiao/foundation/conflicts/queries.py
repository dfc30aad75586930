"""Reads: what waits for its sender."""

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.conflicts.models import Refused

PAGE = 50
BODIES = 10


def waiting_ids(actor: Actor) -> list[int]:
    """Keys of what the actor has to settle, oldest first, at most a page; one query at the most."""
    return list(Refused.objects.visible_to(actor).waiting().values_list("pk", flat=True)[:PAGE])


def waiting(actor: Actor) -> list[Refused]:
    """The same as rows, without their bodies."""
    rows = Refused.objects.visible_to(actor).waiting()
    return list(rows.select_related("org").defer("body")[:PAGE])


def waiting_bodies(actor: Actor) -> list[Refused]:
    """The first of them with their bodies."""
    return list(Refused.objects.visible_to(actor).waiting()[:BODIES])
