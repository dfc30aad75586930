"""What a unit owes, clause by clause, down to the record that proves a cell; proofs by hand."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.files.http import serve
from anxiao.foundation.files.services import store_upload
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid, NotFound
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.ui.http import add_errors
from anxiao.loop.duties import queries, services
from anxiao.loop.duties.forms import ProveForm, RevokeForm
from anxiao.loop.duties.models import Clause, Duty, Evidence, Tally
from anxiao.loop.duties.queries import pages
from anxiao.loop.duties.rules import LATE_AFTER
from anxiao.loop.duties.views.plans import duty_row


def unit_or_404(request: ActorRequest, pk: int, capability: str = "duties.view") -> Org:
    """A unit whose duties the actor may see (or whatever ``capability`` says)."""
    return get_object_or_404(Org.objects.visible_with(request.actor, capability), pk=pk)


@page("duties.view")
@require_GET
def mine(request: ActorRequest) -> HttpResponseBase:
    """The page of the post's own unit."""
    if request.post is None:
        raise NotFound
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(reverse("duties:unit", args=[request.post.org_id]) + query)


@page("duties.view")
@require_GET
def unit_page(request: ActorRequest, pk: int) -> HttpResponseBase:
    """All duties of a unit with how each stands today, by chapter; ``?section=2.3`` for a part."""
    unit = unit_or_404(request, pk)
    section = request.GET.get("section", "")[:20]
    below = queries.level_lines(unit, business_day(request.at), section)
    context = {
        "unit": unit,
        "section": section,
        "standing": pages.unit_page(unit, business_day(request.at), section),
        "below": below,
        "wanting": sum(line.missing > 0 for line in below),
    }
    return render(request, "duties/unit.html", context)


@page("duties.view")
@require_GET
def clause_page(request: ActorRequest, pk: int, clause_pk: int) -> HttpResponseBase:
    """A clause at a unit: its duties, their present state, proofs and past periods."""
    unit = unit_or_404(request, pk)
    clauses = Clause.objects.visible_to(request.actor).select_related("plan")
    clause = get_object_or_404(clauses, pk=clause_pk)
    context = {
        "unit": unit,
        "clause": clause,
        "duties": pages.clause_page(unit, clause, business_day(request.at)),
        "may_prove": request.actor.may("duties.prove", unit.path),
        "may_ask": request.actor.may("duties.exempt_request", unit.path),
    }
    return render(request, "duties/clause.html", context)


def _cell(request: ActorRequest, pk: int) -> Tally:
    cells = Tally.objects.visible_to(request.actor)
    return get_object_or_404(cells.select_related("unit", "duty__clause", "duty__plan"), pk=pk)


@page("duties.view")
@require_GET
def cell_page(request: ActorRequest, pk: int) -> HttpResponseBase:
    """One cell down to the records that prove it."""
    cell = _cell(request, pk)
    context = {
        "cell": cell,
        **duty_row(cell.duty),
        "row": pages.cell_row(cell, business_day(request.at)),
        "proofs": pages.proofs_of(cell),
        "may_prove": request.actor.may("duties.prove", cell.unit.path),
        "may_ask": request.actor.may("duties.exempt_request", cell.unit.path),
    }
    return render(request, "duties/cell.html", context)


@page("duties.view")
@require_GET
def do(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Where a duty on today's list is done: the form, or the room that counts it."""
    cell = _cell(request, pk)
    if cell.duty.by_hand and request.actor.may("duties.prove", cell.unit.path):
        day = min(business_day(request.at), cell.ends_on - pages.DAY)
        url = reverse("duties:prove", args=[cell.unit_id, cell.duty_id])
        return redirect(f"{url}?on={day.isoformat()}")
    there = pages.room_url(cell, request.actor)
    return redirect(there or reverse("duties:cell", args=[cell.pk]))


@page("duties.prove")
def prove(request: ActorRequest, pk: int, duty_pk: int) -> HttpResponseBase:
    """Prove a duty by hand: date, note, photos, file; a reason if late."""
    unit = unit_or_404(request, pk, "duties.prove")
    duties = Duty.objects.visible_to(request.actor).select_related("plan", "clause")
    duty = get_object_or_404(duties, pk=duty_pk)
    labels = duty.plan.evidence_labels
    form = ProveForm(
        request.POST or None,
        request.FILES or None,
        kinds=[(kind, labels.get(kind, kind)) for kind in duty.evidence],
        late_before=business_day(request.at) - LATE_AFTER,
        initial={"happened_on": request.GET.get("on") or business_day(request.at)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            evidence = _prove(request, unit, duty, form.cleaned_data)
        except Invalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("已登记佐证。"))
            return redirect("duties:evidence", evidence.pk)
    above = queries.level_above(request.actor, unit)
    context = {"unit": unit, "form": form, "above": above, **duty_row(duty)}
    return render(request, "duties/prove.html", context)


def _prove(request: ActorRequest, unit: Org, duty: Duty, given: dict[str, Any]) -> Evidence:
    files = [*given["photos"], *filter(None, [given["document"]])]
    uploads = tuple(
        store_upload(
            actor=request.actor,
            at=request.at,
            org=unit,
            uuid=uuid.uuid5(given["uuid"], f"{place}:{file.name}"),
            name=file.name,
            content=file,
        )
        for place, file in enumerate(files)
    )
    proof = services.HandProof(
        uuid=given["uuid"],
        unit=unit,
        duty=duty,
        kind=given["kind"],
        happened_on=given["happened_on"],
        note=given["note"],
        late_reason=given["late_reason"],
        files=uploads,
    )
    return services.prove_by_hand(proof, actor=request.actor, at=request.at)


def _evidence(request: ActorRequest, pk: int) -> Evidence:
    facts = Evidence.objects.visible_to(request.actor).select_related("unit", "recorded_by")
    return get_object_or_404(facts, pk=pk)


@page("duties.view")
@require_GET
def evidence_page(request: ActorRequest, pk: int) -> HttpResponseBase:
    """One fact with its files, what it counts for, and its history."""
    evidence = _evidence(request, pk)
    by_hand = evidence.source.startswith(services.BY_HAND)
    may_revoke = by_hand and request.actor.may("duties.prove", evidence.unit.path)
    context = {
        "evidence": evidence,
        "fact": pages.fact_page(evidence),
        "origin": pages.origin_url(evidence, request.actor),
        "revoke_form": RevokeForm() if may_revoke and evidence.revoked_at is None else None,
    }
    return render(request, "duties/evidence.html", context)


@page("duties.prove")
@require_POST
def evidence_revoke(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Take a proof given by hand back."""
    evidence = _evidence(request, pk)
    form = RevokeForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    services.revoke_by_hand(evidence, actor=request.actor, at=request.at, reason=reason)
    messages.success(request, _("佐证已撤销，不再计数。"))
    return redirect("duties:evidence", evidence.pk)


@page("duties.view")
@require_GET
def evidence_file(request: ActorRequest, pk: int, file_pk: int, variant: str) -> HttpResponseBase:
    """A file behind a proof."""
    evidence = _evidence(request, pk)
    file = get_object_or_404(evidence.files.select_related("upload__blob"), pk=file_pk)
    return serve(file.upload, "thumb" if variant == "thumb" else "full")
