"""The clues of 三.4 in their first form: d, e, f and g, each with the records that show it.

Every rule is one or two statements over the actor's scope; none loops over units.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import CharField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.scoping import within
from anxiao.foundation.kernel.clock import business_day, day_bounds
from anxiao.loop.hazards.models import Escalation, Hazard
from anxiao.loop.hazards.states import (
    ENDED_STATES,
    OWN_SOURCES,
    HazardLevel,
    HazardState,
)
from anxiao.loop.inspections.models import Finding, Inspection
from anxiao.loop.inspections.states import Answer, InspectionKind
from anxiao.safeguards.accountability.rules import (
    Clue,
    Proof,
    Rule,
    hours_since,
    last_good_day,
    last_good_instant,
    late_since,
    missing_of_four,
)

CAP = 200
"""Clues shown of one rule; the page says when there are more."""

OWN = (InspectionKind.SELF_CHECK, InspectionKind.PATROL)
UPPER = (InspectionKind.SUPERIOR, InspectionKind.JOINT, InspectionKind.CAMPAIGN)
LOOK_BACK = timedelta(days=180)


class AnswerTo(Func):
    """``AnswerTo(answers, item code)``: what a check says about one item, read by the database."""

    output_field = CharField()
    arity = 2

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """The path is put together from the item's code."""
        template = "json_extract(%(expressions)s || '\".a')"
        joiner = ", '$.\"' || "
        return self.as_sql(compiler, connection, template=template, arg_joiner=joiner, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Two steps into the document."""
        template = "(%(expressions)s ->> 'a')"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" -> ", **context)


def clues(actor: Actor, rules: dict[str, Rule], *, at: datetime) -> list[Clue]:
    """All clues of the units where ``actor`` may see them, rule by rule, oldest first."""
    paths = actor.paths("accountability.view")
    if not paths:
        return []
    hazards = Hazard.objects.filter(within(paths, "org__path")).select_related("org")
    findings = Finding.objects.filter(within(paths, "inspection__org__path"))
    return [
        *_careless(rules["3.4.d"], findings, at),
        *_not_rectified(rules["3.4.e"], hazards, at),
        *_not_reported_up(rules["3.4.f"], hazards, at),
        *_major_without_the_four(rules["3.4.g"], hazards, at),
    ]


def _careless(rule: Rule, findings: QuerySet[Finding], at: datetime) -> list[Clue]:
    """3.4.d: an upper level found what the unit's last check of the same point had passed.

    Not where the unit had entered the hazard itself, nor where it was void or merged.
    """
    own = (
        Inspection.objects.alias(spot=_spot(""))
        .filter(
            spot=_spot("inspection__", OuterRef),
            org=OuterRef("inspection__org"),
            checklist__code=OuterRef("inspection__checklist__code"),
            kind__in=OWN,
            happened_on__lte=OuterRef("inspection__happened_on"),
            received_at__lt=OuterRef("inspection__received_at"),
        )
        .annotate(said=AnswerTo("answers", OuterRef("item_code")))
        .order_by("-happened_on", "-id")
    )
    rows = list(
        findings.filter(
            inspection__kind__in=UPPER,
            inspection__happened_on__gt=business_day(at) - LOOK_BACK,
        )
        .exclude(Q(hazard__source__in=OWN_SOURCES) | Q(hazard__state__in=ENDED_STATES))
        .annotate(
            own_id=Subquery(own.values("pk")[:1]),
            own_on=Subquery(own.values("happened_on")[:1]),
            own_said=Subquery(own.values("said")[:1]),
        )
        .filter(
            own_said=Answer.PASS,
            own_on__gt=F("inspection__happened_on") - timedelta(days=rule.limit + 1),
        )
        .select_related("inspection__org", "inspection__checklist", "hazard")
        .order_by("inspection__happened_on", "id")[:CAP]
    )
    checks = Inspection.objects.in_bulk([row.own_id for row in rows])
    return [_careless_clue(rule, row, checks[row.own_id]) for row in rows]


def _spot(prefix: str, ref: Callable[[str], Any] = F) -> Coalesce:
    """Where a check was made, as one number: its point, else its place, else the whole unit."""
    whole = Value(0)
    return Coalesce(ref(f"{prefix}point_id"), Value(-1) * ref(f"{prefix}place_id"), whole)


def _careless_clue(rule: Rule, finding: Finding, own: Inspection) -> Clue:
    upper = finding.inspection
    days = (upper.happened_on - own.happened_on).days
    return Clue(
        rule=rule,
        org_id=upper.org_id,
        org_name=upper.org.name,
        subject=finding.hazard.description,
        since=upper.happened_on,
        days=days,
        span=_("两次检查相隔 %(n)d 天") % {"n": days} if days else _("同一天"),
        proofs=(
            Proof(
                own.get_kind_display(),
                _("%(who)s %(day)s检查该项，记为合格")
                % {"who": own.inspector_name, "day": _spoken(own.happened_on)},
                reverse("inspections:detail", args=[own.pk]),
            ),
            Proof(
                upper.get_kind_display(),
                _("%(who)s %(day)s检查该项，不合格")
                % {"who": upper.inspector_name, "day": _spoken(upper.happened_on)},
                reverse("inspections:detail", args=[upper.pk]),
            ),
            _hazard_proof(finding.hazard),
        ),
    )


def _not_rectified(rule: Rule, hazards: QuerySet[Hazard], at: datetime) -> list[Clue]:
    """3.4.e: past its deadline by more than ``rule.limit`` days, neither said to be beyond the
    unit's means nor reported up (which says so too). A report-up that was sent back, or one of
    before the hazard was reopened, leaves it with the unit.
    """
    day = business_day(at)
    rows = hazards.filter(
        state__in=(HazardState.OPEN, HazardState.ASSIGNED),
        beyond_means_at__isnull=True,
        due_on__lt=last_good_day(rule, day),
    ).order_by("due_on", "id")[:CAP]
    return [
        _hazard_clue(
            rule,
            hazard,
            late_since(hazard.due_on or day),
            day,
            (
                _("超期 %(n)d 天") % {"n": (day - (hazard.due_on or day)).days},
                _("整改期限 %(due)s，至今未提交复查，也未上报")
                % {"due": _spoken(hazard.due_on or day)},
            ),
        )
        for hazard in rows
    ]


def _not_reported_up(rule: Rule, hazards: QuerySet[Hazard], at: datetime) -> list[Clue]:
    """3.4.f: marked beyond the unit's means for more than ``rule.limit`` days, not reported up."""
    day = business_day(at)
    since, _next = day_bounds(last_good_day(rule, day))
    up = Escalation.objects.filter(
        hazard=OuterRef("pk"), reported_at__gte=OuterRef("beyond_means_at")
    )
    rows = hazards.filter(
        ~Exists(up),
        state__in=(HazardState.OPEN, HazardState.ASSIGNED),
        beyond_means_at__lt=since,
    ).order_by("beyond_means_at", "id")[:CAP]
    return [
        _hazard_clue(
            rule,
            hazard,
            began := business_day(hazard.beyond_means_at or at),
            day,
            (
                _("已 %(n)d 天") % {"n": (day - began).days},
                _("%(day)s认定本单位无力整改，至今未上报") % {"day": _spoken(began)},
            ),
        )
        for hazard in rows
    ]


def _major_without_the_four(rule: Rule, hazards: QuerySet[Hazard], at: datetime) -> list[Clue]:
    """3.4.g: graded major more than ``rule.limit`` hours ago, one of the four still missing."""
    rows = hazards.filter(
        Q(interim_measure="")
        | Q(responsible_unit="")
        | Q(responsible_name="")
        | Q(due_on__isnull=True),
        level=HazardLevel.MAJOR,
        state__in=(HazardState.OPEN, HazardState.REPORTED, HazardState.ACCEPTED),
        graded_major_at__lt=last_good_instant(rule, at),
    ).order_by("graded_major_at", "id")[:CAP]
    return [
        _hazard_clue(
            rule,
            hazard,
            business_day(hazard.graded_major_at or at),
            business_day(at),
            (
                _("已 %(n)d 小时") % {"n": hours_since(hazard.graded_major_at or at, at)},
                _("判定为重大隐患后尚缺%(what)s") % {"what": _("、").join(_missing(hazard))},
            ),
        )
        for hazard in rows
    ]


def _missing(hazard: Hazard) -> list[str]:
    return missing_of_four(
        interim=hazard.interim_measure,
        unit=hazard.responsible_unit,
        person=hazard.responsible_name,
        due_on=hazard.due_on,
    )


def _hazard_clue(rule: Rule, hazard: Hazard, since: date, day: date, told: tuple[str, str]) -> Clue:
    span, fact = told
    return Clue(
        rule=rule,
        org_id=hazard.org_id,
        org_name=hazard.org.name,
        subject=hazard.description,
        since=since,
        days=(day - since).days,
        span=span,
        proofs=(Proof(_("记录"), fact, ""), _hazard_proof(hazard)),
    )


def _spoken(day: date) -> str:
    return _("%(y)d年%(m)d月%(d)d日") % {"y": day.year, "m": day.month, "d": day.day}


def _hazard_proof(hazard: Hazard) -> Proof:
    return Proof(
        _("隐患"),
        f"{hazard.number} {hazard.place_text}",
        reverse("hazards:detail", args=[hazard.pk]),
    )
