"""Telling people about a hazard: one line in their inbox, urgent things to the group robots too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.urls import reverse
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.messaging.services import Note, enqueue_to_groups, notify_all, settle
from anxiao.foundation.messaging.states import MessageKind
from anxiao.foundation.orgs.models import Org
from anxiao.loop.hazards.models import EndRequest, Extension, Hazard
from anxiao.loop.hazards.queries.people import holders_of, verifiers_of

SHOWN = 40
Request = Extension | EndRequest


@dataclass(frozen=True, slots=True)
class Matter:
    """Of a hazard what is needed to name it and to know whom it concerns."""

    id: int
    org: Org
    number: str
    place_text: str
    description: str
    people: tuple[int | None, ...] = ()

    @property
    def name(self) -> str:
        """The hazard in half a line."""
        return named_so(self.org, self.place_text, self.description)


def tell(
    people: Iterable[int | None],
    text: str,
    hazard: Hazard,
    *,
    actor: Actor,
    at: datetime,
    kind: MessageKind = MessageKind.TASK,
    request: Request | None = None,
) -> None:
    """Put ``text`` about ``hazard`` into the inboxes of ``people``, except the one who acts.

    A task stands until the hazard takes its next step, or the ``request`` its answer.
    """
    told = notes(people, text, hazard.pk, actor=actor, kind=kind, request=request)
    notify_all(told, at=at)


def notes(
    people: Iterable[int | None],
    text: str,
    hazard_id: int,
    *,
    actor: Actor,
    kind: MessageKind = MessageKind.TASK,
    request: Request | None = None,
) -> list[Note]:
    """``text`` about a hazard for the inboxes of ``people``, except the one who acts."""
    wanted = {user_id for user_id in people if user_id} - {actor.user_id}
    if not wanted:
        return []
    url = f"{_pages()}{hazard_id}"
    matter = _matter(request or hazard_id) if kind == MessageKind.TASK else ""
    return [Note(user_id, text, url, kind, matter) for user_id in sorted(wanted)]


def settle_tasks(done: Hazard | Request, *, at: datetime) -> None:
    """What was asked about ``done`` so far is done, or nobody's task any more."""
    settle([_matter(done)], at=at)


def _matter(subject: Hazard | Request | int) -> str:
    """What tasks about a request, or about a hazard (also by its id), are filed under."""
    model, pk = (Hazard, subject) if isinstance(subject, int) else (type(subject), subject.pk)
    return f"{model._meta.label_lower}:{pk}"


@cache
def _pages() -> str:
    return reverse("hazards:detail", args=[0]).removesuffix("0")


def tell_level(
    capability: str,
    org_id: int | None,
    text: str,
    hazard: Hazard,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Tell those who hold ``capability`` at the very unit."""
    tell(holders_of(capability, org_id, business_day(at)), text, hazard, actor=actor, at=at)


def tell_verifiers(
    text: str, hazard: Hazard, *, actor: Actor, at: datetime, request: Request | None = None
) -> None:
    """Tell those of the level that verifies the hazard."""
    people = verifiers_of(hazard, business_day(at))
    tell(people, text, hazard, actor=actor, at=at, request=request)


def tell_groups(text: str, hazard: Hazard, *, at: datetime) -> None:
    """Tell the work groups of the unit and of the levels above it (重大隐患, 挂牌督办)."""
    enqueue_to_groups(hazard.org.path, text, at=at)


def named(hazard: Hazard) -> str:
    """A hazard in half a line: unit, place and what it is."""
    return named_so(hazard.org, hazard.place_text, hazard.description)


def named_so(org: Org, place_text: str, description: str) -> str:
    """``named`` for a hazard of which no more is at hand."""
    what = description.rstrip("。；，、.;, ")  # a sentence follows
    short = what if len(what) <= SHOWN else f"{what[: SHOWN - 1]}…"
    return _("%(org)s %(place)s：%(what)s") % {
        "org": org.name,
        "place": place_text,
        "what": short,
    }


def spoken(day: date | None) -> str:
    """11月23日; a word where there is no day."""
    if day is None:
        return _("未定期限")
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}
