"""Reads: a person's own uploads, where a content lies on disk, how much came in today."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Sum

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.files.models import Blob, Upload
from anxiao.foundation.kernel.clock import business_day, day_bounds
from anxiao.foundation.kernel.errors import NotFound

FRESH = timedelta(hours=24)
"""How long a form may still show the preview of what it has uploaded."""


def my_uploads(actor: Actor, uuids: Iterable[UUID]) -> list[Upload]:
    """The actor's own uploads in the order of ``uuids``; what is not the actor's is left out."""
    wanted = list(dict.fromkeys(uuids))
    found = {
        upload.uuid: upload
        for upload in Upload.objects.filter(user_id=actor.user_id, uuid__in=wanted).select_related(
            "blob"
        )
    }
    return [found[uuid] for uuid in wanted if uuid in found]


def my_fresh_upload(actor: Actor, uuid: UUID, at: datetime) -> Upload:
    """One own upload of the last day, for previews while a form is filled in; else ``NotFound``."""
    found = (
        Upload.objects.filter(user_id=actor.user_id, uuid=uuid, uploaded_at__gt=at - FRESH)
        .select_related("blob")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def path_of(blob: Blob, variant: str = "full") -> Path:
    """Where a content (or its thumbnail) lies below ``MEDIA_ROOT``."""
    return path_for(blob.sha256, variant)


def path_for(sha256: str, variant: str = "full") -> Path:
    """``ab/cd/<sha256>``, the thumbnail beside it."""
    name = sha256 if variant == "full" else f"{sha256}.thumb"
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / name


def handed_in_today(user_id: int, at: datetime) -> tuple[int, int]:
    """Number and bytes of a person's uploads on the business day of ``at``."""
    start, end = day_bounds(business_day(at))
    sums = Upload.objects.filter(
        user_id=user_id, uploaded_at__gte=start, uploaded_at__lt=end
    ).aggregate(number=Count("id"), size=Sum("blob__size"))
    return sums["number"], sums["size"] or 0
