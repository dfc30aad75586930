"""Hazards as programs tell them: the rows that a body names by code, number or UUID."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.files.models import Upload
from anxiao.foundation.files.queries import my_uploads
from anxiao.foundation.kernel.errors import AnotherBody, DomainError, Invalid, NotFound
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.models import Place, Point
from anxiao.loop.hazards.catalog import category_code
from anxiao.loop.hazards.models import Criterion, Hazard
from anxiao.loop.hazards.services.opening import TAKEN, Found, known_before, open_hazard_once

AS_TOLD = ("criterion", "point", "place", "photos", "unit")
"""Fields of a body that name rows; the rest is taken as it was told."""


def found_as_told(told: Mapping[str, Any], actor: Actor, *, ended: bool = False) -> Found:
    """A body, typed and with all its fields, as ``open_hazard`` takes it.

    Raises ``NotFound`` for a unit where the actor enters no hazards, ``Invalid`` for what the unit
    does not have. ``ended``: what is out of use by now is found too.
    """
    org = Org.objects.visible_with(actor, "hazards.open").filter(pk=told["unit"]).first()
    if org is None:
        raise NotFound
    point, place = _spot(told, org, actor, ended=ended)
    given = {name: value for name, value in told.items() if name not in AS_TOLD}
    if category_code(told["category"]) is None:
        message = _("没有这个隐患类别，请核对。")
        raise Invalid(message, {"category": message})
    given["place_text"] = told["place_text"] or spot_name(point, place)
    return Found(
        org=org,
        point=point,
        place=place,
        criterion=criterion_of(actor, told["criterion"], ended=ended),
        photos=own_uploads(actor, told["photos"]),
        **given,
    )


def open_as_told(told: Mapping[str, Any], *, actor: Actor, at: datetime) -> tuple[Hazard, bool]:
    """Enter a body, and whether it is new; what came before is known though its point is retired.

    Whether it came before is asked only of a body that is refused. Raises as ``found_as_told`` and
    ``open_hazard``.
    """
    try:
        found = found_as_told(told, actor)
    except DomainError:
        row = _resent(told, actor)
        if row is None:
            raise
        return row, False
    return open_hazard_once(found, actor=actor, at=at)


def _resent(told: Mapping[str, Any], actor: Actor) -> Hazard | None:
    """The hazard that the same body opened; ``None`` if there is none, or the actor may no longer
    enter hazards there. Raises ``AnotherBody`` for another body, ``NotFound`` for another person's.
    """
    row = Hazard.objects.filter(uuid=told["uuid"]).first()
    if row is None:
        return None
    if row.recorded_by_id != actor.user_id:
        raise NotFound(_("没有这项隐患。"))
    if told["unit"] != row.org_id:
        raise AnotherBody(_(TAKEN))
    written = {"place_text": told["place_text"] or row.place_text}  # a place may bear another name
    try:
        found = found_as_told({**told, **written}, actor, ended=True)
    except NotFound:
        return None
    except Invalid as error:
        raise AnotherBody(_(TAKEN)) from error
    return known_before(found, actor)


def own_uploads(actor: Actor, uuids: Iterable[UUID]) -> list[Upload]:
    """The actor's own uploads; ``Invalid`` at ``photos`` if one of them has not arrived."""
    wanted = list(dict.fromkeys(uuids))
    found = my_uploads(actor, wanted)
    if len(found) < len(wanted):
        message = _("有照片尚未上传，请先上传照片。")
        raise Invalid(message, {"photos": message})
    return found


def criterion_of(actor: Actor, code: str, *, ended: bool = False) -> Criterion | None:
    """The criterion in force of ``code``, or ``ended`` too; ``Invalid`` if there is none."""
    if not code:
        return None
    rows = Criterion.objects.visible_to(actor)
    found = (rows if ended else rows.in_force()).filter(code=code).first()
    if found is None:
        message = _("没有这条判定情形，或已停用。")
        raise Invalid(message, {"criterion": message})
    return found


def spot_name(point: Point | None, place: Place | None) -> str:
    """A place in words where nobody wrote it down."""
    if point is not None:
        return f"{point.place.full_name} {point.name}" if point.place else point.name
    return place.full_name if place else ""


def _spot(
    told: Mapping[str, Any], org: Org, actor: Actor, *, ended: bool
) -> tuple[Point | None, Place | None]:
    point = place = None
    here: dict[str, Any] = {"org": org} if ended else {"org": org, "retired_on": None}
    if told["point"]:
        points = Point.objects.visible_to(actor).filter(**here)
        point = points.select_related("place").filter(code=told["point"].upper()).first()
        if point is None:
            message = _("本单位没有这个检查点。")
            raise Invalid(message, {"point": message})
    if told["place"] is not None:
        places = Place.objects.visible_to(actor).filter(**here)
        place = places.filter(pk=told["place"]).first()
        if place is None:
            message = _("本单位没有这个场所。")
            raise Invalid(message, {"place": message})
    return point, place
