"""One page for each step of a hazard: the same form, check and answer, from one table."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anxiao.foundation.access.http import ActorRequest, Guarded, page
from anxiao.foundation.files.models import Upload
from anxiao.foundation.journal.services import STALE
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid, StaleState
from anxiao.foundation.ui.http import add_errors
from anxiao.loop.hazards import forms
from anxiao.loop.hazards.forms.fields import add_faults
from anxiao.loop.hazards.queries import HazardPage, hazard_page
from anxiao.loop.hazards.rules.steps import LABELS
from anxiao.loop.hazards.services.verifying import PHOTO_OR_REASON, SHOWN_BEFORE, shown_before
from anxiao.loop.hazards.views import wording
from anxiao.loop.hazards.views.pages import find
from anxiao.loop.hazards.views.photos import received
from anxiao.loop.hazards.views.step_table import Doing, StepPage


def step_view(step: StepPage) -> Guarded:
    """The page of one step: its form, or why it is not possible."""

    @require_http_methods(["GET", "POST"])
    @page(*step.capabilities)
    def view(request: ActorRequest, pk: int) -> HttpResponseBase:
        shown = hazard_page(find(request, pk), request.actor, business_day(request.at))
        why = _why_not(step, shown)
        if why and request.method == "GET":
            messages.warning(request, why)
            return redirect("hazards:detail", pk)
        form = step.form(request, shown, request.POST or None)
        if form.is_stale:
            raise StaleState(STALE)
        photos = _photos(request, shown, form) if "kept" in form.fields else []
        if form.is_valid() and _taken(step, request, shown, form, photos):
            return redirect("hazards:detail", pk)
        return _render(request, step, shown, form, photos)

    return view


def _photos(request: ActorRequest, shown: HazardPage, form: forms.StepForm) -> list[Upload]:
    """What was sent along and is worth keeping for another try; the rest is told at its field."""
    sent = received(request, form, shown.hazard.org)
    refused = shown_before(shown.hazard, sent)
    if refused:
        form.add_error("photos", SHOWN_BEFORE)
    elif form.is_bound and not sent and not form.data.get("no_photo_reason", "").strip():
        add_faults(form, {"photos": PHOTO_OR_REASON})
    return [upload for upload in sent if upload not in refused]


def _why_not(step: StepPage, shown: HazardPage) -> str:
    offered = shown.step(step.name)
    if offered is None:
        return _("这项隐患%(state)s，现在不能%(step)s。") % {
            "state": shown.hazard.get_state_display(),
            "step": _(LABELS[step.name]),
        }
    return wording.in_words(offered).why


def _taken(
    step: StepPage,
    request: ActorRequest,
    shown: HazardPage,
    form: forms.StepForm,
    photos: list[Upload],
) -> bool:
    doing = Doing(request, shown, form.cleaned_data, photos)
    try:
        step.do(doing)
    except Invalid as error:
        add_errors(form, error)
        return False
    messages.success(request, step.told(doing))
    return True


PAIRS = {"close": "reject", "accept_up": "send_back"}
"""Yes and no of the same look: each page offers the other."""


def _other(step: StepPage, shown: HazardPage) -> dict[str, str]:
    other = shown.step(PAIRS.get(step.name, ""))
    if other is None or not other.allowed:
        return {}
    url = reverse(f"hazards:{other.name}", args=[shown.hazard.pk])
    return {"label": _(other.label), "url": url}


def _render(
    request: ActorRequest,
    step: StepPage,
    shown: HazardPage,
    form: forms.StepForm,
    photos: list[Upload],
) -> HttpResponseBase:
    hazard = shown.hazard
    context = {
        "hazard": hazard,
        "page": shown,
        "step": step,
        "label": _(LABELS[step.name]),
        "other": _other(step, shown),
        "form": form,
        "kept": photos,
        "found": wording.found_facts(hazard),
        "commitments": wording.commitment_facts(hazard),
        "outcome": wording.outcome_facts(hazard),
        "before": wording.photo_links(shown, shown.before, _("整改前")),
        "after": wording.photo_links(shown, shown.after, _("整改后")),
        "verdict": wording.verdict(shown, business_day(request.at))[0],
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "hazards/step.html", context, status=status)
