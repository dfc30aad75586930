"""Writing places and points. Names are unique within a unit; codes are short and random."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor, require
from anxiao.foundation.journal.services import record
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.models import Place, Point

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0 O 1 I L U: a code can be read out and typed."""
CODE_LENGTH = 8
INSIDE = {"building": {"floor", "room", "area"}, "floor": {"room", "area"}, "area": {"room"}}


def create_place(
    org: Org, *, kind: str, name: str, parent: Place | None, actor: Actor, at: datetime
) -> Place:
    """Add a building, floor, room or area. Raises ``Invalid`` for a doubled or misplaced name."""
    require(actor, "places.edit", org.path)
    if parent is not None and (parent.org_id != org.pk or kind not in INSIDE.get(parent.kind, ())):
        raise Invalid(_("上级场所不合适。"), {"parent": _("请选择本单位的楼栋、楼层或区域。")})
    full_name = f"{parent.full_name} {name}" if parent else name
    try:
        with transaction.atomic():
            place = Place.objects.create(
                org=org, kind=kind, name=name, parent=parent, full_name=full_name
            )
            record("create", place, actor=actor, at=at, org_path=org.path)
    except IntegrityError as fault:
        raise Invalid(
            _("场所已存在。"), {"name": _("“%s”已登记，请换一个名称。") % full_name}
        ) from fault
    return place


def retire_place(place: Place, *, actor: Actor, at: datetime) -> None:
    """Take a place out of use; it must hold no point and no place in use. Its past stays."""
    require(actor, "places.edit", place.org.path)
    if place.points.filter(retired_on__isnull=True).exists() or (
        place.children.filter(retired_on__isnull=True).exists()
    ):
        raise Invalid(_("这里还有在用的检查点或下级场所，请先停用它们。"))
    Place.objects.filter(pk=place.pk).update(retired_on=business_day(at))
    record("retire", place, actor=actor, at=at, org_path=place.org.path)


@transaction.atomic
def create_point(
    org: Org,
    *,
    name: str,
    kind: str,
    place: Place | None,
    key_part: str = "",
    actor: Actor,
    at: datetime,
) -> Point:
    """Add a point with the next number of the unit and a fresh code."""
    require(actor, "places.edit", org.path)
    if place is not None and place.org_id != org.pk:
        raise Invalid(_("场所不属于本单位。"), {"place": _("请选择本单位的场所。")})
    Org.objects.filter(pk=org.pk).update(code=F("code"))  # one numberer at a time in this unit
    last = Point.objects.filter(org=org).aggregate(last=Max("number"))["last"] or 0
    point = Point.objects.create(
        org=org,
        place=place,
        kind=kind,
        key_part=key_part,
        name=name,
        number=last + 1,
        code=_new_code(),
    )
    record("create", point, actor=actor, at=at, org_path=org.path)
    return point


@transaction.atomic
def edit_point(
    point: Point, *, name: str, place: Place | None, key_part: str, actor: Actor, at: datetime
) -> None:
    """Rename a point or move it to another place; its number, code and past stay."""
    require(actor, "places.edit", point.org.path)
    if place is not None and place.org_id != point.org_id:
        raise Invalid(_("场所不属于本单位。"), {"place": _("请选择本单位的场所。")})
    Point.objects.filter(pk=point.pk).update(name=name, place=place, key_part=key_part)
    record("edit", point, actor=actor, at=at, org_path=point.org.path, detail={"name": name})


@transaction.atomic
def replace_code(point: Point, *, actor: Actor, at: datetime) -> Point:
    """Give a point a fresh code: the label that was lost or copied no longer leads anywhere."""
    require(actor, "places.edit", point.org.path)
    point.code = _new_code()
    Point.objects.filter(pk=point.pk).update(code=point.code)
    record("replace_code", point, actor=actor, at=at, org_path=point.org.path)
    return point


@transaction.atomic
def retire_point(point: Point, *, actor: Actor, at: datetime) -> None:
    """Take a point out of use; records made there stay."""
    require(actor, "places.edit", point.org.path)
    Point.objects.filter(pk=point.pk).update(retired_on=business_day(at))
    record("retire", point, actor=actor, at=at, org_path=point.org.path)


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
