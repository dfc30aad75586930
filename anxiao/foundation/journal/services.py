"""Writing the journal. ``move`` is the only writer of a ``state`` in the whole house."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.actor import Actor
from anxiao.foundation.journal.models import Entry, Seal
from anxiao.foundation.journal.queries import CHUNK, line_of
from anxiao.foundation.journal.rules import GENESIS, link
from anxiao.foundation.kernel.errors import StaleState
from anxiao.foundation.kernel.workflow import Step

SEAL_AFTER = timedelta(minutes=5)
"""Younger lines wait: a transaction still under way may hold a lower id."""

SEALED = ("entry_id", "digest", "sealed_at")
WRITERS = """
SELECT pid, backend_xid::text FROM pg_stat_activity
WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
"""
SETTLES_WITHIN = 5.0
"""Seconds that a sealing waits for the writers under way; a longer one is waited for next time."""

STALE = "这条记录刚刚已被他人处理，请刷新后查看最新情况再办理。"


@dataclass(frozen=True, slots=True)
class Line:
    """What a line of the journal says, beside who and when; see ``record``."""

    action: str
    subject: str
    subject_id: int | None = None
    org_path: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def record(
    action: str,
    subject: models.Model | str,
    *,
    actor: Actor,
    at: datetime,
    org_path: str = "",
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Write one line about ``subject`` (a saved row, or a name where no row exists); its id.

    ``detail`` is JSON; it must hold no confidential text and no more personal data than needed.
    """
    label, key = (
        (subject._meta.label_lower, subject.pk)
        if isinstance(subject, models.Model)
        else (subject, None)
    )
    line = Line(action, label, key, org_path, detail or {})
    return record_all([line], actor=actor, at=at)[0]


def record_all(lines: Sequence[Line], *, actor: Actor, at: datetime) -> list[int]:
    """Write several lines in one statement; their ids."""
    who = {"at": at, "actor_id": actor.user_id, "actor_name": actor.name}
    return quick.insert(
        Entry,
        [
            {
                **who,
                "org_path": line.org_path,
                "action": line.action,
                "subject": line.subject,
                "subject_id": line.subject_id,
                "detail": line.detail,
            }
            for line in lines
        ],
    )


def move(
    subject: models.Model,
    step: Step,
    *,
    actor: Actor,
    at: datetime,
    org_path: str = "",
    detail: Mapping[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Take one workflow step: conditional update, journal line, one transaction.

    ``subject`` must carry the ``state`` it was read with; it gets the new state and ``changes``.
    Raises ``StaleState`` when the step does not lead out of that state or somebody was first.
    """
    old_state: str = getattr(subject, "state")  # noqa: B009 - the model's type is open here
    if old_state not in step.sources:
        raise StaleState(STALE)
    rows = type(subject)._default_manager.filter(pk=subject.pk, state=old_state)
    with transaction.atomic():
        if rows.update(state=step.target, **changes) != 1:
            raise StaleState(STALE)
        entry = Entry(
            at=at,
            actor_id=actor.user_id,
            actor_name=actor.name,
            org_path=org_path,
            action=step.name,
            subject=subject._meta.label_lower,
            subject_id=subject.pk,
            old_state=old_state,
            new_state=step.target,
            detail=dict(detail or {}),
        )
        quick.add(entry)
    for name, value in {"state": step.target, **changes}.items():
        setattr(subject, name, value)


def seal(*, at: datetime, anchors: Path | None = None, after: timedelta = SEAL_AFTER) -> int:
    """Chain the lines older than ``after`` to the last link, in batches; return how many.

    The new head is appended to the file ``anchors``, outside the database. Only one sealer may
    run at a time: a second one fails on the unique ``entry_id`` and changes nothing.
    """
    sealed = 0
    reach = _settled()
    while batch := _seal_batch(at, at - after, reach):
        sealed += len(batch)
        if anchors is not None:
            head = batch[-1]
            with anchors.open("a") as file:
                file.write(f"{at.isoformat()} {head.entry_id} {head.digest}\n")
    return sealed


def _settled() -> int:
    """The id up to which no transaction can bring lines any more; 0 if that is not known now.

    A line written late may bear a lower id than lines to be seen already: sealed past, it would
    look like an insertion. So every writer that runs now must have ended once. SQLite has one
    writer at a time, and its ids come in order.
    """
    newest = Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return newest
    until = time.monotonic() + SETTLES_WITHIN
    begun = _writers()
    while begun & _writers():
        if time.monotonic() > until:
            return 0
        time.sleep(0.05)
    return newest


def _writers() -> set[tuple[int, str]]:
    """Process and transaction of everybody who is writing in this database now."""
    with connection.cursor() as cursor:
        cursor.execute(WRITERS)
        return set(cursor.fetchall())


def _seal_batch(at: datetime, until: datetime, settled: int) -> list[Seal]:
    """Links are computed before the turn to write is taken."""
    last = Seal.objects.order_by("-position").first()
    reach, previous = (last.entry_id, last.digest) if last else (0, GENESIS)
    links: list[Seal] = []
    for entry in Entry.objects.filter(pk__gt=reach, pk__lte=settled).order_by("id")[:CHUNK]:
        if entry.at > until:
            break
        previous = link(previous, line_of(entry))
        links.append(Seal(entry_id=entry.pk, digest=previous, sealed_at=at))
    rows = [{name: getattr(each, name) for name in SEALED} for each in links]
    with transaction.atomic():
        quick.insert(Seal, rows)
    return links
