"""What each step of a hazard asks and does: one row a step, from assigning to reopening."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anxiao.foundation.access.http import ActorRequest
from anxiao.foundation.files.models import Upload
from anxiao.foundation.journal.services import STALE
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid, StaleState
from anxiao.foundation.orgs.queries import calendar_for
from anxiao.loop.hazards import forms, services
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.queries import (
    HazardPage,
    assignable_people,
    merge_targets,
)
from anxiao.loop.hazards.rules import suggested_due_on
from anxiao.loop.hazards.services.telling import spoken
from anxiao.loop.hazards.states import EndKind, HazardLevel, HazardState


@dataclass(frozen=True, slots=True)
class Doing:
    """A step about to be taken: by whom, on what, with what."""

    request: ActorRequest
    shown: HazardPage
    given: Mapping[str, Any]
    photos: list[Upload]

    @property
    def hazard(self) -> Hazard:
        return self.shown.hazard

    @property
    def by(self) -> dict[str, Any]:
        """Who and when, as every service wants it."""
        return {"actor": self.request.actor, "at": self.request.at}


@dataclass(frozen=True, slots=True)
class StepPage:
    """How a step looks and what it does.

    ``done`` is said once it has been taken: a text, or what makes one of what was decided.
    """

    name: str
    capabilities: tuple[str, ...]
    form: Callable[[ActorRequest, HazardPage, Any], forms.StepForm]
    do: Callable[[Doing], object]
    done: Any
    tone: str = "primary"

    def told(self, doing: Doing) -> str:
        """What is said once the step has been taken."""
        return str(self.done(doing) if callable(self.done) else self.done)


def _plain(form: type[forms.StepForm]) -> Callable[[ActorRequest, HazardPage, Any], Any]:
    def make(request: ActorRequest, shown: HazardPage, data: Any) -> forms.StepForm:
        return form(data, request.FILES or None, hazard=shown.hazard)

    return make


def _assign_form(request: ActorRequest, shown: HazardPage, data: Any) -> forms.StepForm:
    hazard, day = shown.hazard, business_day(request.at)
    people = assignable_people(hazard, day)
    is_workday = calendar_for(hazard.org).workdays.is_workday
    suggested = suggested_due_on(hazard.level, day, hazard.suggested_days, is_workday)
    first = {
        **_responsible_first(hazard),
        "measure": hazard.measure or hazard.suggested_measure,
        "funds": hazard.funds,
        "due_on": hazard.due_on if hazard.due_on and hazard.due_on >= day else suggested,
        "contingency": hazard.contingency,
        "interim_measure": hazard.interim_measure,
    }
    return forms.AssignForm(data, hazard=hazard, day=day, people=people, initial=first)


def _responsible_first(hazard: Hazard) -> dict[str, str]:
    """Who stands in the form first; whoever accepted the hazard names people of its own."""
    if hazard.state == HazardState.ACCEPTED and hazard.upper_org:
        return {"responsible_unit": hazard.upper_org.name}
    chosen = str(hazard.responsible_id) if hazard.responsible_id else ""
    return {
        "responsible": chosen or (forms.steps.SOMEBODY_ELSE if hazard.responsible_name else ""),
        "responsible_name": "" if chosen else hazard.responsible_name,
        "responsible_unit": hazard.responsible_unit or hazard.org.name,
    }


def _reassign_form(request: ActorRequest, shown: HazardPage, data: Any) -> forms.StepForm:
    hazard = shown.hazard
    people = assignable_people(hazard, business_day(request.at))
    others = [each for each in people if each[0] != hazard.responsible_id]
    first = {"responsible_unit": hazard.responsible_unit or hazard.org.name}
    return forms.ReassignForm(data, hazard=hazard, people=others, initial=first)


def _interim_form(request: ActorRequest, shown: HazardPage, data: Any) -> forms.StepForm:
    first = {"interim_measure": shown.hazard.interim_measure}
    day = business_day(request.at)
    return forms.InterimForm(data, hazard=shown.hazard, day=day, initial=first)


def _extend_form(request: ActorRequest, shown: HazardPage, data: Any) -> forms.StepForm:
    return forms.ExtendForm(data, hazard=shown.hazard, day=business_day(request.at))


def _grade_form(request: ActorRequest, shown: HazardPage, data: Any) -> forms.StepForm:
    hazard = shown.hazard
    other = HazardLevel.ORDINARY if hazard.level == HazardLevel.MAJOR else HazardLevel.MAJOR
    first = {"level": other, "interim_measure": hazard.interim_measure}
    return forms.GradeForm(data, hazard=hazard, actor=request.actor, initial=first)


def _report_form(_request: ActorRequest, shown: HazardPage, data: Any) -> forms.StepForm:
    first = {"interim_measure": shown.hazard.interim_measure}
    return forms.ReportUpForm(data, hazard=shown.hazard, initial=first)


def _assign(doing: Doing) -> None:
    wanted: tuple[str, ...] = (
        "responsible_id",
        "responsible_name",
        "responsible_unit",
        "measure",
        "funds",
    )
    wanted += ("due_on", "contingency", "interim_measure", "interim_until")
    commitments = services.Commitments(**{name: doing.given[name] for name in wanted})
    services.assign_hazard(doing.hazard, commitments, **doing.by)


def _reassign(doing: Doing) -> None:
    wanted = ("responsible_id", "responsible_name", "responsible_unit")
    responsible = services.Responsible(**{name: doing.given[name] for name in wanted})
    services.reassign_hazard(doing.hazard, responsible, reason=doing.given["reason"], **doing.by)


def _renew_interim(doing: Doing) -> None:
    measure, until = doing.given["interim_measure"], doing.given["interim_until"]
    services.renew_interim_hazard(
        doing.hazard, interim_measure=measure, interim_until=until, **doing.by
    )


def _submit(doing: Doing) -> None:
    services.submit_hazard(
        doing.hazard,
        result=doing.given["result"],
        photos=doing.photos,
        no_photo_reason=doing.given["no_photo_reason"],
        **doing.by,
    )


def _report_up(doing: Doing) -> None:
    reason, interim = doing.given["reason"], doing.given["interim_measure"]
    services.report_up_hazard(doing.hazard, reason=reason, interim_measure=interim, **doing.by)


def _request_extension(doing: Doing) -> None:
    new, reason = doing.given["new_due_on"], doing.given["reason"]
    services.request_extension(doing.hazard, new_due_on=new, reason=reason, **doing.by)


def _decide_extension(doing: Doing) -> None:
    extension = doing.shown.extension
    if extension is None:
        raise StaleState(STALE)
    extension.hazard = doing.hazard
    approve, answer = doing.given["approve"], doing.given["answer"]
    services.decide_extension(extension, approve=approve, answer=answer, **doing.by)


def _request_end(doing: Doing) -> None:
    kind, number = doing.given["kind"], doing.given["into"].strip()
    into = None
    if kind == EndKind.MERGE:
        targets = merge_targets(doing.hazard, doing.request.actor)
        into = targets.filter(number=number).first()
        if into is None:
            message = _("没有找到这个编号，请核对本单位台账。")
            raise Invalid(message, {"into": message})
    ending = services.Ending(kind=kind, reason=doing.given["reason"], into=into)
    services.request_end(doing.hazard, ending, **doing.by)


def _decide_end(doing: Doing) -> None:
    request = doing.shown.end
    if request is None:
        raise StaleState(STALE)
    request.hazard = doing.hazard
    approve, answer = doing.given["approve"], doing.given["answer"]
    services.decide_end(request, approve=approve, answer=answer, **doing.by)


def _grade(doing: Doing) -> None:
    names = ("level", "criterion", "reason", "interim_measure")
    grade = services.Grade(**{name: doing.given[name] for name in names})
    services.grade_hazard(doing.hazard, grade, **doing.by)


def _with(service: Callable[..., object], field: str) -> Callable[[Doing], object]:
    """A service that takes one text, named like its form field."""

    def do(doing: Doing) -> object:
        return service(doing.hazard, **{field: doing.given[field]}, **doing.by)

    return do


def _assigned(doing: Doing) -> str:
    return _("已指派给%(name)s。") % {"name": doing.hazard.responsible_name}


def _reassigned(doing: Doing) -> str:
    return _("已改派给%(name)s。") % {"name": doing.hazard.responsible_name}


def _rejected(doing: Doing) -> str:
    return _("已退回%(name)s继续整改。") % {"name": doing.hazard.responsible_name}


def _extension_decided(doing: Doing) -> str:
    if doing.given["approve"]:
        return _("已同意延期，整改期限改为%(day)s。") % {"day": spoken(doing.hazard.due_on)}
    return _("未同意延期，整改期限仍为%(day)s。") % {"day": spoken(doing.hazard.due_on)}


def _end_decided(doing: Doing) -> str:
    kind = EndKind(doing.shown.ends[0].kind).label  # the newest: it is answered by now
    if doing.given["approve"]:
        return _("已同意%(kind)s。") % {"kind": kind}
    return _("未同意%(kind)s，这项隐患继续办理。") % {"kind": kind}


OWN = "hazards.view_own"
PAGES = (
    StepPage("assign", ("hazards.assign",), _assign_form, _assign, _assigned),
    StepPage(
        "submit",
        ("hazards.rectify", "hazards.view", OWN),
        _plain(forms.SubmitForm),
        _submit,
        gettext_lazy("已提交复查。"),
    ),
    StepPage(
        "close",
        ("hazards.verify",),
        _plain(forms.CloseForm),
        _with(services.close_hazard, "opinion"),
        gettext_lazy("已销号。"),
    ),
    StepPage(
        "reject",
        ("hazards.verify",),
        _plain(forms.RejectForm),
        _with(services.reject_hazard, "reason"),
        _rejected,
    ),
    StepPage(
        "report_up",
        ("hazards.report_up",),
        _report_form,
        _report_up,
        gettext_lazy("已上报，请继续落实临时防范措施。"),
    ),
    StepPage(
        "accept_up",
        ("hazards.answer",),
        _plain(forms.AnswerForm),
        _with(services.accept_up_hazard, "answer"),
        gettext_lazy("已受理，请指派整改。"),
    ),
    StepPage(
        "send_back",
        ("hazards.answer",),
        _plain(forms.AnswerForm),
        _with(services.send_back_hazard, "answer"),
        gettext_lazy("已退回上报。"),
    ),
    StepPage(
        "beyond_means",
        ("hazards.assign",),
        _plain(forms.ReasonForm),
        _with(services.mark_beyond_means, "reason"),
        gettext_lazy("已认定无力整改，请在三日内上报。"),
    ),
    StepPage(
        "renew_interim",
        ("hazards.assign",),
        _interim_form,
        _renew_interim,
        gettext_lazy("已登记临时防范措施。"),
    ),
    StepPage("reassign", ("hazards.assign",), _reassign_form, _reassign, _reassigned),
    StepPage(
        "request_extension",
        ("hazards.rectify", "hazards.view", OWN),
        _extend_form,
        _request_extension,
        gettext_lazy("已提交延期申请，答复前按原期限计算。"),
    ),
    StepPage(
        "decide_extension",
        ("hazards.verify",),
        _plain(forms.DecideForm),
        _decide_extension,
        _extension_decided,
    ),
    StepPage(
        "request_end",
        ("hazards.void",),
        _plain(forms.EndForm),
        _request_end,
        gettext_lazy("已提交申请，由另一人答复。"),
        "danger",
    ),
    StepPage(
        "decide_end",
        ("hazards.void",),
        _plain(forms.DecideForm),
        _decide_end,
        _end_decided,
    ),
    StepPage(
        "reopen",
        ("hazards.verify",),
        _plain(forms.ReasonForm),
        _with(services.reopen_hazard, "reason"),
        gettext_lazy("已重新打开，请指派整改。"),
    ),
    StepPage(
        "grade",
        ("hazards.assign", "hazards.verify"),
        _grade_form,
        _grade,
        gettext_lazy("已调整等级。"),
    ),
    StepPage(
        "supervise",
        ("hazards.supervise",),
        _plain(forms.SuperviseForm),
        _with(services.supervise_hazard, "reason"),
        gettext_lazy("已挂牌督办。"),
    ),
)
STEP_PAGES = {each.name: each for each in PAGES}
