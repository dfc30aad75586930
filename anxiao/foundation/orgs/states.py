"""Words for units: kinds, stages, ownership, heating, and their short life cycle."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.kernel.workflow import Step, Workflow


class OrgKind(TextChoices):
    PROVINCE = "province", _("省")
    CITY = "city", _("市")
    COUNTY = "county", _("县（区）")
    TOWN = "town", _("镇街教委")
    SCHOOL = "school", _("学校")
    KINDERGARTEN = "kindergarten", _("幼儿园")
    DEPARTMENT = "department", _("业务科室")
    AGENCY = "agency", _("协同部门")


class OrgState(TextChoices):
    ACTIVE = "active", _("正常")
    CLOSED = "closed", _("停办")
    MERGED = "merged", _("已并入")


class Stage(TextChoices):
    KINDERGARTEN = "kindergarten", _("学前")
    PRIMARY = "primary", _("小学")
    JUNIOR = "junior", _("初中")
    SENIOR = "senior", _("高中")
    VOCATIONAL = "vocational", _("中职")
    SPECIAL = "special", _("特殊教育")


class Ownership(TextChoices):
    PUBLIC = "public", _("公办")
    PRIVATE = "private", _("民办")


class Heating(TextChoices):
    UNKNOWN = "", _("未填")
    NONE = "none", _("无")
    CENTRAL = "central", _("集中供暖")
    AIR_CONDITIONER = "air_conditioner", _("空调")
    ELECTRIC = "electric", _("电暖")
    HEAT_PUMP = "heat_pump", _("空气能")
    GAS_BOILER = "gas_boiler", _("燃气锅炉")
    COAL_BOILER = "coal_boiler", _("燃煤锅炉")
    STOVE = "stove", _("煤炉")


class DayKind(TextChoices):
    SCHOOL = "school", _("上课")
    HOLIDAY = "holiday", _("放假")


ORG_FLOW = Workflow(
    Step("close", frozenset({OrgState.ACTIVE}), OrgState.CLOSED, "orgs.manage", "停办"),
    Step("reopen", frozenset({OrgState.CLOSED}), OrgState.ACTIVE, "orgs.manage", "恢复"),
    Step("merge", frozenset({OrgState.ACTIVE}), OrgState.MERGED, "orgs.manage", "并入"),
)
