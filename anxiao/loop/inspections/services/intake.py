"""Taking in an inspection: one row, rows only for what is wrong, one transaction, once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.actor import Actor
from anxiao.foundation.files.models import Upload
from anxiao.foundation.journal.services import record
from anxiao.foundation.kernel.errors import Conflict, DomainError, NotFound
from anxiao.loop.duties.services import record_evidence
from anxiao.loop.duties.services.locks import lock_unit, lock_units
from anxiao.loop.inspections.models import Inspection
from anxiao.loop.inspections.rules import (
    FAIL,
    OWN_KINDS,
    PASS,
    Checked,
    Submitted,
    fingerprint,
)
from anxiao.loop.inspections.services.findings import open_findings
from anxiao.loop.inspections.services.late import hang_followed
from anxiao.loop.inspections.services.scene import Scene, check, position, scene_of

KEPT = (
    *("uuid", "kind", "companions", "happened_on", "started_at", "late_reason", "remarks"),
    *("inspected_name", "unsigned_reason"),
)
"""Fields of ``Submitted`` that the row keeps as they are."""

_KNOWN = "SELECT id FROM inspections_inspection WHERE uuid = %s"


def submit_inspection(
    submitted: Submitted, *, actor: Actor, at: datetime, photos_follow: bool = False
) -> tuple[Inspection, bool]:
    """Store an inspection with its hazards and evidence; ``False`` when it was there already.

    The same uuid with another body raises ``Conflict``; another person's uuid ``NotFound``.
    ``Invalid.fields`` names item codes and fields. Everything or nothing is stored.
    ``photos_follow``: a phone may send the record before its photos. Sent again when they have
    come, the same body hangs them on the hazards it opened.
    """
    digest = fingerprint(submitted)
    known = _known(submitted.uuid, digest, actor)
    if known is not None:
        if photos_follow:
            hang_followed(known, actor=actor, at=at)
        return known, False
    scene = scene_of(submitted, actor, photos_follow=photos_follow)
    checked = check(submitted, scene, at)
    try:
        with transaction.atomic():
            return _store(submitted, scene, checked, digest, actor=actor, at=at), True
    except IntegrityError:
        known = _known(submitted.uuid, digest, actor)
        if known is None:
            raise
        return known, False


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one record: ``inspection``, new or there already, or ``error``."""

    uuid: UUID
    inspection: Inspection | None = None
    created: bool = False
    error: DomainError | None = None


def submit_inspections(records: Iterable[Submitted], *, actor: Actor, at: datetime) -> list[Taken]:
    """Store an outbox: one commit for all, each record for itself, in the order given.

    What one record is refused for keeps no other from being stored.
    """
    outbox = list(records)
    with transaction.atomic():
        lock_units({each.org_id for each in outbox})  # all at once: two outboxes never cross
        return [_take(each, actor=actor, at=at) for each in outbox]


def _take(submitted: Submitted, *, actor: Actor, at: datetime) -> Taken:
    try:
        inspection, created = submit_inspection(submitted, actor=actor, at=at)
    except DomainError as error:
        return Taken(submitted.uuid, error=error)
    return Taken(submitted.uuid, inspection, created)


def _known(uuid: UUID, digest: str, actor: Actor) -> Inspection | None:
    if quick.one(_KNOWN, [quick.key(uuid)]) is None:
        return None
    row = Inspection.objects.get(uuid=uuid)
    if row.inspector_id != actor.user_id:
        raise NotFound(_("没有这条检查记录。"))
    if row.body_sha256 != digest:
        raise Conflict(_("同一编号已收到另一份检查记录，请重新打开检查表填写后提交。"))
    return row


def _store(
    submitted: Submitted,
    scene: Scene,
    checked: Checked,
    digest: str,
    *,
    actor: Actor,
    at: datetime,
) -> Inspection:
    lock_unit(scene.org.pk)  # before the ledger's counter, which hazards take
    failed = checked.having(FAIL)
    inspection = Inspection(
        body_sha256=digest,
        org_id=scene.org.pk,
        county_id=scene.county_id,
        checklist_id=scene.checklist.pk,
        point_id=submitted.point_id,
        place=scene.place or (scene.point.place if scene.point else None),
        round_id=submitted.round_id,
        inspector_id=actor.user_id,
        inspector_name=actor.name,
        finished_at=submitted.finished_at or at,
        received_at=at,
        answers=checked.answers,
        passed=len(checked.having(PASS)),
        failed=len(failed),
        latitude=position(submitted.latitude),
        longitude=position(submitted.longitude),
        inspector_signature=_signed(scene, submitted.inspector_signature),
        inspected_signature=_signed(scene, submitted.inspected_signature),
        **{name: getattr(submitted, name) for name in KEPT},
    )
    quick.add(inspection)
    if failed:
        open_findings(inspection, scene, checked, actor=actor, at=at)
    _prove(inspection, scene, actor=actor, at=at)
    record(
        "submit",
        inspection,
        actor=actor,
        at=at,
        org_path=scene.org.path,
        detail={
            "checklist": scene.checklist.code,
            "kind": inspection.kind,
            "failed": len(failed),
            **({"late_reason": inspection.late_reason} if inspection.late_reason else {}),
        },
    )
    return inspection


def _prove(inspection: Inspection, scene: Scene, *, actor: Actor, at: datetime) -> None:
    """A unit's own check proves its duty; a visit from above is a fact of another kind."""
    own = inspection.kind in OWN_KINDS
    record_evidence(
        unit=scene.org,
        kind=f"inspection.{scene.checklist.code}" if own else "inspection.superior",
        happened_on=inspection.happened_on,
        source=f"inspections.inspection:{inspection.pk}",
        at=at,
        actor=actor,
        late_reason=inspection.late_reason,
    )


def _signed(scene: Scene, uuid: UUID | None) -> Upload | None:
    return scene.uploads[uuid] if uuid else None
