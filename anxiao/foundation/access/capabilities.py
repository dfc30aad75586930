"""The one table of posts (岗位) and what each may do.

A post is held on a unit and everything below it. Whether a capability is the unit's own or the
upper level's is told by *where* it is held, not by its name: to verify what a school may not
verify itself, a service requires ``hazards.verify`` at the school's parent.
"""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """Codes of the posts; labels in ``ROLE_LABELS``."""

    COUNTY_LEADER = "county_leader"
    COUNTY_SAFETY = "county_safety"
    COUNTY_DEPARTMENT = "county_department"
    SUPERVISOR = "supervisor"
    TOWN_HEAD = "town_head"
    TOWN_OFFICER = "town_officer"
    PRINCIPAL = "principal"
    VICE_PRINCIPAL = "vice_principal"
    SAFETY_OFFICER = "safety_officer"
    SECTION_HEAD = "section_head"
    CLASS_TEACHER = "class_teacher"
    STAFF = "staff"
    GUARD_CAPTAIN = "guard_captain"
    GUARD = "guard"
    DORM_KEEPER = "dorm_keeper"
    CANTEEN_MANAGER = "canteen_manager"
    BUS_ATTENDANT = "bus_attendant"
    BUS_DRIVER = "bus_driver"
    MAINTAINER = "maintainer"
    COUNSELLOR = "counsellor"
    LAW_VICE_PRINCIPAL = "law_vice_principal"
    AGENCY_OFFICER = "agency_officer"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


ROLE_LABELS: dict[str, str | Promise] = {
    Role.COUNTY_LEADER: _("分管局领导"),
    Role.COUNTY_SAFETY: _("安全科"),
    Role.COUNTY_DEPARTMENT: _("业务科室"),
    Role.SUPERVISOR: _("责任督学"),
    Role.TOWN_HEAD: _("镇街教委主任"),
    Role.TOWN_OFFICER: _("镇街安全专干"),
    Role.PRINCIPAL: _("校（园）长"),
    Role.VICE_PRINCIPAL: _("分管副校长"),
    Role.SAFETY_OFFICER: _("安全专干"),
    Role.SECTION_HEAD: _("年级（处室）主任"),
    Role.CLASS_TEACHER: _("班主任"),
    Role.STAFF: _("教职工"),
    Role.GUARD_CAPTAIN: _("保安队长"),
    Role.GUARD: _("保安员"),
    Role.DORM_KEEPER: _("宿管员"),
    Role.CANTEEN_MANAGER: _("食堂管理员"),
    Role.BUS_ATTENDANT: _("随车照管员"),
    Role.BUS_DRIVER: _("校车驾驶员"),
    Role.MAINTAINER: _("后勤维修"),
    Role.COUNSELLOR: _("心理教师"),
    Role.LAW_VICE_PRINCIPAL: _("法治副校长"),
    Role.AGENCY_OFFICER: _("部门执法人员"),
    Role.SYSTEM_ADMIN: _("系统管理员"),
    Role.SECURITY_ADMIN: _("安全管理员"),
    Role.AUDIT_ADMIN: _("审计管理员"),
}

CAPABILITY_LABELS: dict[str, str | Promise] = {
    "today.view": _("查看我的今天"),
    "cockpit.view": _("查看看板"),
    "messaging.view": _("查看消息"),
    "messaging.manage": _("管理群机器人和通知渠道"),
    "orgs.view": _("查看单位"),
    "orgs.edit": _("修改本单位基本情况"),
    "orgs.manage": _("新建、合并、停办单位"),
    "orgs.calendar": _("设置校历"),
    "people.view": _("查看人员和岗位"),
    "people.invite": _("邀请人员、安排岗位"),
    "people.grant": _("授予局机关和管理员岗位"),
    "people.secure": _("锁定账号、重置登录"),
    "journal.view": _("查看操作日志"),
    "system.view": _("查看系统运行状况"),
    "places.view": _("查看场所和检查点"),
    "places.edit": _("维护场所和检查点"),
    "files.upload": _("上传照片和文件"),
    "duties.view": _("查看职责和履职情况"),
    "duties.plan": _("编制、发布方案"),
    "duties.prove": _("登记佐证"),
    "duties.exempt_request": _("申请免除职责"),
    "duties.exempt": _("批准免除职责"),
    "hazards.view": _("查看隐患"),
    "hazards.view_own": _("查看本人登记和负责的隐患"),
    "hazards.open": _("登记隐患"),
    "hazards.assign": _("指派整改"),
    "hazards.rectify": _("提交整改结果"),
    "hazards.verify": _("复查销号"),
    "hazards.report_up": _("上报无力整改的隐患"),
    "hazards.answer": _("答复下级上报"),
    "hazards.void": _("作废、合并隐患"),
    "hazards.supervise": _("挂牌督办"),
    "hazards.criteria": _("维护重大隐患判定标准"),
    "inspections.view": _("查看检查记录"),
    "inspections.inspect": _("开展检查"),
    "inspections.superior": _("开展上级检查、联合检查"),
    "inspections.checklists": _("维护检查表"),
    "inspections.rounds": _("安排巡查路线"),
    "accountability.view": _("查看追责线索"),
    "registers.import": _("导入台账"),
    "registers.export": _("导出台账"),
}

_BASE = frozenset({"today.view", "messaging.view", "files.upload"})
_READ = _BASE | {
    "orgs.view",
    "places.view",
    "duties.view",
    "hazards.view",
    "inspections.view",
    "cockpit.view",
    "registers.export",
}
_STAFF = _BASE | {"hazards.open", "hazards.view_own", "places.view"}
_CHECKER = _STAFF | {"inspections.inspect", "duties.prove", "duties.view"}
_UPPER = _READ | {
    "people.view",
    "hazards.open",
    "hazards.assign",
    "hazards.verify",
    "hazards.answer",
    "hazards.report_up",
    "hazards.void",
    "inspections.inspect",
    "inspections.superior",
    "inspections.rounds",
    "duties.prove",
    "duties.exempt",
    "accountability.view",
    "registers.import",
}
_UNIT_HEAD = _READ | {
    "orgs.edit",
    "orgs.calendar",
    "people.view",
    "people.invite",
    "places.edit",
    "duties.prove",
    "duties.exempt_request",
    "hazards.open",
    "hazards.assign",
    "hazards.rectify",
    "hazards.verify",
    "hazards.report_up",
    "hazards.void",
    "inspections.inspect",
    "inspections.rounds",
    "accountability.view",
    "registers.import",
}

ROLE_CAPABILITIES: dict[str, frozenset[str]] = {
    Role.COUNTY_LEADER: _READ | {"people.view", "accountability.view", "hazards.supervise"},
    Role.COUNTY_SAFETY: _UPPER
    | {
        "orgs.edit",
        "orgs.manage",
        "orgs.calendar",
        "people.invite",
        "places.edit",
        "duties.plan",
        "hazards.supervise",
        "hazards.criteria",
        "inspections.checklists",
        "messaging.manage",
    },
    Role.COUNTY_DEPARTMENT: _READ | {"hazards.open", "hazards.answer", "inspections.superior"},
    Role.SUPERVISOR: _READ
    | {
        "hazards.open",
        "hazards.verify",
        "inspections.inspect",
        "inspections.superior",
        "duties.prove",
    },
    Role.TOWN_HEAD: _UPPER | {"orgs.edit", "orgs.calendar", "people.invite", "places.edit"},
    Role.TOWN_OFFICER: _UPPER | {"orgs.edit", "orgs.calendar", "people.invite", "places.edit"},
    Role.PRINCIPAL: _UNIT_HEAD,
    Role.VICE_PRINCIPAL: _UNIT_HEAD,
    Role.SAFETY_OFFICER: _UNIT_HEAD,
    Role.SECTION_HEAD: _CHECKER | {"hazards.rectify"},
    Role.CLASS_TEACHER: _CHECKER,
    Role.STAFF: _STAFF,
    Role.GUARD_CAPTAIN: _CHECKER | {"inspections.view", "hazards.rectify"},
    Role.GUARD: _CHECKER,
    Role.DORM_KEEPER: _CHECKER,
    Role.CANTEEN_MANAGER: _CHECKER | {"hazards.rectify"},
    Role.BUS_ATTENDANT: _CHECKER,
    Role.BUS_DRIVER: _CHECKER,
    Role.MAINTAINER: _STAFF | {"hazards.rectify"},
    Role.COUNSELLOR: _CHECKER,
    Role.LAW_VICE_PRINCIPAL: _CHECKER,
    Role.AGENCY_OFFICER: _BASE
    | {
        "orgs.view",
        "places.view",
        "hazards.view_own",
        "hazards.open",
        "inspections.inspect",
        "inspections.superior",
    },
    Role.SYSTEM_ADMIN: _BASE | {"system.view"},
    Role.SECURITY_ADMIN: _BASE
    | {"orgs.view", "people.view", "people.invite", "people.grant", "people.secure"},
    Role.AUDIT_ADMIN: _BASE | {"journal.view", "registers.export"},
}

ADMIN_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""三员: no person holds two of them (GB/T 22239-2019 8.1.4)."""

BUREAU_ROLES = frozenset(
    {Role.COUNTY_LEADER, Role.COUNTY_SAFETY, Role.COUNTY_DEPARTMENT, *ADMIN_ROLES}
)
"""Posts that must sign in with a second factor."""

UNIT_ROLES = tuple(
    role
    for role in Role
    if role
    not in BUREAU_ROLES | {Role.TOWN_HEAD, Role.TOWN_OFFICER, Role.SUPERVISOR, Role.AGENCY_OFFICER}
)
"""Posts of a school or kindergarten; ``UNIT_ROLES`` first to last as the field lists them."""
