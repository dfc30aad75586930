"""What waits for one person at one post today: to assign, rectify, verify, answer, decide."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor, Post
from anxiao.foundation.access.scoping import within
from anxiao.loop.hazards.models import EndRequest, Escalation, Extension, Hazard
from anxiao.loop.hazards.queries.near import Near
from anxiao.loop.hazards.queries.people import whose_person_is_gone
from anxiao.loop.hazards.states import EndKind, HazardLevel, HazardState, RequestState

CAP = 50
"""Things shown of one kind of step; more would not be done today, yet it is told that they wait."""

MINUTES = {"submit": 5, "assign": 3, "close": 5, "accept_up": 5}
DECIDE_MINUTES = 2
INTERIM_MINUTES = 2
CLAUSE = "3.2.c"
SHOWN = ("pk", "number", "description", "place_text", "org__name")
"""What is shown of a hazard: a row of these costs a tenth of the hazard with its unit."""


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
    is_rest: bool = False
    """Stands for all of its kind beyond ``CAP``; ``due_on`` is the nearest of theirs."""


def waiting_for(actor: Actor, post: Post, day: date) -> list[Waiting]:
    """Everything that waits for ``actor`` at ``post``; one query a kind of step and one for the
    units near the post, nearest deadline first.

    Each kind has a ``CAP`` of its own, which costs two queries more than one for all three steps
    of the road: else fifty hazards to assign would hide the one that waits to be verified.

    What a unit does stands with the unit; what the upper level verifies, answers or decides
    stands with the level right above it, not with every level higher up.
    """
    near = Near.to(post.org_id)
    found = [
        *_capped(_to_rectify(actor, post, near), mine=1, state=HazardState.ASSIGNED),
        *_capped(
            _to_assign(actor, post, near),
            state=HazardState.ACCEPTED if near.below != () else HazardState.OPEN,
        ),
        *_capped(_to_verify(actor, post, near), state=HazardState.SUBMITTED),
        *_capped(_interims(actor, post, near, day), interim=1),
        *_capped(_left_behind(actor, post, near, day), state=HazardState.ASSIGNED),
        *_capped(_to_supervise(actor, post, day), overdue=1, level=HazardLevel.MAJOR),
        *_capped(_escalations(actor, post), state=HazardState.REPORTED),
        *_capped(_extensions(actor, post, near), live=1),
        *_capped(_ends(actor, post, near), live=1),
    ]
    return sorted(found, key=lambda each: (each.due_on or day, each.minutes, each.hazard_id))


def _capped(found: Iterable[Waiting], **asked: object) -> Iterator[Waiting]:
    """The first of one kind, and one line for the rest, which leads to the ledger as ``asked``."""
    for number, each in enumerate(found):
        if number < CAP:
            yield each
        else:
            ledger = reverse("registers:hazards")
            yield replace(
                each,
                title=_("%(kind)s：还有更多，见隐患台账") % {"kind": each.action},
                detail=_("这里只列前 %(n)d 件") % {"n": CAP},
                minutes=0,
                url=f"{ledger}?{urlencode(asked)}",
                is_rest=True,
            )


# Each alternative of a condition names the columns of one index, or the ledger would be read.


def _to_rectify(actor: Actor, post: Post, near: Near) -> Iterator[Waiting]:
    near_here = near.kept_here() | near.right_below() | Q(upper_org_id=post.org_id)
    mine = Q(state=HazardState.ASSIGNED, responsible_id=actor.user_id)
    for hazard, due_on in _shown(_by_deadline(mine & near_here), "due_on"):
        yield _waiting("submit", hazard, _("整改"), due_on, MINUTES["submit"])


def _to_assign(actor: Actor, post: Post, near: Near) -> Iterator[Waiting]:
    if not actor.may("hazards.assign", post.org_path):
        return
    wanted = Q(state=HazardState.OPEN) & near.kept_here()
    wanted |= Q(state=HazardState.ACCEPTED, upper_org_id=post.org_id)
    for (hazard,) in _shown(_by_deadline(wanted)):
        yield _waiting("assign", hazard, _("指派整改"), None, MINUTES["assign"])


def _to_verify(actor: Actor, post: Post, near: Near) -> Iterator[Waiting]:
    if not actor.may("hazards.verify", post.org_path):
        return
    handed_in = Q(state=HazardState.SUBMITTED) & ~Q(submitted_by_id=actor.user_id)
    for (hazard,) in _shown(_by_deadline(near.verified_here(also=handed_in))):
        yield _waiting("close", hazard, _("复查"), None, MINUTES["close"])


def _by_deadline(wanted: Q) -> QuerySet[Hazard]:
    return Hazard.objects.filter(wanted).order_by("due_on", "id")


def _interims(actor: Actor, post: Post, near: Near, day: date) -> Iterator[Waiting]:
    if not actor.may("hazards.assign", post.org_path):
        return
    rows = Hazard.objects.filter(near.kept_here()).interim_ending(day)
    for hazard, until in _shown(rows.order_by("interim_until", "id"), "interim_until"):
        yield _waiting("renew_interim", hazard, _("落实临时措施"), until, INTERIM_MINUTES)


def _left_behind(actor: Actor, post: Post, near: Near, day: date) -> Iterator[Waiting]:
    """Hazards whose responsible person has left: nobody else would be told of the deadline."""
    if not actor.may("hazards.assign", post.org_path):
        return
    rows = Hazard.objects.filter(near.kept_here(), whose_person_is_gone(day))
    for hazard, due_on in _shown(rows.order_by("due_on", "id"), "due_on"):
        yield _waiting("reassign", hazard, _("改派"), due_on, DECIDE_MINUTES)


def _to_supervise(actor: Actor, post: Post, day: date) -> Iterator[Waiting]:
    """Major and overdue below, not listed for supervision yet (安全生产法 41)."""
    if not actor.may("hazards.supervise", post.org_path):
        return
    county = {post.org_path: post.county_id} if post.county_id else {}
    rows = (
        Hazard.objects.filter(within([post.org_path], "org__path", county))
        .overdue(day)
        .filter(level=HazardLevel.MAJOR, supervised_on__isnull=True)
    )
    for (hazard,) in _shown(rows.order_by("due_on", "id")):
        yield _waiting("supervise", hazard, _("挂牌督办"), None, DECIDE_MINUTES)


def _escalations(actor: Actor, post: Post) -> Iterator[Waiting]:
    if not actor.may("hazards.answer", post.org_path):
        return
    rows = Escalation.objects.filter(to_org_id=post.org_id, state=RequestState.REQUESTED)
    rows = rows.order_by("answer_due_on", "id")
    for hazard, due_on in _shown(rows, "answer_due_on", of="hazard__"):
        yield _waiting("accept_up", hazard, _("答复上报"), due_on, MINUTES["accept_up"])


def _extensions(actor: Actor, post: Post, near: Near) -> Iterator[Waiting]:
    if not actor.may("hazards.verify", post.org_path):
        return
    rows = Extension.objects.filter(near.verified_here("hazard__"), state=RequestState.REQUESTED)
    rows = rows.exclude(requested_by_id=actor.user_id).order_by("id")
    for (hazard,) in _shown(rows, of="hazard__"):
        yield _waiting("decide_extension", hazard, _("答复延期申请"), None, DECIDE_MINUTES)


def _ends(actor: Actor, post: Post, near: Near) -> Iterator[Waiting]:
    if not actor.may("hazards.void", post.org_path):
        return
    rows = EndRequest.objects.filter(near.verified_here("hazard__"), state=RequestState.REQUESTED)
    rows = rows.exclude(requested_by_id=actor.user_id).order_by("id")
    for hazard, kind in _shown(rows, "kind", of="hazard__"):
        title = _("答复%(kind)s申请") % {"kind": EndKind(kind).label}
        yield _waiting("decide_end", hazard, title, None, DECIDE_MINUTES)


def _shown(rows: QuerySet[Any], *also: str, of: str = "") -> Iterator[tuple[Any, ...]]:
    """What is ``SHOWN`` of the first hazards, each beside the values of ``also``; one more than
    ``CAP``, which tells that there are more.

    ``of`` leads from a row to its hazard.
    """
    for row in rows.values_list(*(f"{of}{name}" for name in SHOWN), *also)[: CAP + 1]:
        yield (row[: len(SHOWN)], *row[len(SHOWN) :])


def _waiting(
    step: str, hazard: tuple[Any, ...], title: str, due_on: date | None, minutes: int
) -> Waiting:
    pk, number, description, place, unit = hazard
    return Waiting(
        step=step,
        hazard_id=pk,
        title=_("%(title)s：%(what)s") % {"title": title, "what": description[:60]},
        detail=f"{number} {unit} {place}",
        due_on=due_on,
        minutes=minutes,
        url=reverse(f"hazards:{step}", args=[pk]),
        action=title,
    )
