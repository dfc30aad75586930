"""Inspections that were made: one in full, the newest, the proof behind a picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.files.models import Upload
from anxiao.foundation.kernel.errors import NotFound
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.models import Point
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.inspections.models import Inspection
from anxiao.loop.inspections.rules import FAIL, NOT_APPLICABLE, PASS, hazard_uuid
from anxiao.loop.inspections.states import Answer

ORDER = {FAIL: 0, PASS: 1, NOT_APPLICABLE: 2}
"""What is wrong is read first."""
TONES = {FAIL: "late", PASS: "done", NOT_APPLICABLE: "plain"}


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One item with what was found; ``photos`` are uuids; ``hazard`` where it was wrong.

    ``awaited`` are photos that the record names and that have not come yet.
    """

    item: Mapping[str, Any]
    number: int
    answer: str
    label: str
    tone: str
    note: str
    photos: tuple[str, ...]
    awaited: tuple[str, ...]
    late_photos: tuple[str, ...]
    hazard: Hazard | None


@dataclass(frozen=True, slots=True)
class Record:
    """An inspection in full; ``rows`` in the checklist's order, ``failed`` alone first."""

    inspection: Inspection
    rows: tuple[AnswerRow, ...]

    @property
    def failed(self) -> tuple[AnswerRow, ...]:
        """What is wrong."""
        return tuple(row for row in self.rows if row.answer == FAIL)

    @property
    def rest(self) -> tuple[AnswerRow, ...]:
        """What is right, then what does not apply."""
        rest = (row for row in self.rows if row.answer != FAIL)
        return tuple(sorted(rest, key=lambda row: (ORDER[row.answer], row.number)))

    @property
    def hazards(self) -> tuple[Hazard, ...]:
        """The hazards it found, each once."""
        found = {row.hazard.pk: row.hazard for row in self.rows if row.hazard}
        return tuple(found.values())

    @property
    def opened(self) -> int:
        """How many hazards are new; the others were in the ledger already."""
        return sum(
            row.hazard.uuid == hazard_uuid(self.inspection.uuid, row.item["code"])
            for row in self.rows
            if row.hazard
        )

    @property
    def awaited(self) -> tuple[str, ...]:
        """Photos that have not come yet."""
        return tuple(uuid for row in self.rows for uuid in row.awaited)

    @property
    def joined(self) -> int:
        """How many failed items belong to hazards that were in the ledger already."""
        return sum(row.hazard is not None for row in self.rows) - self.opened


def inspections_visible_to(actor: Actor) -> QuerySet[Inspection]:
    """Inspections of the units the actor may look at, and those made by the actor."""
    return Inspection.objects.visible_to(actor)


def record_of(inspection: Inspection) -> Record:
    """An inspection in full: three queries beside its own row."""
    hazards = {
        row.item_code: row.hazard
        for row in inspection.findings.select_related("hazard").order_by("id")
    }
    late: dict[str, list[str]] = {}
    for photo in inspection.late_photos.select_related("upload").order_by("id"):
        late.setdefault(photo.item_code, []).append(str(photo.upload.uuid))
    labels = {value: str(label) for value, label in Answer.choices}
    arrived = _arrived(inspection)
    rows = []
    for number, item in enumerate(inspection.checklist.items, 1):
        given = inspection.answers[item["code"]]
        named = given.get("photos", ())
        rows.append(
            AnswerRow(
                item=item,
                number=number,
                answer=given["a"],
                label=labels[given["a"]],
                tone=TONES[given["a"]],
                note=given.get("note", ""),
                photos=tuple(uuid for uuid in named if uuid in arrived),
                awaited=tuple(uuid for uuid in named if uuid not in arrived),
                late_photos=tuple(late.get(item["code"], ())),
                hazard=hazards.get(item["code"]),
            )
        )
    return Record(inspection, tuple(rows))


def _arrived(inspection: Inspection) -> set[str]:
    """Uuids of the named photos that the inspector has handed in."""
    named = {uuid for given in inspection.answers.values() for uuid in given.get("photos", ())}
    if not named:
        return set()
    rows = Upload.objects.filter(_photo_of(inspection), uuid__in=named)
    return {str(uuid) for uuid in rows.values_list("uuid", flat=True)}


def inspection_upload(inspection: Inspection, uuid: UUID) -> Upload:
    """A photo or signature that belongs to the inspection; ``NotFound`` for any other."""
    shown = {photo for given in inspection.answers.values() for photo in given.get("photos", ())}
    wanted = Q(
        pk__in=[inspection.inspector_signature_id or 0, inspection.inspected_signature_id or 0]
    ) | Q(pk__in=inspection.late_photos.values("upload"))
    if str(uuid) in shown:
        wanted = _photo_of(inspection)
    found = Upload.objects.filter(wanted, uuid=uuid).select_related("blob").first()
    if found is None:
        raise NotFound
    return found


def _photo_of(inspection: Inspection) -> Q:
    """A uuid is only a name until its photo comes: nobody else's file counts under it."""
    return Q(user=inspection.inspector_id, blob__media_type__startswith="image/")


def last_done(org: Org) -> dict[str, date]:
    """When each checklist was last filled in at a unit, by code; one query."""
    rows = Inspection.objects.filter(org=org).values("checklist__code")
    found = rows.annotate(last=Max("happened_on")).order_by()
    return {row["checklist__code"]: row["last"] for row in found}


def last_by(actor: Actor, org: Org) -> Inspection | None:
    """What a person handed in last at a unit."""
    return Inspection.objects.filter(org=org, inspector=actor.user_id).order_by("-id").first()


def last_here(org: Org, code: str, point: Point | None) -> Inspection | None:
    """The newest inspection of a checklist (any version) at a point, or of the unit as a whole."""
    return (
        Inspection.objects.filter(org=org, checklist__code=code, point=point)
        .order_by("-id")
        .first()
    )
