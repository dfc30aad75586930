"""The journal in an official's words: what each action, object, state and detail is called.

The journal keeps codes, so that a word may change without touching a sealed line.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anxiao.foundation.access.capabilities import ROLE_LABELS
from anxiao.foundation.accounts.registers import PEOPLE
from anxiao.foundation.messaging.states import Channel
from anxiao.foundation.orgs.models import Profile
from anxiao.foundation.orgs.registers import UNITS
from anxiao.foundation.orgs.states import DayKind
from anxiao.foundation.registers.declare import Register
from anxiao.loop.duties.registers import DUTIES, EVIDENCE
from anxiao.loop.hazards.catalog import category_choices
from anxiao.loop.hazards.registers import CRITERIA, HAZARDS
from anxiao.loop.hazards.states import EndKind, HazardLevel, HazardSource
from anxiao.loop.inspections.registers import INSPECTIONS
from anxiao.loop.inspections.states import InspectionKind
from anxiao.project.conflicts import KINDS

Text = str | Promise

ACTIONS: dict[str, Text] = {
    "sign_in": gettext_lazy("登录"),
    "sign_out": gettext_lazy("退出登录"),
    "sign_in_failed": gettext_lazy("登录失败"),
    "code_failed": gettext_lazy("动态码错误"),
    "lock_out": gettext_lazy("多次失败暂停登录"),
    "end_sessions": gettext_lazy("退出其他登录"),
    "change_password": gettext_lazy("修改密码"),
    "change_contact": gettext_lazy("修改手机号或邮箱"),
    "correct_phone": gettext_lazy("更正他人手机号"),
    "enrol_second_factor": gettext_lazy("绑定动态码"),
    "drop_second_factor": gettext_lazy("解除本人动态码"),
    "renew_recovery_codes": gettext_lazy("换发恢复码"),
    "reset_second_factor": gettext_lazy("解除他人动态码"),
    "make_reset_link": gettext_lazy("生成重设密码链接"),
    "rescue": gettext_lazy("在服务器上恢复管理员账号"),
    "lock": gettext_lazy("锁定账号"),
    "unlock": gettext_lazy("解锁账号"),
    "issue_token": gettext_lazy("签发接口令牌"),
    "revoke_token": gettext_lazy("停用接口令牌"),
    "grant": gettext_lazy("安排岗位"),
    "end_post": gettext_lazy("免去岗位"),
    "invite": gettext_lazy("发出邀请"),
    "accept_invitation": gettext_lazy("接受邀请"),
    "revoke_invitation": gettext_lazy("撤回邀请"),
    "import": gettext_lazy("导入"),
    "start": gettext_lazy("开始导入"),
    "resume": gettext_lazy("继续导入"),
    "give_back": gettext_lazy("导入未完成"),
    "discard": gettext_lazy("放弃导入"),
    "export": gettext_lazy("导出"),
    "load": gettext_lazy("装入随附数据"),
    "create": gettext_lazy("新建"),
    "edit": gettext_lazy("修改"),
    "copy": gettext_lazy("另存新版"),
    "save": gettext_lazy("保存"),
    "delete": gettext_lazy("删除"),
    "drop": gettext_lazy("不要待核对的一份"),
    "retire": gettext_lazy("停用"),
    "publish": gettext_lazy("发布"),
    "rebind": gettext_lazy("重新确定责任"),
    "rebind_label": gettext_lazy("改绑标签"),
    "reassign": gettext_lazy("改派"),
    "renew_interim": gettext_lazy("落实临时措施"),
    "rename": gettext_lazy("更名"),
    "edit_profile": gettext_lazy("修改单位基本情况"),
    "absorb": gettext_lazy("并入其他单位"),
    "add_term": gettext_lazy("设置学期"),
    "remove_term": gettext_lazy("删除学期"),
    "set_day": gettext_lazy("设置上课或放假"),
    "clear_day": gettext_lazy("取消单日设置"),
    "replace_code": gettext_lazy("更换检查点编码"),
    "assign_checklists": gettext_lazy("指定检查表"),
    "attach_photos": gettext_lazy("补传照片"),
    "prove": gettext_lazy("登记佐证"),
    "revoke": gettext_lazy("作废佐证"),
    "request": gettext_lazy("申请"),
    "approve": gettext_lazy("同意"),
    "refuse": gettext_lazy("不同意"),
    "withdraw": gettext_lazy("申请失效"),
    "open": gettext_lazy("登记隐患"),
    "assign": gettext_lazy("指派"),
    "submit": gettext_lazy("提交"),
    "reject": gettext_lazy("退回"),
    "close": gettext_lazy("销号（停办）"),
    "reopen": gettext_lazy("重新打开（恢复）"),
    "merge": gettext_lazy("合并"),
    "void": gettext_lazy("作废"),
    "report_up": gettext_lazy("上报"),
    "accept_up": gettext_lazy("受理上报"),
    "send_back": gettext_lazy("退回上报"),
    "beyond_means": gettext_lazy("认定无力整改"),
    "comment": gettext_lazy("留言"),
    "grade": gettext_lazy("判定等级"),
    "supervise": gettext_lazy("挂牌督办"),
    "request_extension": gettext_lazy("申请延期"),
    "decide_extension": gettext_lazy("答复延期"),
    "request_end": gettext_lazy("申请作废或合并"),
    "decide_end": gettext_lazy("答复作废或合并"),
    "add_robot": gettext_lazy("添加群机器人"),
    "enable_robot": gettext_lazy("启用群机器人"),
    "disable_robot": gettext_lazy("停用群机器人"),
    "test_robot": gettext_lazy("测试群机器人"),
}
MEANT: dict[tuple[str, str], Text] = {
    ("close", "hazards.hazard"): gettext_lazy("销号"),
    ("reopen", "hazards.hazard"): gettext_lazy("重新打开"),
    ("submit", "hazards.hazard"): gettext_lazy("提交复查"),
    ("close", "orgs.org"): gettext_lazy("停办"),
    ("reopen", "orgs.org"): gettext_lazy("恢复"),
    ("merge", "orgs.org"): gettext_lazy("并入其他单位"),
    ("save", "conflicts.refused"): gettext_lazy("另存为新记录"),
    ("submit", "inspections.inspection"): gettext_lazy("提交检查"),
}
"""What an action is called where one word stands for several steps."""
KEYS: dict[str, Text] = {
    "answer_due_on": gettext_lazy("应答复日期"),
    "approved": gettext_lazy("同意"),
    "before": gettext_lazy("原责任人"),
    "by": gettext_lazy("答复单位"),
    "checklists": gettext_lazy("检查表"),
    "clauses": gettext_lazy("条款数"),
    "closed_on": gettext_lazy("原销号日期"),
    "created": gettext_lazy("新建行数"),
    "duties": gettext_lazy("职责数"),
    "files": gettext_lazy("文件数"),
    "gained": gettext_lazy("新增职责"),
    "interim_measure": gettext_lazy("临时措施"),
    "interim_until": gettext_lazy("临时措施有效期至"),
    "into": gettext_lazy("并入"),
    "lost": gettext_lazy("不再承担的职责"),
    "missing": gettext_lazy("尚缺"),
    "new_due_on": gettext_lazy("申请延至"),
    "record": gettext_lazy("记录"),
    "rejected": gettext_lazy("未收下行数"),
    "removed_clause": gettext_lazy("删除条款"),
    "removed_duty": gettext_lazy("删除职责"),
    "row": gettext_lazy("原表行号"),
    "same": gettext_lazy("未变行数"),
    "source": gettext_lazy("来源"),
    "state": gettext_lazy("状态"),
    "written": gettext_lazy("条数"),
    "answer": gettext_lazy("答复"),
    "category": gettext_lazy("类别"),
    "changed": gettext_lazy("改动"),
    "channel": gettext_lazy("渠道"),
    "checklist": gettext_lazy("检查表"),
    "code": gettext_lazy("编号"),
    "day": gettext_lazy("日期"),
    "due_on": gettext_lazy("期限"),
    "duty": gettext_lazy("职责"),
    "ended": gettext_lazy("退出处数"),
    "ends_on": gettext_lazy("止于"),
    "failed": gettext_lazy("不合格项"),
    "file": gettext_lazy("文件"),
    "from": gettext_lazy("原为"),
    "from_on": gettext_lazy("起于"),
    "funds": gettext_lazy("资金（元）"),
    "happened_on": gettext_lazy("发生日期"),
    "ip": gettext_lazy("地址"),
    "into_name": gettext_lazy("并入"),
    "by_unit": gettext_lazy("代登记单位"),
    "absorbed_name": gettext_lazy("被并单位"),
    "kind": gettext_lazy("类型"),
    "late_reason": gettext_lazy("补录原因"),
    "level": gettext_lazy("等级"),
    "name": gettext_lazy("名称"),
    "no_photo_reason": gettext_lazy("无照片原因"),
    "number": gettext_lazy("编号"),
    "opinion": gettext_lazy("意见"),
    "photos": gettext_lazy("照片数"),
    "query": gettext_lazy("筛选条件"),
    "reason": gettext_lazy("原因"),
    "register": gettext_lazy("台账"),
    "responsible": gettext_lazy("责任人"),
    "result": gettext_lazy("结果"),
    "role": gettext_lazy("岗位"),
    "rows": gettext_lazy("行数"),
    "starts_on": gettext_lazy("起于"),
    "to": gettext_lazy("改为"),
    "tries": gettext_lazy("第几次"),
    "until_on": gettext_lazy("止于"),
    "version": gettext_lazy("版本"),
    "way": gettext_lazy("方式"),
    "what": gettext_lazy("内容"),
    "why": gettext_lazy("原因"),
}
VALUES: dict[str, dict[str, Text]] = {
    "role": {str(role): label for role, label in ROLE_LABELS.items()},
    "way": {
        "password": gettext_lazy("密码"),
        "code": gettext_lazy("密码和动态码"),
        "recovery": gettext_lazy("密码和恢复码"),
        "demo": gettext_lazy("演示一键登录"),
        "invitation": gettext_lazy("接受邀请"),
        "token": gettext_lazy("接口"),
    },
    "why": {
        "asked": gettext_lazy("本人退出"),
        "idle": gettext_lazy("长时间没有操作"),
        "too_old": gettext_lazy("登录已满 12 小时"),
    },
    "level": dict(HazardLevel.choices),
    "source": dict(HazardSource.choices),
    "kind": dict([*InspectionKind.choices, *EndKind.choices, *DayKind.choices]),
    "channel": dict(Channel.choices),
    "record": {kind.subject: kind.label for kind in KINDS.values()},
}
TOLD_ELSEWHERE = frozenset({"user", "unit", "requested_by", "absorbed", "item", "checklist"})
"""Keys that say, in codes or numbers, what another column or key of the line says in words."""
REGISTERS: dict[str, Register] = {
    register.slug: register
    for register in (HAZARDS, INSPECTIONS, DUTIES, EVIDENCE, UNITS, PEOPLE, CRITERIA)
}


def action_word(action: str, subject: str = "") -> str:
    """What an action is called; a code that nobody named stays as it is."""
    return str(MEANT.get((action, subject)) or ACTIONS.get(action, action))


def subject_word(subject: str) -> str:
    """What the kind of an object is called: the name of its table, or of a register."""
    if subject.startswith("registers.") and (title := _register(subject.partition(".")[2])):
        return title
    try:
        return str(apps.get_model(subject)._meta.verbose_name)
    except (LookupError, ValueError):
        return str(KEYS.get(subject, subject))


def subjects() -> list[tuple[str, str]]:
    """Every kind of object of the house with its name, sorted by name."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("anxiao.")]
    named = [(model._meta.label_lower, str(model._meta.verbose_name)) for model in ours]
    return sorted(named, key=lambda each: each[1])


def state_word(subject: str, state: str) -> str:
    """What a state of such an object is called."""
    return str(dict(_field(subject, "state").get("choices", ())).get(state, state))


def detail_words(detail: Mapping[str, Any], subject: str = "") -> str:
    """``原因：…；期限：…``, without what is empty or told in another column."""
    told = ((key, _told(key, value, detail, subject)) for key, value in detail.items())
    return _("；").join(f"{_key(key, subject)}{_('：')}{value}" for key, value in told if value)


def _key(key: str, subject: str) -> str:
    if key == "to" and subject == "hazards.hazard":
        return _("上报至")
    return str(KEYS.get(key, key))


def _told(key: str, value: Any, detail: Mapping[str, Any], subject: str) -> str:
    if key in TOLD_ELSEWHERE or (key == "into" and "into_name" in detail):
        return ""
    if key == "files":
        return str(len(value) or "")
    if key == "kind" and subject == "duties.evidence":
        return ""  # named by the plan that is in force; the line names the duty
    if key in {"state", "register", "query", "category", "source"}:
        return _code(key, str(value or ""), subject)
    return _value(key, value, subject)


def _code(key: str, code: str, subject: str) -> str:
    """A value that is a code of the house."""
    if key == "state":
        return state_word(subject, code)
    if key == "register":
        return _register(code) or code
    if key == "query":
        slug = subject.partition(".")[2]
        return _("，").join(_asked(REGISTERS.get(slug), code))
    if key == "category":
        return dict(category_choices()).get(code, code)
    return str(VALUES[key].get(code, ""))  # a source of evidence is the number of a row


def _register(slug: str) -> str:
    if slug == "journal":
        return _("操作日志")
    return str(REGISTERS[slug].title) if slug in REGISTERS else ""


def _asked(register: Register | None, query: str) -> Iterator[str]:
    """A query string as the filters of its register say it."""
    filters = {each.key: each for each in register.filters} if register else {}
    for key, value in parse_qsl(query.lstrip("?")):
        found = filters.get(key) or filters.get(key.rpartition("_")[0])
        if found is None:
            yield value
        elif found.kind == "preset":
            yield str(found.label)
        else:
            choices = {} if callable(found.choices) else dict(found.choices)
            yield f"{found.label} {choices.get(value, value)}"


def _field(subject: str, name: str) -> dict[str, Any]:
    """Name and choices of a model's field; empty where there is none."""
    try:
        field = apps.get_model(subject)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return {}
    return {
        "label": getattr(field, "verbose_name", name),
        "choices": getattr(field, "choices", None) or (),
    }


def _name(name: str, subject: str) -> str:
    for model in (subject, Profile._meta.label_lower):
        if found := _field(model, name):
            return str(found["label"])
    return str(KEYS.get(name, name))


def _value(key: str, value: Any, subject: str) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dict):
        return _("，").join(
            f"{_name(name, subject)} {_value(name, each, subject)}".strip()
            for name, each in value.items()
        )
    if isinstance(value, list | tuple):
        return _("、").join(filter(None, (_value(key, each, subject) for each in value)))
    return _word(key, "" if value is None else str(value), subject)


def _word(key: str, text: str, subject: str) -> str:
    if key == "missing":
        return _name(text, subject)
    choices = VALUES.get(key) or dict(_field(Profile._meta.label_lower, key).get("choices", ()))
    known = choices.get(text)
    return _day(text) or (str(known) if known is not None else text)


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-11-23") else None
    except ValueError:
        return ""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""
