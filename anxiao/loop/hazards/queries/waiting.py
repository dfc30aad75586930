"""What waits for one person at one post today: to assign, rectify, verify, answer, decide."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor, Post
from anxiao.loop.hazards.models import EndRequest, Escalation, Extension, Hazard
from anxiao.loop.hazards.queries.people import whose_person_is_gone
from anxiao.loop.hazards.states import (
    OWN_SOURCES,
    EndKind,
    HazardLevel,
    HazardState,
    RequestState,
)

CAP = 50
"""Things shown of one kind; more would not be done today."""

MINUTES = {"submit": 5, "assign": 3, "close": 5, "accept_up": 5}
DECIDE_MINUTES = 2
INTERIM_MINUTES = 2
CLAUSE = "3.2.c"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing to do: ``step`` is the service and route, ``action`` its button, ``url`` one tap.

    ``due_on`` is ``None`` where somebody simply waits for it.
    """

    step: str
    hazard_id: int
    title: str
    detail: str
    due_on: date | None
    minutes: int
    url: str
    action: str
    clause: str = CLAUSE


def waiting_for(actor: Actor, post: Post, day: date) -> list[Waiting]:
    """Everything that waits for ``actor`` at ``post``; one query a kind, nearest deadline first.

    What a unit does stands with the unit; what the upper level verifies, answers or decides
    stands with the level right above it, not with every level higher up.
    """
    found = [
        *_hazards(actor, post),
        *_interims(actor, post, day),
        *_left_behind(actor, post, day),
        *_to_supervise(actor, post, day),
        *_escalations(actor, post),
        *_extensions(actor, post),
        *_ends(actor, post),
    ]
    return sorted(found, key=lambda each: (each.due_on or day, each.minutes, each.hazard_id))


def _hazards(actor: Actor, post: Post) -> Iterator[Waiting]:
    own, above = _kept_at(post), Q(org__parent_id=post.org_id)
    mine = Q(state=HazardState.ASSIGNED, responsible_id=actor.user_id)
    wanted = mine & (own | above | Q(upper_org_id=post.org_id))
    if actor.may("hazards.assign", post.org_path):
        wanted |= Q(state=HazardState.OPEN) & own
        wanted |= Q(state=HazardState.ACCEPTED, upper_org_id=post.org_id)
    if actor.may("hazards.verify", post.org_path):
        handed_in = Q(state=HazardState.SUBMITTED) & ~Q(submitted_by_id=actor.user_id)
        wanted |= handed_in & _verified_here(post)
    rows = Hazard.objects.filter(wanted).select_related("org").order_by("due_on", "id")
    steps = {HazardState.ASSIGNED: "submit", HazardState.SUBMITTED: "close"}
    words = {"submit": _("整改"), "assign": _("指派整改"), "close": _("复查")}
    for hazard in rows[:CAP]:
        step = steps.get(HazardState(hazard.state), "assign")
        due_on = hazard.due_on if step == "submit" else None
        yield _waiting(step, hazard, words[step], due_on, MINUTES[step])


def _verified_here(post: Post) -> Q:
    """``rules.verified_above`` seen from the post: what its unit verifies."""
    by_unit = Q(source__in=OWN_SOURCES, level=HazardLevel.ORDINARY)
    root = Q(org__parent__isnull=True)
    return (_kept_at(post) & (by_unit | root)) | (Q(org__parent_id=post.org_id) & ~by_unit)


def _kept_at(post: Post, prefix: str = "org") -> Q:
    """Hazards of the post's unit, and of those that were merged into it."""
    links = ("", "__merged_into", "__merged_into__merged_into")
    kept = Q()
    for link in links:
        kept |= Q(**{f"{prefix}{link}": post.org_id})
    return kept


def _interims(actor: Actor, post: Post, day: date) -> Iterator[Waiting]:
    if not actor.may("hazards.assign", post.org_path):
        return
    rows = Hazard.objects.filter(_kept_at(post)).interim_ending(day).select_related("org")
    for hazard in rows.order_by("interim_until", "id")[:CAP]:
        title = _("落实临时措施")
        yield _waiting("renew_interim", hazard, title, hazard.interim_until, INTERIM_MINUTES)


def _left_behind(actor: Actor, post: Post, day: date) -> Iterator[Waiting]:
    """Hazards whose responsible person has left: nobody else would be told of the deadline."""
    if not actor.may("hazards.assign", post.org_path):
        return
    rows = Hazard.objects.filter(_kept_at(post), whose_person_is_gone(day))
    for hazard in rows.select_related("org").order_by("due_on", "id")[:CAP]:
        yield _waiting("reassign", hazard, _("改派"), hazard.due_on, DECIDE_MINUTES)


def _to_supervise(actor: Actor, post: Post, day: date) -> Iterator[Waiting]:
    """Major and overdue below, not listed for supervision yet (安全生产法 41)."""
    if not actor.may("hazards.supervise", post.org_path):
        return
    rows = (
        Hazard.objects.below(post.org_path)
        .overdue(day)
        .filter(level=HazardLevel.MAJOR, supervised_on__isnull=True)
    )
    for hazard in rows.select_related("org").order_by("due_on", "id")[:CAP]:
        yield _waiting("supervise", hazard, _("挂牌督办"), None, DECIDE_MINUTES)


def _escalations(actor: Actor, post: Post) -> Iterator[Waiting]:
    if not actor.may("hazards.answer", post.org_path):
        return
    rows = Escalation.objects.filter(to_org_id=post.org_id, state=RequestState.REQUESTED)
    for each in rows.select_related("hazard__org").order_by("answer_due_on", "id")[:CAP]:
        yield _waiting(
            "accept_up", each.hazard, _("答复上报"), each.answer_due_on, MINUTES["accept_up"]
        )


def _extensions(actor: Actor, post: Post) -> Iterator[Waiting]:
    if not actor.may("hazards.verify", post.org_path):
        return
    rows = Extension.objects.filter(_near(post), state=RequestState.REQUESTED)
    rows = rows.exclude(requested_by_id=actor.user_id).select_related("hazard__org")
    for each in rows.order_by("id")[:CAP]:
        title = _("答复延期申请")
        yield _waiting("decide_extension", each.hazard, title, None, DECIDE_MINUTES)


def _ends(actor: Actor, post: Post) -> Iterator[Waiting]:
    if not actor.may("hazards.void", post.org_path):
        return
    rows = EndRequest.objects.filter(_near(post), state=RequestState.REQUESTED)
    rows = rows.exclude(requested_by_id=actor.user_id).select_related("hazard__org")
    for each in rows.order_by("id")[:CAP]:
        title = _("答复%(kind)s申请") % {"kind": EndKind(each.kind).label}
        yield _waiting("decide_end", each.hazard, title, None, DECIDE_MINUTES)


def _near(post: Post) -> Q:
    """Requests about hazards that the post's unit verifies, seen from the request."""
    by_unit = Q(hazard__source__in=OWN_SOURCES, hazard__level=HazardLevel.ORDINARY)
    root = Q(hazard__org__parent__isnull=True)
    return (_kept_at(post, "hazard__org") & (by_unit | root)) | (
        Q(hazard__org__parent_id=post.org_id) & ~by_unit
    )


def _waiting(step: str, hazard: Hazard, title: str, due_on: date | None, minutes: int) -> Waiting:
    return Waiting(
        step=step,
        hazard_id=hazard.pk,
        title=_("%(title)s：%(what)s") % {"title": title, "what": hazard.description[:60]},
        detail=f"{hazard.number} {hazard.org.name} {hazard.place_text}",
        due_on=due_on,
        minutes=minutes,
        url=reverse(f"hazards:{step}", args=[hazard.pk]),
        action=title,
    )
