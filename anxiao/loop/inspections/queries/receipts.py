"""The receipt of an inspection: what a phone needs to know of what it handed in."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from anxiao.loop.inspections.models import Inspection
from anxiao.loop.inspections.queries.records import record_of


@dataclass(frozen=True, slots=True)
class Receipt:
    """``awaited`` are photos that have not come yet; ``findings`` are failed items, each with the
    id and number of its hazard.
    """

    id: int
    uuid: UUID
    unit: int
    checklist: int
    kind: str
    happened_on: date
    received_at: datetime
    passed: int
    failed: int
    awaited: tuple[str, ...]
    findings: tuple[tuple[str, int, str], ...]


def receipt_of(inspection: Inspection) -> Receipt:
    """The receipt of an inspection stored before."""
    record = record_of(inspection)
    return Receipt(
        id=inspection.pk,
        uuid=inspection.uuid,
        unit=inspection.org_id,
        checklist=inspection.checklist_id,
        kind=inspection.kind,
        happened_on=inspection.happened_on,
        received_at=inspection.received_at,
        passed=inspection.passed,
        failed=inspection.failed,
        awaited=record.awaited,
        findings=tuple(
            (row.item["code"], row.hazard.pk, row.hazard.number)
            for row in record.failed
            if row.hazard
        ),
    )
