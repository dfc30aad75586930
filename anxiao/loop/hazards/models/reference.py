"""The table of criteria, and the counter of ledger numbers."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.orgs.models import Org
from anxiao.loop.hazards.states import CriterionMethod


class CriterionQuerySet(models.QuerySet["Criterion"]):
    def visible_to(self, actor: Actor) -> Self:
        """Criteria are law: everybody who may see or enter hazards reads all of them."""
        shown = any(map(actor.may_somewhere, ("hazards.view", "hazards.view_own", "hazards.open")))
        return self.all() if shown else self.none()

    def in_force(self) -> Self:
        """Those that a hazard may be graded by now."""
        return self.filter(retired_on__isnull=True, is_open=False)


class Criterion(models.Model):
    """One line of the major-hazard criteria (重大事故隐患判定标准), importable, with its source.

    ``is_open`` lines name a domain whose text the bureau still has to fill in; they cannot be
    chosen. Law is the same for every county: the table belongs to no unit.
    """

    code = models.CharField(_("代码"), max_length=40, unique=True)
    domain = models.CharField(_("领域"), max_length=40)
    method = models.CharField(_("判定方式"), max_length=10, choices=CriterionMethod)
    text = models.CharField(_("判定情形"), max_length=400)
    source = models.CharField(_("依据"), max_length=200)
    confirm = models.BooleanField(_("待核实"), default=False)
    is_open = models.BooleanField(_("待补充"), default=False)
    is_shipped = models.BooleanField(_("随程序发布"), default=False)
    retired_on = models.DateField(_("停用日期"), null=True, blank=True)

    objects: ClassVar[CriterionQuerySet] = CriterionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("重大隐患判定标准")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_open=True) | ~Q(text=""), name="criterion_says_something"
            )
        ]

    def __str__(self) -> str:
        return self.code


class LedgerYear(models.Model):
    """How many numbers the ledger of a unit has given out in a year.

    The row is what concurrent writers of one ledger wait for, so that numbers have neither gaps
    nor doubles on both databases.
    """

    org = models.ForeignKey(Org, models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("台账编号")
        constraints = [models.UniqueConstraint(fields=["org", "year"], name="ledger_year_once")]

    def __str__(self) -> str:
        return f"{self.org_id}:{self.year}"
