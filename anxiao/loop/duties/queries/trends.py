"""What fell due day by day, for trends: levels from rollups, units from their cells."""

from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from anxiao.foundation.access.scoping import within
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.models import Plan, Rollup, Tally

LONGEST_GRACE = timedelta(days=200)
"""No period of a plan falls due later than this after its end."""


def progress_of(
    org: Org, plan: Plan | None, since: date, until: date
) -> list[tuple[date, int, int]]:
    """``(due day, owed, met)`` of the periods at or below ``org`` that fall due in the days given
    (``until`` exclusive); one grouped query.
    """
    due = Q(due_on__gte=since, due_on__lt=until, ends_on__gt=since - LONGEST_GRACE)
    if plan is None:
        return []
    due &= Q(duty__plan__code=plan.code, duty__plan__issuer=plan.issuer_id)  # of every version
    if org.is_unit:
        return _of_unit(Tally.objects.filter(due, unit=org))
    rows = Rollup.objects.filter(due)
    if org.kind in {"town", "county"}:
        rows = rows.filter(org=org)
    else:
        rows = rows.filter(within([org.path], "org__path"), org__kind="county")
    sums = rows.values_list("due_on").annotate(all_owed=Sum("owed"), all_met=Sum("met"))
    return list(sums.order_by("due_on"))


def _of_unit(cells: QuerySet[Tally]) -> list[tuple[date, int, int]]:
    sums = cells.filter(owed=True, exempt=False).values_list("due_on")
    met = Count("pk", filter=Q(met=True))
    return list(sums.annotate(all_owed=Count("pk"), all_met=met).order_by("due_on"))
