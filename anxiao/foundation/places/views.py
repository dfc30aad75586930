"""Pages of places and points, and the sheet of QR labels."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places import queries, services
from anxiao.foundation.places.forms import PlaceForm, PointForm
from anxiao.foundation.places.models import Place, Point
from anxiao.foundation.ui.http import add_errors


@page("places.view")
def place_list(request: ActorRequest, org_id: int) -> HttpResponseBase:
    """Places and points of one unit on one page."""
    org = get_object_or_404(Org.objects.visible_with(request.actor, "places.view"), pk=org_id)
    context = {
        "org": org,
        "places": queries.places_of(org),
        "points": queries.points_of(org),
        "may_edit": request.actor.may("places.edit", org.path),
    }
    return render(request, "places/list.html", context)


@page("places.edit")
def new_place(request: ActorRequest, org_id: int) -> HttpResponseBase:
    """Add a place."""
    org = get_object_or_404(Org.objects.visible_with(request.actor, "places.edit"), pk=org_id)
    form = PlaceForm(request.POST or None, places=queries.places_of(org))
    if request.method == "POST" and form.is_valid():
        try:
            services.create_place(org, **form.cleaned_data, actor=request.actor, at=request.at)
        except Invalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("已登记场所。"))
            return redirect("places:list", org.pk)
    return render(request, "places/place_form.html", {"org": org, "form": form})


@page("places.edit")
def new_point(request: ActorRequest, org_id: int) -> HttpResponseBase:
    """Add a point."""
    org = get_object_or_404(Org.objects.visible_with(request.actor, "places.edit"), pk=org_id)
    form = PointForm(request.POST or None, places=queries.places_of(org))
    if request.method == "POST" and form.is_valid():
        services.create_point(org, **form.cleaned_data, actor=request.actor, at=request.at)
        messages.success(request, _("已登记检查点，可以打印标签。"))
        return redirect("places:list", org.pk)
    return render(request, "places/point_form.html", {"org": org, "form": form})


@page("places.edit")
def retire_place(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Take a place out of use."""
    places = Place.objects.visible_with(request.actor, "places.edit").select_related("org")
    place = get_object_or_404(places, pk=pk)
    if request.method == "POST":
        services.retire_place(place, actor=request.actor, at=request.at)
        messages.success(request, _("已停用场所。"))
    return redirect("places:list", place.org_id)


@page("places.edit")
def retire_point(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Take a point out of use."""
    point = _point(request, pk)
    if request.method == "POST":
        services.retire_point(point, actor=request.actor, at=request.at)
        messages.success(request, _("已停用检查点，原有记录保留。"))
    return redirect("places:list", point.org_id)


@page("places.edit")
def replace_code(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Give a point a fresh code."""
    point = _point(request, pk)
    if request.method == "POST":
        services.replace_code(point, actor=request.actor, at=request.at)
        messages.success(request, _("已换发二维码，请重新打印标签，旧标签作废。"))
    return redirect("places:list", point.org_id)


@page("places.view")
def labels(request: ActorRequest, org_id: int) -> HttpResponseBase:
    """A4 sheets of QR labels: all points of the unit, or the one asked for."""
    org = get_object_or_404(Org.objects.visible_with(request.actor, "places.view"), pk=org_id)
    points = queries.points_of(org)
    wanted = request.GET.get("point", "")
    if wanted.isdigit():
        points = points.filter(pk=int(wanted))
    base = request.build_absolute_uri("/p/")
    context = {"org": org, "labels": [queries.label_for(point, base) for point in points]}
    return render(request, "places/labels.html", context)


def _point(request: ActorRequest, pk: int) -> Point:
    points = Point.objects.visible_with(request.actor, "places.edit").select_related("org")
    return get_object_or_404(points, pk=pk)
