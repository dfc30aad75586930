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
FIELDS = (
    *("id", "at", "actor_id", "actor_name", "org_path", "action"),
    *("subject", "subject_id", "old_state", "new_state", "detail"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """The first line that is not as it was sealed; ``kind`` is changed, removed, inserted, cut."""

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
    checked = 0
    previous = GENESIS
    for entry, seal in _side_by_side(reach):
        fault = _compare(entry, seal, previous)
        if fault:
            return Verdict(checked, unsealed, fault)
        assert seal is not None  # noqa: S101 - _compare has told
        previous = seal.digest
        checked += 1
    return Verdict(checked, unsealed, _cut(anchors, reach))


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
    return Verdict(len(seals), unsealed, _cut(anchors, reach))


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


def _cut(anchors: Path | None, reach: int) -> Fault | None:
    """Heads written outside the database show when the tail of the chain was cut off."""
    if anchors is None or not anchors.exists():
        return None
    known = dict(Seal.objects.values_list("entry_id", "digest").order_by("-position")[:CHUNK])
    whole, _mark, _torn = anchors.read_text().rpartition("\n")  # a full disk may tear the last
    for row in whole.splitlines()[-1:]:
        _at, entry_id, digest = row.split()
        if int(entry_id) > reach or known.get(int(entry_id), digest) != digest:
            return Fault("cut", int(entry_id))
    return None
