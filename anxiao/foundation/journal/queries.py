"""Reading the journal: history of a thing, and the proof that nothing was touched."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from itertools import zip_longest
from pathlib import Path
from typing import Any

from django.db import models

from anxiao.foundation.journal.models import Entry, Seal
from anxiao.foundation.journal.rules import GENESIS, link

CHUNK = 5000
HEAD_PARTS = 3
"""Instant, entry and digest of one head; a line half written when the power went is none."""
FIELDS = (
    *("id", "at", "actor_id", "actor_name", "org_path", "action"),
    *("subject", "subject_id", "old_state", "new_state", "detail"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """The first line that is not as it was sealed.

    ``kind`` is changed, removed or inserted for the line ``entry_id`` itself; cut when everything
    after ``entry_id`` was taken away, rewritten when the chain from ``entry_id`` on was made anew:
    both are told by the heads outside the database.
    """

    kind: str
    entry_id: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """``checked`` sealed lines were compared; ``unsealed`` are too new to be in the chain."""

    checked: int
    unsealed: int
    fault: Fault | None


def history_of(subject: models.Model) -> models.QuerySet[Entry]:
    """All lines about one saved row, oldest first."""
    label = subject._meta.label_lower
    return Entry.objects.filter(subject=label, subject_id=subject.pk).order_by("id")


def line_of(entry: Entry) -> dict[str, Any]:
    """The values of an entry that the chain covers."""
    line = {name: getattr(entry, name) for name in FIELDS}
    return line | {"at": entry.at.astimezone(UTC).isoformat()}


def verify(anchors: Path | None = None) -> Verdict:
    """Walk entries and seals side by side by id; stop at the first difference."""
    last = Seal.objects.order_by("-position").first()
    reach = last.entry_id if last else 0
    unsealed = Entry.objects.filter(pk__gt=reach).count()
    heads = _heads(anchors)
    checked, since = 0, 0
    previous = GENESIS
    for entry, seal in _side_by_side(reach):
        fault = _compare(entry, seal, previous)
        if fault or seal is None:
            return Verdict(checked, unsealed, fault)
        since = since or seal.entry_id
        head = heads.pop(seal.entry_id, "")
        if head and head != seal.digest:
            return Verdict(checked, unsealed, Fault("rewritten", since))
        since = 0 if head else since
        previous = seal.digest
        checked += 1
    lost = sorted(heads)
    if lost and lost[0] <= reach:
        return Verdict(checked, unsealed, Fault("cut", _last_before(lost[0])))
    return Verdict(checked, unsealed, Fault("cut", reach) if lost else None)


def verify_tail(links: int, anchors: Path | None = None) -> Verdict:
    """As ``verify``, for the newest ``links`` alone: quick enough to be asked every minute."""
    seals = list(Seal.objects.order_by("-position")[: links + 1])[::-1]
    reach = seals[-1].entry_id if seals else 0
    unsealed = Entry.objects.filter(pk__gt=reach).count()
    before, previous = 0, GENESIS
    if len(seals) > links:
        before, previous = seals[0].entry_id, seals[0].digest
        seals = seals[1:]
    entries = Entry.objects.filter(pk__gt=before, pk__lte=reach).order_by("id")[: links + 1]
    for checked, (entry, seal) in enumerate(zip_longest(entries, seals)):
        fault = _compare(entry, seal, previous)
        if fault:
            return Verdict(checked, unsealed, fault)
        assert seal is not None  # noqa: S101 - _compare has told
        previous = seal.digest
    newest = max(_heads(anchors).items(), default=(0, ""))
    known = {seal.entry_id: seal.digest for seal in seals}
    whole = newest[0] <= reach and known.get(newest[0], newest[1]) == newest[1]
    return Verdict(len(seals), unsealed, None if whole else Fault("cut", reach))


def oldest_unsealed() -> Entry | None:
    """The first line that is not yet in the chain."""
    last = Seal.objects.order_by("-position").first()
    return Entry.objects.filter(pk__gt=last.entry_id if last else 0).order_by("id").first()


def _side_by_side(reach: int) -> Iterator[tuple[Entry | None, Seal | None]]:
    entries = Entry.objects.filter(pk__lte=reach).order_by("id").iterator(chunk_size=CHUNK)
    seals = Seal.objects.order_by("position").iterator(chunk_size=CHUNK)
    return zip_longest(entries, seals)


def _compare(entry: Entry | None, seal: Seal | None, previous: str) -> Fault | None:
    if seal is None:
        return Fault("inserted", entry.pk if entry else 0)
    if entry is None or entry.pk > seal.entry_id:
        return Fault("removed", seal.entry_id)
    if entry.pk < seal.entry_id:
        return Fault("inserted", entry.pk)
    if link(previous, line_of(entry)) != seal.digest:
        return Fault("changed", entry.pk)
    return None


def _heads(anchors: Path | None) -> dict[int, str]:
    """Heads of the chain as they were written outside the database: entry id → digest."""
    if anchors is None or not anchors.exists():
        return {}
    whole, _mark, _torn = anchors.read_text().rpartition("\n")  # a full disk may tear the last
    rows = (line.split() for line in whole.splitlines())
    return {int(row[1]): row[2] for row in rows if len(row) == HEAD_PARTS}


def _last_before(entry_id: int) -> int:
    seals = Seal.objects.filter(entry_id__lt=entry_id).order_by("-position")
    return seals.values_list("entry_id", flat=True).first() or 0
