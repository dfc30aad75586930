"""Exemptions: a unit asks with a reason, a second person at the level above answers."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor, require
from anxiao.foundation.journal.services import move, record
from anxiao.foundation.kernel.errors import Forbidden, Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.models import Binding, Duty, Exemption
from anxiao.loop.duties.services.cells import judge_again
from anxiao.loop.duties.services.locks import lock_county, lock_unit
from anxiao.loop.duties.states import EXEMPTION_FLOW, ExemptionState

LONGEST = 366


@dataclass(frozen=True, slots=True)
class ExemptionRequest:
    """What a unit asks for; both days inclusive."""

    unit: Org
    duty: Duty
    from_on: date
    until_on: date
    reason: str


@transaction.atomic
def request_exemption(asked: ExemptionRequest, *, actor: Actor, at: datetime) -> Exemption:
    """Ask to be freed of a duty for some days.

    Raises ``Forbidden`` without ``duties.exempt_request`` at the unit, ``Invalid`` when the duty
    does not bind it, the days are wrong, or the same days are asked for already.
    """
    require(actor, "duties.exempt_request", asked.unit.path)
    _check(asked)
    exemption = Exemption.objects.create(
        unit=asked.unit,
        duty=asked.duty,
        from_on=asked.from_on,
        until_on=asked.until_on,
        reason=asked.reason.strip(),
        requested_by_id=actor.user_id,
        requested_at=at,
    )
    detail = {
        "duty": asked.duty.code,
        "from_on": str(asked.from_on),
        "until_on": str(asked.until_on),
        "reason": asked.reason,
    }
    record("request", exemption, actor=actor, at=at, org_path=asked.unit.path, detail=detail)
    return exemption


def _check(asked: ExemptionRequest) -> None:
    if not asked.reason.strip():
        raise Invalid(fields={"reason": _("请写明申请免除的理由。")})
    if asked.until_on < asked.from_on:
        raise Invalid(fields={"until_on": _("止日不能早于起日，请修改。")})
    if (asked.until_on - asked.from_on).days > LONGEST:
        raise Invalid(fields={"until_on": _("一次最多申请一年，请缩短。")})
    bound = Binding.objects.filter(unit=asked.unit, duty=asked.duty, until_on__isnull=True)
    if not bound.exists():
        raise Invalid(_("这项职责目前不适用于本单位，不需要申请免除。"))
    pending = Exemption.objects.filter(
        unit=asked.unit,
        duty__in=_versions(asked.duty),
        state=ExemptionState.REQUESTED,
        from_on__lte=asked.until_on,
        until_on__gte=asked.from_on,
    )
    if pending.exists():
        raise Invalid(_("这几天已有一份申请在等待批复，请等待批复或改选日期。"))


@transaction.atomic
def approve_exemption(
    exemption: Exemption, *, answer: str, actor: Actor, at: datetime
) -> Exemption:
    """Approve; the cells whose owed days are all covered are exempt from now on.

    Raises ``Forbidden`` unless the actor holds ``duties.exempt`` at the level above and is not the
    one who asked, ``StaleState`` when it was answered already.
    """
    unit = exemption.unit
    _require_second(exemption, actor)
    lock_unit(unit.pk)
    lock_county(unit.county_id or unit.pk)
    _decide(exemption, "approve", answer, actor, at)
    duties = _versions(exemption.duty).values_list("pk", flat=True)
    judge_again([(exemption.unit_id, duty_id) for duty_id in duties], since=exemption.from_on)
    return exemption


def _versions(duty: Duty) -> QuerySet[Duty]:
    """The duty in all versions of its plan."""
    plan = duty.plan
    return Duty.objects.filter(code=duty.code, plan__code=plan.code, plan__issuer=plan.issuer_id)


@transaction.atomic
def refuse_exemption(exemption: Exemption, *, answer: str, actor: Actor, at: datetime) -> Exemption:
    """Refuse, with a reason; same rights as to approve."""
    _require_second(exemption, actor)
    if not answer.strip():
        raise Invalid(fields={"answer": _("不批准时请写明原因。")})
    _decide(exemption, "refuse", answer, actor, at)
    return exemption


def _require_second(exemption: Exemption, actor: Actor) -> None:
    require(actor, "duties.exempt", exemption.unit.parent_path)
    if actor.user_id == exemption.requested_by_id:
        raise Forbidden("duties.exempt", _("本人提出的申请须由另一人批复。"))


def _decide(exemption: Exemption, step: str, answer: str, actor: Actor, at: datetime) -> None:
    move(
        exemption,
        EXEMPTION_FLOW[step],
        actor=actor,
        at=at,
        org_path=exemption.unit.path,
        detail={"duty": exemption.duty.code, "answer": answer},
        decided_by_id=actor.user_id,
        decided_at=at,
        answer=answer.strip(),
    )
