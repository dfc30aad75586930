"""Hazards as programs read them."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.urls import reverse
from ninja import Schema

from anxiao.loop.hazards.models import (
    EndRequest,
    Escalation,
    Extension,
    Hazard,
    HazardPhoto,
)
from anxiao.loop.hazards.queries import HazardPage


class HazardLine(Schema):
    """One line of the ledger."""

    id: int
    uuid: UUID
    number: str
    unit: int
    unit_name: str
    state: str
    level: str
    source: str
    category: str
    place_text: str
    description: str
    found_on: date
    responsible_name: str
    due_on: date | None
    supervised_on: date | None


class HazardList(Schema):
    """One page; ``next`` and ``previous`` are cursors for ``after`` and ``before``."""

    rows: list[HazardLine]
    count: int
    capped: bool
    next: str
    previous: str


class PhotoOut(Schema):
    """A photo ``before`` or ``after``; ``url`` gives it to the same token."""

    uuid: UUID
    stage: str
    url: str


class StepOut(Schema):
    """What could be done now; ``why`` says why this person may not."""

    name: str
    label: str
    allowed: bool
    why: str


class AskedOut(Schema):
    """What one person asked and another answers: report_up, extension, void or merge."""

    kind: str
    state: str
    reason: str
    answer: str
    until: date | None


class CommentOut(Schema):
    """What somebody said."""

    user_name: str
    text: str
    at: datetime


class EventOut(Schema):
    """One line of the journal about this hazard."""

    at: datetime
    by: str
    action: str
    old_state: str
    new_state: str


class HazardOut(HazardLine):
    """A hazard in full. ``missing`` names what a major hazard still lacks of its four."""

    criterion: str | None
    level_reason: str
    point: str | None
    place: int | None
    basis: str
    cause: str
    found_by_name: str
    recorded_at: datetime
    late_reason: str
    remarks: str
    suggested_measure: str
    suggested_days: int | None
    responsible_unit: str
    responsible: int | None
    measure: str
    funds: Decimal | None
    contingency: str
    interim_measure: str
    interim_until: date | None
    assigned_at: datetime | None
    clock_stopped_on: date | None
    result: str
    no_photo_reason: str
    submitted_at: datetime | None
    submitted_by_name: str
    opinion: str
    rejections: int
    closed_at: datetime | None
    closed_by_name: str
    merged_into: int | None
    missing: list[str]
    steps: list[StepOut]
    photos: list[PhotoOut]
    asked: list[AskedOut]
    comments: list[CommentOut]
    history: list[EventOut]
    url: str


PLAIN = (
    *("id", "uuid", "number", "state", "level", "source", "category", "place_text"),
    *("description", "found_on", "responsible_name", "due_on", "supervised_on"),
)
FULL = (
    *("level_reason", "basis", "cause", "found_by_name", "recorded_at", "late_reason", "remarks"),
    *("suggested_measure", "suggested_days", "responsible_unit", "measure", "funds"),
    *(
        "contingency",
        "interim_measure",
        "interim_until",
        "assigned_at",
        "clock_stopped_on",
        "result",
    ),
    *("no_photo_reason", "submitted_at", "submitted_by_name", "opinion", "rejections"),
    *("closed_at", "closed_by_name"),
)


def line_of(hazard: Hazard) -> HazardLine:
    """A line; no query when ``org`` was fetched along."""
    values = {name: getattr(hazard, name) for name in PLAIN}
    return HazardLine(unit=hazard.org_id, unit_name=hazard.org.name, **values)


def answer_of(page: HazardPage) -> HazardOut:
    """A hazard in full; no query."""
    hazard = page.hazard
    return HazardOut(
        unit=hazard.org_id,
        unit_name=hazard.org.name,
        criterion=hazard.criterion.code if hazard.criterion else None,
        point=hazard.point.code if hazard.point else None,
        place=hazard.place_id,
        responsible=hazard.responsible_id,
        merged_into=hazard.merged_into_id,
        missing=list(page.missing),
        steps=[
            StepOut(name=step.name, label=step.label, allowed=step.allowed, why=step.why)
            for step in page.steps
        ],
        photos=[_photo(hazard, each) for each in (*page.before, *page.after)],
        asked=_asked(page),
        comments=[
            CommentOut(user_name=each.user_name, text=each.text, at=each.at)
            for each in page.comments
        ],
        history=[
            EventOut(
                at=entry.at,
                by=entry.actor_name,
                action=entry.action,
                old_state=entry.old_state,
                new_state=entry.new_state,
            )
            for entry in page.history
        ],
        url=reverse("hazards:detail", args=[hazard.pk]),
        **{name: getattr(hazard, name) for name in (*PLAIN, *FULL)},
    )


def _photo(hazard: Hazard, photo: HazardPhoto) -> PhotoOut:
    return PhotoOut(
        uuid=photo.upload.uuid,
        stage=photo.stage,
        url=reverse("api:hazard_photo", kwargs={"id": hazard.pk, "photo": photo.pk}),
    )


def _asked(page: HazardPage) -> list[AskedOut]:
    up = [_one(each, "report_up", each.answer_due_on) for each in page.escalations]
    later = [_one(each, "extension", each.new_due_on) for each in page.extensions]
    return [*up, *later, *(_one(each, each.kind, None) for each in page.ends)]


def _one(each: Escalation | Extension | EndRequest, kind: str, until: date | None) -> AskedOut:
    return AskedOut(
        kind=kind, state=each.state, reason=each.reason, answer=each.answer, until=until
    )
