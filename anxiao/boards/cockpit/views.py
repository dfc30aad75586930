"""The board of a level: what is late first."""

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.queries import rollups
from anxiao.loop.hazards.queries import hazard_tiles


@page("cockpit.view")
def board(request: ActorRequest) -> HttpResponseBase:
    """Where things stand below one unit."""
    wanted = request.GET.get("org", "")
    pk = int(wanted) if wanted.isdigit() else request.post.org_id if request.post else 0
    org = get_object_or_404(Org.objects.visible_with(request.actor, "cockpit.view"), pk=pk)
    day = business_day(request.at)
    context = {
        "org": org,
        "tiles": hazard_tiles(request.actor, org.path, day),
        "lines": rollups(org, day),
    }
    return render(request, "cockpit/board.html", context)
