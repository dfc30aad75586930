"""Rounds: list, editor, the walk itself; and which checklists hang at which point."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid, NotFound
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.catalog import key_part_label
from anxiao.foundation.places.models import Point
from anxiao.foundation.places.queries import points_of
from anxiao.foundation.ui.http import add_errors
from anxiao.loop.duties.states import CADENCE_LABELS
from anxiao.loop.inspections import queries, services
from anxiao.loop.inspections.forms import AssignForm, RoundForm
from anxiao.loop.inspections.models import Round
from anxiao.loop.inspections.services import RoundPlan, StopPlan
from anxiao.loop.inspections.views.units import own_unit, unit_asked


@page("inspections.view", "inspections.inspect")
@require_GET
def round_list(request: ActorRequest) -> HttpResponseBase:
    """Rounds of a unit."""
    org = unit_asked(request)
    if org is None:
        return redirect("inspections:start")
    rounds = [
        {"round": row, "stops": len(row.stops.all()), "rhythm": CADENCE_LABELS[row.cadence]}
        for row in queries.rounds_of(org)
    ]
    may_edit = request.actor.may("inspections.rounds", org.path)
    context = {"org": org, "rounds": rounds, "may_edit": may_edit}
    return render(request, "inspections/rounds.html", context)


@page("inspections.view", "inspections.inspect")
@require_GET
def walk(request: ActorRequest, pk: int) -> HttpResponseBase:
    """A round as it is walked now: the next stop, what is done, what is left."""
    round_ = _round(request, pk)
    found = queries.walk_of(round_, business_day(request.at))
    context = {
        "round": round_,
        "walk": found,
        "rhythm": CADENCE_LABELS[round_.cadence],
        "may_edit": request.actor.may("inspections.rounds", round_.org.path),
        "may_walk": bool(queries.kinds_open_to(request.actor, round_.org)),
    }
    return render(request, "inspections/walk.html", context)


@page("inspections.rounds")
def round_new(request: ActorRequest) -> HttpResponseBase:
    """Lay out a round."""
    return _edit(request, own_unit(request, "inspections.rounds"), None)


@page("inspections.rounds")
def round_edit(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Change a round."""
    rows = Round.objects.visible_with(request.actor, "inspections.rounds")
    round_ = get_object_or_404(rows.select_related("org"), pk=pk, retired_on__isnull=True)
    return _edit(request, round_.org, round_)


@page("inspections.rounds")
@require_POST
def round_retire(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Take a round out of use."""
    rows = Round.objects.visible_with(request.actor, "inspections.rounds")
    round_ = get_object_or_404(rows.select_related("org"), pk=pk)
    services.retire_round(round_, actor=request.actor, at=request.at)
    messages.success(request, _("已停用巡查路线，检查记录保留。"))
    return redirect(f"{reverse('inspections:rounds')}?unit={round_.org_id}")


@page("inspections.view", "inspections.inspect")
@require_GET
def point_list(request: ActorRequest) -> HttpResponseBase:
    """Points of a unit with their checklists."""
    org = unit_asked(request)
    if org is None:
        return redirect("inspections:start")
    points = list(points_of(org))
    lists = queries.lists_by_point(points, queries.checklists_at(org))
    rows = [
        {
            "point": point,
            "key_part": key_part_label(point.key_part),
            "lists": _("、").join(row.title for row in lists[point.pk]),
        }
        for point in points
    ]
    context = {
        "org": org,
        "rows": rows,
        "bare": sum(not row["lists"] for row in rows),
        "may_edit": request.actor.may("inspections.rounds", org.path),
    }
    return render(request, "inspections/points.html", context)


@page("inspections.rounds")
def assign(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Say which checklists are filled in at a point."""
    points = Point.objects.visible_with(request.actor, "inspections.rounds")
    point = get_object_or_404(points.select_related("org", "place"), pk=pk, retired_on__isnull=True)
    chosen = queries.codes_at(point)
    form = AssignForm(
        request.POST or None,
        checklists=queries.checklists_at(point.org),
        initial={"codes": chosen},
    )
    if request.method == "POST" and form.is_valid():
        codes = form.cleaned_data["codes"]
        services.assign_checklists(point, codes, actor=request.actor, at=request.at)
        messages.success(request, _("已保存检查点的检查表。"))
        return redirect(f"{reverse('inspections:points')}?unit={point.org_id}")
    context = {"point": point, "form": form, "key_part": key_part_label(point.key_part)}
    return render(request, "inspections/assign.html", context)


def _round(request: ActorRequest, pk: int) -> Round:
    """A round of a unit whose inspections the actor reads or makes."""
    for capability in ("inspections.view", "inspections.inspect"):
        rows = Round.objects.visible_with(request.actor, capability)
        found = queries.rounds_with_stops(rows).filter(pk=pk, retired_on__isnull=True).first()
        if found is not None:
            return found
    raise NotFound


def _edit(request: ActorRequest, org: Org, round_: Round | None) -> HttpResponseBase:
    names = ("name", "owner", "cadence", "times")
    stops = [(s.point_id, s.checklist_code) for s in round_.stops.all()] if round_ else []
    form = RoundForm(
        request.POST or None,
        points=points_of(org),
        checklists=queries.checklists_at(org),
        stops=stops,
        initial={name: getattr(round_, name) for name in names} if round_ else None,
    )
    if request.method == "POST" and form.is_valid():
        saved = _save(request, org, round_, form)
        if saved is not None:
            messages.success(request, _("已保存巡查路线。"))
            return redirect("inspections:walk", saved.pk)
    context = {"org": org, "round": round_, "form": form}
    return render(request, "inspections/round_form.html", context)


def _save(request: ActorRequest, org: Org, round_: Round | None, form: RoundForm) -> Round | None:
    stops = tuple(StopPlan(point, code) for point, code in form.stops())
    plan = RoundPlan(**form.cleaned_data, stops=stops)
    try:
        return services.save_round(org, plan, round_=round_, actor=request.actor, at=request.at)
    except Invalid as error:
        form.stop_error = error.fields.get("stops", "")
        add_errors(form, error)
        return None
