"""Inspections that were made: result, record, sheet for signing, pictures."""

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.generic import RedirectView

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.files.http import Variant, serve
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.places.queries import qr_of
from anxiao.foundation.places.rules import joined
from anxiao.loop.inspections import queries
from anxiao.loop.inspections.models import Inspection
from anxiao.loop.inspections.queries import AnswerRow
from anxiao.loop.inspections.rules import TWO_SIDED

READERS = ("inspections.view", "inspections.inspect", "inspections.superior")

inspection_list = page("inspections.view")(
    RedirectView.as_view(pattern_name="registers:inspections", query_string=True)
)


def _inspection(request: ActorRequest, pk: int) -> Inspection:
    rows = queries.inspections_visible_to(request.actor).select_related(
        "org", "checklist", "point", "place", "round__org", "inspector_signature"
    )
    return get_object_or_404(rows.select_related("inspected_signature"), pk=pk)


@page(*READERS)
@require_GET
def done(request: ActorRequest, pk: int) -> HttpResponseBase:
    """The result: how many were wrong, which hazards they became, where the round goes next."""
    inspection = _inspection(request, pk)
    record = queries.record_of(inspection)
    round_ = inspection.round
    context = {
        "inspection": inspection,
        "record": record,
        "hazards": record.hazards,
        "may_assign": request.actor.may("hazards.assign", inspection.org.path),
        "next": queries.next_stop(round_, business_day(request.at)) if round_ else None,
    }
    return render(request, "inspections/done.html", context)


@page(*READERS)
@require_GET
def detail(request: ActorRequest, pk: int) -> HttpResponseBase:
    """The record: what was wrong first, with pictures, hazards and signatures."""
    inspection = _inspection(request, pk)
    record = queries.record_of(inspection)
    context = {
        "inspection": inspection,
        "record": record,
        "failed": [_shown(inspection, row) for row in record.failed],
        "rest": [_shown(inspection, row) for row in record.rest],
        "facts": _facts(inspection),
        "signatures": _signatures(inspection),
    }
    return render(request, "inspections/detail.html", context)


@page(*READERS)
@require_GET
def sheet(request: ActorRequest, pk: int) -> HttpResponseBase:
    """A4: the record as it is filed, with both signatures."""
    inspection = _inspection(request, pk)
    record = queries.record_of(inspection)
    context = {
        "inspection": inspection,
        "record": record,
        "signatures": {side["key"]: side for side in _signatures(inspection)},
        "qr": qr_of(
            request.build_absolute_uri(reverse("inspections:detail", args=[inspection.pk]))
        ),
        "two_sides": inspection.kind in TWO_SIDED,
    }
    return render(request, "inspections/sheet.html", context)


@page(*READERS)
@require_GET
def photo(request: ActorRequest, pk: str, uuid: str, variant: Variant) -> HttpResponseBase:
    """A picture or signature of an inspection the actor may see."""
    inspection = _inspection(request, int(pk))
    return serve(queries.inspection_upload(inspection, UUID(uuid)), variant)


def _shown(inspection: Inspection, row: AnswerRow) -> dict[str, Any]:
    pictures = [
        *((uuid, "") for uuid in row.photos),
        *((uuid, _("补传")) for uuid in row.late_photos),
    ]
    return {
        "row": row,
        "photos": [
            {
                "url": _photo_url(inspection, uuid, "full"),
                "thumb": _photo_url(inspection, uuid, "thumb"),
                "alt": _("第 %(n)d 项的照片") % {"n": row.number},
                "caption": caption,
            }
            for uuid, caption in pictures
        ],
    }


def _photo_url(inspection: Inspection, uuid: object, variant: str) -> str:
    return reverse("inspections:photo", args=[inspection.pk, str(uuid), variant])


def _signatures(inspection: Inspection) -> list[dict[str, str]]:
    sides = (
        ("inspector", _("检查人"), inspection.inspector_name, inspection.inspector_signature),
        ("inspected", _("受检单位"), inspection.inspected_name, inspection.inspected_signature),
    )
    return [
        {
            "key": key,
            "label": label,
            "name": name,
            "url": _photo_url(inspection, upload.uuid, "full") if upload else "",
        }
        for key, label, name, upload in sides
    ]


def _facts(inspection: Inspection) -> list[dict[str, Any]]:
    place = inspection.place.full_name if inspection.place else ""
    spot = inspection.point.name if inspection.point else ""
    pairs = (
        (_("单位"), inspection.org.name),
        (
            _("检查表"),
            _("%(title)s（第 %(n)d 版）")
            % {"title": inspection.checklist.title, "n": inspection.checklist.version},
        ),
        (_("类型"), inspection.get_kind_display()),
        (_("地点"), joined(place, spot)),
        (_("检查人"), inspection.inspector_name),
        (_("同行人员"), inspection.companions),
        (_("巡查路线"), inspection.round.name if inspection.round else ""),
        (_("补录原因"), inspection.late_reason),
        (_("未签字原因"), inspection.unsigned_reason),
        (_("备注"), inspection.remarks),
    )
    facts = [{"label": label, "value": value} for label, value in pairs if value]
    version = reverse("inspections:checklist", args=[inspection.checklist_id])
    return [{**fact, "url": version} if fact["label"] == _("检查表") else fact for fact in facts]
