"""What every page shows around its content: the post's own entries, then the notice's chapters."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.messaging.queries import unread_count


@dataclass(frozen=True, slots=True)
class Entry:
    """One link; shown to those who hold any of ``needs`` somewhere."""

    label: str | Promise
    route: str
    needs: tuple[str, ...] = ()
    icon: str = ""
    clause: str = ""
    query: str = ""

    def shown_to(self, actor: Actor) -> bool:
        """Whether ``actor`` may open it."""
        return not self.needs or any(map(actor.may_somewhere, self.needs))

    def item(self, here: str) -> dict[str, Any]:
        """The entry as the templates want it; ``here`` is the address that is open now."""
        url = address(self.route) + self.query
        return {
            "label": self.label,
            "url": url,
            "icon": self.icon,
            "clause": self.clause,
            "active": url == here,
        }


@lru_cache(maxsize=128)
def address(route: str) -> str:
    """Where a route without parameters leads: the same for everybody."""
    return reverse(route)


def _section(number: str, label: str | Promise) -> Entry:
    """A section of the notice: its duties at the post's own unit."""
    return Entry(label, "duties:mine", ("duties.view",), clause=number, query=f"?section={number}")


OWN = (
    Entry(_("我的今天"), "today:today", ("today.view",), "list-check"),
    Entry(_("看板"), "cockpit:board", ("cockpit.view",), "layout-dashboard"),
    Entry(_("履职"), "duties:mine", ("duties.view",), "clipboard-check"),
    Entry(_("台账"), "registers:index", (), "notebook"),
    Entry(_("单位"), "orgs:home", ("orgs.view",), "school"),
    Entry(_("人员"), "accounts:own-people", ("people.view",), "users"),
    Entry(_("方案"), "duties:plans", ("duties.plan",), "file-text"),
    Entry(_("检查表"), "inspections:checklists", ("inspections.checklists",), "checklist"),
    Entry(_("群机器人"), "messaging:robots", ("messaging.manage",), "message-circle"),
    Entry(_("操作日志"), "registers:journal", ("journal.view",), "history"),
    Entry(_("账号安全"), "accounts:security", ("people.secure",), "shield-lock"),
)
CHAPTERS: tuple[tuple[str | Promise, tuple[Entry, ...]], ...] = (
    (_("一、总体要求"), (_section("1", _("责任、排查、监管、零事故")),)),
    (
        _("二、重点措施"),
        (
            _section("2.1", _("宣传教育和应急演练")),
            _section("2.2", _("大排查大整治")),
            Entry(_("隐患台账"), "registers:hazards", ("hazards.view", "hazards.view_own")),
            Entry(_("开展检查"), "inspections:start", ("inspections.inspect",)),
            _section("2.3", _("安全防范建设")),
            _section("2.4", _("校车和交通安全")),
            _section("2.5", _("消防安全")),
            _section("2.6", _("防范校园欺凌")),
            _section("2.7", _("预防拥挤踩踏")),
        ),
    ),
    (
        _("三、保障机制"),
        (
            _section("3.1", _("安全职责")),
            _section("3.2", _("检查力度")),
            _section("3.3", _("应急处置")),
            _section("3.4", _("追责问责")),
            Entry(_("追责线索"), "accountability:list", ("accountability.view",)),
        ),
    ),
)
BOTTOM = (
    Entry(_("今天"), "today:today", (), "checklist"),
    Entry(_("扫一扫"), "today:scan", (), "scan"),
    Entry(_("台账"), "registers:index", (), "notebook"),
    Entry(_("我的"), "accounts:me", (), "user"),
)


def context(request: HttpRequest) -> dict[str, Any]:
    """Template context of every page; one query for people who have signed in."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or not actor.user_id:
        return {}
    sections = [("", OWN), *CHAPTERS]
    here = _nearest(request)
    return {
        "navigation": [
            {"label": label, "items": items}
            for label, entries in sections
            if (items := _items(entries, actor, here))
        ],
        "bottom_bar": _items(BOTTOM, actor, here),
        "inbox": {"url": reverse("messaging:inbox"), "count": unread_count(actor.user_id)},
        "me_url": reverse("accounts:me"),
        "sign_out_url": reverse("accounts:sign-out"),
        "switch_url": reverse("accounts:switch"),
    }


def _nearest(request: HttpRequest) -> str:
    """The entry's address that the page lies under most closely: only one entry is marked."""
    path, asked = request.path, f"?section={request.GET.get('section', '')}"
    entries = (*OWN, *BOTTOM, *(entry for _label, group in CHAPTERS for entry in group))
    under = [
        url + entry.query
        for entry in entries
        if path == (url := address(entry.route)) or (url != "/" and path.startswith(url))
        if entry.query in {"", asked}
    ]
    return max(under, key=len, default="")


def _items(entries: Iterable[Entry], actor: Actor, here: str) -> list[dict[str, Any]]:
    return [entry.item(here) for entry in entries if entry.shown_to(actor)]
