"""Where a person may inspect, and as what."""

from collections.abc import Iterable
from datetime import date

from django.db import connection
from django.db.models import Max, QuerySet

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.scoping import within
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import search_units
from anxiao.foundation.orgs.states import OrgKind, OrgState
from anxiao.loop.inspections.models import Inspection
from anxiao.loop.inspections.rules import UPPER_KINDS, kinds_for


def inspects_itself(actor: Actor, org: Org) -> bool:
    """Whether the actor belongs to the unit (or to the school it is a branch of).

    Who holds the capability from a town or county above cannot file a unit's own check for it.
    """
    home = {org.path}
    if org.parent is not None and org.parent.is_unit:
        home.add(org.parent.path)
    return not home.isdisjoint(actor.paths("inspections.inspect"))


def org_of(pk: int) -> Org | None:
    """A unit with its parent and profile; what the actor may do there is asked next."""
    return Org.objects.select_related("parent", "profile").filter(pk=pk).first()


def open_units(ids: Iterable[int]) -> dict[int, Org]:
    """Units that are open, with their parents, by id; of both what an intake needs. One query."""
    wanted = list(ids)
    found = {}
    for row in quick.many(_OPEN.format(marks=quick.marks(wanted)), wanted):
        *own, parent_kind, parent_path = row
        org = found[row[0]] = Org.from_db(connection.alias, _COLUMNS, own)
        if org.parent_id is not None:
            parent = [org.parent_id, parent_kind, parent_path]
            org.parent = Org.from_db(connection.alias, ["id", "kind", "path"], parent)
    return found


_COLUMNS = ["id", "parent_id", "county_id", "kind", "name", "path", "state"]
_OPEN = """
SELECT o.id, o.parent_id, o.county_id, o.kind, o.name, o.path, o.state, above.kind, above.path
FROM orgs_org o LEFT JOIN orgs_org above ON above.id = o.parent_id
WHERE o.id IN ({marks}) AND o.state = 'active'
"""


def kinds_open_to(actor: Actor, org: Org) -> tuple[str, ...]:
    """Kinds of inspection the actor may hand in for the unit; empty for none."""
    upper = actor.may("inspections.superior", org.path)
    return kinds_for(own=inspects_itself(actor, org), upper=upper)


def units_to_inspect(actor: Actor, words: str = "") -> QuerySet[Org]:
    """Open schools and kindergartens where the actor may inspect, narrowed by a name."""
    reach = (*actor.paths("inspections.superior"), *actor.paths("inspections.inspect"))
    rows = Org.objects.filter(
        within(reach), state=OrgState.ACTIVE, kind__in=(OrgKind.SCHOOL, OrgKind.KINDERGARTEN)
    )
    return (search_units(rows, words) if words else rows).order_by("name")


def last_visits(units: Iterable[Org]) -> dict[int, date]:
    """When somebody from above last inspected each of ``units``, by id; one query."""
    rows = Inspection.objects.filter(org__in=units, kind__in=UPPER_KINDS).order_by()
    return dict(rows.values_list("org_id").annotate(last=Max("happened_on")))
