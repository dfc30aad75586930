"""Rectified, checked by a second person, struck off, and reopened if it was not so."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.files.models import Upload
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid, NotFound
from anxiao.foundation.messaging.states import MessageKind
from anxiao.loop.duties.services import record_evidence, revoke_evidence
from anxiao.loop.hazards.models import Hazard, HazardPhoto
from anxiao.loop.hazards.queries.seeing import last_day_to_reopen
from anxiao.loop.hazards.rules.steps import NOT_YOURSELF
from anxiao.loop.hazards.services.holding import (
    attach,
    demand,
    hold,
    own_photos,
    permit,
    step_of,
    take,
    withdraw_requests,
)
from anxiao.loop.hazards.services.telling import (
    named,
    spoken,
    tell,
    tell_level,
    tell_verifiers,
)
from anxiao.loop.hazards.states import HazardLevel, PhotoStage

EVIDENCE = "hazard.closed"
PHOTO_OR_REASON = gettext_lazy("请拍一张整改后的照片；确实不能拍照的，请写明原因。")
SHOWN_BEFORE = gettext_lazy("整改后的照片与整改前相同，请到现场重新拍照。")


@transaction.atomic
def submit_hazard(
    hazard: Hazard,
    *,
    result: str,
    photos: Iterable[Upload] = (),
    no_photo_reason: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Hand in what was done (提交复查): by the responsible person or who may rectify at the unit.

    At least one photo of afterwards, the actor's own and not one of those before; or the reason
    why there is none. Raises ``Forbidden``, ``StaleState``, ``Invalid``.
    """
    hold(hazard)
    step = step_of("submit", hazard)
    permit("submit", hazard, actor, responsible_may=True)
    done = demand(result, "result", _("请写明整改结果。"))
    pictures = _after(hazard, photos, actor)
    reason = no_photo_reason.strip()
    if not pictures and not reason:
        raise Invalid(str(PHOTO_OR_REASON), {"photos": str(PHOTO_OR_REASON)})
    attach(hazard.pk, pictures, PhotoStage.AFTER, at)
    withdraw_requests(hazard, actor=actor, at=at)
    changes = {
        "result": done,
        "no_photo_reason": "" if pictures else reason,
        "submitted_at": at,
        "submitted_by_id": actor.user_id,
        "submitted_by_name": actor.name,
    }
    said = {"result": done, "photos": len(pictures), "no_photo_reason": reason}
    take(step, hazard, actor=actor, at=at, said=said, changes=changes)
    text = _("请复查：%(hazard)s") % {"hazard": named(hazard)}
    tell_verifiers(text, hazard, actor=actor, at=at)


@transaction.atomic
def reject_hazard(hazard: Hazard, *, reason: str, actor: Actor, at: datetime) -> None:
    """Send a rectification back (退回) with what is still to be done; it is counted."""
    hold(hazard)
    step = step_of("reject", hazard)
    permit("reject", hazard, actor)
    _by_another(hazard, actor)
    why = demand(reason, "reason", _("请写明退回的理由和还要做什么。"))
    changes = {"rejections": hazard.rejections + 1, "opinion": why}
    take(step, hazard, actor=actor, at=at, said={"reason": why}, changes=changes)
    text = _("整改被退回：%(hazard)s。%(reason)s") % {"hazard": named(hazard), "reason": why}
    tell([hazard.responsible_id, hazard.submitted_by_id], text, hazard, actor=actor, at=at)


@transaction.atomic
def close_hazard(hazard: Hazard, *, opinion: str, actor: Actor, at: datetime) -> None:
    """Strike a hazard off (销号) after looking: by the verifying level, never by who submitted.

    Proves the duty of 3.2.c for the unit on the day of ``at``.
    """
    hold(hazard)
    step = step_of("close", hazard)
    permit("close", hazard, actor)
    _by_another(hazard, actor)
    seen = demand(opinion, "opinion", _("请写明复查意见。"))
    withdraw_requests(hazard, actor=actor, at=at)
    changes = {
        "opinion": seen,
        "closed_at": at,
        "closed_by_id": actor.user_id,
        "closed_by_name": actor.name,
    }
    take(step, hazard, actor=actor, at=at, said={"opinion": seen}, changes=changes)
    record_evidence(
        unit=hazard.org,
        kind=EVIDENCE,
        happened_on=business_day(at),
        source=_source(hazard, at),
        at=at,
        actor=actor,
    )
    text = _("已销号：%(hazard)s") % {"hazard": named(hazard)}
    people = [hazard.responsible_id, hazard.submitted_by_id, hazard.found_by_id]
    tell(people, text, hazard, actor=actor, at=at, kind=MessageKind.ANSWER)


@transaction.atomic
def reopen_hazard(hazard: Hazard, *, reason: str, actor: Actor, at: datetime) -> None:
    """Reopen a hazard that was struck off but is not done, within the term of its striking off.

    It is to be assigned anew: deadline and stamps of the former round stay in its journal.
    """
    hold(hazard)
    step = step_of("reopen", hazard)
    permit("reopen", hazard, actor)
    why = demand(reason, "reason", _("请写明重新打开的理由。"))
    _in_time(hazard, at)
    closed_at = hazard.closed_at or at
    changes: dict[str, Any] = {
        **{"closed_at": None, "closed_by_id": None, "closed_by_name": ""},
        **{"submitted_at": None, "submitted_by_id": None, "submitted_by_name": ""},
        **{"assigned_at": None, "assigned_by_id": None, "due_on": None},
        "beyond_means_at": None,
        "upper_org_id": None,
    }
    if hazard.level == HazardLevel.MAJOR:
        changes["graded_major_at"] = at  # the hours of 三.4.g run anew
    said = {"reason": why, "closed_on": str(business_day(closed_at))}
    take(step, hazard, actor=actor, at=at, said=said, changes=changes)
    with suppress(NotFound):  # a line of an imported ledger proved nothing here
        revoke_evidence(_source(hazard, closed_at), actor=actor, at=at, reason=why)
    text = _("重新打开，请指派整改：%(hazard)s") % {"hazard": named(hazard)}
    tell_level("hazards.assign", hazard.org_id, text, hazard, actor=actor, at=at)


def shown_before(hazard: Hazard, photos: Iterable[Upload]) -> list[Upload]:
    """Those of ``photos`` that are a picture of before rectification: they show nothing new."""
    found = list(photos)
    before = HazardPhoto.objects.filter(hazard=hazard, stage=PhotoStage.BEFORE)
    known = set(before.values_list("upload__blob_id", flat=True)) if found else set()
    return [upload for upload in found if upload.blob_id in known]


def _after(hazard: Hazard, photos: Iterable[Upload], actor: Actor) -> list[Upload]:
    found = own_photos(photos, actor, _("照片没有上传成功，请重新拍照或选择照片。"))
    if shown_before(hazard, found):
        message = str(SHOWN_BEFORE)
        raise Invalid(message, {"photos": message})
    return found


def _by_another(hazard: Hazard, actor: Actor) -> None:
    if hazard.submitted_by_id == actor.user_id:
        raise Invalid(NOT_YOURSELF)


def _in_time(hazard: Hazard, at: datetime) -> None:
    until = last_day_to_reopen(hazard)
    if until is not None and business_day(at) > until:
        raise Invalid(
            _("销号已过可以重新打开的期限（%(until)s），请另行登记。") % {"until": spoken(until)}
        )


def _source(hazard: Hazard, closed_at: datetime) -> str:
    """What names the proof: a hazard struck off twice proves twice."""
    return f"hazards.hazard:{hazard.pk}:{closed_at.isoformat()}"
