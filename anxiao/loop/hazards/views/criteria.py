"""One major-hazard criterion, for those who keep the table."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.loop.hazards import services
from anxiao.loop.hazards.models import Criterion


@require_GET
@page("hazards.view", "hazards.criteria")
def criterion(request: ActorRequest, pk: int) -> HttpResponseBase:
    """A criterion with its source."""
    row = get_object_or_404(Criterion.objects.visible_to(request.actor), pk=pk)
    context = {"criterion": row, "may_retire": request.actor.may_somewhere("hazards.criteria")}
    return render(request, "hazards/criterion.html", context)


@require_POST
@page("hazards.criteria")
def retire_criterion(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Take a criterion out of use."""
    row = get_object_or_404(Criterion.objects.visible_to(request.actor), pk=pk)
    services.retire_criterion(row, actor=request.actor, at=request.at)
    messages.success(request, _("已停用，按它判定的隐患不受影响。"))
    return redirect("hazards:criterion", row.pk)
