"""Where an inspection begins: a point's code, today's rounds, the unit's checklists."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import calendar_for
from anxiao.foundation.places.queries import point_by_code
from anxiao.loop.duties.states import CADENCE_LABELS
from anxiao.loop.inspections import queries
from anxiao.loop.inspections.forms import CodeForm
from anxiao.loop.inspections.views.units import unit_asked

UNITS_SHOWN = 30


@page("inspections.inspect", "inspections.superior")
@require_GET
def start(request: ActorRequest) -> HttpResponseBase:
    """Choose: a code, a round of today, or a checklist; from above, a unit first."""
    org = unit_asked(request)
    if org is None:
        return _choose_unit(request)
    kinds = queries.kinds_open_to(request.actor, org)
    day = business_day(request.at)
    roles = request.actor.roles_at(org.path)
    lists = _lists(org, day)
    context = {
        "org": org,
        "chosen": bool(request.GET.get("unit")),
        "kinds": kinds,
        "code_form": CodeForm(),
        "rounds": queries.rounds_due(roles, org, day),
        "lists": lists,
        "waiting": sum(row["standing"].waiting for row in lists),
        "may_view": request.actor.may("inspections.view", org.path),
    }
    return render(request, "inspections/start.html", context)


@page("inspections.inspect", "inspections.superior")
@require_GET
def enter(request: ActorRequest) -> HttpResponseBase:
    """The typed code leads to its card, as the QR does."""
    form = CodeForm(request.GET)
    if form.is_valid() and point_by_code(form.cleaned_data["code"]) is not None:
        return redirect(f"/p/{form.cleaned_data['code']}")
    messages.error(request, _("没有这个编码，请核对标签上的 8 位编码。"))
    return redirect("inspections:start")


def _choose_unit(request: ActorRequest) -> HttpResponseBase:
    words = request.GET.get("q", "").strip()[:40]
    found = list(queries.units_to_inspect(request.actor, words)[: UNITS_SHOWN + 1])
    last = queries.last_visits(found[:UNITS_SHOWN])
    context = {
        "q": words,
        "units": [(unit, last.get(unit.pk)) for unit in found[:UNITS_SHOWN]],
        "more": len(found) > UNITS_SHOWN,
        "code_form": CodeForm(),
    }
    return render(request, "inspections/choose_unit.html", context)


def _lists(org: Org, day: date) -> list[dict[str, Any]]:
    """The unit's checklists; those that still wait in their period first."""
    lists, last = queries.checklists_at(org), queries.last_done(org)
    found = queries.standings(lists, last, calendar_for(org), day)
    return [
        {
            "standing": row,
            "checklist": row.checklist,
            "rhythm": CADENCE_LABELS.get(row.checklist.cadence, row.checklist.cadence),
            "items": len(row.checklist.items),
        }
        for row in sorted(found, key=lambda row: (not row.waiting, row.done))
    ]
