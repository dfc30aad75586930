"""Who may be asked or told about a hazard: reads of posts."""

from datetime import date

from django.utils.translation import gettext as _

from anxiao.foundation.access.capabilities import ROLE_CAPABILITIES, ROLE_LABELS
from anxiao.foundation.accounts.models import Membership
from anxiao.foundation.accounts.queries import current
from anxiao.loop.hazards.models import Escalation, Hazard
from anxiao.loop.hazards.rules import Levels, verified_above
from anxiao.loop.hazards.states import HazardState, RequestState


def roles_with(capability: str) -> list[str]:
    """Posts that hold ``capability``."""
    return [role for role, held in ROLE_CAPABILITIES.items() if capability in held]


def holders_of(capability: str, org_id: int | None, day: date) -> list[int]:
    """People who hold ``capability`` by a post at the very unit, not by one above it."""
    if org_id is None:
        return []
    rows = Membership.objects.filter(
        current(day), org_id=org_id, role__in=roles_with(capability), user__is_active=True
    )
    return list(rows.order_by("user_id").values_list("user_id", flat=True).distinct())


def assignable_people(hazard: Hazard, day: date) -> list[tuple[int, str, str]]:
    """``(user_id, name, posts)`` of those a hazard may be assigned to; one query.

    People of the unit; of the upper level too once it has accepted the hazard.
    """
    units = {hazard.org_id}
    if hazard.state == HazardState.ACCEPTED and hazard.upper_org_id:
        units.add(hazard.upper_org_id)
    rows = Membership.objects.filter(current(day), org_id__in=units, user__is_active=True)
    names: dict[int, str] = {}
    posts: dict[int, list[str]] = {}
    for user_id, name, role in rows.order_by("id").values_list("user_id", "user__name", "role"):
        names[user_id] = name
        posts.setdefault(user_id, []).append(str(ROLE_LABELS[role]))
    return [(user_id, names[user_id], _("、").join(posts[user_id])) for user_id in names]


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
