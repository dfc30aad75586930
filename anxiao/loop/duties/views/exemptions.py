"""Exemptions: asked for by a unit, answered by the level above."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.ui.http import add_errors
from anxiao.loop.duties import services
from anxiao.loop.duties.forms import DecisionForm, ExemptionForm
from anxiao.loop.duties.models import Duty, Exemption
from anxiao.loop.duties.queries import pages
from anxiao.loop.duties.states import ExemptionState
from anxiao.loop.duties.views.plans import duty_row
from anxiao.loop.duties.views.units import unit_or_404


@page("duties.view")
@require_GET
def exemption_list(request: ActorRequest) -> HttpResponseBase:
    """Requests below the actor, those waiting first; a keyset page."""
    visible = Exemption.objects.visible_to(request.actor)
    found = pages.exemptions_page(visible, request.GET.get("before", ""))
    return render(request, "duties/exemptions.html", {"found": found})


@page("duties.exempt_request")
def exemption_request(request: ActorRequest, pk: int, duty_pk: int) -> HttpResponseBase:
    """Ask to be freed of a duty."""
    unit = unit_or_404(request, pk, "duties.exempt_request")
    duties = Duty.objects.visible_to(request.actor).select_related("plan", "clause")
    duty = get_object_or_404(duties, pk=duty_pk)
    form = ExemptionForm(request.POST or None, initial={"from_on": business_day(request.at)})
    if request.method == "POST" and form.is_valid():
        asked = services.ExemptionRequest(unit, duty, **form.cleaned_data)
        try:
            exemption = services.request_exemption(asked, actor=request.actor, at=request.at)
        except Invalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("申请已提交，由上级批复。"))
            return redirect("duties:exemption", exemption.pk)
    return render(request, "duties/exempt.html", {"unit": unit, "form": form, **duty_row(duty)})


@page("duties.view")
def exemption_page(request: ActorRequest, pk: int) -> HttpResponseBase:
    """One request; who may answer it does so here."""
    visible = Exemption.objects.visible_to(request.actor)
    exemption = get_object_or_404(
        visible.select_related("unit", "duty__clause", "requested_by", "decided_by"), pk=pk
    )
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        is_approved = request.POST.get("step") == "approve"
        decide = services.approve_exemption if is_approved else services.refuse_exemption
        try:
            decide(
                exemption,
                answer=form.cleaned_data["answer"],
                actor=request.actor,
                at=request.at,
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            told = _("已同意免除。") if is_approved else _("未同意免除，这项职责照常履行。")
            messages.success(request, told)
            return redirect("duties:exemption", exemption.pk)
    waiting = exemption.state == ExemptionState.REQUESTED
    above = request.actor.may("duties.exempt", exemption.unit.parent_path)
    context = {
        "exemption": exemption,
        **duty_row(exemption.duty),
        "form": form if waiting and above else None,
        "own": exemption.requested_by_id == request.actor.user_id,
    }
    return render(request, "duties/exemption.html", context)
