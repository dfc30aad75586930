"""The shape of what is typed about notifications."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.messaging.states import Channel
from anxiao.foundation.ui.widgets import Form


def _clock(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, widget=widget)


class PreferenceForm(Form):
    """When to be told."""

    digest_by_mail = forms.BooleanField(label=_("每日汇总发到邮箱"), required=False)
    digest_at = _clock(_("汇总时间"))
    quiet_from = _clock(_("免打扰开始"))
    quiet_until = _clock(_("免打扰结束"))


class RobotForm(Form):
    """A group robot as its settings page shows it."""

    channel = forms.ChoiceField(
        label=_("渠道"),
        choices=[
            (Channel.WECOM, _("企业微信")),
            (Channel.DINGTALK, _("钉钉")),
            (Channel.FEISHU, _("飞书")),
        ],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label=_("群名称"), max_length=40)
    url = forms.URLField(
        label=_("机器人地址"),
        max_length=300,
        assume_scheme="https",
        help_text=_("在群设置的“群机器人”里复制，保存后不再显示。"),
    )
    secret = forms.CharField(
        label=_("签名密钥"), max_length=120, required=False, help_text=_("没有启用签名可不填。")
    )
