"""Evidence with its files, and exemptions: what units bring forward."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.scoping import ScopedQuerySet
from anxiao.foundation.files.models import Upload
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.models.plans import Duty
from anxiao.loop.duties.states import ExemptionState


class EvidenceQuerySet(ScopedQuerySet["Evidence"]):
    org_path = "unit__path"
    view_capability = "duties.view"


class Evidence(models.Model):
    """A dated fact (佐证), pushed by the room that owns it; the same source counts once.

    ``source`` is ``"<room>.<model>:<key>"``. A late entry (补录) carries its reason.
    """

    unit = models.ForeignKey(Org, models.PROTECT, db_index=False)
    county = models.ForeignKey(Org, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("种类"), max_length=60)
    happened_on = models.DateField(_("发生日期"))
    recorded_at = models.DateTimeField(_("登记时间"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    source = models.CharField(max_length=120, unique=True)
    late_reason = models.CharField(_("补录原因"), max_length=200, blank=True)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    revoked_at = models.DateTimeField(_("撤销时间"), null=True)

    objects: ClassVar[EvidenceQuerySet] = EvidenceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("佐证")
        indexes = [
            models.Index(fields=["unit", "kind", "happened_on"], name="evidence_unit_kind"),
            models.Index(fields=["county", "happened_on"], name="evidence_county"),
        ]

    def __str__(self) -> str:
        return self.source


class EvidenceFile(models.Model):
    """A file behind a proof given by hand."""

    evidence = models.ForeignKey(Evidence, models.CASCADE, related_name="files")
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("佐证附件")

    def __str__(self) -> str:
        return f"{self.evidence_id}:{self.upload_id}"


class ExemptionQuerySet(ScopedQuerySet["Exemption"]):
    org_path = "unit__path"
    view_capability = "duties.view"

    def approved(self) -> Self:
        """Those the upper level has approved."""
        return self.filter(state=ExemptionState.APPROVED)


class Exemption(models.Model):
    """A unit asks to be freed of a duty for some days (both inclusive); the upper level answers."""

    unit = models.ForeignKey(Org, models.PROTECT, db_index=False)
    duty = models.ForeignKey(Duty, models.CASCADE)
    from_on = models.DateField(_("起"))
    until_on = models.DateField(_("止"))
    reason = models.CharField(_("理由"), max_length=300)
    state = models.CharField(
        max_length=10, choices=ExemptionState, default=ExemptionState.REQUESTED
    )
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("申请时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("批复时间"), null=True)
    answer = models.CharField(_("批复意见"), max_length=300, blank=True)

    objects: ClassVar[ExemptionQuerySet] = ExemptionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("免除")
        indexes = [models.Index(fields=["unit", "duty", "state"], name="exemption_unit_duty")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ExemptionState.REQUESTED, decided_at__isnull=True)
                | ~Q(state=ExemptionState.REQUESTED) & Q(decided_at__isnull=False),
                name="exemption_decided_iff_stamped",
            ),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")), name="exemption_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="exemption_by_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}:{self.duty_id}"
