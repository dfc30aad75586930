"""The tree province … school with agencies beside it, unit profiles, and school calendars."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.scoping import ScopedQuerySet
from anxiao.foundation.orgs.states import DayKind, Heating, OrgKind, OrgState, Ownership


class OrgQuerySet(ScopedQuerySet["Org"]):
    org_path = "path"
    view_capability = "orgs.view"


class Org(models.Model):
    """A node of the tree; ``path`` is the dotted chain of ids, root first: ``"1.7."``.

    A merged or closed unit keeps its row, its path and its past. ``name_key`` is the name as
    ``rules.name_key`` writes it: what imports and searches compare.
    ``former_names`` repeats those of ``OrgName`` for lists.
    """

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    county = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    kind = models.CharField(_("类别"), max_length=20, choices=OrgKind)
    name = models.CharField(_("单位名称"), max_length=80)
    name_key = models.CharField(max_length=80, blank=True, editable=False)
    former_names = models.CharField(_("曾用名"), max_length=400, blank=True, editable=False)
    short_name = models.CharField(_("简称"), max_length=40, blank=True)
    code = models.CharField(_("单位代码"), max_length=40, unique=True)
    path = models.CharField(_("路径"), max_length=200, unique=True)
    state = models.CharField(_("状态"), max_length=10, choices=OrgState, default=OrgState.ACTIVE)
    opened_on = models.DateField(_("启用日期"))
    closed_on = models.DateField(_("停办日期"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="absorbed"
    )

    objects: ClassVar[OrgQuerySet] = OrgQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("单位")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=OrgState.values), name="org_state_known"),
            models.CheckConstraint(condition=Q(kind__in=OrgKind.values), name="org_kind_known"),
            models.CheckConstraint(
                condition=Q(state=OrgState.ACTIVE, closed_on__isnull=True)
                | ~Q(state=OrgState.ACTIVE) & Q(closed_on__isnull=False),
                name="org_ended_iff_closed_on",
            ),
            models.CheckConstraint(
                condition=Q(state=OrgState.MERGED, merged_into__isnull=False)
                | ~Q(state=OrgState.MERGED) & Q(merged_into__isnull=True),
                name="org_merged_iff_into",
            ),
            models.UniqueConstraint(
                fields=["parent", "name"],
                condition=Q(state=OrgState.ACTIVE),
                name="org_name_once_under_parent",
            ),
        ]
        indexes = [
            models.Index(fields=["county", "kind", "state"], name="org_county_kind"),
            models.Index(fields=["county", "name_key"], name="org_county_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_unit(self) -> bool:
        """Whether it is a school or kindergarten: what most duties bind."""
        return self.kind in {OrgKind.SCHOOL, OrgKind.KINDERGARTEN}

    @property
    def parent_path(self) -> str:
        """Path of the level above; its own for a root."""
        above = self.path.rstrip(".").rpartition(".")[0]
        return f"{above}." if above else self.path


class OrgNameQuerySet(ScopedQuerySet["OrgName"]):
    view_capability = "orgs.view"


class OrgName(models.Model):
    """A name that a unit once bore; searches and imports still find the unit by it."""

    org = models.ForeignKey(Org, models.CASCADE, related_name="old_names")
    name = models.CharField(_("曾用名"), max_length=80)
    name_key = models.CharField(max_length=80, db_index=True)
    until_on = models.DateField(_("使用至"))

    objects: ClassVar[OrgNameQuerySet] = OrgNameQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("曾用名")

    def __str__(self) -> str:
        return self.name


class Custody(models.Model):
    """After a merger: who holds a post at ``holder`` holds it at ``absorbed`` too.

    Written once, when the merger is: for the absorbing unit and for the levels above it that the
    absorbed unit does not lie below. The absorbed unit keeps its own path, so what its upper level
    must verify is never verified by the school that took it over.
    """

    holder = models.ForeignKey(Org, models.CASCADE, related_name="custodies")
    absorbed = models.ForeignKey(Org, models.CASCADE, related_name="custodians")

    class Meta:
        verbose_name = _("并入单位的接管")
        constraints = [models.UniqueConstraint(fields=["holder", "absorbed"], name="custody_once")]

    def __str__(self) -> str:
        return f"{self.holder_id}<{self.absorbed_id}"


class ProfileQuerySet(ScopedQuerySet["Profile"]):
    view_capability = "orgs.view"


class Profile(models.Model):
    """What a school or kindergarten is like (学校基本情况); duties bind by it.

    ``None`` means not reported yet; head-counts are persons, positions WGS-84 degrees.
    """

    org = models.OneToOneField(Org, models.CASCADE, primary_key=True, related_name="profile")
    stages = models.JSONField(_("学段"), default=list, blank=True)
    ownership = models.CharField(
        _("办学性质"), max_length=10, choices=Ownership, default=Ownership.PUBLIC
    )
    is_boarding = models.BooleanField(_("是否寄宿"), default=False)
    pupils = models.PositiveIntegerField(_("在校生数"), null=True, blank=True)
    boarders = models.PositiveIntegerField(_("寄宿生数"), null=True, blank=True)
    staff = models.PositiveIntegerField(_("教职工数"), null=True, blank=True)
    principal = models.CharField(_("校（园）长"), max_length=40, blank=True)
    phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    has_canteen = models.BooleanField(_("有无食堂"), default=False)
    buses = models.PositiveSmallIntegerField(_("校车数量"), default=0)
    has_labs = models.BooleanField(_("有无实验室"), default=False)
    has_construction = models.BooleanField(_("有无在建工程"), default=False)
    heating = models.CharField(_("取暖方式"), max_length=20, choices=Heating, blank=True)
    latitude = models.DecimalField(_("纬度"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(
        _("经度"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    remarks = models.CharField(_("备注"), max_length=200, blank=True)
    updated_at = models.DateTimeField(_("更新时间"))

    objects: ClassVar[ProfileQuerySet] = ProfileQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("单位基本情况")
        constraints = [
            models.CheckConstraint(
                condition=Q(boarders__isnull=True)
                | Q(pupils__isnull=True)
                | Q(boarders__lte=models.F("pupils")),
                name="profile_boarders_among_pupils",
            ),
            models.CheckConstraint(
                condition=Q(heating__in=Heating.values), name="profile_heating_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.org_id}"


class TermQuerySet(ScopedQuerySet["Term"]):
    view_capability = "orgs.view"


class Term(models.Model):
    """A term set at some level; the nearest level above (or the unit itself) that has any wins.

    ``ends_on`` is the last day of the term, inclusive as calendars print it.
    """

    org = models.ForeignKey(Org, models.CASCADE, related_name="terms")
    name = models.CharField(_("学期"), max_length=40)
    starts_on = models.DateField(_("开学日期"))
    ends_on = models.DateField(_("结束日期"))

    objects: ClassVar[TermQuerySet] = TermQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("学期")
        constraints = [
            models.UniqueConstraint(fields=["org", "starts_on"], name="term_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gt=models.F("starts_on")), name="term_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DayOverrideQuerySet(ScopedQuerySet["DayOverride"]):
    view_capability = "orgs.view"


class DayOverride(models.Model):
    """A day that differs from the public calendar: a holiday of one's own, or a make-up day."""

    org = models.ForeignKey(Org, models.CASCADE, related_name="day_overrides")
    day = models.DateField(_("日期"))
    kind = models.CharField(_("安排"), max_length=10, choices=DayKind)
    reason = models.CharField(_("说明"), max_length=80)

    objects: ClassVar[DayOverrideQuerySet] = DayOverrideQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("调休安排")
        constraints = [models.UniqueConstraint(fields=["org", "day"], name="day_override_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"
