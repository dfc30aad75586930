"""The first page, and the camera that reads a point's code."""

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from anxiao.boards.today import queries
from anxiao.boards.today.forms import ScanForm
from anxiao.boards.today.rules import counted
from anxiao.foundation.access.capabilities import Role
from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.places.queries import point_by_code

QUICK = (
    ("inspections.inspect", "inspections:start", "clipboard-check", gettext_lazy("开始检查")),
    ("hazards.open", "hazards:open", "alert-triangle", gettext_lazy("登记隐患")),
    ("places.view", "today:scan", "scan", gettext_lazy("扫一扫")),
    ("cockpit.view", "cockpit:board", "layout-dashboard", gettext_lazy("看板")),
)
DESKS = {Role.AUDIT_ADMIN: "registers:journal", Role.SECURITY_ADMIN: "accounts:security"}
"""Posts without duties: the page where their work is comes up instead of an empty day."""


@page("today.view")
@require_safe
def today(request: ActorRequest) -> HttpResponseBase:
    """What I have to do now, until when, about how many minutes, one tap each."""
    role = Role(request.post.role) if request.post else None
    if role in DESKS:
        return redirect(DESKS[role])
    day = business_day(request.at)
    tasks = queries.day_of(request.actor, request.posts, request.post, day)
    context = {
        "day": tasks,
        "today": day,
        "runs_the_system": role == Role.SYSTEM_ADMIN,
        "groups": [
            (_("超期"), tasks.late, "late", counted(tasks.late)),
            (_("今天"), tasks.now, "soon", counted(tasks.now)),
            (_("接下来"), tasks.soon, "", counted(tasks.soon)),
        ],
        "late": counted(tasks.late),
        "quick": [
            {"url": reverse(route), "icon": icon, "label": label}
            for needed, route, icon, label in QUICK
            if request.actor.may_somewhere(needed)
        ],
    }
    return render(request, "today/today.html", context)


@page("today.view")
@require_safe
def scan(request: ActorRequest) -> HttpResponseBase:
    """Read a code with the camera or from a photo, or type it; it leads to the point's card."""
    form = ScanForm(request.GET if "code" in request.GET else None)
    if form.is_bound and form.is_valid():
        code = form.cleaned_data["code"]
        if point_by_code(code) is not None:
            return redirect("cards:card", code)
        form.add_error("code", _("没有这个检查点编号，请核对标签二维码下方的编号。"))
    return render(request, "today/scan.html", {"form": form})
