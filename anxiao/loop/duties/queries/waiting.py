"""What waits for a post above the units: its duties at each of them, and requests to answer."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q

from anxiao.foundation.access.actor import Actor, Post
from anxiao.foundation.access.scoping import within
from anxiao.loop.duties.models import Duty, Exemption, Tally
from anxiao.loop.duties.queries.standing import current
from anxiao.loop.duties.queries.subjects import plans_for
from anxiao.loop.duties.states import DutyLevel, ExemptionState

CAP = 50
"""Requests shown at once; more would not be answered today."""


@dataclass(frozen=True, slots=True)
class DutyBelow:
    """A duty of the post at units below it (a supervisor's visits): ``left`` units still to do."""

    duty_code: str
    title: str
    clause_code: str
    owner: str
    due_on: date
    minutes: int
    units: int
    left: int


def duties_below(actor: Actor, post: Post, roles: frozenset[str], day: date) -> list[DutyBelow]:
    """What ``roles``, held above the units, owe at each unit below in the periods of ``day``.

    Two queries, one where no such duty is in force.
    """
    duties = list(
        Duty.objects.filter(
            owner__in=roles, level=DutyLevel.UNIT, plan__in=plans_for(post.org_path)
        ).select_related("clause")
    )
    if not duties:
        return []
    cells = Tally.objects.visible_to(actor).filter(
        current(day),
        within([post.org_path], "unit__path"),
        duty__in=duties,
        owed=True,
        exempt=False,
    )
    sums = cells.values_list("duty_id").annotate(
        units=Count("pk"),
        left=Count("pk", filter=Q(met=False)),
        due=Min("due_on", filter=Q(met=False)),
    )
    found = {duty_id: (units, left, due) for duty_id, units, left, due in sums.order_by() if left}
    return [
        DutyBelow(
            duty_code=duty.code,
            title=duty.title,
            clause_code=duty.clause.code,
            owner=duty.owner,
            due_on=found[duty.pk][2],
            minutes=duty.minutes,
            units=found[duty.pk][0],
            left=found[duty.pk][1],
        )
        for duty in duties
        if duty.pk in found
    ]


def exemptions_waiting(actor: Actor, post: Post) -> list[Exemption]:
    """Requests of the units right below the post that ``actor`` may answer; one query."""
    if not actor.may("duties.exempt", post.org_path):
        return []
    rows = Exemption.objects.filter(
        unit__parent_id=post.org_id, state=ExemptionState.REQUESTED
    ).exclude(requested_by_id=actor.user_id)
    return list(rows.select_related("unit", "duty__clause").order_by("requested_at", "pk")[:CAP])
