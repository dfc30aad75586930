"""Plans with their clauses and duties."""

from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.scoping import ScopedQuerySet, within
from anxiao.foundation.kernel.periods import Window
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.rules import is_by_hand, levels_of
from anxiao.loop.duties.states import ClauseKind, DutyLevel, PlanState


class PlanQuerySet(ScopedQuerySet["Plan"]):
    """Published plans are seen by everybody they may bind, drafts by who may draw up plans."""

    org_path = "issuer__path"
    view_capability = "duties.view"

    def visible_with(self, actor: Actor, capability: str) -> Self:
        """Plans of the levels above, at and below the units where ``actor`` holds it."""
        paths = actor.paths(capability)
        above = {level for path in paths for level in levels_of(path)}
        issued = Q(issuer__path__in=above) | within(paths, "issuer__path")
        drawn = within(actor.paths("duties.plan"), "issuer__path")
        return self.filter(~Q(state=PlanState.DRAFT) & issued | Q(state=PlanState.DRAFT) & drawn)


class Plan(models.Model):
    """A notice as data. Published plans are immutable; a new version is a new row.

    ``to_on`` is the last day, inclusive as notices print it. ``evidence_labels`` maps each kind of
    evidence the plan knows to its Chinese name.
    """

    issuer = models.ForeignKey(Org, models.PROTECT, related_name="plans")
    code = models.SlugField(_("方案代码"), max_length=40)
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    title = models.CharField(_("方案名称"), max_length=120)
    number = models.CharField(_("文号"), max_length=60, blank=True)
    issuer_name = models.CharField(_("发文单位"), max_length=60)
    from_on = models.DateField(_("起始日期"))
    to_on = models.DateField(_("截止日期"))
    evidence_labels = models.JSONField(_("佐证种类"), default=dict, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=PlanState, default=PlanState.DRAFT)
    published_at = models.DateTimeField(_("发布时间"), null=True, editable=False)
    retired_at = models.DateTimeField(_("停用时间"), null=True, editable=False)

    objects: ClassVar[PlanQuerySet] = PlanQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("方案")
        constraints = [
            models.UniqueConstraint(fields=["issuer", "code", "version"], name="plan_version_once"),
            models.CheckConstraint(
                condition=Q(state__in=PlanState.values), name="plan_state_known"
            ),
            models.CheckConstraint(condition=Q(to_on__gt=F("from_on")), name="plan_not_empty"),
            models.CheckConstraint(
                condition=Q(state=PlanState.DRAFT, published_at__isnull=True)
                | ~Q(state=PlanState.DRAFT) & Q(published_at__isnull=False),
                name="plan_published_iff_stamped",
            ),
            models.CheckConstraint(
                condition=Q(state=PlanState.RETIRED, retired_at__isnull=False)
                | ~Q(state=PlanState.RETIRED) & Q(retired_at__isnull=True),
                name="plan_retired_iff_stamped",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def window(self) -> Window:
        """The days the plan holds, half-open."""
        return Window(self.from_on, self.to_on + timedelta(days=1))


class ClauseQuerySet(ScopedQuerySet["Clause"]):
    view_capability = "duties.view"

    def visible_with(self, actor: Actor, capability: str) -> Self:
        """Clauses of the plans that ``actor`` may see."""
        return self.filter(plan__in=Plan.objects.visible_with(actor, capability))


class Clause(models.Model):
    """A clause of the notice, in the notice's order."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="clauses")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(_("条款号"), max_length=20)
    chapter = models.CharField(_("章"), max_length=40)
    section = models.CharField(_("节"), max_length=60, blank=True)
    title = models.CharField(_("条款"), max_length=60)
    demand = models.TextField(_("要求"))
    kind = models.CharField(_("类别"), max_length=10, choices=ClauseKind)

    objects: ClassVar[ClauseQuerySet] = ClauseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("条款")
        ordering: ClassVar = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="clause_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class DutyQuerySet(ScopedQuerySet["Duty"]):
    view_capability = "duties.view"

    def visible_with(self, actor: Actor, capability: str) -> Self:
        """Duties of the plans that ``actor`` may see."""
        return self.filter(plan__in=Plan.objects.visible_with(actor, capability))


class Duty(models.Model):
    """What one post owes again and again: cadence, proof, whom it binds, what it costs.

    ``applies_to`` holds closed predicates on the unit's profile; ``evidence`` the kinds of fact of
    which any counts; ``minutes`` the cost of one time; ``valid_days`` how long a proof of a
    standing duty holds (``None``: for good).
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="duties")
    clause = models.ForeignKey(Clause, models.CASCADE, related_name="duties")
    code = models.CharField(_("职责号"), max_length=24)
    title = models.CharField(_("职责"), max_length=80)
    how = models.CharField(_("怎么做"), max_length=300, blank=True)
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    owner = models.CharField(_("责任岗位"), max_length=40)
    level = models.CharField(
        _("适用层级"), max_length=10, choices=DutyLevel, default=DutyLevel.UNIT
    )
    applies_to = models.JSONField(_("适用范围"), default=dict, blank=True)
    cadence = models.CharField(_("频次"), max_length=20)
    times = models.PositiveSmallIntegerField(_("次数"), default=1)
    grace_days = models.PositiveSmallIntegerField(_("宽限天数"), default=0)
    in_holidays = models.BooleanField(_("假期也计"), default=False)
    evidence = models.JSONField(_("佐证种类"), default=list)
    room = models.CharField(_("登记处"), max_length=30)
    gauge = models.CharField(_("达标项"), max_length=40, blank=True)
    target = models.PositiveSmallIntegerField(_("目标值（%）"), null=True, blank=True)
    valid_days = models.PositiveSmallIntegerField(_("有效天数"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("每次分钟"), default=5)
    weight = models.PositiveSmallIntegerField(_("权重"), default=1)
    confirm = models.BooleanField(_("待核实"), default=False)

    objects: ClassVar[DutyQuerySet] = DutyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("职责")
        ordering: ClassVar = ["clause__position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="duty_code_once"),
            models.CheckConstraint(condition=Q(times__gte=1), name="duty_at_least_once"),
            models.CheckConstraint(
                condition=Q(level__in=DutyLevel.values), name="duty_level_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def by_hand(self) -> bool:
        """Whether its room is not built yet, so that a simple form with a file proves it."""
        return is_by_hand(self.room)


class DutyEvidence(models.Model):
    """One evidence kind of one duty, as rows so that a fact finds its duties by index."""

    duty = models.ForeignKey(Duty, models.CASCADE, related_name="evidence_kinds")
    kind = models.CharField(max_length=60, db_index=True)

    class Meta:
        verbose_name = _("职责佐证种类")
        constraints = [
            models.UniqueConstraint(fields=["duty", "kind"], name="duty_evidence_once"),
        ]

    def __str__(self) -> str:
        return self.kind
