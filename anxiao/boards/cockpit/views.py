"""The board of a level: what is late first."""

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from anxiao.boards.cockpit import queries
from anxiao.boards.cockpit.rules import RECENT
from anxiao.foundation.access.http import ActorRequest, costly, page
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import ancestors
from anxiao.loop.hazards.queries import live_hazards

LONGEST_ID = 18
SPAN_LABELS = {
    "recent": _("近 30 天"),
    "week": _("本周"),
    "month": _("本月"),
    "last_month": _("上月"),
    "term": _("本学期"),
}


@page("cockpit.view")
@require_GET
def board(request: ActorRequest) -> HttpResponseBase:
    """Where things stand at and below one unit, clause by clause."""
    org = _org(request)
    asked, filters = _asked(request, org)
    found = queries.matrix(asked, whole="all" in request.GET)
    hazards = live_hazards(request.actor, org.path, asked.day)
    context = {
        "org": org,
        "above": [each for each in ancestors(org) if request.actor.may("cockpit.view", each.path)],
        "asked": asked,
        **filters,
        "matrix": found,
        "sections": _sections(asked, found),
        "all_sections_url": asked.url(section=None),
        "whole_url": f"{asked.url()}&all=1",
        "vacant": queries.vacant_posts(asked),
        "tiles": queries.tiles(asked, found, hazards),
        "charts": queries.charts(asked, hazards),
    }
    return render(request, "cockpit/board.html", context)


@page("cockpit.view")
@costly
@require_GET
def board_print(request: ActorRequest) -> HttpResponseBase:
    """The same on paper: the matrix section by section, all lines of it."""
    org = _org(request)
    asked, filters = _asked(request, org)
    found = queries.matrix(asked, whole=True)
    hazards = live_hazards(request.actor, org.path, asked.day)
    context = {
        "org": org,
        "asked": asked,
        "span": next(each["label"] for each in filters["periods"] if each["active"]),
        "matrix": found,
        "tiles": queries.tiles(asked, found, hazards),
        "tables": list(queries.tables(found)),
    }
    return render(request, "cockpit/paper.html", context)


def _org(request: ActorRequest) -> Org:
    """The level asked for, if its board may be seen."""
    levels = Org.objects.visible_with(request.actor, "cockpit.view")
    return get_object_or_404(levels, pk=_wanted(request))


def _asked(request: ActorRequest, org: Org) -> tuple[queries.Asked, dict[str, Any]]:
    """What the address asks for, and the chips to ask for something else."""
    day = business_day(request.at)
    plans = queries.plans_shown(request.actor, day)
    spans = queries.spans_for(org, day)
    plan = next(
        (each for each in plans if str(each.pk) == request.GET.get("plan")),
        plans[0] if plans else None,
    )
    span = spans.get(request.GET.get("period", ""), spans[RECENT])
    section = request.GET.get("section", "")[:20]
    asked = queries.Asked(request.actor, org, day, span, plan, section)
    periods = [
        {
            "label": SPAN_LABELS[key],
            "url": asked.url(period=None if key == RECENT else key),
            "active": each == span,
        }
        for key, each in spans.items()
    ]
    several = [
        {"label": each.title, "url": asked.url(plan=each.pk, section=None), "active": each == plan}
        for each in plans
    ]
    return asked, {"periods": periods, "plans": several if len(several) > 1 else []}


def _sections(asked: queries.Asked, found: queries.Matrix) -> list[dict[str, Any]]:
    return [
        {
            "code": section.code,
            "label": section.label,
            "late": section.late,
            "tone": "late" if section.late else "plain",
            "url": asked.url(section=section.code),
            "active": section.code == asked.section,
        }
        for section in found.sections
    ]


def _wanted(request: ActorRequest) -> int:
    """The unit asked for, else the one of the post; 0 for none."""
    asked = request.GET.get("org", "")
    if asked:
        return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < LONGEST_ID else 0
    return request.post.org_id if request.post else 0
