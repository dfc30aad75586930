"""The hazard ledger (隐患台账) and what hangs on each hazard."""

from datetime import date, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.scoping import ScopedQuerySet, within
from anxiao.foundation.files.models import Upload
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.models import Place, Point
from anxiao.loop.hazards.catalog import category_label, cause_label
from anxiao.loop.hazards.models.reference import Criterion
from anxiao.loop.hazards.rules import SOON_DAYS
from anxiao.loop.hazards.states import (
    CLOCK_STATES,
    COMMITTED_STATES,
    ENDED_STATES,
    LIVE_STATES,
    OWN_SOURCES,
    HazardLevel,
    HazardSource,
    HazardState,
    PhotoStage,
    RequestState,
)

NOT_ENDED = Q(closed_at__isnull=True, ended_at__isnull=True)
"""What the states of a live hazard imply, said so that the index of live ones can be used."""


class HazardQuerySet(ScopedQuerySet["Hazard"]):
    view_capability = "hazards.view"

    def visible_to(self, actor: Actor) -> Self:
        """Hazards of the units where ``actor`` may see all, and one's own.

        One's own are those one found, entered or is responsible for, where ``hazards.view_own``
        is held.
        """
        mine = Q(found_by=actor.user_id) | Q(recorded_by=actor.user_id)
        mine |= Q(responsible=actor.user_id)
        everything, own = (
            within(actor.paths(capability), self.org_path, actor.counties(capability))
            for capability in ("hazards.view", "hazards.view_own")
        )
        return self.filter(everything | own & mine)

    def below(self, path: str) -> Self:
        """Hazards of the units at or below ``path``."""
        return self.filter(within([path], self.org_path))

    def live(self) -> Self:
        """Still in the ledger, waiting for somebody."""
        return self.filter(state__in=LIVE_STATES)

    def in_state(self, state: str) -> Self:
        """In one state; of a live one it is said, so that the past of the ledger is not read."""
        found = self.filter(state=state)
        return found.filter(NOT_ENDED) if state in LIVE_STATES else found

    def running(self) -> Self:
        """Whose deadline runs for the unit: not handed in, not taken over by the upper level."""
        return self.filter(state__in=CLOCK_STATES, clock_stopped_on__isnull=True)

    def overdue(self, day: date) -> Self:
        """Past their deadline on ``day`` (超期)."""
        return self.running().filter(NOT_ENDED, due_on__lt=day)

    def due_soon(self, day: date) -> Self:
        """Due on ``day`` or within the days after that count as 临期."""
        until = day + timedelta(days=SOON_DAYS)
        return self.running().filter(due_on__gte=day, due_on__lte=until)

    def without_deadline(self) -> Self:
        """Without a deadline (未定期限), which is not overdue."""
        return self.running().filter(due_on__isnull=True)

    def unanswered(self, day: date) -> Self:
        """Reported up and not answered in time on ``day`` (上报超时未答复, 三.4.b)."""
        return self.filter(
            NOT_ENDED,
            escalations__state=RequestState.REQUESTED,
            escalations__answer_due_on__lt=day,
        )

    def interim_ending(self, day: date) -> Self:
        """Whose interim measure has ended on ``day`` or ends within days (临时措施到期)."""
        until = day + timedelta(days=SOON_DAYS)
        return self.live().exclude(interim_measure="").filter(interim_until__lte=until)

    def verified_above(self) -> Self:
        """Those that the upper level verifies: ``rules.verified_above`` as a condition."""
        return self.filter(~Q(source__in=OWN_SOURCES) | Q(level=HazardLevel.MAJOR))


class Hazard(models.Model):
    """One line of the ledger.

    ``uuid`` is made where it was found (sent twice, stored once); ``number`` is ``2026-0012`` of
    the unit's year; ``origin`` names the record that found it, as that room writes it.
    Funds are yuan. ``due_on`` empty means no deadline yet, which is its own state, not overdue.
    ``interim_until`` is the last day for which the interim measure was promised; after it somebody
    must say anew what keeps people safe. ``clock_stopped_on`` is set while the upper level has it
    (受理); ``stopped_days`` sums up how long it stood. The five commitments (五落实): responsible
    unit and person, measure, funds, deadline, contingency.
    """

    uuid = models.UUIDField(unique=True)
    body_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    org = models.ForeignKey(Org, models.PROTECT, related_name="hazards", db_index=False)
    county = models.ForeignKey(Org, models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    number = models.CharField(_("台账编号"), max_length=20)
    state = models.CharField(
        _("状态"), max_length=10, choices=HazardState, default=HazardState.OPEN
    )

    source = models.CharField(_("来源"), max_length=20, choices=HazardSource)
    origin = models.CharField(max_length=120, blank=True)
    category = models.CharField(_("隐患类别"), max_length=30)
    level = models.CharField(
        _("等级"), max_length=10, choices=HazardLevel, default=HazardLevel.ORDINARY
    )
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, null=True, blank=True, verbose_name=_("判定情形"), db_index=False
    )
    level_reason = models.CharField(_("判定理由"), max_length=200, blank=True)
    graded_major_at = models.DateTimeField(_("判定重大时间"), null=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, db_index=False)
    point = models.ForeignKey(Point, models.PROTECT, null=True, blank=True, db_index=False)
    place_text = models.CharField(_("地点/部位"), max_length=120)
    description = models.CharField(_("隐患描述"), max_length=500)
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    cause = models.CharField(_("原因"), max_length=200, blank=True)
    found_on = models.DateField(_("排查时间"))
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    found_by_name = models.CharField(_("排查人"), max_length=60)
    recorded_at = models.DateTimeField(_("登记时间"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    late_reason = models.CharField(_("补录原因"), max_length=200, blank=True)
    remarks = models.CharField(_("备注"), max_length=300, blank=True)

    suggested_measure = models.CharField(_("建议措施"), max_length=500, blank=True)
    suggested_days = models.PositiveSmallIntegerField(_("建议天数"), null=True, blank=True)
    responsible_unit = models.CharField(_("责任单位"), max_length=80, blank=True)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    responsible_name = models.CharField(_("责任人"), max_length=60, blank=True)
    measure = models.CharField(_("整改措施"), max_length=500, blank=True)
    funds = models.DecimalField(_("资金（元）"), max_digits=12, decimal_places=2, null=True)
    due_on = models.DateField(_("整改期限"), null=True)
    contingency = models.CharField(_("应急预案"), max_length=300, blank=True)
    interim_measure = models.CharField(_("临时防范措施"), max_length=300, blank=True)
    interim_until = models.DateField(_("临时措施有效期至"), null=True)
    assigned_at = models.DateTimeField(_("指派时间"), null=True)
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    beyond_means_at = models.DateTimeField(_("认定无力整改时间"), null=True)
    upper_org = models.ForeignKey(Org, models.PROTECT, null=True, related_name="+", db_index=False)
    clock_stopped_on = models.DateField(_("停止计时日期"), null=True)
    stopped_days = models.PositiveIntegerField(_("停止计时天数"), default=0)

    result = models.CharField(_("整改结果"), max_length=500, blank=True)
    no_photo_reason = models.CharField(_("无照片原因"), max_length=200, blank=True)
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    submitted_by_name = models.CharField(_("整改人"), max_length=60, blank=True)
    opinion = models.CharField(_("复查意见"), max_length=300, blank=True)
    rejections = models.PositiveSmallIntegerField(_("退回次数"), default=0)
    closed_at = models.DateTimeField(_("销号时间"), null=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    closed_by_name = models.CharField(_("复查人"), max_length=60, blank=True)
    ended_at = models.DateTimeField(_("作废/合并时间"), null=True, editable=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged_from", db_index=False
    )
    supervised_on = models.DateField(_("挂牌督办日期"), null=True)
    supervise_reason = models.CharField(_("督办要求"), max_length=300, blank=True)

    objects: ClassVar[HazardQuerySet] = HazardQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("隐患")
        constraints = [
            models.UniqueConstraint(fields=["org", "year", "serial"], name="hazard_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=HazardState.values), name="hazard_state_known"
            ),
            models.CheckConstraint(
                condition=Q(level__in=HazardLevel.values), name="hazard_level_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=HazardSource.values), name="hazard_source_known"
            ),
            # 2.2.e: a named finder, a named owner, a named verifier; nothing is saved without.
            models.CheckConstraint(condition=~Q(found_by_name=""), name="hazard_names_its_finder"),
            models.CheckConstraint(
                condition=~Q(state__in=(HazardState.ASSIGNED, HazardState.SUBMITTED))
                | ~Q(responsible_name="") & ~Q(measure=""),
                name="hazard_assigned_to_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=HazardState.CLOSED) | ~Q(closed_by_name=""),
                name="hazard_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=HazardState.ACCEPTED)
                | Q(upper_org__isnull=False, clock_stopped_on__isnull=False),
                name="hazard_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("pk")),
                name="hazard_not_merged_into_itself",
            ),
            models.CheckConstraint(
                condition=Q(state=HazardState.CLOSED, closed_at__isnull=False)
                | ~Q(state=HazardState.CLOSED) & Q(closed_at__isnull=True),
                name="hazard_closed_iff_closed_at",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED_STATES, ended_at__isnull=False)
                | ~Q(state__in=ENDED_STATES) & Q(ended_at__isnull=True),
                name="hazard_ended_iff_ended_at",
            ),
            models.CheckConstraint(
                condition=Q(state=HazardState.MERGED, merged_into__isnull=False)
                | ~Q(state=HazardState.MERGED) & Q(merged_into__isnull=True),
                name="hazard_merged_iff_into",
            ),
            # 三.4: a major hazard without these four is what the notice punishes.
            models.CheckConstraint(
                condition=~Q(level=HazardLevel.MAJOR, state__in=COMMITTED_STATES)
                | ~Q(interim_measure="")
                & ~Q(responsible_unit="")
                & ~Q(responsible_name="")
                & Q(due_on__isnull=False),
                name="hazard_major_has_its_four",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True)
                | Q(submitted_by__isnull=True)
                | ~Q(closed_by=F("submitted_by")),
                name="hazard_closer_is_not_submitter",
            ),
            models.CheckConstraint(
                condition=Q(level=HazardLevel.MAJOR, graded_major_at__isnull=False)
                | Q(level=HazardLevel.ORDINARY, graded_major_at__isnull=True),
                name="hazard_major_iff_graded_at",
            ),
        ]
        indexes = [
            models.Index(fields=["org", "state", "due_on"], name="hazard_org_state"),
            models.Index(fields=["org", "-id"], name="hazard_org_newest"),
            models.Index(fields=["county", "state", "due_on"], name="hazard_county_state"),
            models.Index(fields=["county", "-id"], name="hazard_county_newest"),
            models.Index(fields=["county", "-id"], name="hazard_county_live", condition=NOT_ENDED),
            models.Index(
                fields=["county", "due_on"],
                name="hazard_major_live",
                condition=NOT_ENDED & Q(level=HazardLevel.MAJOR),
            ),
            models.Index(
                fields=["responsible", "state"],
                name="hazard_responsible",
                condition=Q(responsible__isnull=False),
            ),
            models.Index(fields=["org", "origin"], name="hazard_org_origin"),
            models.Index(fields=["county", "found_on", "state"], name="hazard_county_found"),
            models.Index(
                fields=["county", "closed_at", "state"],
                name="hazard_county_closed",
                condition=Q(closed_at__isnull=False),
            ),
            # Where a row seldom has a value, an index of those rows alone costs the others nothing.
            *(
                models.Index(
                    fields=[name], name=f"hazard_{name}", condition=Q(**{f"{name}__isnull": False})
                )
                for name in ("point", "place", "criterion", "merged_into", "upper_org")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.description[:20]}"

    @property
    def category_name(self) -> str:
        """The category in words."""
        return category_label(self.category)

    @property
    def cause_name(self) -> str:
        """The cause in words, or as it was typed."""
        return cause_label(self.cause)


class HazardPhoto(models.Model):
    """A photo before or after rectification."""

    hazard = models.ForeignKey(Hazard, models.CASCADE, related_name="photos")
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=10, choices=PhotoStage)
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("隐患照片")
        constraints = [
            models.UniqueConstraint(fields=["hazard", "upload"], name="hazard_photo_once"),
        ]

    def __str__(self) -> str:
        return f"{self.hazard_id}:{self.stage}"


class HazardComment(models.Model):
    """What somebody said about a hazard."""

    hazard = models.ForeignKey(Hazard, models.CASCADE, related_name="comments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    user_name = models.CharField(max_length=60)
    text = models.CharField(_("留言"), max_length=500)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("留言")

    def __str__(self) -> str:
        return self.text[:20]
