"""Hazards of a subtree that ask for attention, as querysets narrowed to the actor."""

from datetime import date

from anxiao.foundation.access.actor import Actor
from anxiao.loop.hazards.models import Hazard, HazardQuerySet


def overdue(actor: Actor, path: str, day: date) -> HazardQuerySet:
    """Past their deadline, the longest first."""
    return _rows(actor, path).overdue(day).order_by("due_on", "id")


def due_soon(actor: Actor, path: str, day: date) -> HazardQuerySet:
    """Due within three days (临期), the nearest first."""
    return _rows(actor, path).due_soon(day).order_by("due_on", "id")


def without_deadline(actor: Actor, path: str) -> HazardQuerySet:
    """Without a deadline, the oldest first."""
    return _rows(actor, path).without_deadline().order_by("found_on", "id")


def supervised(actor: Actor, path: str) -> HazardQuerySet:
    """Listed for supervision (挂牌督办) and not struck off yet, the longest first."""
    rows = _rows(actor, path).live().filter(supervised_on__isnull=False)
    return rows.order_by("supervised_on", "id")


def unanswered(actor: Actor, path: str, day: date) -> HazardQuerySet:
    """Reported up and not answered in time (三.4.b)."""
    return _rows(actor, path).unanswered(day)


def merge_targets(hazard: Hazard, actor: Actor) -> HazardQuerySet:
    """Hazards of the same unit still in the ledger that this one may be merged into."""
    rows = Hazard.objects.visible_to(actor).filter(org_id=hazard.org_id).live()
    return rows.exclude(pk=hazard.pk).order_by("-id")


def repeats_of(hazard: Hazard, actor: Actor) -> HazardQuerySet:
    """Earlier hazards of the unit at the same place and of the same kind: did it come back?"""
    rows = Hazard.objects.visible_to(actor).filter(
        org_id=hazard.org_id, category=hazard.category, place_text=hazard.place_text
    )
    return rows.exclude(pk=hazard.pk).filter(found_on__lte=hazard.found_on).order_by("-found_on")


def _rows(actor: Actor, path: str) -> HazardQuerySet:
    return Hazard.objects.visible_to(actor).below(path).select_related("org")
