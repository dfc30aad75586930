"""Who is bound, how often each has done what, and the sums of it per town and county."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.scoping import ScopedQuerySet
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.models.plans import Duty


class Binding(models.Model):
    """That a duty of a published plan binds a unit, from a day until a day (exclusive).

    ``town`` is the nearest town office at or above the unit, ``None`` where there is none.
    """

    duty = models.ForeignKey(Duty, models.CASCADE)
    unit = models.ForeignKey(Org, models.PROTECT)
    county = models.ForeignKey(Org, models.PROTECT, related_name="+", db_index=False)
    town = models.ForeignKey(Org, models.PROTECT, null=True, related_name="+", db_index=False)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("职责适用")
        constraints = [models.UniqueConstraint(fields=["duty", "unit"], name="binding_once")]
        indexes = [models.Index(fields=["county", "duty"], name="binding_county_duty")]

    def __str__(self) -> str:
        return f"{self.duty_id}:{self.unit_id}"


class TallyQuerySet(ScopedQuerySet["Tally"]):
    org_path = "unit__path"
    view_capability = "duties.view"


class Tally(models.Model):
    """One cell: a duty, a unit, a period ``[starts_on, ends_on)``; how much is needed and done.

    A fact counts if it happened in ``[counts_from, ends_on)``; ``counts_from`` lies before
    ``starts_on`` only for standing duties, whose older proof may still hold. ``met`` is stored so
    that rollups follow: owed, not exempt, done often enough and not ``lapsed``. Whether an unmet
    cell is due or overdue is derived from the day one asks. ``late`` marks a past period that only
    a late entry opened (补录): its facts count, but nobody was asked for it, so it is never owed.
    """

    duty = models.ForeignKey(Duty, models.CASCADE, db_index=False)
    unit = models.ForeignKey(Org, models.PROTECT, db_index=False)
    county = models.ForeignKey(Org, models.PROTECT, related_name="+", db_index=False)
    town = models.ForeignKey(Org, models.PROTECT, null=True, related_name="+", db_index=False)
    period_key = models.CharField(max_length=24)
    starts_on = models.DateField()
    ends_on = models.DateField()
    counts_from = models.DateField()
    due_on = models.DateField(_("期限"))
    needed = models.PositiveSmallIntegerField(_("应做次数"))
    done = models.PositiveIntegerField(_("已做次数"), default=0)
    owed = models.BooleanField(_("应履行"), default=True)
    exempt = models.BooleanField(_("已免除"), default=False)
    met = models.BooleanField(_("已履行"), default=False)
    valid_until = models.DateField(_("有效至"), null=True)
    lapsed = models.BooleanField(_("已失效"), default=False)
    late = models.BooleanField(_("因补录而设"), default=False)

    objects: ClassVar[TallyQuerySet] = TallyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("履职计数")
        constraints = [
            models.UniqueConstraint(fields=["unit", "duty", "period_key"], name="tally_once"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="tally_not_empty"),
            models.CheckConstraint(
                condition=Q(met=False) | Q(owed=True, exempt=False, lapsed=False),
                name="tally_met_only_if_owed",
            ),
            models.CheckConstraint(
                condition=Q(late=False) | Q(owed=False), name="tally_late_not_owed"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "ends_on"], name="tally_unit_end"),
            models.Index(
                fields=["unit", "ends_on"],
                condition=Q(owed=True, exempt=False, met=False),
                name="tally_unit_missed",
            ),
            models.Index(fields=["county", "duty", "period_key"], name="tally_county_period"),
            models.Index(
                fields=["county", "valid_until"],
                condition=Q(valid_until__isnull=False),
                name="tally_county_valid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}:{self.duty_id}:{self.period_key}"


class RollupQuerySet(ScopedQuerySet["Rollup"]):
    view_capability = "duties.view"


class Rollup(models.Model):
    """Per duty, period and upper level (town, county): how many units owe it and have met it."""

    duty = models.ForeignKey(Duty, models.CASCADE)
    org = models.ForeignKey(Org, models.PROTECT, db_index=False)
    county = models.ForeignKey(Org, models.PROTECT, related_name="+", db_index=False)
    period_key = models.CharField(max_length=24)
    starts_on = models.DateField()
    ends_on = models.DateField()
    due_on = models.DateField()
    owed = models.PositiveIntegerField(default=0)
    met = models.PositiveIntegerField(default=0)

    objects: ClassVar[RollupQuerySet] = RollupQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("履职汇总")
        constraints = [
            models.UniqueConstraint(fields=["org", "duty", "period_key"], name="rollup_once"),
            models.CheckConstraint(condition=Q(met__lte=F("owed")), name="rollup_met_among_owed"),
        ]
        indexes = [
            models.Index(fields=["org", "ends_on"], name="rollup_org_end"),
            models.Index(fields=["county", "duty", "period_key"], name="rollup_county_period"),
        ]

    def __str__(self) -> str:
        return f"{self.org_id}:{self.duty_id}:{self.period_key}"


class Progress(models.Model):
    """How far the periodic work of a county has come: cells opened, profiles bound.

    ``calendars`` are the ones the cells were last judged by.
    """

    county = models.OneToOneField(Org, models.CASCADE, primary_key=True, related_name="+")
    opened_until = models.DateField()
    bound_at = models.DateTimeField()
    calendars = models.JSONField(default=list)

    class Meta:
        verbose_name = _("履职进度")

    def __str__(self) -> str:
        return str(self.county_id)
