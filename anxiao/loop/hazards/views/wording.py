"""A hazard in words and tones, as its page and its sheets show it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.ui.templatetags.anxiao import moment
from anxiao.loop.hazards.models import Hazard, HazardPhoto
from anxiao.loop.hazards.queries import HazardPage
from anxiao.loop.hazards.rules import SOON_DAYS
from anxiao.loop.hazards.rules.clocks import DueKind
from anxiao.loop.hazards.rules.demands import FOUR
from anxiao.loop.hazards.rules.steps import LABELS, NextStep
from anxiao.loop.hazards.services.telling import spoken
from anxiao.loop.hazards.states import EndKind, HazardLevel, HazardState, PhotoStage

Fact = dict[str, Any]

ACTIONS: dict[str, Any] = {
    **LABELS,
    "open": gettext_lazy("登记"),
    "import": gettext_lazy("台账导入"),
    "comment": gettext_lazy("留言"),
    "void": gettext_lazy("作废"),
    "merge": gettext_lazy("合并"),
}
SAID = (
    *("reason", "answer", "opinion", "result", "no_photo_reason", "late_reason"),
    *("interim_measure", "before", "responsible", "to", "into"),
)
"""What of a journal line people want to read, in this order."""

TONES = {
    "close": "done",
    "reject": "late",
    "send_back": "late",
    "supervise": "late",
    "submit": "soon",
    "report_up": "soon",
}


def verdict(page: HazardPage, day: date) -> tuple[str, str]:
    """The first line of the page: where the hazard stands, and its tone."""
    hazard, due = page.hazard, page.due
    if page.missing:
        labels = _("、").join(_(FOUR[name]) for name in page.missing)
        return _("重大隐患，尚缺%(labels)s") % {"labels": labels}, "late"
    if page.escalation:
        return _reported(page, day)
    if due.kind in {DueKind.OVERDUE, DueKind.SOON, DueKind.IN_TIME, DueKind.NO_DEADLINE}:
        return _running(page)
    return _waiting(page, day), "done" if hazard.state == HazardState.CLOSED else "soon"


def _reported(page: HazardPage, day: date) -> tuple[str, str]:
    """A report-up waits for the upper level, which reads that it is to answer; the unit's own
    deadline goes on meanwhile.
    """
    step = page.step("accept_up")
    is_ours = step is not None and step.allowed
    answer_due_on = page.escalation.answer_due_on if page.escalation else day
    waited = (day - answer_due_on).days
    if waited > 0:
        said = _("下级上报，答复超期 %(n)d 天") if is_ours else _("已上报，上级答复超期 %(n)d 天")
    else:
        said = _("请于%(day)s前答复") if is_ours else _("已上报，上级应于%(day)s前答复")
    said %= {"n": waited, "day": spoken(answer_due_on)}
    if page.due.kind == DueKind.OVERDUE:
        said = _("%(said)s；整改超期 %(n)d 天") % {"said": said, "n": page.due.days}
    return said, "late" if waited > 0 or page.due.kind == DueKind.OVERDUE else "soon"


def _running(page: HazardPage) -> tuple[str, str]:
    state, due = page.hazard.get_state_display(), page.due
    told = {"state": state, "days": due.days}
    if page.hazard.state == HazardState.OPEN and due.kind == DueKind.NO_DEADLINE:
        return state, "soon"
    if due.kind == DueKind.NO_DEADLINE:
        return _("%(state)s，未定期限") % told, "soon"
    if due.kind == DueKind.OVERDUE:
        return _("%(state)s，超期 %(days)d 天") % told, "late"
    if due.days == 0:
        return _("%(state)s，今天到期") % told, "soon"
    return _("%(state)s，剩 %(days)d 天") % told, "soon" if due.kind == DueKind.SOON else "plain"


def _waiting(page: HazardPage, day: date) -> str:
    hazard = page.hazard
    if hazard.state == HazardState.SUBMITTED and hazard.submitted_at:
        days = (day - business_day(hazard.submitted_at)).days
        return _("待复查，已等 %(days)d 天") % {"days": days} if days else _("待复查")
    if hazard.state == HazardState.CLOSED and hazard.closed_at:
        return _("已销号，%(day)s") % {"day": spoken(business_day(hazard.closed_at))}
    if hazard.state == HazardState.ACCEPTED and hazard.upper_org:
        return _("%(org)s已受理，停止计时") % {"org": hazard.upper_org.name}
    if hazard.merged_into:
        return _("已并入 %(number)s") % {"number": hazard.merged_into.number}
    return str(hazard.get_state_display())


def badges(hazard: Hazard) -> list[Fact]:
    """What must not be overlooked about a hazard."""
    marks = (
        (hazard.level == HazardLevel.MAJOR, _("重大隐患"), "late"),
        (hazard.supervised_on is not None, _("挂牌督办"), "late"),
        (hazard.beyond_means_at is not None, _("无力整改"), "soon"),
        (
            hazard.state == HazardState.ASSIGNED and hazard.rejections > 0,
            _("退回 %(n)d 次") % {"n": hazard.rejections},
            "late",
        ),
        (bool(hazard.late_reason), _("补录"), "plain"),
        (hazard.origin.startswith("ledger:"), _("台账导入"), "plain"),
    )
    return [{"text": text, "tone": tone} for holds, text, tone in marks if holds]


def in_words(step: NextStep) -> NextStep:
    """A step in the reader's language: rules are plain Python and know only their own."""
    return replace(step, label=_(step.label), why=_(step.why) if step.why else "")


def doings(page: HazardPage) -> Fact:
    """The steps of the page: the one button, the others, and what is not possible with why."""

    def url(name: str) -> str:
        return reverse(f"hazards:{name}", args=[page.hazard.pk])

    first = page.primary
    rest = [in_words(step) for step in page.steps if step != first]
    return {
        "primary": in_words(first) if first else None,
        "primary_url": url(first.name) if first else "",
        "others": [{"label": step.label, "url": url(step.name)} for step in rest if step.allowed],
        "blocked": [step for step in rest if not step.allowed],
        "no_notice": why_no_notice(page.hazard),
    }


def why_no_notice(hazard: Hazard) -> str:
    """What a notice to rectify still lacks to be an order; ``""`` if it can be printed."""
    lacks = [
        label
        for label, said in (
            (_("整改期限"), hazard.due_on),
            (_("整改措施"), hazard.measure or hazard.suggested_measure),
        )
        if not said
    ]
    if not lacks:
        return ""
    told = {"lacks": _("、").join(lacks)}
    return _("还没有%(lacks)s，不能下达整改通知书；请先指派整改，再打印。") % told


def warnings(page: HazardPage) -> list[Fact]:
    """What somebody has to see to although no step of the road asks for it."""
    found = []
    if page.interim_left is not None and page.interim_left < 0:
        text = _("临时防范措施已到期 %(n)d 天，请核对现场，重新落实。") % {"n": -page.interim_left}
        found.append({"text": text, "tone": "late"})
    elif page.interim_left is not None and page.interim_left <= SOON_DAYS:
        text = _("临时防范措施有效期至%(day)s，请提前落实。") % {
            "day": spoken(page.hazard.interim_until)
        }
        found.append({"text": text, "tone": "soon"})
    if page.is_responsible_gone:
        text = _("责任人%(name)s已不在岗，请改派。") % {"name": page.hazard.responsible_name}
        found.append({"text": text, "tone": "late"})
    if page.hazard.state == HazardState.ASSIGNED and page.hazard.rejections:
        text = _("上次整改被退回：%(why)s") % {"why": page.hazard.opinion}
        found.append({"text": text, "tone": "late"})
    return found


def found_facts(hazard: Hazard) -> list[Fact]:
    """What was found, where and by whom."""
    major = hazard.level == HazardLevel.MAJOR
    graded = hazard.criterion.text if hazard.criterion else hazard.level_reason
    return _facts(
        (_("单位"), hazard.org.name),
        (_("地点、部位"), hazard.place_text),
        (_("隐患类别"), hazard.category_name),
        (_("等级"), hazard.get_level_display(), "late" if major else ""),
        (_("判定情形"), graded if major else ""),
        (_("排查时间"), _full(hazard.found_on)),
        (_("排查人"), hazard.found_by_name),
        (_("来源"), hazard.get_source_display()),
        (_("依据"), hazard.basis),
        (_("原因"), hazard.cause_name),
        (_("补录原因"), hazard.late_reason),
        (_("备注"), hazard.remarks),
    )


def commitment_facts(hazard: Hazard) -> list[Fact]:
    """The five commitments, the interim measure, and what came of them."""
    if not (hazard.responsible_name or hazard.measure or hazard.interim_measure):
        return []
    return _facts(
        (_("责任单位"), hazard.responsible_unit),
        (_("责任人"), hazard.responsible_name),
        (_("整改措施"), hazard.measure),
        (_("整改资金"), _money(hazard)),
        (_("整改期限"), _full(hazard.due_on) or _("未定期限")),
        (_("应急预案"), hazard.contingency),
        (_("临时防范措施"), hazard.interim_measure),
        (_("临时措施有效期至"), _full(hazard.interim_until)),
        (_("停止计时"), _("%(n)d 天") % {"n": hazard.stopped_days} if hazard.stopped_days else ""),
    )


def outcome_facts(hazard: Hazard) -> list[Fact]:
    """Rectification and check."""
    return _facts(
        (_("整改结果"), hazard.result),
        (_("整改人"), hazard.submitted_by_name),
        (_("完成时间"), _full(business_day(hazard.submitted_at)) if hazard.submitted_at else ""),
        (_("无照片原因"), hazard.no_photo_reason),
        (_("复查意见") if hazard.closed_at else _("上次复查意见"), hazard.opinion),
        (_("复查人"), hazard.closed_by_name),
        (_("销号时间"), _full(business_day(hazard.closed_at)) if hazard.closed_at else ""),
        (_("退回次数"), _("%(n)d 次") % {"n": hazard.rejections} if hazard.rejections else ""),
        (_("督办要求"), hazard.supervise_reason, "late"),
    )


def photo_links(page: HazardPage, photos: Iterable[HazardPhoto], stage: str) -> list[Fact]:
    """Photos as ``ui/photos.html`` wants them: when each was handed in, and what came of it."""
    pk = page.hazard.pk
    return [
        {
            "url": reverse("hazards:photo", args=[pk, each.pk, "full"]),
            "thumb": reverse("hazards:photo", args=[pk, each.pk, "thumb"]),
            "alt": _("%(stage)s照片 %(n)d") % {"stage": stage, "n": number},
            "caption": " ".join(filter(None, [moment(each.added_at), _overtaken(page, each)])),
        }
        for number, each in enumerate(photos, 1)
    ]


def _overtaken(page: HazardPage, photo: HazardPhoto) -> str:
    """Why a photo of afterwards no longer shows how it is; ``""`` for those of the last round."""
    if photo.stage != PhotoStage.AFTER:
        return ""
    words = {"reject": _("已退回"), "reopen": _("重新打开前")}
    later = [each for each in page.history if each.action in words and each.at > photo.added_at]
    return words[min(later, key=lambda each: each.at).action] if later else ""


def timeline(entries: Iterable[Entry]) -> list[Fact]:
    """The journal as ``ui/steps.html`` wants it, newest first."""
    return [
        {
            "label": _(str(ACTIONS.get(entry.action, entry.action))),
            "who": entry.actor_name,
            "at": entry.at,
            "text": _("；").join(part.rstrip("。；") for part in _told(entry)),
            "tone": TONES.get(entry.action, "plain"),
        }
        for entry in entries
    ]


def _told(entry: Entry) -> Iterator[str]:
    detail = entry.detail
    if "kind" in detail and detail["kind"] in EndKind.values:
        yield str(EndKind(detail["kind"]).label)
    if "approved" in detail:
        yield _("同意") if detail["approved"] else _("不同意")
    for name in SAID:
        if detail.get(name):
            yield str(detail[name])
    for label, day in (
        (_("期限"), detail.get("new_due_on") or detail.get("due_on")),
        (_("应答复"), detail.get("answer_due_on")),
        (_("有效期至"), detail.get("interim_until")),
    ):
        if day and day != "None":
            yield f"{label} {spoken(date.fromisoformat(day))}"


def _facts(*rows: tuple[Any, ...]) -> list[Fact]:
    """Facts that say something; ``(label, value)`` or ``(label, value, tone)``."""
    return [
        {"label": row[0], "value": row[1], "tone": row[2] if len(row) > 2 else ""}  # noqa: PLR2004 - see above
        for row in rows
        if row[1]
    ]


def _full(day: date | None) -> str:
    if day is None:
        return ""
    return _("%(y)d年%(m)d月%(d)d日") % {"y": day.year, "m": day.month, "d": day.day}


def _money(hazard: Hazard) -> str:
    if hazard.funds is None:
        return ""
    return _("%(yuan)s 元") % {"yuan": f"{hazard.funds:,.2f}".removesuffix(".00")}
