"""Facts: recorded once by source, counted in the same transaction, taken back with a reason."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.actor import Actor, require
from anxiao.foundation.files.models import Upload
from anxiao.foundation.journal.services import record
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid, NotFound
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import calendar_for
from anxiao.loop.duties.models import (
    Binding,
    Duty,
    DutyEvidence,
    Evidence,
    EvidenceFile,
    Tally,
)
from anxiao.loop.duties.queries.behalf import level_above
from anxiao.loop.duties.rules import LATE_AFTER
from anxiao.loop.duties.services.cells import count_again, open_for
from anxiao.loop.duties.services.locks import lock_county, lock_unit
from anxiao.loop.duties.services.quick import count_in, proves, roll_crossed
from anxiao.loop.duties.services.rollups import (
    CellChange,
    counts,
    save_cells,
    settle,
    shift_rollups,
)

BY_HAND = "duties.hand:"
"""How the sources of proofs given by hand begin."""


class Words(TypedDict, total=False):
    """What may be said about a fact: why it comes late, and a note."""

    late_reason: str
    note: str


def record_evidence(
    *,
    unit: Org,
    kind: str,
    happened_on: date,
    source: str,
    at: datetime,
    actor: Actor,
    **words: Unpack[Words],
) -> bool:
    """Record that something of ``kind`` happened at ``unit``; ``False`` if ``source`` is known.

    ``source`` is ``"<room>.<model>:<key>"`` and counts once, even after it was revoked. Tallies and
    rollups of every duty of the unit that the kind proves follow in the same transaction; it works
    when no plan binds the unit. The room that calls has checked the actor's rights. Raises
    ``Invalid`` for a day to come, or one more than two days back without ``late_reason`` (补录).
    """
    fact = Fact(unit, kind, happened_on, source, **words)
    _check_day(happened_on, business_day(at), fact.late_reason)
    # The caller's transaction as a rule: what fails here undoes all of it, so no savepoint.
    with transaction.atomic(savepoint=False):
        lock_unit(unit.pk)
        return bool(record_facts([fact], at=at, actor=actor))


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened at a unit; see ``record_evidence``."""

    unit: Org
    kind: str
    happened_on: date
    source: str
    late_reason: str = ""
    note: str = ""


def record_facts(facts: Sequence[Fact], *, at: datetime, actor: Actor) -> list[Fact]:
    """``record_evidence`` for many at once; those that are new.

    The caller has a transaction and has locked the units.
    """
    today = business_day(at)
    for fact in facts:
        _check_day(fact.happened_on, today, fact.late_reason)
    ids = quick.insert(
        Evidence,
        [
            {
                "unit_id": fact.unit.pk,
                "county_id": fact.unit.county_id or fact.unit.pk,
                "kind": fact.kind,
                "happened_on": fact.happened_on,
                "recorded_at": at,
                "recorded_by_id": actor.user_id or None,
                "source": fact.source,
                "late_reason": fact.late_reason,
                "note": fact.note,
            }
            for fact in facts
        ],
        once="source",
    )
    new = [fact for fact, pk in zip(facts, ids, strict=True) if pk is not None]
    units = {fact.unit.pk: fact.unit for fact in new}
    groups: dict[tuple[int, str], Counter[date]] = defaultdict(Counter)
    for fact in new:
        groups[fact.unit.pk, fact.kind][fact.happened_on] += 1
    for (unit_id, kind), each in sorted(groups.items()):
        _count_in(units[unit_id], kind, each, today)
    return new


@transaction.atomic
def revoke_evidence(source: str, *, actor: Actor, at: datetime, reason: str) -> bool:
    """Take a fact back: it stays on record and counts no longer; ``False`` if it was taken back.

    Raises ``NotFound`` for an unknown source and ``Invalid`` without a reason.
    """
    if not reason.strip():
        raise Invalid(_("请填写撤销原因。"), {"reason": _("请填写撤销原因。")})
    evidence = Evidence.objects.filter(source=source).select_related("unit").first()
    if evidence is None:
        raise NotFound(_("没有找到这条佐证。"))
    lock_unit(evidence.unit_id)
    if not Evidence.objects.filter(pk=evidence.pk, revoked_at__isnull=True).update(revoked_at=at):
        return False
    unit = evidence.unit
    record(
        "revoke",
        evidence,
        actor=actor,
        at=at,
        org_path=unit.path,
        detail={"source": source, "reason": reason, "happened_on": str(evidence.happened_on)},
    )
    _count_out(unit, evidence.kind, evidence.happened_on, business_day(at))
    return True


@transaction.atomic
def revoke_by_hand(evidence: Evidence, *, actor: Actor, at: datetime, reason: str) -> bool:
    """Take back a proof given by hand; what a room recorded is taken back in that room.

    Raises ``Forbidden`` without ``duties.prove`` at the unit, ``Invalid`` for another room's fact.
    """
    require(actor, "duties.prove", evidence.unit.path)
    if not evidence.source.startswith(BY_HAND):
        raise Invalid(_("这条佐证由其他登记处产生，请到原记录处作废。"))
    return revoke_evidence(evidence.source, actor=actor, at=at, reason=reason)


@dataclass(frozen=True, slots=True)
class HandProof:
    """What the simple form says. ``uuid`` is made with the form: sent twice, it counts once."""

    uuid: UUID
    unit: Org
    duty: Duty
    kind: str
    happened_on: date
    note: str = ""
    late_reason: str = ""
    files: tuple[Upload, ...] = ()


@transaction.atomic
def prove_by_hand(proof: HandProof, *, actor: Actor, at: datetime) -> Evidence:
    """Record a proof given by hand, with its files and a journal line.

    The capability reaches down: what a level above records in the unit's stead is told as such
    (``by_unit`` in the journal). Raises ``Forbidden`` without ``duties.prove`` at the unit,
    ``Invalid`` when the duty does not bind the unit, is proved in its own room, or neither note
    nor file is given.
    """
    require(actor, "duties.prove", proof.unit.path)
    _check_hand(proof)
    source = f"{BY_HAND}{proof.uuid}"
    created = record_evidence(
        unit=proof.unit,
        kind=proof.kind,
        happened_on=proof.happened_on,
        source=source,
        at=at,
        actor=actor,
        late_reason=proof.late_reason,
        note=proof.note,
    )
    evidence = Evidence.objects.get(source=source)
    if created:
        above = level_above(actor, proof.unit)
        EvidenceFile.objects.bulk_create(
            [EvidenceFile(evidence=evidence, upload=upload) for upload in proof.files]
        )
        record(
            "prove",
            evidence,
            actor=actor,
            at=at,
            org_path=proof.unit.path,
            detail={
                "duty": proof.duty.code,
                "kind": proof.kind,
                "happened_on": str(proof.happened_on),
                "late_reason": proof.late_reason,
                "files": [str(upload.uuid) for upload in proof.files],
                **({"by_unit": above} if above else {}),
            },
        )
    return evidence


def _check_hand(proof: HandProof) -> None:
    if not proof.duty.by_hand:
        raise Invalid(_("这项职责由系统自动计数，请到对应的登记处办理。"))
    if proof.kind not in proof.duty.evidence:
        raise Invalid(fields={"kind": _("请从列出的佐证种类中选择。")})
    bound = Binding.objects.filter(unit=proof.unit, duty=proof.duty, until_on__isnull=True)
    if not bound.exists():
        raise Invalid(_("这项职责目前不适用于本单位，请返回列表重新选择。"))
    if not proof.note.strip() and not proof.files:
        message = _("照片、文件、说明三项至少填一项。")
        raise Invalid(message, {"note": message})


def _check_day(happened_on: date, today: date, late_reason: str) -> None:
    if happened_on > today:
        message = _("发生日期不能晚于今天，请改为%(month)d月%(day)d日或以前。") % {
            "month": today.month,
            "day": today.day,
        }
        raise Invalid(message, {"happened_on": message})
    if happened_on < today - LATE_AFTER and not late_reason.strip():
        message = _("已过去两天以上，属于补录，请填写补录原因。")
        raise Invalid(message, {"late_reason": message})


def _count_in(unit: Org, kind: str, facts: Mapping[date, int], today: date) -> None:
    """Add facts of one kind, so many of each day, to the cells they prove; open missing ones.

    The unit is locked, so that nobody else writes these cells; its county is locked only when a
    rollup moves or a cell is to be opened.
    """
    counted = count_in(unit.pk, kind, facts)
    crossed = [cell for cell in counted if cell.crossed(facts)]
    if crossed:
        lock_county(crossed[0].county_id)
        roll_crossed(crossed)
    proved = counted[0].proved if counted else int(proves(unit.pk, kind))
    missing = {}
    for day, more in sorted(facts.items()):
        done = {cell.duty_id for cell in counted if cell.counts(day)}
        if proved > len(done) and (
            bindings := _count_in_slowly(unit, kind, more, day, done, today)
        ):
            missing[day] = bindings
    calendars = {unit.pk: calendar_for(unit)} if missing else {}
    for day, bindings in missing.items():  # at last: a new cell counts the facts of all days
        open_for(bindings, day, calendars, today=today)


def _count_in_slowly(
    unit: Org, kind: str, more: int, happened_on: date, counted: Collection[int], today: date
) -> list[Binding]:
    """The same for all duties but those ``counted``, where validity runs; those without a cell."""
    bindings = [each for each in _bindings(unit.pk, kind) if each.duty_id not in counted]
    lock_county(bindings[0].county_id)
    cells = _cells(unit.pk, bindings, happened_on)
    changes = []
    for cell in cells:
        before = counts(cell)
        cell.done += more
        _prolong(cell, happened_on, today)
        settle(cell)
        changes.append(CellChange.since(cell, before))
    _save(cells)
    shift_rollups(changes)
    there = {cell.duty_id for cell in cells}
    return [each for each in bindings if each.duty_id not in there]


def _count_out(unit: Org, kind: str, happened_on: date, today: date) -> None:
    """Take one fact out of the cells it proved."""
    bindings = _bindings(unit.pk, kind)
    if not bindings:
        return
    lock_county(bindings[0].county_id)
    cells = _cells(unit.pk, bindings, happened_on)
    changes = []
    for cell in cells:
        before = counts(cell)
        count_again(cell, today)
        changes.append(CellChange.since(cell, before))
    _save(cells)
    shift_rollups(changes)


def _bindings(unit_id: int, kind: str) -> list[Binding]:
    proved = DutyEvidence.objects.filter(kind=kind).values("duty")
    rows = Binding.objects.filter(unit=unit_id, duty__in=proved)
    return list(rows.select_related("duty__plan").order_by("duty_id"))


def _cells(unit_id: int, bindings: Sequence[Binding], happened_on: date) -> list[Tally]:
    duties = {binding.duty_id: binding.duty for binding in bindings}
    cells = list(
        Tally.objects.filter(
            unit=unit_id, duty__in=duties, counts_from__lte=happened_on, ends_on__gt=happened_on
        ).order_by("duty_id")
    )
    for cell in cells:
        cell.duty = duties[cell.duty_id]
    return cells


def _prolong(cell: Tally, happened_on: date, today: date) -> None:
    """A standing duty is proved until its newest proof runs out."""
    days = cell.duty.valid_days
    if days is None:
        return
    until = happened_on + timedelta(days=days)
    cell.valid_until = max(cell.valid_until or until, until)
    if cell.ends_on > today:
        cell.lapsed = cell.valid_until < today


def _save(cells: Sequence[Tally]) -> None:
    save_cells(cells, ("done", "valid_until", "lapsed", "met"))
