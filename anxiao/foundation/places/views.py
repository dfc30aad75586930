"""Pages of places and points, and the sheet of QR labels."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.kernel.errors import Conflict, Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places import queries, services
from anxiao.foundation.places.forms import LabelForm, PlaceForm, PointForm
from anxiao.foundation.places.models import Place, Point
from anxiao.foundation.ui.http import add_errors

LONGEST_ID = 18


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
        point = services.create_point(org, **form.cleaned_data, actor=request.actor, at=request.at)
        messages.success(request, _("已登记检查点，可以打印标签。"))
        return redirect("places:point", point.pk)
    return render(request, "places/point_form.html", {"org": org, "form": form})


@page("places.edit")
def point_page(request: ActorRequest, pk: int) -> HttpResponseBase:
    """One point: rename or move it, and all that can happen to its label."""
    point = _point(request, pk)
    form = PointForm(request.POST or None, places=queries.places_of(point.org), point=point)
    if request.method == "POST" and form.is_valid():
        services.edit_point(point, **form.cleaned_data, actor=request.actor, at=request.at)
        messages.success(request, _("已保存检查点。"))
        return redirect("places:list", point.org_id)
    return _show(request, point, form, LabelForm())


@page("places.edit")
def rebind_label(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Let a label that hangs there already lead to this point."""
    point = _point(request, pk)
    form = LabelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            other = services.rebind_label(point, code, actor=request.actor, at=request.at)
        except Invalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _rebound(other))
            return redirect("places:point", point.pk)
    editor = PointForm(places=queries.places_of(point.org), point=point)
    return _show(request, point, editor, form)


@page("places.edit")
def retire_place(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Take a place out of use."""
    places = Place.objects.visible_with(request.actor, "places.edit").select_related("org")
    place = get_object_or_404(places, pk=pk)
    if request.method == "POST":
        try:
            services.retire_place(place, actor=request.actor, at=request.at)
        except Conflict as error:
            messages.error(request, error.message)
        else:
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
    return redirect("places:point", point.pk)


@page("places.view")
def labels(request: ActorRequest, org_id: int) -> HttpResponseBase:
    """A4 sheets of QR labels: all points of the unit, or those asked for."""
    org = get_object_or_404(Org.objects.visible_with(request.actor, "places.view"), pk=org_id)
    points = queries.points_of(org)
    wanted = [int(one) for one in request.GET.getlist("point") if is_id(one)]
    if wanted:
        points = points.filter(pk__in=wanted)
    base = request.build_absolute_uri("/p/")
    context = {"org": org, "labels": [queries.label_for(point, base) for point in points]}
    return render(request, "places/labels.html", context)


def is_id(text: str) -> bool:
    """Whether a query string's text can be the id of a row."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ID


def _show(
    request: ActorRequest, point: Point, form: PointForm, label_form: LabelForm
) -> HttpResponseBase:
    context = {
        "point": point,
        "form": form,
        "label_form": label_form,
        "label": queries.label_for(point, request.build_absolute_uri("/p/")),
    }
    return render(request, "places/point.html", context)


def _rebound(other: Point | None) -> str:
    if other is None:
        return _("已改绑，这张标签现在指向本检查点。")
    return _("已改绑，与“%(name)s”互换了标签，两张都不用重打。") % {"name": other.name}


def _point(request: ActorRequest, pk: int) -> Point:
    points = Point.objects.visible_with(request.actor, "places.edit")
    points = points.filter(retired_on__isnull=True).select_related("org", "place")
    return get_object_or_404(points, pk=pk)
