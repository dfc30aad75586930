"""What one person asks and another answers: report-ups, extensions, voids and merges."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.orgs.models import Org
from anxiao.loop.hazards.models.ledger import Hazard
from anxiao.loop.hazards.states import EndKind, RequestState


class Escalation(models.Model):
    """A report-up (无力整改上报): what the unit says, what the upper level answers, by when."""

    hazard = models.ForeignKey(Hazard, models.CASCADE, related_name="escalations")
    to_org = models.ForeignKey(Org, models.PROTECT, related_name="+")
    reason = models.CharField(_("上报理由"), max_length=500)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(_("上报时间"))
    answer_due_on = models.DateField(_("应答复日期"))
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.REQUESTED)
    answer = models.CharField(_("答复意见"), max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("答复时间"), null=True)

    class Meta:
        verbose_name = _("上报")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=RequestState.REQUESTED, answered_at__isnull=True)
                | ~Q(state=RequestState.REQUESTED) & Q(answered_at__isnull=False),
                name="escalation_answered_iff_stamped",
            ),
            models.UniqueConstraint(
                fields=["hazard"],
                condition=Q(state=RequestState.REQUESTED),
                name="escalation_one_open",
            ),
        ]
        indexes = [
            models.Index(fields=["to_org", "state", "answer_due_on"], name="escalation_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.hazard_id}"


class Extension(models.Model):
    """A request to move the deadline; the verifying level answers."""

    hazard = models.ForeignKey(Hazard, models.CASCADE, related_name="extensions")
    old_due_on = models.DateField(_("原期限"))
    new_due_on = models.DateField(_("申请延至"))
    reason = models.CharField(_("延期理由"), max_length=300)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("申请时间"))
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.REQUESTED)
    answer = models.CharField(_("答复意见"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("答复时间"), null=True)

    class Meta:
        verbose_name = _("延期")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=RequestState.REQUESTED, decided_at__isnull=True)
                | ~Q(state=RequestState.REQUESTED) & Q(decided_at__isnull=False),
                name="extension_decided_iff_stamped",
            ),
            models.UniqueConstraint(
                fields=["hazard"],
                condition=Q(state=RequestState.REQUESTED),
                name="extension_one_open",
            ),
            models.CheckConstraint(
                condition=Q(new_due_on__gt=F("old_due_on")), name="extension_is_later"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="extension_by_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hazard_id}"


class EndRequest(models.Model):
    """A request to void a hazard or merge it into another; a second person decides."""

    hazard = models.ForeignKey(Hazard, models.CASCADE, related_name="end_requests")
    kind = models.CharField(max_length=10, choices=EndKind)
    into = models.ForeignKey(Hazard, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("理由"), max_length=300)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.REQUESTED)
    answer = models.CharField(_("答复意见"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("作废、合并申请")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=RequestState.REQUESTED, decided_at__isnull=True)
                | ~Q(state=RequestState.REQUESTED) & Q(decided_at__isnull=False),
                name="end_request_decided_iff_stamped",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="end_request_by_second_person",
            ),
            models.UniqueConstraint(
                fields=["hazard"],
                condition=Q(state=RequestState.REQUESTED),
                name="end_request_one_open",
            ),
            models.CheckConstraint(
                condition=Q(kind=EndKind.MERGE, into__isnull=False)
                | Q(kind=EndKind.VOID, into__isnull=True),
                name="end_request_merge_iff_into",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hazard_id}:{self.kind}"
