"""How periods, rhythms and scopes are said in Chinese."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anxiao.foundation.access.capabilities import ROLE_LABELS
from anxiao.foundation.orgs.states import Heating, OrgKind, Ownership, Stage
from anxiao.foundation.ui.states import spoken
from anxiao.loop.duties.models import Duty, Tally
from anxiao.loop.duties.queries.units import Cell
from anxiao.loop.duties.states import CADENCE_LABELS, ROOM_LABELS, ClauseKind, DutyLevel

LONGEST_MONTH = 31

FLAG_LABELS = {
    "boarding": gettext_lazy("寄宿"),
    "canteen": gettext_lazy("有食堂"),
    "buses": gettext_lazy("有校车"),
    "labs": gettext_lazy("有实验室"),
    "construction": gettext_lazy("有在建工程"),
    "heating": gettext_lazy("有取暖"),
    "stoves": gettext_lazy("用煤炉取暖"),
    "burners": gettext_lazy("用锅炉、煤炉取暖"),
}
WORD_LABELS: dict[str, dict[str, Any]] = {
    "kinds": dict(OrgKind.choices),
    "stages": dict(Stage.choices),
    "ownership": dict(Ownership.choices),
    "heating": dict(Heating.choices),
}

CHOICE_LABELS: dict[str, Mapping[Any, Any]] = {
    "kind": dict(ClauseKind.choices),
    "level": dict(DutyLevel.choices),
    "owner": ROLE_LABELS,
    "cadence": CADENCE_LABELS,
    "room": ROOM_LABELS,
}


def period_label(cell: Tally | Cell) -> str:
    """The days of a period, short: ``11月23日``, ``11月``, ``11月23日—29日``."""
    return span_label(cell.starts_on, cell.ends_on)


@spoken
def span_label(start: date, end: date) -> str:
    """The days ``[start, end)`` in words."""
    last = end - timedelta(days=1)
    if start == last:
        return _day(start)
    if start.day == 1 and end.day == 1 and (end - start).days <= LONGEST_MONTH:
        return _("%(month)d月") % {"month": start.month}
    if (start.year, start.month) == (last.year, last.month):
        return f"{_day(start)}—{_('%(day)d日') % {'day': last.day}}"
    year = _("%(year)d年") % {"year": last.year} if start.year != last.year else ""
    return f"{_day(start)}—{year}{_day(last)}"


def _day(day: date) -> str:
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}


def rhythm_label(duty: Duty) -> str:
    """How often: ``每月``, ``每个上学日 2 次``, ``持续达标，佐证 90 天有效``."""
    return _rhythm(duty.cadence, duty.times, duty.valid_days)


@spoken
def _rhythm(cadence: str, times: int, valid_days: int | None) -> str:
    label = str(CADENCE_LABELS.get(cadence, cadence))
    if times > 1:
        label = _("%(rhythm)s %(times)d 次") % {"rhythm": label, "times": times}
    if valid_days:
        label = _("%(rhythm)s，佐证 %(days)d 天有效") % {"rhythm": label, "days": valid_days}
    return label


def bound_label(duty: Duty) -> str:
    """Who is bound, in words: 教育局, 镇街教委, or which schools and kindergartens."""
    narrowed = duty.level == DutyLevel.UNIT and duty.applies_to
    return scope_label(duty.applies_to) if narrowed else duty.get_level_display()


def said_label(name: str, value: Any, kinds: Mapping[str, str]) -> str:
    """What the field ``name`` of a duty or clause says, in words; ``kinds`` of evidence by code."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Mapping):
        return scope_label(value)
    if isinstance(value, list | tuple):
        return _("、").join(str(kinds.get(each, each)) for each in value)
    if value in {None, ""}:
        return "—"
    return str(CHOICE_LABELS.get(name, {}).get(value, value))


def scope_label(applies_to: Mapping[str, Any]) -> str:
    """Whom a duty binds, in words; ``全部`` without conditions."""
    parts = []
    for name, wanted in applies_to.items():
        if isinstance(wanted, bool):
            label = str(FLAG_LABELS.get(name, name))
            parts.append(label if wanted else _("非（%(label)s）") % {"label": label})
        else:
            words = WORD_LABELS.get(name, {})
            parts.append(_("、").join(str(words.get(each, each)) for each in wanted))
    return _("，").join(parts) or _("全部")
