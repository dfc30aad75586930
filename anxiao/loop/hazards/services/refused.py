"""Hazards refused because their uuid had brought another body: shown, and entered anew."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.conflicts.declare import Compared, Kind
from anxiao.foundation.conflicts.rules import Fact, typed
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.models import Place, Point
from anxiao.foundation.ui.templatetags.anxiao import day
from anxiao.loop.hazards.catalog import OTHER, category_code, category_label, cause_label
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.services.opening import TEXTS, Found, open_hazard
from anxiao.loop.hazards.services.told import found_as_told, spot_name
from anxiao.loop.hazards.states import HazardLevel, HazardSource, PhotoStage

LEFT_OUT: dict[str, Any] = {
    **dict.fromkeys((*TEXTS, "criterion", "point"), ""),
    **{"level": HazardLevel.ORDINARY.value, "place": None, "photos": [], "due_on": None},
}
"""What a body means by a field that it leaves out."""
SHOWN = ("source", "category", "level", "found_on", "due_on")
SAID = {"uuid", "unit", *SHOWN, *LEFT_OUT}
"""What a body may say."""


def body_of(found: Found) -> dict[str, Any]:
    """What a page handed in, as a program would have sent it."""
    told = {name: getattr(found, name) for name in ("uuid", *SHOWN, *TEXTS)} | {
        "unit": found.org.pk,
        "criterion": found.criterion.code if found.criterion else "",
        "point": found.point.code if found.point else "",
        "place": found.place.pk if found.place else None,
        "photos": [photo.uuid for photo in found.photos],
    }
    return {
        name: value
        for name, value in orjson.loads(orjson.dumps(told)).items()
        if value != LEFT_OUT.get(name, ...)
    }


def told_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body typed, with all its fields; ``ValueError`` or ``KeyError`` if of an older shape."""
    if strange := set(body) - SAID:
        raise KeyError(*strange)
    told = LEFT_OUT | {
        name: value.strip() if isinstance(value, str) else value for name, value in body.items()
    }
    return told | {
        "uuid": typed(UUID, told["uuid"]),
        "found_on": typed(date, told["found_on"]),
        "due_on": typed(date | None, told["due_on"]),
        "photos": typed(list[UUID], told["photos"]),
        "source": HazardSource(told["source"]).value,
        "level": HazardLevel(told["level"]).value,
        "unit": typed(int, told["unit"]),
        "place": typed(int | None, told["place"]),
        **{name: typed(str, told[name]) for name in ("category", "criterion", "point", *TEXTS)},
    }


def compare_hazards(uuid: UUID, told: Mapping[str, Any], actor: Actor) -> Compared:
    """The hazard as it stands now and the refused one, line by line."""
    rows = Hazard.objects.visible_to(actor).filter(uuid=uuid)
    row = rows.select_related("org", "criterion", "point", "place").first()
    return Compared(
        list(_facts(_as_stored(row))) if row else [],
        list(_facts(_as_refused(told, actor))),
        reverse("hazards:detail", args=[row.pk]) if row else "",
    )


def save_hazard(told: Mapping[str, Any], actor: Actor, at: datetime) -> str:
    """Enter it."""
    hazard = open_hazard(found_as_told(told, actor), actor=actor, at=at)
    return reverse("hazards:detail", args=[hazard.pk])


HAZARD = Kind(
    Hazard._meta.label_lower, gettext_lazy("隐患登记"), told_of, compare_hazards, save_hazard
)


def _as_stored(row: Hazard) -> dict[str, Any]:
    photos = row.photos.filter(stage=PhotoStage.BEFORE)
    return {name: getattr(row, name) for name in (*SHOWN, *TEXTS)} | {
        "unit": row.org.name,
        "criterion": row.criterion.code if row.criterion else "",
        "point": row.point.name if row.point else "",
        "place": row.place.full_name if row.place else "",
        "photos": frozenset(photos.values_list("upload__uuid", flat=True)),
    }


def _as_refused(told: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """With the names of what the actor may see, and what the service would fill in."""
    unit = Org.objects.visible_with(actor, "hazards.open").filter(pk=told["unit"]).first()
    points = Point.objects.visible_to(actor).select_related("place")
    point = points.filter(code=told["point"].upper()).first() if told["point"] else None
    places = Place.objects.visible_to(actor)
    place = places.filter(pk=told["place"]).first() if told["place"] else None
    shown = place or (point.place if point else None)
    return {
        **told,
        "unit": unit.name if unit else _("编号 %(n)d") % {"n": told["unit"]},
        "category": category_code(told["category"]) or OTHER,
        "place_text": told["place_text"] or spot_name(point, place),
        "found_by_name": told["found_by_name"] or actor.name,
        "point": point.name if point else told["point"],
        "place": shown.full_name if shown else "",
        "photos": frozenset(told["photos"]),
    }


def _facts(given: Mapping[str, Any]) -> Iterator[Fact]:
    yield Fact(_("单位"), given["unit"])
    yield Fact(_("隐患情况"), given["description"])
    yield Fact(_("具体位置"), given["place_text"])
    yield Fact(_("场所"), given["place"])
    yield Fact(_("检查点"), given["point"])
    photos = given["photos"]
    number = _("照片 %(n)d 张") % {"n": len(photos)} if photos else ""
    yield Fact(_("整改前照片"), number, photos)
    yield Fact(_("隐患类别"), category_label(given["category"]))
    yield Fact(_("等级"), str(HazardLevel(given["level"]).label))
    yield Fact(_("判定情形"), given["criterion"])
    yield Fact(_("来源"), str(HazardSource(given["source"]).label))
    yield Fact(_("排查时间"), day(given["found_on"]))
    yield Fact(_("整改时限"), day(given["due_on"]))
    yield Fact(_("原因"), cause_label(given["cause"]))
    for label, name in LABELS:
        yield Fact(str(label), given[name])


LABELS = (
    (gettext_lazy("排查人"), "found_by_name"),
    (gettext_lazy("判定理由"), "level_reason"),
    (gettext_lazy("依据"), "basis"),
    (gettext_lazy("临时防范措施"), "interim_measure"),
    (gettext_lazy("整改责任单位"), "responsible_unit"),
    (gettext_lazy("责任人"), "responsible_name"),
    (gettext_lazy("补录原因"), "late_reason"),
    (gettext_lazy("备注"), "remarks"),
)
