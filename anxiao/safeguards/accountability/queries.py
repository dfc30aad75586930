"""The clues of 三.4 in their first form: d, e, f and g, each with the records that show it.

Every rule is one or two statements over the actor's scope; none loops over units.
"""

from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.scoping import within
from anxiao.foundation.kernel.clock import business_day
from anxiao.loop.hazards.models import Escalation, Hazard
from anxiao.loop.hazards.states import HazardLevel, HazardState
from anxiao.loop.inspections.models import Finding, Inspection
from anxiao.loop.inspections.states import Answer, InspectionKind
from anxiao.safeguards.accountability.rules import (
    Clue,
    Proof,
    Rule,
    hours_before,
    late_since,
    missing_of_four,
)

CAP = 200
"""Clues shown of one rule; the page says when there are more."""

OWN = (InspectionKind.SELF_CHECK, InspectionKind.PATROL)
UPPER = (InspectionKind.SUPERIOR, InspectionKind.JOINT, InspectionKind.CAMPAIGN)
LOOK_BACK = timedelta(days=180)


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
    """3.4.d: an upper level found what the unit's own check had passed within ``rule.days``."""
    day = business_day(at)
    own = Inspection.objects.filter(
        Q(point=OuterRef("inspection__point")) | Q(point__isnull=True),
        org=OuterRef("inspection__org"),
        checklist__code=OuterRef("inspection__checklist__code"),
        kind__in=OWN,
        happened_on__lte=OuterRef("inspection__happened_on"),
        happened_on__gt=OuterRef("inspection__happened_on") - timedelta(days=rule.days),
    ).order_by("-happened_on", "-id")
    found = (
        findings.filter(inspection__kind__in=UPPER, inspection__happened_on__gt=day - LOOK_BACK)
        .annotate(own_id=Subquery(own.values("pk")[:1]))
        .filter(own_id__isnull=False)
        .select_related("inspection__org", "inspection__checklist", "hazard")
        .order_by("inspection__happened_on", "id")[:CAP]
    )
    rows = list(found)
    checks = Inspection.objects.in_bulk([row.own_id for row in rows])
    return [
        _careless_clue(rule, row, checks[row.own_id])
        for row in rows
        if checks[row.own_id].answers.get(row.item_code, {}).get("a") == Answer.PASS
    ]


def _careless_clue(rule: Rule, finding: Finding, own: Inspection) -> Clue:
    upper = finding.inspection
    return Clue(
        rule=rule,
        org_id=upper.org_id,
        org_name=upper.org.name,
        subject=finding.hazard.description,
        since=upper.happened_on,
        proofs=(
            Proof(
                _("本单位检查"),
                _("%(who)s %(day)s 检查该项，记为合格")
                % {"who": own.inspector_name, "day": f"{own.happened_on:%Y-%m-%d}"},
                reverse("inspections:detail", args=[own.pk]),
            ),
            Proof(
                upper.get_kind_display(),
                _("%(who)s %(day)s 检查该项，不合格")
                % {"who": upper.inspector_name, "day": f"{upper.happened_on:%Y-%m-%d}"},
                reverse("inspections:detail", args=[upper.pk]),
            ),
            _hazard_proof(finding.hazard),
        ),
    )


def _not_rectified(rule: Rule, hazards: QuerySet[Hazard], at: datetime) -> list[Clue]:
    """3.4.e: past its deadline by more than ``rule.days`` and never reported up."""
    day = business_day(at)
    rows = hazards.filter(
        ~Exists(Escalation.objects.filter(hazard=OuterRef("pk"))),
        state=HazardState.ASSIGNED,
        beyond_means_at__isnull=True,
        due_on__lt=day - timedelta(days=rule.days),
    ).order_by("due_on", "id")[:CAP]
    return [
        _hazard_clue(
            rule,
            hazard,
            late_since(hazard.due_on or day),
            _("整改期限 %(due)s，至今未提交复查，也未上报无力整改")
            % {"due": f"{hazard.due_on:%Y-%m-%d}"},
        )
        for hazard in rows
    ]


def _not_reported_up(rule: Rule, hazards: QuerySet[Hazard], at: datetime) -> list[Clue]:
    """3.4.f: marked beyond the unit's means for more than ``rule.days`` and not reported up."""
    rows = hazards.filter(
        ~Exists(
            Escalation.objects.filter(
                hazard=OuterRef("pk"), reported_at__gte=OuterRef("beyond_means_at")
            )
        ),
        state__in=(HazardState.OPEN, HazardState.ASSIGNED),
        beyond_means_at__lt=at - timedelta(days=rule.days),
    ).order_by("beyond_means_at", "id")[:CAP]
    return [
        _hazard_clue(
            rule,
            hazard,
            business_day(hazard.beyond_means_at or at),
            _("已认定本单位无力整改，至今未上报"),
        )
        for hazard in rows
    ]


def _major_without_the_four(rule: Rule, hazards: QuerySet[Hazard], at: datetime) -> list[Clue]:
    """3.4.g: graded major ``rule.days`` days (24 hours each) ago, one of the four still missing."""
    rows = hazards.filter(
        Q(interim_measure="")
        | Q(responsible_unit="")
        | Q(responsible_name="")
        | Q(due_on__isnull=True),
        level=HazardLevel.MAJOR,
        state__in=(HazardState.OPEN, HazardState.REPORTED, HazardState.ACCEPTED),
        graded_major_at__lt=hours_before(at, 24 * rule.days),
    ).order_by(F("graded_major_at"), "id")[:CAP]
    return [
        _hazard_clue(
            rule,
            hazard,
            business_day(hazard.graded_major_at or at),
            _("判定为重大隐患后尚缺：%(what)s")
            % {
                "what": "、".join(
                    missing_of_four(
                        interim=hazard.interim_measure,
                        unit=hazard.responsible_unit,
                        person=hazard.responsible_name,
                        due_on=hazard.due_on,
                    )
                )
            },
        )
        for hazard in rows
    ]


def _hazard_clue(rule: Rule, hazard: Hazard, since: date, fact: str) -> Clue:
    return Clue(
        rule=rule,
        org_id=hazard.org_id,
        org_name=hazard.org.name,
        subject=hazard.description,
        since=since,
        proofs=(Proof(_("事实"), fact, ""), _hazard_proof(hazard)),
    )


def _hazard_proof(hazard: Hazard) -> Proof:
    return Proof(
        _("隐患"),
        f"{hazard.number} {hazard.place_text}",
        reverse("hazards:detail", args=[hazard.pk]),
    )
