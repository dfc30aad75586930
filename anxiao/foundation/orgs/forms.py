"""Shapes of input about units."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.states import DayKind, Heating, OrgKind, Ownership, Stage
from anxiao.foundation.ui.widgets import Form

YES_NO = ((True, _("是")), (False, _("否")))


def _yes(value: object) -> bool:
    return str(value) == "True"


def yes_no(label: Any) -> forms.TypedChoiceField:
    """Two buttons instead of a box that is easily overlooked."""
    return forms.TypedChoiceField(
        label=label, choices=YES_NO, coerce=_yes, widget=forms.RadioSelect
    )


class ProfileForm(Form):
    """A unit's whole profile; field names as in ``ProfileData``."""

    stages = forms.MultipleChoiceField(
        label=_("学段"), choices=Stage, required=False, widget=forms.CheckboxSelectMultiple
    )
    ownership = forms.ChoiceField(label=_("办学性质"), choices=Ownership, widget=forms.RadioSelect)
    pupils = forms.IntegerField(label=_("在校生数"), required=False, min_value=0, max_value=99_999)
    staff = forms.IntegerField(label=_("教职工数"), required=False, min_value=0, max_value=9_999)
    is_boarding = yes_no(_("是否寄宿"))
    boarders = forms.IntegerField(
        label=_("寄宿生数"), required=False, min_value=0, max_value=99_999
    )
    has_canteen = yes_no(_("有无食堂"))
    buses = forms.IntegerField(label=_("校车数量"), min_value=0, max_value=999)
    has_labs = yes_no(_("有无实验室"))
    has_construction = yes_no(_("有无在建工程"))
    heating = forms.ChoiceField(label=_("取暖方式"), choices=Heating, required=False)
    principal = forms.CharField(label=_("校（园）长"), max_length=40, required=False)
    phone = forms.CharField(
        label=_("联系电话"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"inputmode": "tel"}),
    )
    latitude = forms.DecimalField(
        label=_("纬度"), required=False, max_digits=9, decimal_places=6, help_text=_("如 35.413975")
    )
    longitude = forms.DecimalField(
        label=_("经度"),
        required=False,
        max_digits=9,
        decimal_places=6,
        help_text=_("如 116.943387"),
    )
    remarks = forms.CharField(label=_("备注"), max_length=200, required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind == OrgKind.KINDERGARTEN:
            self.fields["stages"] = forms.MultipleChoiceField(
                label=_("学段"),
                choices=[(Stage.KINDERGARTEN.value, Stage.KINDERGARTEN.label)],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
            self.order_fields(type(self).base_fields)

    def clean_stages(self) -> tuple[str, ...]:
        """As the profile keeps them."""
        return tuple(self.cleaned_data["stages"])


class NewOrgForm(Form):
    """A unit to be founded below one that the actor manages."""

    kind = forms.ChoiceField(label=_("类别"), widget=forms.RadioSelect)
    name = forms.CharField(label=_("单位名称"), max_length=80, help_text=_("填全称"))
    short_name = forms.CharField(label=_("简称"), max_length=40, required=False)
    code = forms.CharField(
        label=_("单位代码"), max_length=40, required=False, help_text=_("不填则自动编号")
    )
    opened_on = forms.DateField(label=_("启用日期"))

    def __init__(self, *args: Any, kinds: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list(kinds)
        self.fields["kind"] = forms.ChoiceField(
            label=_("类别"), choices=choices, widget=forms.RadioSelect
        )
        self.order_fields(("kind", "name", "short_name", "code", "opened_on"))


class RenameForm(Form):
    """A new name."""

    name = forms.CharField(
        label=_("新名称"), max_length=80, help_text=_("原名称保留为曾用名，仍可查到")
    )
    short_name = forms.CharField(label=_("简称"), max_length=40, required=False)


class ReasonForm(Form):
    """Why a unit is closed or opened again."""

    reason = forms.CharField(
        label=_("原因或批文"), max_length=200, help_text=_("如：区教体局2026年第12号文件")
    )


class MergeForm(ReasonForm):
    """Which unit takes over."""

    into = forms.ModelChoiceField(label=_("并入单位"), queryset=Org.objects.none())

    def __init__(self, *args: Any, candidates: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"] = forms.ModelChoiceField(
            label=_("并入单位"), queryset=candidates, empty_label=_("请选择")
        )
        self.order_fields(("into", "reason"))


class TermForm(Form):
    """A term of a level's own calendar."""

    name = forms.CharField(label=_("学期"), max_length=40, help_text=_("如：2026—2027学年第一学期"))
    starts_on = forms.DateField(label=_("开学日期"))
    ends_on = forms.DateField(label=_("结束日期"), help_text=_("本学期最后一天"))


class DayForm(Form):
    """A single day that differs."""

    day = forms.DateField(label=_("日期"))
    kind = forms.ChoiceField(label=_("安排"), choices=DayKind, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("说明"), max_length=80, help_text=_("如：运动会补休、大雪停课、补周五的课")
    )
