"""Taking in inspections: one row each, rows only for what is wrong, one transaction, once.

One record and an outbox take the same road: what the records point to is read together, each is
checked for itself, and what is in order is written by one statement per table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.kernel.errors import AnotherBody, DomainError, NotFound
from anxiao.loop.inspections.models import Inspection
from anxiao.loop.inspections.queries.receipts import Receipt, receipt_of
from anxiao.loop.inspections.rules import FAIL, PASS, Submitted, fingerprint, former_fingerprint
from anxiao.loop.inspections.services.late import hang_followed
from anxiao.loop.inspections.services.scene import References, check, references_of, scene_of
from anxiao.loop.inspections.services.storing import Ready, store


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one record: ``receipt``, of one new or there already, or ``error``."""

    uuid: UUID
    receipt: Receipt | None = None
    created: bool = False
    error: DomainError | None = None


def submit_inspection(
    submitted: Submitted, *, actor: Actor, at: datetime, photos_follow: bool = False
) -> tuple[Inspection, bool]:
    """Store an inspection with its hazards and evidence; ``False`` when it was there already.

    The same uuid with another body raises ``AnotherBody``, and whoever took it in keeps it
    (``conflicts.services.keep``); another person's uuid ``NotFound``.
    ``Invalid.fields`` names item codes and fields. Everything or nothing is stored.
    """
    receipt, created = receive(submitted, actor=actor, at=at, photos_follow=photos_follow)
    return Inspection.objects.get(pk=receipt.id), created


def receive(
    submitted: Submitted, *, actor: Actor, at: datetime, photos_follow: bool = False
) -> tuple[Receipt, bool]:
    """``submit_inspection`` for programs: the receipt."""
    (taken,) = submit_inspections([submitted], actor=actor, at=at, photos_follow=photos_follow)
    if taken.receipt is None:
        raise taken.error or NotFound
    return taken.receipt, taken.created


def submit_inspections(
    records: Iterable[Submitted], *, actor: Actor, at: datetime, photos_follow: bool = False
) -> list[Taken]:
    """Store an outbox: one commit for all, in the order given.

    What one record is refused for keeps no other from being stored. ``photos_follow``: a phone may
    send a record before its photos. Sent again when they have come, the same body hangs them on
    the hazards it opened.
    """
    taking = _Taking(actor, at, photos_follow)
    outbox = list(records)
    first: dict[UUID, Submitted] = {}
    for each in outbox:
        first.setdefault(each.uuid, each)
    found = taking.take(list(first.values()))
    again = [each for each in outbox if each is not first[each.uuid]]
    repeats = iter([taking.take([each])[each.uuid] for each in again])
    return [found[each.uuid] if each is first[each.uuid] else next(repeats) for each in outbox]


@dataclass(frozen=True, slots=True)
class _Taking:
    """Who hands in, when and how."""

    actor: Actor
    at: datetime
    photos_follow: bool

    def take(self, records: Sequence[Submitted]) -> dict[UUID, Taken]:
        """What became of records of different uuids.

        Whether one is there already is asked only of those that are refused, or found in the way:
        as a rule all are new.
        """
        references = references_of(records, self.actor)
        found: dict[UUID, Taken] = {}
        ready: list[Ready] = []
        for each in records:
            try:
                ready.append(self._checked(each, references))
            except DomainError as error:
                found[each.uuid] = self._resent(each, error)
        return found | self._stored(ready)

    def _checked(self, submitted: Submitted, references: References) -> Ready:
        scene = scene_of(submitted, references, self.actor, photos_follow=self.photos_follow)
        checked = check(submitted, scene, self.at)
        failed, passed = checked.having(FAIL), len(checked.having(PASS))
        return Ready(submitted, scene, checked, fingerprint(submitted), failed, passed)

    def _stored(self, ready: Sequence[Ready]) -> dict[UUID, Taken]:
        """Write all at once; one by one if one of them cannot be written."""
        if not ready:
            return {}
        try:
            with transaction.atomic():
                receipts = store(ready, actor=self.actor, at=self.at)
        except (DomainError, IntegrityError) as error:
            if len(ready) > 1:
                return {
                    uuid: taken for each in ready for uuid, taken in self._stored([each]).items()
                }
            if not isinstance(error, DomainError):
                raise
            submitted = ready[0].submitted
            return {submitted.uuid: Taken(submitted.uuid, error=error)}
        return {
            each.submitted.uuid: Taken(each.submitted.uuid, receipt, created=True)
            if (receipt := receipts.get(each.submitted.uuid))
            else self._resent(each.submitted, NotFound())
            for each in ready
        }

    def _resent(self, submitted: Submitted, otherwise: DomainError) -> Taken:
        """What became of a record if it is there already; ``otherwise`` if it is not."""
        uuid = submitted.uuid
        row = Inspection.objects.filter(uuid=uuid).first()
        if row is None:
            return Taken(uuid, error=otherwise)
        if row.inspector_id != self.actor.user_id:
            return Taken(uuid, error=NotFound(_("没有这条检查记录。")))
        if row.body_sha256 not in {fingerprint(submitted), former_fingerprint(submitted)}:
            return Taken(uuid, error=AnotherBody(_("同一编号已收到另一份检查记录。")))
        if self.photos_follow:
            hang_followed(row, actor=self.actor, at=self.at)
        return Taken(uuid, receipt_of(row))
