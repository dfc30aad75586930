"""Terms and single days of a level's calendar."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.journal import services as journal
from anxiao.foundation.kernel import calendar
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.orgs import rules
from anxiao.foundation.orgs.models import DayOverride, Org, Term
from anxiao.foundation.orgs.services.units import allow
from anxiao.foundation.orgs.states import DayKind


@dataclass(frozen=True, slots=True)
class TermData:
    """A term; ``ends_on`` is its last day, as calendars print it."""

    name: str
    starts_on: date
    ends_on: date


@transaction.atomic
def add_term(org: Org, data: TermData, *, actor: Actor, at: datetime) -> Term:
    """Add a term to a level's own calendar.

    The first term of a level replaces all that it had from above. Raises ``Forbidden`` without
    ``orgs.calendar`` there, ``Invalid`` for dates that do not fit beside the level's other terms.
    """
    allow(actor, "orgs.calendar", org.path)
    Org.objects.select_for_update().get(pk=org.pk)
    others = list(org.terms.all())
    fault = rules.term_fault(
        data.starts_on, data.ends_on, [(each.starts_on, each.ends_on) for each in others]
    )
    if not fault and _key(data.starts_on) in {_key(each.starts_on) for each in others}:
        fault = _("这一学年已有同一学期，请修改已有的学期或开学日期。")
    if fault:
        raise Invalid(fault, {"starts_on": fault})
    term = Term.objects.create(
        org=org, name=data.name.strip(), starts_on=data.starts_on, ends_on=data.ends_on
    )
    detail = {"name": term.name, "starts_on": str(term.starts_on), "ends_on": str(term.ends_on)}
    journal.record("add_term", org, actor=actor, at=at, org_path=org.path, detail=detail)
    return term


@transaction.atomic
def remove_term(term: Term, *, actor: Actor, at: datetime) -> None:
    """Take a term out of a level's own calendar; without any the level above counts again."""
    org = term.org
    allow(actor, "orgs.calendar", org.path)
    detail = {"name": term.name, "starts_on": str(term.starts_on), "ends_on": str(term.ends_on)}
    term.delete()
    journal.record("remove_term", org, actor=actor, at=at, org_path=org.path, detail=detail)


@transaction.atomic
def set_day(
    org: Org, *, day: date, kind: str, reason: str, actor: Actor, at: datetime
) -> DayOverride:
    """Set a single day as school day or holiday for a level and all below it that do not differ.

    Raises ``Forbidden`` without ``orgs.calendar`` there, ``Invalid`` without a reason.
    """
    allow(actor, "orgs.calendar", org.path)
    if kind not in DayKind.values:
        raise Invalid(_("请选择上课或放假。"), {"kind": _("请选择上课或放假。")})
    clean = reason.strip()[:80]
    if not clean:
        raise Invalid(_("请填写说明，如“运动会补休”。"), {"reason": _("请填写说明。")})
    override, _created = DayOverride.objects.update_or_create(
        org=org, day=day, defaults={"kind": kind, "reason": clean}
    )
    detail = {"day": str(day), "kind": kind, "reason": clean}
    journal.record("set_day", org, actor=actor, at=at, org_path=org.path, detail=detail)
    return override


@transaction.atomic
def clear_day(override: DayOverride, *, actor: Actor, at: datetime) -> None:
    """Take a single day out of a level's own calendar."""
    org = override.org
    allow(actor, "orgs.calendar", org.path)
    detail = {"day": str(override.day), "kind": override.kind}
    override.delete()
    journal.record("clear_day", org, actor=actor, at=at, org_path=org.path, detail=detail)


def _key(starts_on: date) -> str:
    """The school year and number that the kernel gives a term of this start."""
    return calendar.Term("", starts_on, starts_on + calendar.DAY).key
