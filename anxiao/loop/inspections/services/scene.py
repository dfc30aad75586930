"""Everything an inspection points to, fetched and held against who hands it in."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.files.models import Upload
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Forbidden, Invalid, NotFound
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.models import Place, Point
from anxiao.loop.inspections.models import Inspection, Round
from anxiao.loop.inspections.queries.checklists import Version, holds_at, published
from anxiao.loop.inspections.queries.units import kinds_open_to, open_units
from anxiao.loop.inspections.rules import (
    FAIL,
    PASS,
    UPPER_KINDS,
    Checked,
    Submitted,
    check_answers,
    day_faults,
    photos_named,
    signature_faults,
)
from anxiao.loop.inspections.states import InspectionKind

TEXTS = ("companions", "remarks", "late_reason", "inspected_name", "unsigned_reason")
LONGEST = {
    field.name: field.max_length or 0 for field in Inspection._meta.fields if field.name in TEXTS
}
KINDS = frozenset(InspectionKind.values)
DEGREES = {"latitude": 90, "longitude": 180}


@dataclass(frozen=True, slots=True)
class Scene:
    """The rows an inspection points to."""

    org: Org
    checklist: Version
    point: Point | None
    place: Place | None
    """The place named, or else the point's."""
    round: Round | None
    uploads: Mapping[UUID, Upload]
    """Pictures that are there; those still on their way are left out."""

    @property
    def county_id(self) -> int:
        """The unit's county; ``scene_of`` takes no unit without one."""
        return self.org.county_id or self.org.pk


@dataclass(frozen=True, slots=True)
class References:
    """Whatever several records point to, by id, fetched once."""

    orgs: Mapping[int, Org]
    kinds: Mapping[int, tuple[str, ...]]
    """Which kinds of inspection the actor may hand in for each."""
    checklists: Mapping[int, Version]
    points: Mapping[int, Point]
    places: Mapping[int, Place]
    rounds: Mapping[int, Round]
    uploads: Mapping[UUID, Upload]


def references_of(records: Sequence[Submitted], actor: Actor) -> References:
    """Fetch what ``records`` point to: a statement per kind that is pointed to at all."""
    photos = {
        uuid
        for each in records
        for photo in photos_named(each.answers)
        if (uuid := _uuid_or_none(photo))
    }
    signatures = {
        uuid
        for each in records
        for uuid in (each.inspector_signature, each.inspected_signature)
        if uuid
    }
    orgs = open_units({each.org_id for each in records})
    return References(
        orgs,
        {pk: kinds_open_to(actor, org) for pk, org in orgs.items()},
        published({each.checklist_id for each in records}),
        _by_id(Point, (each.point_id for each in records), "place"),
        _by_id(Place, (each.place_id for each in records)),
        _by_id(Round, (each.round_id for each in records)),
        _uploads_named(photos | signatures),
    )


def scene_of(
    submitted: Submitted, references: References, actor: Actor, *, photos_follow: bool
) -> Scene:
    """What a record points to; ``NotFound`` for what the actor may not know of.

    Raises ``Forbidden`` where the unit may be seen but not inspected, ``Invalid`` for a checklist
    that does not hold there, a point of another unit, or a picture that is not the actor's.
    ``photos_follow``: photos that nobody has handed in yet may come later.
    """
    org = _org(submitted, references, actor)
    checklist = references.checklists.get(submitted.checklist_id)
    if checklist is None or not holds_at(checklist, org.path):
        raise Invalid(
            _("检查表不存在或尚未启用，请重新选择检查表。"), {"checklist": _("请重新选择检查表。")}
        )
    point = _of(references.points, submitted.point_id, org, "point")
    place = _of(references.places, submitted.place_id, org, "place")
    return Scene(
        org,
        checklist,
        point,
        place or (point.place if point else None),
        _of(references.rounds, submitted.round_id, org, "round"),
        _uploads(submitted, references, actor, photos_follow=photos_follow),
    )


def pictures(wanted: Iterable[UUID], actor: Actor) -> dict[UUID, Upload]:
    """The actor's own pictures by uuid; ``Invalid`` if one is missing or is no picture."""
    uuids = set(wanted)
    return _own_pictures(uuids, _uploads_named(uuids), actor)


def check(submitted: Submitted, scene: Scene, at: datetime) -> Checked:
    """The answers, if everything is in order; else ``Invalid`` naming items and fields."""
    checked = check_answers(scene.checklist.items, submitted.answers)
    errors = dict(checked.errors)
    errors |= day_faults(submitted.happened_on, business_day(at), submitted.late_reason)
    errors |= signature_faults(submitted)
    errors |= _lengths(submitted) | _position(submitted)
    if not errors and not (checked.having(PASS) or checked.having(FAIL)):
        errors["answers"] = _("全部填“不涉及”不算一次检查，请核对是否选错了检查表。")
    if errors:
        said = _("还有 %(n)d 处需要补充，请按提示填写。") % {"n": len(errors)}
        raise Invalid(said, errors)
    return checked


def position(value: float | None) -> Decimal | None:
    """Degrees as they are stored."""
    return None if value is None else round(Decimal(str(value)), 6)


def _org(submitted: Submitted, references: References, actor: Actor) -> Org:
    org = references.orgs.get(submitted.org_id)
    if org is None or org.county_id is None:
        raise NotFound(_("没有这个单位，或单位已停办。"))
    if submitted.kind not in KINDS:
        raise Invalid(_("请选择检查类型。"), {"kind": _("请选择检查类型。")})
    open_kinds = references.kinds[org.pk]
    if submitted.kind in open_kinds:
        return org
    if open_kinds or actor.may("inspections.inspect", org.path):
        said = (
            _("上级检查、联合检查和专项整治由上级单位开展，请选择自查或巡查。")
            if submitted.kind in UPPER_KINDS
            else _("自查、巡查由本单位人员开展，请选择上级检查、联合检查或专项整治。")
        )
        raise Invalid(said, {"kind": said})
    if actor.may("places.view", org.path):
        raise Forbidden("inspections.inspect")
    raise NotFound(_("没有这个单位，或单位已停办。"))


def _uploads(
    submitted: Submitted, references: References, actor: Actor, *, photos_follow: bool
) -> dict[UUID, Upload]:
    wanted = {_uuid(photo) for photo in photos_named(submitted.answers)}
    if photos_follow:
        wanted &= references.uploads.keys()
    wanted |= {
        uuid for uuid in (submitted.inspector_signature, submitted.inspected_signature) if uuid
    }
    return _own_pictures(wanted, references.uploads, actor)


def _own_pictures(
    wanted: set[UUID], found: Mapping[UUID, Upload], actor: Actor
) -> dict[UUID, Upload]:
    mine = {
        uuid: row
        for uuid in wanted
        if (row := found.get(uuid))
        and row.user_id == actor.user_id
        and row.blob.media_type.startswith("image/")
    }
    if len(mine) != len(wanted):
        raise Invalid(
            _("有照片尚未上传成功，请重新拍照或选择照片后提交。"), {"photos": _("请重新上传照片。")}
        )
    return mine


def _uploads_named(uuids: Collection[UUID]) -> dict[UUID, Upload]:
    if not uuids:
        return {}
    rows = Upload.objects.filter(uuid__in=uuids).select_related("blob")
    return {row.uuid: row for row in rows}


def _uuid(value: object) -> UUID:
    found = _uuid_or_none(value)
    if found is None:
        raise Invalid(_("照片编号不对，请重新上传照片。"), {"photos": _("请重新上传照片。")})
    return found


def _uuid_or_none(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _by_id(model: Any, ids: Iterable[int | None], *related: str) -> dict[int, Any]:
    wanted = {pk for pk in ids if pk is not None}
    if not wanted:
        return {}
    rows = model.objects.select_related(*related) if related else model.objects.all()
    return dict(rows.in_bulk(wanted))


def _of(rows: Mapping[int, Any], pk: int | None, org: Org, field: str) -> Any:
    if pk is None:
        return None
    row = rows.get(pk)
    if row is None or row.org_id != org.pk:
        said = _("所选检查点、场所或路线不属于这个单位，请重新选择。")
        raise Invalid(said, {field: said})
    return row


def _lengths(submitted: Submitted) -> dict[str, str]:
    return {
        name: _("不能超过 %(n)d 字，请精简。") % {"n": most}
        for name, most in LONGEST.items()
        if len(getattr(submitted, name)) > most
    }


def _position(submitted: Submitted) -> dict[str, str]:
    return {
        name: _("经纬度不对，请重新定位。")
        for name, most in DEGREES.items()
        if (value := getattr(submitted, name)) is not None and not abs(value) <= most
    }
