"""From one version of a plan to the next: what runs on keeps the day it was due."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Subquery

from anxiao.foundation.kernel.periods import Cadence
from anxiao.loop.duties.models import Duty, Plan, Tally
from anxiao.loop.duties.services.statements import Scope, rebuild_rollups


def keep_due_days(former: Iterable[Plan], plan: Plan) -> None:
    """Give standing duties of ``plan`` the due days they had in ``former``, where those come first.

    A standing duty is due some days after it is first watched: publishing the plan anew must not
    begin that time again. The counties of ``plan`` must be locked.
    """
    kept = []
    for duty in plan.duties.filter(cadence=Cadence.STANDING):
        before = Tally.objects.filter(
            unit=OuterRef("unit"),
            duty__in=Duty.objects.filter(plan__in=former, code=duty.code, cadence=duty.cadence),
            ends_on=OuterRef("ends_on"),
            due_on__lt=OuterRef("due_on"),
        )
        cells = Tally.objects.filter(Exists(before), duty=duty)
        if cells.update(due_on=Subquery(before.order_by("due_on").values("due_on")[:1])):
            kept.append(duty.pk)
    if kept:
        counties = Tally.objects.filter(duty__in=kept).order_by("county_id")
        for county_id in counties.values_list("county_id", flat=True).distinct():
            rebuild_rollups(Scope(county_id, tuple(kept)))
