"""Writing places and points. Names are unique within a unit; codes are short and random."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor, require
from anxiao.foundation.journal.services import record
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Conflict, Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.catalog import key_parts
from anxiao.foundation.places.models import Place, Point
from anxiao.foundation.places.rules import ALPHABET, CODE_LENGTH, read_code
from anxiao.foundation.places.states import PlaceKind, PointKind

INSIDE = {"building": {"floor", "room", "area"}, "floor": {"room", "area"}, "area": {"room"}}
FULL_NAME_MAX = 200


def create_place(
    org: Org, *, kind: str, name: str, parent: Place | None, actor: Actor, at: datetime
) -> Place:
    """Add a building, floor, room or area. Raises ``Invalid`` for a doubled or misplaced name."""
    require(actor, "places.edit", org.path)
    if kind not in PlaceKind.values:
        raise Invalid(_("请选择场所类别。"), {"kind": _("请选择场所类别。")})
    if parent is not None and not _holds(parent, org, kind):
        raise Invalid(_("上级场所不合适。"), {"parent": _("请选择本单位的楼栋、楼层或区域。")})
    full_name = f"{parent.full_name} {_named(name)}" if parent else _named(name)
    if len(full_name) > FULL_NAME_MAX:
        said = _("连同上级场所，名称不能超过 %(n)d 字。") % {"n": FULL_NAME_MAX}
        raise Invalid(said, {"name": said})
    try:
        with transaction.atomic():
            place = Place.objects.create(
                org=org, kind=kind, name=name.strip(), parent=parent, full_name=full_name
            )
            record("create", place, actor=actor, at=at, org_path=org.path)
    except IntegrityError as fault:
        raise Invalid(
            _("场所已存在。"), {"name": _("“%s”已登记，请换一个名称。") % full_name}
        ) from fault
    return place


@transaction.atomic
def retire_place(place: Place, *, actor: Actor, at: datetime) -> None:
    """Take a place out of use; it must hold no point and no place in use. Its past stays."""
    require(actor, "places.edit", place.org.path)
    if place.points.filter(retired_on__isnull=True).exists() or (
        place.children.filter(retired_on__isnull=True).exists()
    ):
        raise Conflict(_("这里还有在用的检查点或下级场所，请先停用它们。"))
    rows = Place.objects.filter(pk=place.pk, retired_on__isnull=True)
    if rows.update(retired_on=business_day(at)) != 1:
        raise Conflict(_("这处场所已停用。"))
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
    _check(org, place, key_part)
    if kind not in PointKind.values:
        raise Invalid(_("请选择检查点类别。"), {"kind": _("请选择检查点类别。")})
    Org.objects.filter(pk=org.pk).update(code=F("code"))  # one numberer at a time in this unit
    last = Point.objects.filter(org=org).aggregate(last=Max("number"))["last"] or 0
    point = Point.objects.create(
        org=org,
        place=place,
        kind=kind,
        key_part=key_part,
        name=_named(name),
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
    _check(point.org, place, key_part)
    values = {"name": _named(name), "place": place, "key_part": key_part}
    if _in_use(point).update(**values) != 1:
        raise Conflict(_("这个检查点已停用，不能再改。"))
    record("edit", point, actor=actor, at=at, org_path=point.org.path, detail={"name": name})


@transaction.atomic
def replace_code(point: Point, *, actor: Actor, at: datetime) -> Point:
    """Give a point a fresh code: the label that was lost or copied no longer leads anywhere."""
    require(actor, "places.edit", point.org.path)
    point.code = _new_code()
    if _in_use(point).update(code=point.code) != 1:
        raise Conflict(_("这个检查点已停用，不能换发。"))
    record("replace_code", point, actor=actor, at=at, org_path=point.org.path)
    return point


@transaction.atomic
def rebind_label(point: Point, typed: str, *, actor: Actor, at: datetime) -> Point | None:
    """Let the label that hangs there lead to this point; return the point it led to before.

    That one gets this point's code in turn, so that two labels hung the wrong way round are both
    right again without printing. Raises ``Invalid`` for what is no code or another unit's label.
    """
    require(actor, "places.edit", point.org.path)
    code = read_code(typed)
    if not code:
        said = _("请输入标签上的 8 位编码，或粘贴扫出来的链接。")
        raise Invalid(said, {"code": said})
    held = {row.pk: row for row in _locked(Q(pk=point.pk) | Q(code=code))}
    mine = held.pop(point.pk)
    other = next(iter(held.values()), None)
    if mine.retired_on:
        raise Conflict(_("这个检查点已停用，不能改绑。"))
    if other is not None and other.org_id != point.org_id:
        said = _("这张标签不是本单位的，请另选一张。")
        raise Invalid(said, {"code": said})
    if other is not None:  # codes are unique at every moment, so one of them steps aside
        Point.objects.filter(pk=other.pk).update(code=f"-{other.pk}")
    Point.objects.filter(pk=point.pk).update(code=code)
    if other is not None:
        Point.objects.filter(pk=other.pk).update(code=mine.code)
    point.code = code
    detail = {"from": other.number} if other else {}
    path = point.org.path
    record("rebind_label", point, actor=actor, at=at, org_path=path, detail=detail)
    return other


@transaction.atomic
def retire_point(point: Point, *, actor: Actor, at: datetime) -> None:
    """Take a point out of use; records made there stay."""
    require(actor, "places.edit", point.org.path)
    if _in_use(point).update(retired_on=business_day(at)) != 1:
        raise Conflict(_("这个检查点已停用。"))
    record("retire", point, actor=actor, at=at, org_path=point.org.path)


def _locked(wanted: Q) -> QuerySet[Point]:
    return Point.objects.select_for_update().filter(wanted).order_by("pk")


def _in_use(point: Point) -> QuerySet[Point]:
    return Point.objects.filter(pk=point.pk, retired_on__isnull=True)


def _holds(parent: Place, org: Org, kind: str) -> bool:
    inside = kind in INSIDE.get(parent.kind, ())
    return inside and parent.org_id == org.pk and parent.retired_on is None


def _named(name: str) -> str:
    if not name.strip():
        raise Invalid(_("请填写名称。"), {"name": _("请填写名称。")})
    return name.strip()


def _check(org: Org, place: Place | None, key_part: str) -> None:
    if place is not None and (place.org_id != org.pk or place.retired_on):
        raise Invalid(_("场所不属于本单位或已停用。"), {"place": _("请选择本单位在用的场所。")})
    if key_part and key_part not in key_parts():
        raise Invalid(_("没有这个重点部位。"), {"key_part": _("请重新选择重点部位。")})


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
