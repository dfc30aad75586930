"""What a QR opens: nothing but a name for strangers, the work for people of the unit."""

from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from anxiao.foundation.access.http import ActorRequest, public
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import NotFound
from anxiao.foundation.places.models import Point
from anxiao.foundation.places.queries import point_by_code
from anxiao.loop.duties.states import CADENCE_LABELS
from anxiao.loop.inspections import queries
from anxiao.loop.inspections.queries import ListHere


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
    own = queries.inspects_itself(request.actor, point.org)
    roles = request.actor.roles_at(point.org.path) if own else frozenset[str]()
    shown = queries.point_card(point, roles, business_day(request.at))
    seen = queries.inspections_visible_to(request.actor)
    last = shown.last
    context = {
        "point": point,
        "lists": [
            {
                "here": row,
                "rhythm": CADENCE_LABELS.get(row.checklist.cadence, row.checklist.cadence),
                "url": _check_url(point, row),
            }
            for row in shown.lists
        ],
        "waiting": sum(row.standing.waiting or row.round is not None for row in shown.lists),
        "rounds": shown.rounds if own else (),
        "last": last,
        "last_open": last is not None and seen.filter(pk=last.pk).exists(),
    }
    return render(request, "inspections/card.html", context)


def _check_url(point: Point, row: ListHere) -> str:
    asked: dict[str, object] = {"checklist": row.checklist.pk, "point": point.pk}
    if row.round:
        asked |= {"round": row.round.round.pk, "kind": "patrol"}
    return f"{reverse('inspections:new')}?{urlencode(asked)}"
