"""Inspections refused because their uuid had brought another body: shown, and stored anew."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.conflicts.declare import Compared, Kind
from anxiao.foundation.conflicts.rules import Fact, typed
from anxiao.foundation.places.models import Place, Point
from anxiao.foundation.ui.templatetags.anxiao import day, moment
from anxiao.loop.inspections.models import Checklist, Inspection, Round
from anxiao.loop.inspections.queries.checklists import checklists_visible_to
from anxiao.loop.inspections.queries.units import units_to_inspect
from anxiao.loop.inspections.rules import Submitted, as_kept
from anxiao.loop.inspections.services.intake import receive
from anxiao.loop.inspections.services.scene import position
from anxiao.loop.inspections.services.storing import KEPT
from anxiao.loop.inspections.states import Answer, InspectionKind

NAMES = {
    "unit": "org_id",
    **{name: f"{name}_id" for name in ("checklist", "point", "place", "round")},
}
"""Fields of a body to those of ``Submitted`` that are called otherwise."""
SAID = {each.name: each.default for each in fields(Submitted)}


def body_of(submitted: Submitted) -> dict[str, Any]:
    """What a page handed in, as a program would have sent it."""
    told = orjson.loads(orjson.dumps(submitted))
    known = {own: name for name, own in NAMES.items()}
    return {known.get(own, own): value for own, value in told.items() if value != SAID[own]}


def submitted_of(body: Mapping[str, Any]) -> Submitted:
    """A body as the intake takes it; ``ValueError`` or ``KeyError`` if today's shape differs."""
    told = {
        NAMES.get(name, name): value.strip() if isinstance(value, str) else value
        for name, value in body.items()
    }
    if strange := set(told) - set(SAID):
        raise KeyError(*strange)
    given: dict[str, dict[str, Any]] = typed(dict[str, dict[str, Any]], body["answers"])
    answers = {code: _answer(each) for code, each in given.items()}
    found: Submitted = typed(Submitted, {**told, "answers": answers})
    return found


def _answer(given: Mapping[str, Any]) -> dict[str, Any]:
    if said := given["a"]:
        Answer(said)
    photos = [str(photo) for photo in typed(list[UUID], given.get("photos", ()))]
    return as_kept({**given, "photos": photos})


def compare_inspections(uuid: UUID, refused: Submitted, actor: Actor) -> Compared:
    """The stored record and the refused one, line by line; items in the checklist's order."""
    rows = Inspection.objects.visible_to(actor).filter(uuid=uuid)
    row = rows.select_related("inspector_signature", "inspected_signature").first()
    stored = _submitted_then(row) if row else None
    known = _known([each for each in (stored, refused) if each], actor)
    return Compared(
        list(_facts(stored, known)) if stored else [],
        list(_facts(refused, known)),
        reverse("inspections:detail", args=[row.pk]) if row else "",
    )


def save_inspection(submitted: Submitted, actor: Actor, at: datetime) -> str:
    """Store it; photos that have not come may follow, as they might have before."""
    receipt, _new = receive(submitted, actor=actor, at=at, photos_follow=True)
    return reverse("inspections:done", args=[receipt.id])


INSPECTION = Kind(
    Inspection._meta.label_lower,
    gettext_lazy("检查记录"),
    submitted_of,
    compare_inspections,
    save_inspection,
)


def _submitted_then(row: Inspection) -> Submitted:
    """What was handed in of a stored record; a clock that the server set was not."""
    signatures: dict[str, Any] = {
        name: upload.uuid if (upload := getattr(row, name)) else None
        for name in ("inspector_signature", "inspected_signature")
    }
    return Submitted(
        org_id=row.org_id,
        checklist_id=row.checklist_id,
        answers=row.answers,
        place_id=row.place_id,
        finished_at=None if row.finished_at == row.received_at else row.finished_at,
        latitude=None if row.latitude is None else float(row.latitude),
        longitude=None if row.longitude is None else float(row.longitude),
        **signatures,
        **{name: getattr(row, name) for name in KEPT},
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """Rows that records name, of those the actor may see."""

    orgs: Mapping[int, Any]
    checklists: Mapping[int, Checklist]
    points: Mapping[int, Point]
    places: Mapping[int, Place]
    rounds: Mapping[int, Round]


def _known(records: list[Submitted], actor: Actor) -> _Known:
    def named(rows: Any, name: str) -> Any:
        wanted = {getattr(each, name) for each in records} - {None}
        return rows.in_bulk(wanted) if wanted else {}

    return _Known(
        named(units_to_inspect(actor), "org_id"),
        named(checklists_visible_to(actor), "checklist_id"),
        named(Point.objects.visible_to(actor).select_related("place"), "point_id"),
        named(Place.objects.visible_to(actor), "place_id"),
        named(Round.objects.visible_to(actor), "round_id"),
    )


def _facts(submitted: Submitted, known: _Known) -> Iterator[Fact]:
    point = known.points.get(submitted.point_id or 0)
    place = known.places.get(submitted.place_id or 0) or (point.place if point else None)
    org, checklist = known.orgs.get(submitted.org_id), known.checklists.get(submitted.checklist_id)
    round_ = known.rounds.get(submitted.round_id or 0)
    yield Fact(_("单位"), _name(org and org.name, submitted.org_id))
    title = _name(checklist and checklist.title, submitted.checklist_id)
    yield Fact(_("检查表"), title, submitted.checklist_id)
    yield Fact(_("检查类型"), str(dict(InspectionKind.choices).get(submitted.kind, submitted.kind)))
    yield Fact(_("检查日期"), day(submitted.happened_on))
    yield Fact(_("检查地点"), _name(place and place.full_name, submitted.place_id))
    yield Fact(_("检查点"), _name(point and point.name, submitted.point_id), submitted.point_id)
    yield Fact(_("巡查路线"), _name(round_ and round_.name, submitted.round_id))
    yield from _items(submitted, checklist)
    yield from _rest(submitted)


def _items(submitted: Submitted, checklist: Checklist | None) -> Iterator[Fact]:
    items = {item["code"]: item["text"] for item in checklist.items} if checklist else {}
    labels = {value: str(label) for value, label in Answer.choices}
    for number, code in enumerate([*items, *(set(submitted.answers) - set(items))], 1):
        given = submitted.answers.get(code, {"a": ""})
        photos = tuple(given.get("photos", ()))
        said = [labels.get(given["a"], given["a"]), given.get("note", "")]
        said += [_("照片 %(n)d 张") % {"n": len(photos)}] if photos else []
        text = _("，").join(filter(None, said))
        yield Fact(f"{number}. {items.get(code, code)}", text, photos)


def _rest(submitted: Submitted) -> Iterator[Fact]:
    for label, name in TEXTS:
        yield Fact(str(label), getattr(submitted, name).strip())
    for label, name in SIGNED:
        uuid = getattr(submitted, name)
        yield Fact(str(label), _("已签字") if uuid else "", uuid)
    yield Fact(_("开始"), moment(submitted.started_at), submitted.started_at)
    yield Fact(_("结束"), moment(submitted.finished_at), submitted.finished_at)
    spot = [position(submitted.latitude), position(submitted.longitude)]
    yield Fact(_("经纬度"), _("，").join(f"{each:f}" for each in spot if each is not None))


TEXTS = (
    (gettext_lazy("同行人员"), "companions"),
    (gettext_lazy("备注"), "remarks"),
    (gettext_lazy("补录原因"), "late_reason"),
    (gettext_lazy("受检单位签字人"), "inspected_name"),
    (gettext_lazy("未签字原因"), "unsigned_reason"),
)
SIGNED = (
    (gettext_lazy("检查人签字"), "inspector_signature"),
    (gettext_lazy("受检单位签字"), "inspected_signature"),
)


def _name(name: Any, pk: int | None) -> str:
    """What a row is called; its number if the actor may not know."""
    return str(name) if name else (_("编号 %(n)d") % {"n": pk} if pk else "")
