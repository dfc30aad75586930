"""Who may take which step, at which level; and what the page of a hazard offers next.

Whether a capability is the unit's own or the upper level's is told by *where* it must be held.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from anxiao.foundation.kernel.spellings.texts import gettext_noop
from anxiao.loop.hazards.states import (
    HAZARD_FLOW,
    LIVE_STATES,
    OWN_SOURCES,
    HazardLevel,
    HazardState,
)


@dataclass(frozen=True, slots=True)
class Levels:
    """Paths of the levels that matter for one hazard.

    ``upper`` is the level that has accepted it, ``asked`` the level it was reported up to; both
    ``""`` where there is none.
    """

    own: str
    parent: str
    source: str
    level: str
    upper: str = ""
    asked: str = ""

    @property
    def verifying(self) -> str:
        """The level that verifies, extends, reopens and decides on an end."""
        return self.parent if verified_above(self.source, self.level) else self.own


def verified_above(source: str, level: str) -> bool:
    """Whether the upper level verifies: all but the ordinary hazards a unit found itself."""
    return level == HazardLevel.MAJOR or source not in OWN_SOURCES


VERIFYING_STEPS = frozenset({"reject", "close", "reopen", "decide_extension", "decide_end"})
ANSWERING_STEPS = frozenset({"accept_up", "send_back"})
PASSED_UP_STEPS = frozenset({"assign", "report_up"})
"""Steps that an accepted hazard's new level takes, not the unit."""
ASSIGNERS_STEPS = frozenset({"reassign"})
"""Steps of the level that assigned: the unit, or the level that had accepted the hazard."""

CAPABILITIES = {
    **{step.name: step.capability for step in HAZARD_FLOW},
    "grade": "hazards.assign",
    "beyond_means": "hazards.assign",
    "renew_interim": "hazards.assign",
    "reassign": "hazards.assign",
    "request_extension": "hazards.rectify",
    "decide_extension": "hazards.verify",
    "request_end": "hazards.void",
    "decide_end": "hazards.void",
    "supervise": "hazards.supervise",
}
"""What each step needs, those that are not edges too."""


def level_for(step: str, state: str, levels: Levels) -> str:
    """The path at which the step's capability must be held; ``""`` means nobody can."""
    if step in VERIFYING_STEPS:
        return levels.verifying
    if step in ANSWERING_STEPS:
        return levels.asked
    if step in PASSED_UP_STEPS and state == HazardState.ACCEPTED:
        return levels.upper
    if step in ASSIGNERS_STEPS:
        return levels.upper or levels.own
    return levels.own


def decides(actor_id: int, requested_by: int) -> bool:
    """Whether this person may decide on that person's request: never on one's own."""
    return actor_id != requested_by


@dataclass(frozen=True, slots=True)
class Facts:
    """What ``next_steps`` weighs. ``rights`` are steps whose capability the actor holds where it
    must be held; requests are ``""`` (none waits), ``own`` or ``other``.
    """

    state: str
    rights: frozenset[str]
    is_submitter: bool = False
    is_anothers: bool = False
    has_upper: bool = True
    has_deadline: bool = False
    extension: str = ""
    end: str = ""
    above: bool = False
    is_supervised: bool = False
    is_beyond_means: bool = False
    reopen_until: date | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing that could be done now: its name (= service, route, button), whether this person
    may do it, and if not, why.
    """

    name: str
    label: str
    why: str = ""

    @property
    def allowed(self) -> bool:
        return not self.why


LABELS = {
    **{step.name: step.label for step in HAZARD_FLOW},
    "decide_extension": gettext_noop("答复延期"),
    "decide_end": gettext_noop("答复作废、合并"),
    "request_extension": gettext_noop("申请延期"),
    "request_end": gettext_noop("申请作废、合并"),
    "grade": gettext_noop("调整等级"),
    "beyond_means": gettext_noop("认定无力整改"),
    "renew_interim": gettext_noop("落实临时措施"),
    "reassign": gettext_noop("改派"),
    "supervise": gettext_noop("挂牌督办"),
}

NO_RIGHT = {
    "assign": gettext_noop("由本单位负责人或安全专干指派。"),
    "submit": gettext_noop("由责任人或本单位安全专干提交。"),
    "report_up": gettext_noop("由本单位负责人或安全专干上报。"),
    "reassign": gettext_noop("由指派整改的单位改派。"),
    "accept_up": gettext_noop("由上级单位答复。"),
    "send_back": gettext_noop("由上级单位答复。"),
}
BY_UPPER = gettext_noop("上级查出的隐患和重大隐患，由上级单位办理。")
BY_ACCEPTOR = gettext_noop("上级已受理，由受理的单位办理。")
BY_UNIT = gettext_noop("由本单位负责人或安全专干办理。")
NOT_YOURSELF = gettext_noop("不能复查自己提交的整改，请由他人复查。")
NOT_YOUR_OWN = gettext_noop("不能答复自己的申请，请由他人办理。")
NO_LEVEL_ABOVE = gettext_noop("没有上级单位可以上报。")
WAITING = gettext_noop("已有申请等待答复。")
NO_DEADLINE = gettext_noop("还没有整改期限，不需要延期。")
TOO_LATE = gettext_noop("已过可以重新打开的期限，请另行登记。")
ALREADY_SUPERVISED = gettext_noop("已经挂牌督办。")
ALREADY_BEYOND = gettext_noop("已经认定无力整改，请上报。")
BY_COUNTY = gettext_noop("由区教体局挂牌督办。")

_ORDER = (
    *("decide_end", "decide_extension", "accept_up", "send_back", "close", "reject"),
    *("assign", "submit", "report_up", "request_extension", "beyond_means", "grade"),
    *("renew_interim", "reassign", "supervise", "request_end", "reopen"),
)


def next_steps(facts: Facts) -> tuple[NextStep, ...]:
    """What can be done in this state, most pressing first; each says why it is not possible.

    ``void`` and ``merge`` stand as ``request_end``: they need a second person.
    """
    offered = set(_offered(facts))
    return tuple(
        NextStep(name, LABELS[name], _why_not(name, facts)) for name in _ORDER if name in offered
    )


def left_to_another(facts: Facts) -> bool:
    """Whether a known other person rectifies what this one can verify: who hands it in in the
    other's stead may not verify it any more.
    """
    return facts.state == HazardState.ASSIGNED and facts.is_anothers and "close" in facts.rights


def primary_of(steps: tuple[NextStep, ...], *, is_left: bool = False) -> NextStep | None:
    """The one step that is this person's now, or else the one somebody else is waited for.

    Handing in stands back where ``left_to_another`` is so (``is_left``).
    """
    back = {"submit"} if is_left else set()
    pressing = [step for step in steps if step.name in _PRESSING - back]
    return next((step for step in pressing if step.allowed), pressing[0] if pressing else None)


_PRESSING = frozenset({"decide_end", "decide_extension", "accept_up", "close", "assign", "submit"})


def _offered(facts: Facts) -> Iterator[str]:
    edges = {step.name for step in HAZARD_FLOW.open_from(facts.state)}
    yield from edges - {"void", "merge"}
    if "void" in edges:
        yield "decide_end" if facts.end else "request_end"
    if facts.state == HazardState.ASSIGNED:
        yield "decide_extension" if facts.extension else "request_extension"
        yield "reassign"
    if facts.state in {HazardState.OPEN, HazardState.ASSIGNED} and not facts.is_beyond_means:
        yield "beyond_means"
    if facts.state in LIVE_STATES:
        yield from ("grade", "supervise", "renew_interim")


def _why_not(name: str, facts: Facts) -> str:
    if name not in facts.rights:
        return _no_right(name, facts)
    return next((why for why, holds in _hindrances(name, facts) if holds), "")


def _no_right(name: str, facts: Facts) -> str:
    if name == "supervise":
        return BY_COUNTY
    if name in PASSED_UP_STEPS and facts.state == HazardState.ACCEPTED:
        return BY_ACCEPTOR
    if name in VERIFYING_STEPS and facts.above:
        return BY_UPPER
    return NO_RIGHT.get(name, BY_UNIT)


def _hindrances(name: str, facts: Facts) -> tuple[tuple[str, bool], ...]:
    """Reasons beside missing rights, with whether each holds."""
    late = bool(facts.reopen_until and facts.day and facts.day > facts.reopen_until)
    table = {
        "close": ((NOT_YOURSELF, facts.is_submitter),),
        "reject": ((NOT_YOURSELF, facts.is_submitter),),
        "report_up": ((NO_LEVEL_ABOVE, not facts.has_upper),),
        "request_extension": ((NO_DEADLINE, not facts.has_deadline),),
        "decide_extension": ((NOT_YOUR_OWN, facts.extension == "own"),),
        "decide_end": ((NOT_YOUR_OWN, facts.end == "own"),),
        "reopen": ((TOO_LATE, late),),
        "supervise": ((ALREADY_SUPERVISED, facts.is_supervised),),
    }
    return table.get(name, ())
