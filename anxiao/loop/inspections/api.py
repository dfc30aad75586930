"""Checklists, points and inspections for programs and for phones that come back on line."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal, NotRequired
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Path, Router, Schema
from pydantic import Field
from typing_extensions import TypedDict

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.api import (
    PROBLEMS,
    ApiRequest,
    Body,
    Day,
    Id,
    Moment,
    Problem,
    Text,
    Uuid,
    answer,
    instant,
    needs,
)
from anxiao.foundation.conflicts.services import keep
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import AnotherBody, DomainError, NotFound, TooMany
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.queries import point_by_code
from anxiao.loop.inspections import queries
from anxiao.loop.inspections.models import Checklist, Inspection
from anxiao.loop.inspections.queries import RoundHere
from anxiao.loop.inspections.queries.receipts import Receipt
from anxiao.loop.inspections.rules import NOTE_MAX, PHOTOS_MAX, Submitted, as_kept
from anxiao.loop.inspections.services import Taken, receive, submit_inspections
from anxiao.loop.inspections.services.refused import INSPECTION

router = Router(tags=["inspections"])
INSPECTS = ("inspections.inspect", "inspections.superior")
MAX_ITEMS = 300
ItemCode = Annotated[str, Field(max_length=80)]
MAX_BATCH = 30
"""Records of one outbox request: it holds SQLite's one turn to write for a tenth of a second."""


class ItemOut(Schema):
    """One item: what to check, what to look for, on what basis, the level if it fails."""

    code: str
    text: str
    look: str = ""
    basis: str = ""
    level: str
    photo: bool = False


class ChecklistOut(Schema):
    """A checklist in force; ``id`` names this very version."""

    id: int
    code: str
    version: int
    title: str
    clause: str
    key_part: str
    cadence: str
    minutes: int
    items: list[ItemOut]


class LastOut(Schema):
    """The newest inspection of a point."""

    checklist: str
    happened_on: date
    passed: int
    failed: int


class RoundOut(Schema):
    """A round that passes a point: walked ``done`` of ``needed`` times; ``id`` goes with checks."""

    id: int
    name: str
    owner: str
    mine: bool
    owed: bool
    done: int
    needed: int
    stops_done: int
    stops: int


class PointOut(Schema):
    """What stands behind a point's label; ``checklists`` are to be filled in here."""

    id: int
    code: str
    name: str
    number: int
    unit: int
    unit_name: str
    place: str
    url: str
    checklists: list[ChecklistOut]
    rounds: list[RoundOut]
    last: LastOut | None


class AnswerIn(TypedDict):
    """What was found at one item; ``photos`` are UUIDs of own uploads.

    A plain dictionary: twenty records bring four hundred of them.
    """

    __pydantic_config__ = Body.model_config  # type: ignore[misc]
    a: Literal["pass", "fail", "na"]
    note: NotRequired[Annotated[Text, Field(max_length=NOTE_MAX)]]
    photos: NotRequired[Annotated[list[Uuid], Field(max_length=PHOTOS_MAX)]]


class InspectionIn(Body):
    """An inspection whole. ``uuid`` is made on the device: sent twice, it is stored once.

    ``answers`` maps item code to what was found; every item of the checklist wants one. Two days
    back ``late_reason`` is needed; inspections from above need signatures or ``unsigned_reason``.
    Photos may come after the record, signatures come before it.
    """

    uuid: Uuid
    unit: Id
    checklist: Id
    kind: Literal["self_check", "patrol", "superior", "joint", "campaign"]
    happened_on: Day
    answers: dict[ItemCode, AnswerIn] = Field(max_length=MAX_ITEMS)
    point: Id | None = None
    place: Id | None = None
    round: Id | None = None
    started_at: Moment | None = None
    finished_at: Moment | None = None
    companions: str = Field("", max_length=120)
    remarks: str = Field("", max_length=300)
    late_reason: str = Field("", max_length=200)
    inspector_signature: Uuid | None = None
    inspected_signature: Uuid | None = None
    inspected_name: str = Field("", max_length=60)
    unsigned_reason: str = Field("", max_length=120)
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)


class FindingOut(Schema):
    """A failed item and the hazard it opened."""

    item: str
    hazard: int
    number: str


class InspectionOut(Schema):
    """The receipt: given only once the inspection is stored for good.

    ``awaited`` are photos that have not come: hand them in, then send the same body again.
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
    awaited: list[UUID]
    findings: list[FindingOut]


class OutboxIn(Body):
    """What a phone has kept while it was off line, oldest first."""

    inspections: list[InspectionIn] = Field(min_length=1, max_length=MAX_BATCH)


class TakenOut(Schema):
    """What became of one record: its receipt, or what is wrong with it."""

    uuid: UUID
    status: int
    receipt: InspectionOut | None = None
    problem: Problem | None = None


@router.get(
    "/checklists",
    response={200: list[ChecklistOut], **PROBLEMS},
    operation_id="list_checklists",
    summary="一个单位可用的检查表",
)
@needs(*INSPECTS)
def checklists(request: ApiRequest, unit: int) -> list[ChecklistOut]:
    """Checklists in force that fit the unit's profile, with their items."""
    org = get_object_or_404(queries.units_to_inspect(request.actor), pk=unit)
    return [_checklist(row) for row in queries.checklists_at(org)]


@router.get(
    "/points/{code}",
    response={200: PointOut, **PROBLEMS},
    operation_id="read_point",
    summary="扫码看检查点",
)
@needs(*INSPECTS)
def point(
    request: ApiRequest, code: Annotated[str, Path(pattern=r"^[0-9A-Za-z]{4,16}$")]
) -> PointOut:
    """What to check at a point of a unit that one may inspect, and the last result."""
    found = point_by_code(code)
    if found is None or found.retired_on or not _may_inspect(request.actor, found.org):
        raise NotFound
    roles = request.actor.roles_at(found.org.path)
    card = queries.point_card(found, roles, business_day(request.at))
    return PointOut(
        id=found.pk,
        code=found.code,
        name=found.name,
        number=found.number,
        unit=found.org_id,
        unit_name=found.org.name,
        place=found.place.full_name if found.place else "",
        url=reverse("cards:card", args=[found.code]),
        checklists=[_checklist(row) for row in card.checklists],
        rounds=[_round(here) for here in card.rounds],
        last=_last(card.last),
    )


@router.post(
    "/inspections",
    response={(200, 201): InspectionOut, **PROBLEMS},
    operation_id="submit_inspection",
    summary="提交检查记录",
)
@needs(*INSPECTS)
def submit(request: ApiRequest, payload: InspectionIn) -> HttpResponse:
    """Store an inspection: 201 first, 200 with the same body again, 409 with another body.

    The other body is kept for its sender: ``link`` and ``list_conflicts`` show it.
    """
    try:
        receipt, created = receive(
            _submitted(payload), actor=request.actor, at=request.at, photos_follow=True
        )
    except AnotherBody as error:
        raise _kept(error, payload, request) from error
    return answer(_receipt(receipt), status=201 if created else 200)


@router.post(
    "/inspections/batch",
    response={200: list[TakenOut], **PROBLEMS},
    operation_id="submit_inspections",
    summary="一次提交多份检查记录",
)
@needs(*INSPECTS)
def submit_many(request: ApiRequest, payload: OutboxIn) -> HttpResponse:
    """Store an outbox in order, one commit for all: per record the status it would have had alone.

    201 first, 200 with the same body again; a record refused says why and keeps back no other.
    """
    records = [_submitted(each) for each in payload.inspections]
    taken = submit_inspections(records, actor=request.actor, at=request.at, photos_follow=True)
    for number, each in enumerate(taken):
        if isinstance(each.error, AnotherBody):
            try:
                error: DomainError = _kept(each.error, payload.inspections[number], request)
            except TooMany as full:
                error = full
            taken[number] = replace(each, error=error)
    return answer([_taken(each) for each in taken])


def _kept(error: AnotherBody, payload: InspectionIn, request: ApiRequest) -> AnotherBody:
    sent = payload.model_dump(exclude_unset=True, mode="json")
    return keep(error, sent, subject=INSPECTION.subject, actor=request.actor, at=request.at)


def _taken(taken: Taken) -> dict[str, Any]:
    told: dict[str, Any] = {"uuid": str(taken.uuid), "receipt": None, "problem": None}
    if taken.receipt is not None:
        receipt = _receipt(taken.receipt)
        return told | {"status": 201 if taken.created else 200, "receipt": receipt}
    error = taken.error or NotFound()
    message = error.message or "；".join(error.fields.values())
    problem = {"code": error.code, "message": message, "fields": error.fields}
    if isinstance(error, AnotherBody):
        problem["link"] = error.link
    return told | {"status": error.status, "problem": problem}


def _submitted(payload: InspectionIn) -> Submitted:
    given: dict[str, Any] = dict(payload)
    answers = {code: as_kept(each) for code, each in given.pop("answers").items()}
    links = {f"{name}_id": given.pop(name) for name in ("checklist", "point", "place", "round")}
    return Submitted(org_id=given.pop("unit"), answers=answers, **links, **given)


def _may_inspect(actor: Actor, org: Org) -> bool:
    return any(actor.may(capability, org.path) for capability in INSPECTS)


def _checklist(row: Checklist) -> ChecklistOut:
    return ChecklistOut(
        id=row.pk,
        code=row.code,
        version=row.version,
        title=row.title,
        clause=row.clause,
        key_part=row.key_part,
        cadence=row.cadence,
        minutes=row.minutes,
        items=[
            ItemOut(**{name: item[name] for name in ITEM if name in item}) for item in row.items
        ],
    )


ITEM = tuple(ItemOut.model_fields)


def _round(here: RoundHere) -> RoundOut:
    names = ("mine", "owed", "done", "needed", "stops_done", "stops")
    row = here.round
    given = {name: getattr(here, name) for name in names}
    return RoundOut(id=row.pk, name=row.name, owner=row.owner, **given)


def _last(last: Inspection | None) -> LastOut | None:
    if last is None:
        return None
    return LastOut(
        checklist=last.checklist.title,
        happened_on=last.happened_on,
        passed=last.passed,
        failed=last.failed,
    )


def _receipt(receipt: Receipt) -> dict[str, Any]:
    """``InspectionOut`` as it is sent, written from what was stored."""
    return {
        "id": receipt.id,
        "uuid": str(receipt.uuid),
        "unit": receipt.unit,
        "checklist": receipt.checklist,
        "kind": receipt.kind,
        "happened_on": str(receipt.happened_on),
        "received_at": instant(receipt.received_at),
        "passed": receipt.passed,
        "failed": receipt.failed,
        "awaited": receipt.awaited,
        "findings": [
            {"item": item, "hazard": hazard, "number": number}
            for item, hazard, number in receipt.findings
        ],
    }
