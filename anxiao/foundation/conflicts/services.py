"""Writes: keeping a refused body, and the two ways to settle it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.conflicts.declare import Kind
from anxiao.foundation.conflicts.models import Refused
from anxiao.foundation.conflicts.rules import body_digest, body_text
from anxiao.foundation.conflicts.states import SENT_WITH, SETTLING, RefusedState
from anxiao.foundation.journal.services import move
from anxiao.foundation.kernel.errors import AnotherBody, Invalid, TooMany
from anxiao.foundation.orgs.models import Org

MOST = 200
"""Bodies of one sender that may wait at a time."""
RETRY_AFTER = 3600
"""Seconds until a program asks again: a person has to settle something first."""


def keep(
    refusal: AnotherBody,
    body: Mapping[str, Any],
    *,
    subject: str,
    actor: Actor,
    at: datetime,
) -> AnotherBody:
    """Put a refused ``body`` into its sender's box, once; the refusal that says where it is kept.

    A body names its ``uuid`` and ``unit``, as programs send it, and is what the schema understood
    of it: so the schema's limits bound its size. ``subject`` is its kind of record. Raises
    ``TooMany`` when ``MOST`` bodies of the sender wait, and keeps nothing.

    To be called when the transaction that refused it is over. Whatever keeps it from being written
    is raised, so that nobody is told "kept" who is not.
    """
    key = {
        "sender_id": actor.user_id,
        "uuid": UUID(body["uuid"]),
        "digest": body_digest(body),
    }
    row = Refused.objects.filter(**key).first()
    if row is None:
        if Refused.objects.filter(sender=actor.user_id).waiting().count() >= MOST:
            raise TooMany(_("待核对的记录已满，请先处理再提交。"), RETRY_AFTER)
        with transaction.atomic():
            row, _new = Refused.objects.get_or_create(
                **key,
                defaults={
                    "subject": subject,
                    "org": _unit(body["unit"], subject, actor),
                    "body": body_text(body),
                    "received_at": at,
                },
            )
    told = AnotherBody(f"{refusal.message}{_said(row)}")
    told.link = reverse("conflicts:detail", args=[row.pk])
    return told


def drop_refused(row: Refused, *, actor: Actor, at: datetime) -> None:
    """Settle a body of the actor's own: not wanted (不要这一份). ``StaleState`` if settled."""
    _settle(row, "drop", actor=actor, at=at)


def save_refused(
    row: Refused, kind: Kind, *, actor: Actor, at: datetime, late_reason: str = ""
) -> str:
    """Store it as a record of its own under a new UUID; the new record's page.

    ``late_reason`` is added where the day of the record has passed meanwhile. Raises what the
    ordinary service raises, ``Invalid`` if the body is of an older shape that is not understood,
    and ``StaleState`` if it is settled; then nothing has changed.
    """
    body = row.body
    with transaction.atomic():
        _settle(row, "save", actor=actor, at=at)
        told = json.loads(body) | {"uuid": str(uuid4())}
        if late_reason:
            told["late_reason"] = late_reason
        try:
            record = kind.read(told)
        except (ValueError, KeyError) as error:
            raise Invalid(
                _(
                    "这一份是旧格式的记录，现在无法识别，不能另存。"
                    "请抄录需要的内容后重新登记，再点“不要这一份”。"
                )
            ) from error
        return kind.save(record, actor, at)


def _settle(row: Refused, step: str, *, actor: Actor, at: datetime) -> None:
    detail = {"record": row.subject}
    path = row.org.path if row.org else ""
    how = SETTLING[step]
    move(row, how, actor=actor, at=at, org_path=path, detail=detail, settled_at=at, body="")


def _unit(pk: int, subject: str, actor: Actor) -> Org | None:
    """The unit named, if the actor may send records of it: the journal's line belongs there."""
    org = Org.objects.filter(pk=pk).first()
    return org if org and any(actor.may(each, org.path) for each in SENT_WITH[subject]) else None


def _said(row: Refused) -> str:
    if row.state == RefusedState.DROPPED:
        return _("您已选择不要这一份。")
    if row.state == RefusedState.SAVED:
        return _("您这一份已另存为一条新记录。")
    return _("您这一份已存入“待核对”，请核对后处理。")
