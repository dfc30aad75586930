"""Shapes of input about accounts."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.capabilities import ROLE_LABELS
from anxiao.foundation.ui.widgets import Form

NEW_PASSWORD_HELP = _(
    "至少 10 位，不能全是数字，不要用姓名、手机号或常见密码。几个不相干的词连起来最好记。"
)


class SignInForm(Form):
    """User name or phone, and password."""

    username = forms.CharField(
        label=_("用户名或手机号"),
        max_length=150,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class CodeForm(Form):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(
        label=_("动态码"),
        max_length=20,
        help_text=_("打开手机上的验证器，输入 6 位动态码；手机不在身边可用恢复码。"),
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class NewPasswordForm(Form):
    """A new password, typed twice."""

    new = forms.CharField(
        label=_("新密码"),
        max_length=200,
        strip=False,
        help_text=NEW_PASSWORD_HELP,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输一次新密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both must be the same."""
        values = super().clean() or {}
        if values.get("new") and values.get("again") and values["new"] != values["again"]:
            self.add_error("again", _("两次输入的密码不一致，请重新输入。"))
        return values


class PasswordForm(NewPasswordForm):
    """The old password and a new one."""

    old = forms.CharField(
        label=_("原密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    field_order = ("old", "new", "again")


class ContactForm(Form):
    """Phone and mail, confirmed by the password."""

    phone = forms.CharField(
        label=_("手机号"),
        max_length=20,
        required=False,
        help_text=_("换号后填写新号码，以后用新号码登录。"),
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel"}),
    )
    email = forms.EmailField(
        label=_("邮箱"),
        max_length=254,
        required=False,
        help_text=_("用来接收每日汇总，可不填。"),
    )
    password = forms.CharField(
        label=_("登录密码"),
        max_length=200,
        strip=False,
        help_text=_("请输入密码确认是本人。"),
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class AccountForm(NewPasswordForm):
    """What an invited person chooses."""

    username = forms.CharField(
        label=_("用户名"),
        max_length=40,
        help_text=_("汉字、字母、数字均可，不能全是数字。登录时也可以用手机号。"),
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none"}),
    )
    phone = forms.CharField(
        label=_("手机号"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel"}),
    )
    field_order = ("username", "phone", "new", "again")

    def __init__(self, *args: Any, phone_known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if phone_known:
            self.fields["phone"].required = True
            self.fields["phone"].help_text = _("请填写邀请人登记的手机号，用来核对是否本人。")


class InviteForm(Form):
    """Who is invited to which post; ``roles`` are those the actor may give at the unit."""

    role = forms.ChoiceField(label=_("岗位"))
    name = forms.CharField(label=_("姓名"), max_length=40)
    phone = forms.CharField(
        label=_("手机号"),
        max_length=20,
        required=False,
        help_text=_("填了手机号，只有本人的手机号能接受邀请；已有账号的人用原账号接受。"),
        widget=forms.TextInput({"inputmode": "tel"}),
    )
    title = forms.CharField(
        label=_("职务"), max_length=40, required=False, help_text=_("如：副校长、德育处主任")
    )
    from_on = forms.DateField(label=_("任职开始"))
    until_on = forms.DateField(
        label=_("任职结束"), required=False, help_text=_("不填为长期；代班、实习请填写。")
    )

    def __init__(self, *args: Any, roles: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("请选择")), *((role, ROLE_LABELS[role]) for role in roles)]
        self.fields["role"] = forms.ChoiceField(label=_("岗位"), choices=choices)
        self.order_fields(("role", "name", "phone", "title", "from_on", "until_on"))
