"""Writing inspections that are in order: one statement per table, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.actor import Actor
from anxiao.foundation.files.models import Upload
from anxiao.foundation.journal.services import Line, record_all
from anxiao.loop.duties.services import Fact, record_facts
from anxiao.loop.duties.services.locks import lock_units
from anxiao.loop.inspections.models import Inspection
from anxiao.loop.inspections.queries.receipts import Receipt
from anxiao.loop.inspections.rules import OWN_KINDS, Checked, Submitted, photos_named
from anxiao.loop.inspections.services.findings import Failing, open_findings
from anxiao.loop.inspections.services.scene import Scene, position

KEPT = (
    *("uuid", "kind", "companions", "happened_on", "started_at", "late_reason", "remarks"),
    *("inspected_name", "unsigned_reason", "point_id", "round_id"),
)
"""Fields of ``Submitted`` that the row keeps as they are."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A record that has been checked."""

    submitted: Submitted
    scene: Scene
    checked: Checked
    digest: str
    failed: Sequence[str]
    """Codes of the items that failed."""
    passed: int


def store(ready: Sequence[Ready], *, actor: Actor, at: datetime) -> dict[UUID, Receipt]:
    """Write records with their hazards, evidence and journal lines; receipts by uuid.

    A record that somebody else has stored meanwhile is left out.
    """
    lock_units({each.scene.org.pk for each in ready})  # before the ledgers' counters
    ids = quick.insert(Inspection, [_row(each, actor=actor, at=at) for each in ready], once="uuid")
    new = {pk: each for pk, each in zip(ids, ready, strict=True) if pk is not None}
    if not new:
        return {}
    failing = [
        Failing(pk, each.submitted, each.scene, each.checked, each.failed)
        for pk, each in new.items()
        if each.failed
    ]
    opened, lines = open_findings(failing, actor=actor, at=at)
    record_facts([_fact(pk, each) for pk, each in new.items()], at=at, actor=actor)
    lines += [_line(pk, each) for pk, each in new.items()]
    record_all(lines, actor=actor, at=at)
    return {
        each.submitted.uuid: _receipt(pk, each, opened.get(pk, ()), at) for pk, each in new.items()
    }


def _row(ready: Ready, *, actor: Actor, at: datetime) -> dict[str, Any]:
    submitted, scene = ready.submitted, ready.scene
    place = scene.place
    return {
        "body_sha256": ready.digest,
        "org_id": scene.org.pk,
        "county_id": scene.county_id,
        "checklist_id": scene.checklist.pk,
        "place_id": place.pk if place else None,
        "inspector_id": actor.user_id,
        "inspector_name": actor.name,
        "finished_at": submitted.finished_at or at,
        "received_at": at,
        "answers": ready.checked.answers,
        "passed": ready.passed,
        "failed": len(ready.failed),
        "latitude": position(submitted.latitude),
        "longitude": position(submitted.longitude),
        "inspector_signature_id": _signed(scene, submitted.inspector_signature),
        "inspected_signature_id": _signed(scene, submitted.inspected_signature),
        **{name: getattr(submitted, name) for name in KEPT},
    }


def _fact(pk: int, ready: Ready) -> Fact:
    """A unit's own check proves its duty; a visit from above is a fact of another kind."""
    submitted, scene = ready.submitted, ready.scene
    own = submitted.kind in OWN_KINDS
    return Fact(
        unit=scene.org,
        kind=f"inspection.{scene.checklist.code}" if own else "inspection.superior",
        happened_on=submitted.happened_on,
        source=f"inspections.inspection:{pk}",
        late_reason=submitted.late_reason,
    )


def _line(pk: int, ready: Ready) -> Line:
    submitted = ready.submitted
    detail = {
        "checklist": ready.scene.checklist.code,
        "kind": submitted.kind,
        "failed": len(ready.failed),
        **({"late_reason": submitted.late_reason} if submitted.late_reason else {}),
    }
    return Line("submit", Inspection._meta.label_lower, pk, ready.scene.org.path, detail)


def _receipt(pk: int, ready: Ready, found: Sequence[tuple[str, int, str]], at: datetime) -> Receipt:
    submitted = ready.submitted
    there = {str(uuid) for uuid in ready.scene.uploads}
    return Receipt(
        id=pk,
        uuid=submitted.uuid,
        unit=submitted.org_id,
        checklist=submitted.checklist_id,
        kind=submitted.kind,
        happened_on=submitted.happened_on,
        received_at=at,
        passed=ready.passed,
        failed=len(ready.failed),
        awaited=tuple(uuid for uuid in photos_named(ready.checked.answers) if uuid not in there),
        findings=tuple(found),
    )


def _signed(scene: Scene, uuid: UUID | None) -> int | None:
    upload: Upload | None = scene.uploads[uuid] if uuid else None
    return upload.pk if upload else None
