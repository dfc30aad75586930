"""Who may be asked or told about a hazard: reads of posts."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.capabilities import ADMIN_ROLES, ROLE_CAPABILITIES, ROLE_LABELS, Role
from anxiao.foundation.accounts.models import Membership
from anxiao.foundation.accounts.queries import current
from anxiao.foundation.orgs.models import Org
from anxiao.loop.hazards.models import Escalation, Hazard
from anxiao.loop.hazards.rules import Levels, verified_above
from anxiao.loop.hazards.states import HazardState, RequestState


def roles_with(capability: str) -> list[str]:
    """Posts that hold ``capability``."""
    return [role for role, held in ROLE_CAPABILITIES.items() if capability in held]


def holders_of(capability: str, org_id: int | None, day: date) -> list[int]:
    """People who hold ``capability`` by a post at the very unit, not by one above it."""
    return holders_at(capability, [org_id], day)[org_id] if org_id is not None else []


def holders_at(capability: str, units: Iterable[int], day: date) -> dict[int, list[int]]:
    """``holders_of`` for each of ``units``; one query."""
    held: dict[int, list[int]] = {unit: [] for unit in units}
    roles = roles_with(capability)
    sql = _HOLDERS.format(units=quick.marks(list(held)), roles=quick.marks(roles))
    on = quick.day(day)
    for unit, user_id in quick.many(sql, [*held, *roles, on, on]):
        held[unit].append(user_id)
    return held


# CROSS JOIN keeps SQLite to this order: from the units, not from everybody's posts.
_HOLDERS = """
SELECT DISTINCT o.id, m.user_id
FROM orgs_org o
LEFT JOIN orgs_org successor ON successor.id = o.merged_into_id
CROSS JOIN accounts_membership m
CROSS JOIN orgs_org at
CROSS JOIN accounts_user u
WHERE o.id IN ({units}) AND m.org_id IN (o.id, o.merged_into_id, successor.merged_into_id)
  AND m.role IN ({roles}) AND m.from_on <= %s AND m.ended_at IS NULL
  AND (m.until_on IS NULL OR m.until_on >= %s)
  AND at.id = m.org_id AND at.state = 'active' AND u.id = m.user_id AND u.is_active
ORDER BY o.id, m.user_id
"""


def assignable_people(hazard: Hazard, day: date) -> list[tuple[int, str, str]]:
    """``(user_id, name, posts)`` of those a hazard may be assigned to; two queries.

    People of the unit, or of the one it was merged into; of the upper level too once it has
    accepted the hazard: then ``posts`` names the unit too, and the upper level stands first.
    Those whose post is to rectify come first. 三员 (GB/T 22239-2019 8.1.4) hold no business post
    and are left out.
    """
    units = _standing_for({hazard.org_id})
    if hazard.upper_org_id:
        units.add(hazard.upper_org_id)
    rows = Membership.objects.filter(current(day), org_id__in=units, user__is_active=True)
    rows = rows.exclude(role__in=ADMIN_ROLES).order_by("id")
    names: dict[int, str] = {}
    posts: dict[int, dict[str, list[str]]] = {}
    handy, above = set(), set()
    held = rows.values_list("user_id", "user__name", "role", "org__name", "org_id")
    for user_id, name, role, unit, org_id in held:
        names[user_id] = name
        posts.setdefault(user_id, {}).setdefault(unit, []).append(str(ROLE_LABELS[role]))
        handy.update([user_id] if role in HANDY else [])
        above.update([user_id] if org_id == hazard.upper_org_id else [])
    is_mixed = len({unit for units in posts.values() for unit in units}) > 1

    def told(unit: str, roles: list[str]) -> str:
        return f"{unit} {_('、').join(roles)}" if is_mixed else _("、").join(roles)

    return [
        (user_id, names[user_id], _("；").join(told(*each) for each in posts[user_id].items()))
        for user_id in sorted(names, key=lambda each: (each not in above, each not in handy))
    ]


def is_gone(hazard: Hazard, day: date) -> bool:
    """Whether the person a hazard under way is assigned to holds no post there any more."""
    if hazard.state != HazardState.ASSIGNED or hazard.responsible_id is None:
        return False
    return Hazard.objects.filter(whose_person_is_gone(day), pk=hazard.pk).exists()


def whose_person_is_gone(day: date) -> Q:
    """Hazards under way whose responsible person holds no post at the unit, at the one it was
    merged into or at the level that took it over, as a condition.
    """
    there = Membership.objects.filter(
        current(day),
        Q(org=OuterRef("org"))
        | Q(org=OuterRef("org__merged_into"))
        | Q(org=OuterRef("org__merged_into__merged_into"))
        | Q(org=OuterRef("upper_org")),
        user=OuterRef("responsible"),
        user__is_active=True,
    )
    return Q(~Exists(there), state=HazardState.ASSIGNED, responsible__isnull=False)


HANDY = (Role.MAINTAINER, Role.SECTION_HEAD, Role.GUARD_CAPTAIN, Role.CANTEEN_MANAGER)
"""Posts whose work it is to put things right."""


def _standing_for(units: set[int]) -> set[int]:
    """``units``, and what they were merged into: there their open hazards are carried on."""
    rows = Org.objects.filter(pk__in=units, merged_into__isnull=False)
    merged = rows.values_list("merged_into_id", "merged_into__merged_into_id")
    return units | {pk for pair in merged for pk in pair if pk}


def levels_of(hazard: Hazard) -> Levels:
    """The levels that matter for a hazard; a query for each that is not loaded yet."""
    return Levels(
        own=hazard.org.path,
        parent=hazard.org.parent_path,
        source=hazard.source,
        level=hazard.level,
        upper=hazard.upper_org.path if hazard.upper_org else "",
        asked=_asked(hazard),
    )


def _asked(hazard: Hazard) -> str:
    if hazard.state != HazardState.REPORTED:
        return ""
    waiting = Escalation.objects.filter(hazard=hazard, state=RequestState.REQUESTED)
    return waiting.values_list("to_org__path", flat=True).first() or ""


def verifiers_of(hazard: Hazard, day: date) -> list[int]:
    """People of the level that verifies a hazard."""
    above = verified_above(hazard.source, hazard.level)
    org_id = hazard.org.parent_id if above and hazard.org.parent_id else hazard.org_id
    return holders_of("hazards.verify", org_id, day)
