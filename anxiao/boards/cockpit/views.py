"""The board of a level: what is late first."""

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from anxiao.boards.cockpit import queries
from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import ancestors

LONGEST_ID = 18


@page("cockpit.view")
@require_GET
def board(request: ActorRequest) -> HttpResponseBase:
    """Where things stand at and below one unit, clause by clause."""
    org = get_object_or_404(
        Org.objects.visible_with(request.actor, "cockpit.view"), pk=_wanted(request)
    )
    day = business_day(request.at)
    found = queries.matrix(request.actor, org, day)
    context = {
        "org": org,
        "above": [each for each in ancestors(org) if request.actor.may("cockpit.view", each.path)],
        "matrix": found,
        "tiles": queries.tiles(request.actor, org, day, found),
        "charts": queries.charts(request.actor, org, day),
        "today": day,
    }
    return render(request, "cockpit/board.html", context)


def _wanted(request: ActorRequest) -> int:
    """The unit asked for, else the one of the post; 0 for none."""
    asked = request.GET.get("org", "")
    if asked:
        return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < LONGEST_ID else 0
    return request.post.org_id if request.post else 0
