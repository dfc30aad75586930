"""What was looked at, and what nobody looked at this term (一.2)."""

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.places.catalog import key_part_label
from anxiao.loop.duties.states import CADENCE_LABELS
from anxiao.loop.inspections import queries
from anxiao.loop.inspections.views.units import unit_asked


@page("inspections.view")
@require_GET
def coverage_page(request: ActorRequest) -> HttpResponseBase:
    """Every checklist at every point of a unit; what nobody looked at this term first."""
    org = unit_asked(request)
    if org is None:
        return redirect("inspections:start")
    found = queries.coverage(org, business_day(request.at))
    rows = [
        {
            "row": row,
            "key_part": key_part_label(row.checklist.key_part),
            "rhythm": CADENCE_LABELS.get(row.checklist.cadence, row.checklist.cadence),
        }
        for row in found.rows
    ]
    context = {
        "org": org,
        "rows": rows,
        "counts": found.counts,
        "bare": found.bare,
        "since": found.since,
        "may_edit": request.actor.may("inspections.rounds", org.path),
        "may_start": bool(queries.kinds_open_to(request.actor, org)),
    }
    return render(request, "inspections/coverage.html", context)
