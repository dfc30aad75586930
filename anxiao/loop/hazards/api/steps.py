"""The steps of a hazard for programs, from one table: what is sent, who may, what is done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.api import Body
from anxiao.foundation.journal.services import STALE
from anxiao.foundation.kernel.errors import Invalid, StaleState
from anxiao.loop.hazards import services
from anxiao.loop.hazards.api import bodies
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.queries import asked_about, merge_targets
from anxiao.loop.hazards.rules.steps import LABELS
from anxiao.loop.hazards.services.told import criterion_of, own_uploads
from anxiao.loop.hazards.states import EndKind

SEE = ("hazards.view", "hazards.view_own")


@dataclass(frozen=True, slots=True)
class Doing:
    """A step about to be taken: on what, with what, by whom and when."""

    hazard: Hazard
    given: Any
    actor: Actor
    at: datetime

    @property
    def by(self) -> dict[str, Any]:
        """Who and when, as every service wants it."""
        return {"actor": self.actor, "at": self.at}


@dataclass(frozen=True, slots=True)
class ApiStep:
    """One step: ``POST /hazards/{id}/<name>``."""

    name: str
    body: type[Body]
    capabilities: tuple[str, ...]
    do: Callable[[Doing], object]

    @property
    def label(self) -> str:
        """What it is called."""
        return str(LABELS.get(self.name, "留言"))


def _assign(doing: Doing) -> None:
    given = doing.given.model_dump()
    given["responsible_id"] = given.pop("responsible")
    services.assign_hazard(doing.hazard, services.Commitments(**given), **doing.by)


def _reassign(doing: Doing) -> None:
    given = doing.given.model_dump()
    given["responsible_id"], reason = given.pop("responsible"), given.pop("reason")
    services.reassign_hazard(doing.hazard, services.Responsible(**given), reason=reason, **doing.by)


def _submit(doing: Doing) -> None:
    services.submit_hazard(
        doing.hazard,
        result=doing.given.result,
        photos=own_uploads(doing.actor, doing.given.photos),
        no_photo_reason=doing.given.no_photo_reason,
        **doing.by,
    )


def _decide_extension(doing: Doing) -> None:
    extension = asked_about(doing.hazard).extension
    if extension is None:
        raise StaleState(STALE)
    extension.hazard = doing.hazard
    services.decide_extension(extension, **doing.given.model_dump(), **doing.by)


def _request_end(doing: Doing) -> None:
    given, into = doing.given, None
    if given.kind == EndKind.MERGE:
        into = merge_targets(doing.hazard, doing.actor).filter(number=given.into).first()
        if into is None:
            message = _("没有找到这个编号，请核对本单位台账。")
            raise Invalid(message, {"into": message})
    ending = services.Ending(kind=given.kind, reason=given.reason, into=into)
    services.request_end(doing.hazard, ending, **doing.by)


def _decide_end(doing: Doing) -> None:
    request = asked_about(doing.hazard).end
    if request is None:
        raise StaleState(STALE)
    request.hazard = doing.hazard
    services.decide_end(request, **doing.given.model_dump(), **doing.by)


def _grade(doing: Doing) -> None:
    given = doing.given.model_dump()
    given["criterion"] = criterion_of(doing.actor, given["criterion"])
    services.grade_hazard(doing.hazard, services.Grade(**given), **doing.by)


def _plain(service: Callable[..., object]) -> Callable[[Doing], object]:
    """A service whose arguments are named like the fields of the body."""

    def do(doing: Doing) -> object:
        return service(doing.hazard, **doing.given.model_dump(), **doing.by)

    return do


STEPS = (
    ApiStep("assign", bodies.AssignBody, ("hazards.assign",), _assign),
    ApiStep("submit", bodies.SubmitBody, ("hazards.rectify", *SEE), _submit),
    ApiStep("close", bodies.OpinionBody, ("hazards.verify",), _plain(services.close_hazard)),
    ApiStep("reject", bodies.ReasonBody, ("hazards.verify",), _plain(services.reject_hazard)),
    ApiStep(
        "report_up",
        bodies.ReportUpBody,
        ("hazards.report_up",),
        _plain(services.report_up_hazard),
    ),
    ApiStep("accept_up", bodies.AnswerBody, ("hazards.answer",), _plain(services.accept_up_hazard)),
    ApiStep("send_back", bodies.AnswerBody, ("hazards.answer",), _plain(services.send_back_hazard)),
    ApiStep(
        "beyond_means", bodies.ReasonBody, ("hazards.assign",), _plain(services.mark_beyond_means)
    ),
    ApiStep(
        "renew_interim",
        bodies.InterimBody,
        ("hazards.assign",),
        _plain(services.renew_interim_hazard),
    ),
    ApiStep("reassign", bodies.ReassignBody, ("hazards.assign",), _reassign),
    ApiStep(
        "request_extension",
        bodies.ExtendBody,
        ("hazards.rectify", *SEE),
        _plain(services.request_extension),
    ),
    ApiStep("decide_extension", bodies.DecideBody, ("hazards.verify",), _decide_extension),
    ApiStep("request_end", bodies.EndBody, ("hazards.void",), _request_end),
    ApiStep("decide_end", bodies.DecideBody, ("hazards.void",), _decide_end),
    ApiStep("reopen", bodies.ReasonBody, ("hazards.verify",), _plain(services.reopen_hazard)),
    ApiStep("grade", bodies.GradeBody, ("hazards.assign", "hazards.verify"), _grade),
    ApiStep(
        "supervise", bodies.ReasonBody, ("hazards.supervise",), _plain(services.supervise_hazard)
    ),
    ApiStep("comment", bodies.CommentBody, SEE, _plain(services.comment_hazard)),
)
