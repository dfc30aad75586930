"""Photos that come after their inspection (二.2: parts arrive in any order)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.files.queries import my_uploads
from anxiao.foundation.journal.services import record
from anxiao.foundation.kernel.errors import Invalid, NotFound
from anxiao.loop.hazards.models import HazardPhoto
from anxiao.loop.hazards.states import PhotoStage
from anxiao.loop.inspections.models import Inspection, LatePhoto
from anxiao.loop.inspections.rules import PHOTOS_MAX, hazard_uuid
from anxiao.loop.inspections.services.scene import pictures


@transaction.atomic
def attach_photos(
    inspection: Inspection, item_code: str, uuids: Iterable[UUID], *, actor: Actor, at: datetime
) -> int:
    """Hang the inspector's own late pictures on an item; how many are new. Safe to repeat.

    The inspection itself is never changed: they are shown as handed in later. Raises ``NotFound``
    for another person's inspection, ``Invalid`` for an unknown item, a picture that is not there,
    or more than nine at one item.
    """
    if inspection.inspector_id != actor.user_id:
        raise NotFound(_("没有这条检查记录。"))
    given = inspection.answers.get(item_code)
    if given is None:
        raise Invalid(_("检查表里没有这一项。"), {"item_code": _("检查表里没有这一项。")})
    found = pictures(set(uuids), actor)
    shown = set(given.get("photos", ()))
    hanging = set(
        inspection.late_photos.filter(item_code=item_code).values_list("upload_id", flat=True)
    )
    fresh = [row for row in found.values() if row.pk not in hanging and str(row.uuid) not in shown]
    if len(shown) + len(hanging) + len(fresh) > PHOTOS_MAX:
        said = _("照片最多 %(n)d 张。") % {"n": PHOTOS_MAX}
        raise Invalid(said, {"photos": said})
    if not fresh:
        return 0
    LatePhoto.objects.bulk_create(
        [
            LatePhoto(inspection=inspection, item_code=item_code, upload=row, attached_at=at)
            for row in fresh
        ],
        ignore_conflicts=True,
    )
    detail = {"item": item_code, "photos": len(fresh)}
    path = inspection.org.path
    record("attach_photos", inspection, actor=actor, at=at, org_path=path, detail=detail)
    return len(fresh)


@transaction.atomic
def hang_followed(inspection: Inspection, *, actor: Actor, at: datetime) -> int:
    """Hang photos that came after their record on the hazards it opened; how many are new.

    The record names them from the start and shows them by itself once they are there.
    """
    opened = {
        row.item_code: row.hazard_id
        for row in inspection.findings.select_related("hazard")
        if row.hazard.uuid == hazard_uuid(inspection.uuid, row.item_code)
    }
    named = {
        UUID(uuid): opened[code]
        for code, given in inspection.answers.items()
        for uuid in given.get("photos", ())
        if code in opened
    }
    there = HazardPhoto.objects.filter(hazard__in=opened.values())
    hanging = set(there.values_list("upload__uuid", flat=True))
    fresh = [
        HazardPhoto(hazard_id=named[row.uuid], upload=row, stage=PhotoStage.BEFORE, added_at=at)
        for row in my_uploads(actor, set(named) - hanging)
        if row.blob.media_type.startswith("image/")
    ]
    HazardPhoto.objects.bulk_create(fresh, ignore_conflicts=True)
    if fresh:
        path, detail = inspection.org.path, {"photos": len(fresh)}
        record("attach_photos", inspection, actor=actor, at=at, org_path=path, detail=detail)
    return len(fresh)
