"""The first page, and the camera that reads a point's code."""

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from anxiao.boards.today import queries
from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.kernel.clock import business_day

QUICK = (
    ("inspections.inspect", "inspections:start", "clipboard-check", "开始检查"),
    ("hazards.open", "hazards:open", "alert-triangle", "登记隐患"),
    ("today.view", "today:scan", "scan", "扫一扫"),
    ("cockpit.view", "cockpit:board", "layout-dashboard", "看板"),
)


@page("today.view")
def today(request: ActorRequest) -> HttpResponseBase:
    """What I have to do now, until when, about how many minutes, one tap each."""
    day = business_day(request.at)
    tasks = queries.day_of(request.actor, request.posts, request.post, day)
    context = {
        "day": tasks,
        "today": day,
        "groups": [
            (_("超期"), tasks.late, "late"),
            (_("今天"), tasks.now, "soon"),
            (_("接下来"), tasks.soon, ""),
        ],
        "quick": [
            {"url": reverse(route), "icon": icon, "label": _(label)}
            for needed, route, icon, label in QUICK
            if request.actor.may_somewhere(needed)
        ],
    }
    return render(request, "today/today.html", context)


@page("today.view")
def scan(request: ActorRequest) -> HttpResponseBase:
    """Read a code with the camera, or type it."""
    return render(request, "today/scan.html", {})
