"""One's own refused bodies, for programs: what waits, and the two ways to settle it."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Router, Schema
from pydantic import Field

from anxiao.foundation.access.api import PROBLEMS, ApiRequest, Body, Id, needs
from anxiao.foundation.conflicts.declare import Kinds
from anxiao.foundation.conflicts.models import Refused
from anxiao.foundation.conflicts.queries import waiting_bodies
from anxiao.foundation.conflicts.services import drop_refused, save_refused
from anxiao.foundation.conflicts.states import SENDS


class ConflictOut(Schema):
    """A body refused under a UUID that had come with another one, as it was understood.

    ``subject`` is the kind of record, ``link`` the page that shows both beside each other.
    """

    id: int
    uuid: UUID
    subject: str
    received_at: datetime
    link: str
    body: dict[str, Any]


class SettledOut(Schema):
    """How it was settled: ``dropped``, or ``saved`` as the record whose page is ``link``."""

    id: int
    state: str
    link: str = ""


class SaveBody(Body):
    """A reason for entering it late, where the day of the record has passed meanwhile."""

    late_reason: str = Field("", max_length=200)


def conflict_router(kinds: Kinds) -> Router:
    """A router over the box of ``kinds``."""
    router = Router(tags=["conflicts"])
    router.get(
        "/me/conflicts",
        response={200: list[ConflictOut], **PROBLEMS},
        operation_id="list_conflicts",
        summary="待核对的记录",
    )(list_conflicts)
    router.post(
        "/me/conflicts/{id}/drop",
        response={200: SettledOut, **PROBLEMS},
        operation_id="drop_conflict",
        summary="不要这一份",
    )(drop_conflict)

    @router.post(
        "/me/conflicts/{id}/save",
        response={200: SettledOut, **PROBLEMS},
        operation_id="save_conflict",
        summary="另存为一条新记录",
    )
    @needs(*SENDS)
    def save_conflict(request: ApiRequest, id: Id, payload: SaveBody) -> SettledOut:  # noqa: A002
        """Store it under a new UUID, with every check and right as usual; refused, it stays."""
        row = _own(request, id)
        kind = kinds[row.subject]
        reason = payload.late_reason
        link = save_refused(row, kind, late_reason=reason, actor=request.actor, at=request.at)
        return SettledOut(id=row.pk, state=row.state, link=link)

    return router


@needs(*SENDS)
def list_conflicts(request: ApiRequest) -> list[ConflictOut]:
    """What the token's person has to settle, the ten oldest."""
    return [
        ConflictOut(
            id=row.pk,
            uuid=row.uuid,
            subject=row.subject,
            received_at=row.received_at,
            link=reverse("conflicts:detail", args=[row.pk]),
            body=json.loads(row.body),
        )
        for row in waiting_bodies(request.actor)
    ]


@needs(*SENDS)
def drop_conflict(request: ApiRequest, id: Id) -> SettledOut:  # noqa: A002 - the path's name
    """It is not wanted: its content is deleted."""
    row = _own(request, id)
    drop_refused(row, actor=request.actor, at=request.at)
    return SettledOut(id=row.pk, state=row.state)


def _own(request: ApiRequest, pk: int) -> Refused:
    rows = Refused.objects.visible_to(request.actor).select_related("org")
    return get_object_or_404(rows, pk=pk)
