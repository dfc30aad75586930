"""Sheets on paper: the notice to rectify (整改通知书), the sheet of striking off (销号登记表)."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.places.queries import qr_of
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.queries import hazard_page
from anxiao.loop.hazards.rules.steps import verified_above
from anxiao.loop.hazards.views import wording
from anxiao.loop.hazards.views.pages import SEE, find


@require_GET
@page(*SEE)
def print_notice(request: ActorRequest, pk: int) -> HttpResponseBase:
    """The notice to rectify with its return slip (回执)."""
    hazard = find(request, pk)
    why = wording.why_no_notice(hazard)
    if why:
        messages.warning(request, why)
        return redirect("hazards:detail", pk)
    return render(request, "hazards/notice.html", _sheet(request, hazard))


@require_GET
@page(*SEE)
def print_closing(request: ActorRequest, pk: int) -> HttpResponseBase:
    """The sheet that shows a hazard from finding to striking off, with its photos."""
    hazard = find(request, pk)
    shown = hazard_page(hazard, request.actor, business_day(request.at))
    context = _sheet(request, hazard) | {
        "before": wording.photo_links(shown, shown.before, _("整改前")),
        "after": wording.photo_links(shown, shown.after, _("整改后")),
        "steps": list(reversed(wording.timeline(shown.history))),
    }
    return render(request, "hazards/closing.html", context)


def _sheet(request: ActorRequest, hazard: Hazard) -> dict[str, object]:
    back = reverse("hazards:detail", args=[hazard.pk])
    link = request.build_absolute_uri(back)
    return {
        "hazard": hazard,
        "day": business_day(request.at),
        "issuer": hazard.org.parent if _from_above(request, hazard) else hazard.org,
        "back": back,
        "link": link,
        "qr": qr_of(link),
    }


def _from_above(request: ActorRequest, hazard: Hazard) -> bool:
    """Whether the sheet is issued by the upper level: it sees to the hazard, and who prints it
    holds a post there. What a unit found itself bears no stamp but its own.
    """
    post = request.post
    above = verified_above(hazard.source, hazard.level)
    return bool(above and post and hazard.org.parent_id and post.org_id != hazard.org_id)
