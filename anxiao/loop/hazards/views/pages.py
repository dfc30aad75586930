"""The page of one hazard, entering a new one, and what is said about it."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.generic import RedirectView

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.conflicts.http import shown_beside
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import AnotherBody, Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import search_units
from anxiao.foundation.orgs.states import OrgKind, OrgState
from anxiao.foundation.places.queries import places_of, points_of
from anxiao.foundation.ui.http import add_errors
from anxiao.loop.hazards import services
from anxiao.loop.hazards.forms import CommentForm, OpenForm
from anxiao.loop.hazards.forms.opening import Spots
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.queries import hazard_page, hazards_with_all, repeats_of
from anxiao.loop.hazards.services.refused import HAZARD, body_of
from anxiao.loop.hazards.states import HazardSource
from anxiao.loop.hazards.views import wording
from anxiao.loop.hazards.views.photos import received

SEE = ("hazards.view", "hazards.view_own")
UNITS_SHOWN, REPEATS_SHOWN = 30, 5

hazard_list = page(*SEE)(RedirectView.as_view(pattern_name="registers:hazards", query_string=True))


@require_GET
@page(*SEE)
def detail(request: ActorRequest, pk: int) -> HttpResponseBase:
    """One hazard: verdict, the next step, facts, photos, history."""
    hazard = find(request, pk)
    day = business_day(request.at)
    shown = hazard_page(hazard, request.actor, day)
    text, tone = wording.verdict(shown, day)
    context = {
        "hazard": hazard,
        "page": shown,
        "verdict": text,
        "tone": tone,
        "found": wording.found_facts(hazard),
        "commitments": wording.commitment_facts(hazard),
        "outcome": wording.outcome_facts(hazard),
        "before": wording.photo_links(shown, shown.before, _("整改前")),
        "after": wording.photo_links(shown, shown.after, _("整改后")),
        "steps": wording.timeline(shown.history),
        "repeats": repeats_of(hazard, request.actor)[:REPEATS_SHOWN],
        **wording.doings(shown),
        "badges": wording.badges(hazard),
        "warnings": wording.warnings(shown),
        "comment_form": CommentForm(),
    }
    return render(request, "hazards/detail.html", context)


@require_http_methods(["GET", "POST"])
@page("hazards.open")
def open_hazard(request: ActorRequest) -> HttpResponseBase:
    """Enter a hazard; whoever looks after several units chooses the unit first."""
    org = _unit(request)
    if org is None:
        return _choose_unit(request)
    form = OpenForm(
        request.POST or None,
        request.FILES or None,
        org=org,
        actor=request.actor,
        day=business_day(request.at),
        spots=Spots(list(points_of(org)), list(places_of(org))),
        initial=_first_values(request, org),
    )
    kept = []
    if request.method == "POST":
        kept = received(request, form, org)
        if form.is_valid():
            try:
                hazard = _open(request, org, form, kept)
            except Invalid as error:
                add_errors(form, error)
            except AnotherBody as error:
                sent = body_of(_found(org, form, kept))
                return shown_beside(request, error, sent, subject=HAZARD.subject)
            else:
                messages.success(request, _("已登记，台账编号 %(n)s。") % {"n": hazard.number})
                return redirect("hazards:detail", hazard.pk)
    context = {"org": org, "form": form, "kept": kept}
    return render(request, "hazards/open.html", context, status=_status(form))


@require_POST
@page(*SEE)
def comment(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Say something about a hazard."""
    hazard = find(request, pk)
    form = CommentForm(request.POST)
    if form.is_valid():
        text = form.cleaned_data["text"]
        services.comment_hazard(hazard, text=text, actor=request.actor, at=request.at)
        messages.success(request, _("已留言。"))
    else:
        messages.warning(request, _("请写下留言后再提交。"))
    return redirect("hazards:detail", hazard.pk)


def find(request: ActorRequest, pk: int) -> Hazard:
    """A hazard that the actor may see, with all a page touches; else 404."""
    rows = hazards_with_all(Hazard.objects.visible_to(request.actor))
    return get_object_or_404(rows, pk=pk)


def _unit(request: ActorRequest) -> Org | None:
    """The unit asked for, or the post's own if it is a school or kindergarten."""
    units = Org.objects.visible_with(request.actor, "hazards.open").filter(state=OrgState.ACTIVE)
    asked = request.GET.get("org", "")
    if asked:
        return get_object_or_404(units, pk=asked if asked.isdecimal() else 0)
    if request.post is None:
        return None
    kinds = (OrgKind.SCHOOL, OrgKind.KINDERGARTEN)
    return units.filter(pk=request.post.org_id, kind__in=kinds).first()


def _choose_unit(request: ActorRequest) -> HttpResponse:
    units = Org.objects.visible_with(request.actor, "hazards.open").filter(state=OrgState.ACTIVE)
    words = request.GET.get("q", "")[:80]
    found = search_units(units, words).order_by("path")[: UNITS_SHOWN + 1]
    context = {
        "units": list(found)[:UNITS_SHOWN],
        "more": len(found) > UNITS_SHOWN,
        "words": words,
    }
    return render(request, "hazards/choose_unit.html", context)


def _first_values(request: ActorRequest, org: Org) -> dict[str, object]:
    own = request.post is not None and request.post.org_id == org.pk
    return {
        "source": HazardSource.SELF_CHECK if own else HazardSource.SUPERIOR,
        "found_on": business_day(request.at),
        "found_by_name": request.actor.name,
        "spot": request.GET.get("spot", ""),
    }


def _open(request: ActorRequest, org: Org, form: OpenForm, photos: list) -> Hazard:  # type: ignore[type-arg]
    found = _found(org, form, photos)
    return services.open_hazard(found, actor=request.actor, at=request.at)


def _found(org: Org, form: OpenForm, photos: list) -> services.Found:  # type: ignore[type-arg]
    given = {
        name: value
        for name, value in form.cleaned_data.items()
        if name not in {"photos", "kept", "spot"}
    }
    return services.Found(org=org, photos=photos, **given)


def _status(form: OpenForm) -> int:
    return 422 if form.is_bound and form.errors else 200
