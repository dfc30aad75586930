"""Grading between ordinary and major, listing for supervision (挂牌督办), and what people say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.actor import Actor, require
from anxiao.foundation.journal.services import Line, record, record_all
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid, NotFound
from anxiao.foundation.messaging.services import Note, notify_all
from anxiao.foundation.messaging.states import MessageKind
from anxiao.loop.hazards.models import Criterion, Hazard, HazardComment
from anxiao.loop.hazards.rules import interim_until
from anxiao.loop.hazards.rules.steps import ALREADY_SUPERVISED
from anxiao.loop.hazards.services.holding import change, demand, expect, hold, permit, refuse
from anxiao.loop.hazards.services.telling import (
    Matter,
    named,
    notes,
    tell,
    tell_groups,
    tell_level,
)
from anxiao.loop.hazards.states import (
    COMMITTED_STATES,
    LIVE_STATES,
    HazardLevel,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """The level and what makes it so; ``interim_measure`` is needed when it becomes major under
    way.
    """

    level: str
    criterion: Criterion | None = None
    reason: str = ""
    interim_measure: str = ""


@transaction.atomic
def grade_hazard(hazard: Hazard, grade: Grade, *, actor: Actor, at: datetime) -> None:
    """Change the level (调整等级). Major needs a criterion or a written reason.

    The unit may grade up; to grade down is for the upper level, with a reason. A hazard under way
    becomes major only with its four complete, the deadline among them (三.4.g).
    """
    hold(hazard)
    expect(hazard, *LIVE_STATES)
    major = grade.level == HazardLevel.MAJOR
    if major:
        permit("grade", hazard, actor)
    else:
        require(actor, "hazards.verify", hazard.org.parent_path)
    reason = grade.reason.strip()
    interim = grade.interim_measure.strip() or hazard.interim_measure
    refuse(grade_faults(hazard, grade))
    change(
        hazard,
        level=grade.level,
        criterion=grade.criterion if major else None,
        level_reason=reason,
        interim_measure=interim,
        interim_until=interim_until(interim, hazard.interim_until, hazard.due_on),
        graded_major_at=at if major else None,
    )
    said: dict[str, Any] = {"level": grade.level, "reason": reason}
    if grade.criterion:
        said["criterion"] = grade.criterion.code
    record("grade", hazard, actor=actor, at=at, org_path=hazard.org.path, detail=said)
    if major:
        text = _("已判定为重大隐患：%(hazard)s") % {"hazard": named(hazard)}
        tell_level("hazards.verify", hazard.org.parent_id, text, hazard, actor=actor, at=at)
        tell_groups(text, hazard, at=at)


def grade_faults(hazard: Hazard, grade: Grade) -> dict[str, str]:
    """What is missing for the level, by field."""
    reason = grade.reason.strip()
    interim = grade.interim_measure.strip() or hazard.interim_measure
    if grade.level not in HazardLevel.values:
        return {"level": _("请选择隐患等级。")}
    if grade.level == hazard.level:
        return {"level": _("等级没有变化，请重新选择。")}
    if grade.level == HazardLevel.ORDINARY:
        return {} if reason else {"reason": _("请写明降为一般隐患的理由。")}
    return _faults_of_major(hazard, grade.criterion, reason, interim)


def _faults_of_major(
    hazard: Hazard, criterion: Criterion | None, reason: str, interim: str
) -> dict[str, str]:
    faults = {}
    if criterion is None and not reason:
        faults["criterion"] = _("请选择判定情形，或写明判定理由。")
    elif criterion is not None and (criterion.is_open or criterion.retired_on):
        faults["criterion"] = _("这条判定情形没有条文或已停用，请另选一条。")
    if hazard.state in COMMITTED_STATES:
        if not interim:
            faults["interim_measure"] = _("重大隐患请填写临时防范措施。")
        if hazard.due_on is None:
            faults["level"] = _("这项隐患还没有整改期限，请先退回重新指派。")
    return faults


@transaction.atomic
def supervise_hazard(hazard: Hazard, *, reason: str, actor: Actor, at: datetime) -> None:
    """List a hazard for supervision (挂牌督办): major and overdue, or what the bureau picks."""
    hold(hazard)
    expect(hazard, *LIVE_STATES)
    permit("supervise", hazard, actor)
    if hazard.supervised_on is not None:
        raise Invalid(ALREADY_SUPERVISED)
    why = demand(reason, "reason", _("请写明督办要求。"))
    change(hazard, supervised_on=business_day(at), supervise_reason=why)
    path = hazard.org.path
    record("supervise", hazard, actor=actor, at=at, org_path=path, detail={"reason": why})
    text = _("挂牌督办：%(hazard)s。%(reason)s") % {"hazard": named(hazard), "reason": why}
    tell([hazard.responsible_id], text, hazard, actor=actor, at=at)
    for org_id in (hazard.org_id, hazard.org.parent_id):
        tell_level("hazards.assign", org_id, text, hazard, actor=actor, at=at)
    tell_groups(text, hazard, at=at)


@transaction.atomic
def comment_hazard(hazard: Hazard, *, text: str, actor: Actor, at: datetime) -> HazardComment:
    """Say something about a hazard one may see; those concerned are told."""
    said = demand(text, "text", _("请写下留言。"))
    people = (hazard.responsible_id, hazard.recorded_by_id, hazard.assigned_by_id)
    matter = Matter(
        hazard.pk, hazard.org, hazard.number, hazard.place_text, hazard.description, people
    )
    ids = comment_hazards([(matter, said)], actor=actor, at=at)
    if not ids:
        raise NotFound(_("没有这项隐患。"))
    return HazardComment.objects.get(pk=ids[0])


def comment_hazards(said: Sequence[tuple[Matter, str]], *, actor: Actor, at: datetime) -> list[int]:
    """Say something about each hazard that one may see, in the caller's transaction; the ids.

    Those concerned are told; what the actor may not see is passed over.
    """
    unsure = {each.id for each, _text in said if not actor.may("hazards.view", each.org.path)}
    if unsure:
        seen = Hazard.objects.visible_to(actor).filter(pk__in=unsure)
        unsure -= set(seen.values_list("pk", flat=True))
    said = [(each, text) for each, text in said if each.id not in unsure]
    if not said:
        return []
    who = {"user_id": actor.user_id, "user_name": actor.name, "at": at}
    ids = quick.insert(
        HazardComment, [{**who, "hazard_id": each.id, "text": text} for each, text in said]
    )
    lines = [Line("comment", LABEL, each.id, each.org.path) for each, _text in said]
    record_all(lines, actor=actor, at=at)
    told: list[Note] = []
    for each in {each.id: each for each, _text in said}.values():
        text = _("%(name)s 留言：%(hazard)s") % {"name": actor.name, "hazard": each.name}
        told += notes(each.people, text, each.id, actor=actor, kind=MessageKind.NOTICE)
    notify_all(told, at=at)
    return ids


LABEL = Hazard._meta.label_lower
