"""The journal in an official's words: what each action, object, state and detail is called.

The journal keeps codes, so that a word may change without touching a sealed line.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anxiao.foundation.access.capabilities import ROLE_LABELS

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
KEYS: dict[str, Text] = {
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
    "unit": gettext_lazy("单位"),
    "until_on": gettext_lazy("止于"),
    "user": gettext_lazy("人员编号"),
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
    "level": {"ordinary": gettext_lazy("一般隐患"), "major": gettext_lazy("重大隐患")},
}


def action_word(action: str) -> str:
    """What an action is called; a code that nobody named stays as it is."""
    return str(ACTIONS.get(action, action))


def subject_word(subject: str) -> str:
    """What the kind of an object is called: the name of its table, or of a register."""
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
    try:
        choices = apps.get_model(subject)._meta.get_field("state").choices or ()
    except (LookupError, ValueError, FieldDoesNotExist):
        return state
    return str(dict(choices).get(state, state))


def detail_words(detail: Mapping[str, Any]) -> str:
    """``原因：…；期限：…``, without what is empty."""
    told = ((key, _value(key, value)) for key, value in detail.items())
    return "；".join(f"{KEYS.get(key, key)}：{value}" for key, value in told if value)


def _value(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dict):
        return "，".join(
            f"{KEYS.get(name, name)} {_value(name, each)}" for name, each in value.items()
        )
    if isinstance(value, list | tuple):
        return "、".join(_value(key, each) for each in value)
    known = VALUES.get(key, {}).get(value) if isinstance(value, str) else None
    text = str(known if known is not None else "" if value is None else value)
    return _day(text) or text


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-11-23") else None
    except ValueError:
        return ""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""
