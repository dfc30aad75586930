"""Vacant posts: duties that nobody at a unit, or above it, is there to carry out (三.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.scoping import within
from anxiao.foundation.accounts.models import Membership
from anxiao.foundation.accounts.queries import current as in_force
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.states import OrgKind
from anxiao.loop.duties.models import Binding
from anxiao.loop.duties.rules import levels_of
from anxiao.loop.duties.states import PlanState

UNIT_KINDS = (OrgKind.SCHOOL, OrgKind.KINDERGARTEN)


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A post that owns ``duties`` duties of a unit and is held by nobody."""

    unit_id: int
    unit_name: str
    unit_path: str
    role: str
    duties: int


def vacancies(path: str, day: date) -> list[Vacancy]:
    """The vacant posts of the units of ``path`` and below, unit by unit; two queries.

    A post held above a unit (a supervisor's, an acting town head's) reaches the unit too.
    """
    held = Membership.objects.filter(
        in_force(day),
        org=OuterRef("unit_id"),
        role=OuterRef("duty__owner"),
        user__is_active=True,
    )
    rows = (
        Binding.objects.filter(
            ~Exists(held),
            within([path], "unit__path"),
            until_on__isnull=True,
            duty__plan__state=PlanState.PUBLISHED,
        )
        .values_list("unit_id", "unit__name", "unit__path", "duty__owner")
        .annotate(duties=Count("pk"))
        .order_by("unit__path", "duty__owner")
    )
    found = [Vacancy(*row) for row in rows]
    above = _held_above(path, {each.role for each in found}, day)
    return [each for each in found if not _reached(each, above)]


def held_roles(unit: Org, day: date) -> set[str]:
    """The posts held at a unit or at a level above it that reaches it; one statement."""
    levels = levels_of(unit.path)
    on = quick.day(day)
    sql = _HELD.format(levels=quick.marks(levels))
    return {role for (role,) in quick.many(sql, [*levels, unit.pk, on, on])}


_HELD = """
SELECT DISTINCT m.role
FROM orgs_org o
JOIN accounts_membership m ON m.org_id = o.id
JOIN accounts_user u ON u.id = m.user_id
WHERE o.path IN ({levels}) AND (o.id = %s OR o.kind NOT IN ('school', 'kindergarten'))
  AND o.state = 'active' AND u.is_active
  AND m.from_on <= %s AND (m.until_on IS NULL OR m.until_on >= %s) AND m.ended_at IS NULL
"""


def _held_above(path: str, roles: Iterable[str], day: date) -> set[tuple[str, str]]:
    """``(role, path)`` of the posts of levels, not of units, that may reach the subtree."""
    levels = Q(org__path__in=levels_of(path)) | within([path], "org__path")
    rows = Membership.objects.filter(
        in_force(day), levels, role__in=roles, user__is_active=True
    ).exclude(org__kind__in=UNIT_KINDS)
    return set(rows.order_by().values_list("role", "org__path"))


def _reached(vacancy: Vacancy, above: set[tuple[str, str]]) -> bool:
    return any((vacancy.role, level) in above for level in levels_of(vacancy.unit_path))
