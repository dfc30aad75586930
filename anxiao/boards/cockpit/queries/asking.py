"""What a board is asked: whose, which plan, which periods; and the addresses that ask it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from anxiao.boards.cockpit.rules import RECENT, Span, spans
from anxiao.foundation.access.actor import Actor
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import calendar_for
from anxiao.foundation.orgs.states import OrgKind
from anxiao.loop.duties.models import Plan
from anxiao.loop.duties.queries import plans_in_force


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for the board of ``org`` on ``day``; ``section`` narrows it to one of the notice."""

    actor: Actor
    org: Org
    day: date
    span: Span
    plan: Plan | None
    section: str = ""

    @property
    def periods(self) -> Q:
        """Cells and rollups whose period has a day in the span."""
        return Q(ends_on__gt=self.span.start, starts_on__lt=self.span.end)

    @property
    def versions(self) -> Q:
        """Cells and rollups of every version of the plan: publishing one clears no record."""
        if self.plan is None:
            return Q(pk__in=())
        return Q(duty__plan__code=self.plan.code, duty__plan__issuer=self.plan.issuer_id)

    @property
    def paper_url(self) -> str:
        """The address of this board on paper."""
        return self.url().replace(reverse("cockpit:board"), reverse("cockpit:print"), 1)

    def url(self, **changes: Any) -> str:
        """The address of this board with something asked differently; ``None`` asks no more."""
        asked: dict[str, Any] = {"org": self.org.pk}
        if self.span.key != RECENT:
            asked["period"] = self.span.key
        if self.plan is not None:
            asked["plan"] = self.plan.pk
        if self.section:
            asked["section"] = self.section
        asked |= changes
        wanted = {name: each for name, each in asked.items() if each not in {None, ""}}
        return f"{reverse('cockpit:board')}?{urlencode(wanted)}"

    def duties_url(self, **filters: Any) -> str:
        """The cells behind a figure of the board, in the register."""
        asked: dict[str, Any] = {
            "period_from": self.span.start,
            "period_until": self.span.last,
            **below(self.org),
            **filters,
        }
        if self.plan is not None:
            asked["plan"] = f"{self.plan.issuer_id}.{self.plan.code}"
        return f"{reverse('registers:duties')}?{urlencode(asked)}"


def below(org: Org) -> dict[str, Any]:
    """The filter of a register that narrows it to a town or a unit; nothing for a level above."""
    if org.is_unit:
        return {"unit": org.name}
    return {"town": org.pk} if org.kind == OrgKind.TOWN else {}


def plans_shown(actor: Actor, day: date) -> list[Plan]:
    """The plans in force that a board may be asked about, the newest first; one query."""
    return list(plans_in_force(actor, day))


def spans_for(org: Org, day: date) -> dict[str, Span]:
    """The periods a board of ``org`` may be narrowed to; two queries."""
    term = calendar_for(org).term_of(day)
    return spans(day, (term.starts_on, term.ends_on_exclusive) if term else None)
