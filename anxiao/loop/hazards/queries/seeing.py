"""One hazard with all that its page shows, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.journal.queries import history_of
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.queries import calendar_for
from anxiao.loop.hazards.models import (
    EndRequest,
    Escalation,
    Extension,
    Hazard,
    HazardComment,
    HazardPhoto,
    HazardQuerySet,
)
from anxiao.loop.hazards.queries.people import is_gone
from anxiao.loop.hazards.rules import (
    Due,
    Facts,
    Levels,
    NextStep,
    due_of,
    interim_days_left,
    left_to_another,
    level_for,
    missing_of_four,
    next_steps,
    primary_of,
    reopen_until,
    verified_above,
)
from anxiao.loop.hazards.rules.steps import CAPABILITIES
from anxiao.loop.hazards.states import HazardLevel, HazardState, PhotoStage, RequestState

SHOWN_LINES = 200
R = TypeVar("R", Escalation, Extension, EndRequest)


@dataclass(frozen=True, slots=True)
class HazardPage:
    """A hazard and everything around it.

    ``missing`` names the fields of the four (三.4.g) that a major hazard still lacks; ``waiting``
    requests are in ``extension``, ``end`` and ``escalation``. ``interim_left`` are days until the
    interim measure ends, negative once it has. ``is_left``: see ``rules.left_to_another``.
    """

    hazard: Hazard
    due: Due
    missing: tuple[str, ...]
    steps: tuple[NextStep, ...]
    primary: NextStep | None
    before: tuple[HazardPhoto, ...]
    after: tuple[HazardPhoto, ...]
    comments: tuple[HazardComment, ...]
    escalations: tuple[Escalation, ...]
    extensions: tuple[Extension, ...]
    ends: tuple[EndRequest, ...]
    history: tuple[Entry, ...]
    interim_left: int | None
    is_responsible_gone: bool
    is_left: bool

    @property
    def escalation(self) -> Escalation | None:
        """The report-up that waits for an answer."""
        return _first_waiting(self.escalations)

    @property
    def extension(self) -> Extension | None:
        """The extension that waits for an answer."""
        return _first_waiting(self.extensions)

    @property
    def end(self) -> EndRequest | None:
        """The void or merge that waits for an answer."""
        return _first_waiting(self.ends)

    def step(self, name: str) -> NextStep | None:
        """The step ``name`` if it can be offered in this state."""
        return next((step for step in self.steps if step.name == name), None)


def hazards_with_all(rows: HazardQuerySet) -> HazardQuerySet:
    """``rows`` with what a page or sheet of one hazard touches."""
    return rows.select_related(
        *("org", "org__parent", "criterion", "place", "point", "merged_into", "upper_org")
    )


def hazard_page(hazard: Hazard, actor: Actor, day: date) -> HazardPage:
    """Everything about a hazard (read with ``hazards_with_all``) for ``actor`` on ``day``."""
    photos = list(
        HazardPhoto.objects.filter(hazard=hazard)
        .select_related("upload")
        .order_by("added_at", "id")
    )
    escalations = tuple(
        Escalation.objects.filter(hazard=hazard).select_related("to_org").order_by("-id")
    )
    extensions = tuple(Extension.objects.filter(hazard=hazard).order_by("-id"))
    ends = tuple(EndRequest.objects.filter(hazard=hazard).select_related("into").order_by("-id"))
    asked = Asked(_first_waiting(escalations), _first_waiting(extensions), _first_waiting(ends))
    facts = facts_of(hazard, asked, actor, day)
    steps, is_left = next_steps(facts), left_to_another(facts)
    return HazardPage(
        hazard=hazard,
        due=due_of(hazard.state, hazard.due_on, hazard.clock_stopped_on, day),
        missing=lacking(hazard),
        steps=steps,
        primary=primary_of(steps, is_left=is_left),
        before=tuple(each for each in photos if each.stage == PhotoStage.BEFORE),
        after=tuple(each for each in photos if each.stage == PhotoStage.AFTER),
        comments=tuple(HazardComment.objects.filter(hazard=hazard).order_by("-id")[:SHOWN_LINES]),
        escalations=escalations,
        extensions=extensions,
        ends=ends,
        history=tuple(history(hazard)),
        interim_left=interim_days_left(
            hazard.state, hazard.interim_measure, hazard.interim_until, day
        ),
        is_responsible_gone=is_gone(hazard, day),
        is_left=is_left,
    )


def history(hazard: Hazard) -> list[Entry]:
    """The journal of a hazard, newest first."""
    return list(history_of(hazard).order_by("-id")[:SHOWN_LINES])


def lacking(hazard: Hazard) -> tuple[str, ...]:
    """Fields of the four that a major hazard still lacks; nothing for an ordinary one."""
    if hazard.level != HazardLevel.MAJOR:
        return ()
    return missing_of_four(
        hazard.interim_measure, hazard.responsible_unit, hazard.responsible_name, hazard.due_on
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What waits for an answer about a hazard."""

    escalation: Escalation | None = None
    extension: Extension | None = None
    end: EndRequest | None = None


def asked_about(hazard: Hazard) -> Asked:
    """What waits for an answer; three queries."""
    waiting = {"hazard": hazard, "state": RequestState.REQUESTED}
    return Asked(
        Escalation.objects.filter(**waiting).select_related("to_org").first(),
        Extension.objects.filter(**waiting).first(),
        EndRequest.objects.filter(**waiting).first(),
    )


def facts_of(hazard: Hazard, asked: Asked, actor: Actor, day: date) -> Facts:
    """What ``rules.next_steps`` weighs, for this person."""
    levels = Levels(
        own=hazard.org.path,
        parent=hazard.org.parent_path,
        source=hazard.source,
        level=hazard.level,
        upper=hazard.upper_org.path if hazard.upper_org else "",
        asked=asked.escalation.to_org.path if asked.escalation else "",
    )
    above = hazard.upper_org if hazard.state == HazardState.ACCEPTED else hazard.org
    return Facts(
        state=hazard.state,
        rights=_rights(hazard, levels, actor),
        is_submitter=hazard.submitted_by_id == actor.user_id,
        is_anothers=hazard.responsible_id not in {None, actor.user_id},
        has_upper=above is not None and above.parent_id is not None,
        has_deadline=hazard.due_on is not None,
        extension=_whose(asked.extension, actor),
        end=_whose(asked.end, actor),
        above=verified_above(hazard.source, hazard.level),
        is_supervised=hazard.supervised_on is not None,
        is_beyond_means=hazard.beyond_means_at is not None,
        reopen_until=last_day_to_reopen(hazard),
        day=day,
    )


def last_day_to_reopen(hazard: Hazard) -> date | None:
    """Until when a hazard struck off may be reopened; two queries, none for others."""
    if hazard.closed_at is None:
        return None
    closed_on = business_day(hazard.closed_at)
    term = calendar_for(hazard.org).term_of(closed_on)
    return reopen_until(closed_on, term.ends_on_exclusive - timedelta(days=1) if term else None)


def _rights(hazard: Hazard, levels: Levels, actor: Actor) -> frozenset[str]:
    held = {
        name
        for name, capability in CAPABILITIES.items()
        if (path := level_for(name, hazard.state, levels)) and actor.may(capability, path)
    }
    if hazard.responsible_id == actor.user_id:
        held |= {"submit", "request_extension"}
    if hazard.level == HazardLevel.MAJOR and not actor.may("hazards.verify", levels.parent):
        held.discard("grade")  # only the upper level grades down
    return frozenset(held)


def _whose(request: Extension | EndRequest | None, actor: Actor) -> str:
    if request is None:
        return ""
    return "own" if request.requested_by_id == actor.user_id else "other"


def _first_waiting(requests: tuple[R, ...]) -> R | None:
    return next((each for each in requests if each.state == RequestState.REQUESTED), None)
