"""Everything an inspection points to, fetched and held against who hands it in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.files.models import Upload
from anxiao.foundation.files.queries import my_uploads
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Forbidden, Invalid, NotFound
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.models import Place, Point
from anxiao.loop.inspections.models import Checklist, Inspection, Round
from anxiao.loop.inspections.queries.checklists import published
from anxiao.loop.inspections.queries.units import kinds_open_to, open_unit
from anxiao.loop.inspections.rules import (
    FAIL,
    PASS,
    UPPER_KINDS,
    Checked,
    Submitted,
    check_answers,
    day_faults,
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
    checklist: Checklist
    point: Point | None
    place: Place | None
    round: Round | None
    uploads: Mapping[UUID, Upload]
    """Pictures that are there; those still on their way are left out."""

    @property
    def county_id(self) -> int:
        """The unit's county; ``scene_of`` takes no unit without one."""
        return self.org.county_id or self.org.pk


def scene_of(submitted: Submitted, actor: Actor, *, photos_follow: bool) -> Scene:
    """Fetch what is pointed to; ``NotFound`` for what the actor may not know of.

    Raises ``Forbidden`` where the unit may be seen but not inspected, ``Invalid`` for a checklist
    that does not hold there, a point of another unit, or a picture that is not the actor's.
    ``photos_follow``: photos that nobody has handed in yet may come later.
    """
    org = _org(submitted, actor)
    checklist = published(submitted.checklist_id, org.path)
    if checklist is None:
        raise Invalid(
            _("检查表不存在或尚未启用，请重新选择检查表。"), {"checklist": _("请重新选择检查表。")}
        )
    return Scene(
        org,
        checklist,
        _of(Point.objects.select_related("place"), submitted.point_id, org, "point"),
        _of(Place.objects.all(), submitted.place_id, org, "place"),
        _of(Round.objects.all(), submitted.round_id, org, "round"),
        _uploads(submitted, actor, photos_follow=photos_follow),
    )


def pictures(wanted: Iterable[UUID], actor: Actor) -> dict[UUID, Upload]:
    """The actor's own pictures by uuid; ``Invalid`` if one is missing or is no picture."""
    uuids = list(wanted)
    found = {
        row.uuid: row
        for row in (my_uploads(actor, uuids) if uuids else ())
        if row.blob.media_type.startswith("image/")
    }
    if set(uuids) - found.keys():
        raise Invalid(
            _("有照片尚未上传成功，请重新拍照或选择照片后提交。"), {"photos": _("请重新上传照片。")}
        )
    return found


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


def _org(submitted: Submitted, actor: Actor) -> Org:
    org = open_unit(submitted.org_id)
    if org is None or org.county_id is None:
        raise NotFound(_("没有这个单位，或单位已停办。"))
    if submitted.kind not in KINDS:
        raise Invalid(_("请选择检查类型。"), {"kind": _("请选择检查类型。")})
    open_kinds = kinds_open_to(actor, org)
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


def _uploads(submitted: Submitted, actor: Actor, *, photos_follow: bool) -> dict[UUID, Upload]:
    signatures = {
        uuid for uuid in (submitted.inspector_signature, submitted.inspected_signature) if uuid
    }
    photos = {
        _uuid(photo) for given in submitted.answers.values() for photo in given.get("photos") or ()
    }
    if photos_follow and photos:
        photos &= set(Upload.objects.filter(uuid__in=photos).values_list("uuid", flat=True))
    return pictures(signatures | photos, actor)


def _uuid(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as fault:
        raise Invalid(
            _("照片编号不对，请重新上传照片。"), {"photos": _("请重新上传照片。")}
        ) from fault


def _of(rows: Any, pk: int | None, org: Org, field: str) -> Any:
    if pk is None:
        return None
    row = rows.filter(pk=pk, org=org).first()
    if row is None:
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
