"""Four tiles of what is late, and the charts; grouped queries, never rows."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from anxiao.boards.cockpit.queries.asking import Asked, below
from anxiao.boards.cockpit.queries.matrix import Matrix
from anxiao.boards.cockpit.rules import WEEK, week_label, weeks_of
from anxiao.foundation.ui.rules import Chart, Series
from anxiao.loop.duties.queries import progress_of
from anxiao.loop.hazards.queries import (
    Live,
    hazards_by_week,
    unanswered,
)

BARS_UPRIGHT, BARS_SHOWN = 4, 12


def tiles(asked: Asked, found: Matrix, hazards: Live) -> list[dict[str, Any]]:
    """The four figures of what is late, each with the list behind it; one query."""
    waiting = unanswered(asked.actor, asked.org.path, asked.day).count()
    ledger = reverse("registers:hazards")
    area = urlencode(below(asked.org))
    figures = (
        (_("超期职责"), found.late, asked.duties_url(overdue=1)),
        (_("超期隐患"), hazards.overdue, f"{ledger}?overdue=1&{area}"),
        (_("重大未销号"), hazards.major, f"{ledger}?level=major&live=1&{area}"),
        (_("上报超时未答复"), waiting, f"{ledger}?unanswered=1&{area}"),
    )
    return [
        {
            "label": label,
            "value": value,
            "url": url.rstrip("&"),
            "tone": "late" if value else "done",
        }
        for label, value, url in figures
    ]


def charts(asked: Asked, hazards: Live) -> list[Chart]:
    """Trends by week, then hazards by category, age, level and state; three queries."""
    actor, path, day = asked.actor, asked.org.path, asked.day
    until = min(day, asked.span.last)
    weeks = hazards_by_week(actor, path, until, weeks_of(asked.span))
    trend = Chart(
        "trend",
        _("每周登记和销号的隐患各有多少？"),
        "line",
        tuple(week_label(week.starts_on) for week in weeks),
        (
            Series(_("登记"), tuple(week.opened for week in weeks)),
            Series(_("销号"), tuple(week.closed for week in weeks), tone="done"),
        ),
        unit=_("项"),
    )
    grouped = [
        ("category", _("未销号的隐患是哪些类别？"), hazards.by_category()),
        ("age", _("未销号的隐患登记了多久？"), hazards.by_age()),
        ("level", _("未销号的隐患是什么等级？"), hazards.by_level()),
        ("state", _("未销号的隐患到了哪一步？"), hazards.by_state()),
    ]
    bars = [_bars(key, question, found) for key, question, found in grouped]
    return [_progress(asked, [week.starts_on for week in weeks]), trend, *bars]


def _progress(asked: Asked, weeks: list[date]) -> Chart:
    """Of the duties whose last day lay in each week, how many were met."""
    done: dict[date, int] = defaultdict(int)
    left: dict[date, int] = defaultdict(int)
    until = min(weeks[-1] + WEEK, asked.day)
    for due_on, owed, met in progress_of(asked.org, asked.plan, weeks[0], until):
        monday = due_on - timedelta(days=due_on.weekday())
        done[monday] += met
        left[monday] += owed - met
    return Chart(
        "progress",
        _("每周到期的职责履行了多少？"),
        "stacked",
        tuple(week_label(week) for week in weeks),
        (
            Series(_("已履行"), tuple(done[week] for week in weeks), tone="done"),
            Series(_("超期未履行"), tuple(left[week] for week in weeks), tone="late"),
        ),
        unit=_("项"),
    )


def _bars(key: str, question: str, found: Iterable[Any]) -> Chart:
    shown = [each for each in found if each.live][:BARS_SHOWN]
    return Chart(
        key,
        question,
        "bar",
        tuple(str(each.label) for each in shown),
        (
            Series(_("合计"), tuple(each.live for each in shown)),
            Series(_("其中超期"), tuple(each.overdue for each in shown), tone="late"),
        ),
        unit=_("项"),
        horizontal=len(shown) > BARS_UPRIGHT,
    )
