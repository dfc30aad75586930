"""What a QR opens: nothing but a name for strangers, the work for people of the unit."""

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anxiao.foundation.access.http import ActorRequest, public
from anxiao.foundation.kernel.errors import NotFound
from anxiao.foundation.places.models import Point
from anxiao.foundation.places.queries import point_by_code
from anxiao.loop.duties.states import CADENCE_LABELS
from anxiao.loop.inspections import queries


@public
@require_GET
def card(request: ActorRequest, code: str) -> HttpResponseBase:
    """A point's card. The code on the wall is the secret that opens the name, and no more."""
    point = point_by_code(code)
    if point is None or point.retired_on:
        raise NotFound
    if not request.actor.may("inspections.inspect", point.org.path) and not request.actor.may(
        "inspections.superior", point.org.path
    ):
        return render(request, "inspections/card_public.html", {"point": point})
    return _own_card(request, point)


def _own_card(request: ActorRequest, point: Point) -> HttpResponseBase:
    shown = queries.point_card(point)
    seen = queries.inspections_visible_to(request.actor)
    last = shown.last
    context = {
        "point": point,
        "lists": [
            {"checklist": row, "rhythm": CADENCE_LABELS.get(row.cadence, row.cadence)}
            for row in shown.checklists
        ],
        "last": last,
        "last_open": last is not None and seen.filter(pk=last.pk).exists(),
    }
    return render(request, "inspections/card.html", context)
