"""The shape of input: proofs by hand, exemptions, plans and their parts."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.capabilities import ROLE_LABELS
from anxiao.foundation.orgs.states import Heating, OrgKind, Ownership, Stage
from anxiao.foundation.ui.widgets import Form, PhotosField
from anxiao.loop.duties.catalog import ClauseData, DutyData, HeadData
from anxiao.loop.duties.models import Clause, Duty, Plan
from anxiao.loop.duties.queries.labels import FLAG_LABELS
from anxiao.loop.duties.rules import FLAGS, LISTS
from anxiao.loop.duties.states import (
    CADENCE_LABELS,
    ROOM_LABELS,
    ClauseKind,
    DutyLevel,
)

MAX_PHOTOS = 6
LARGEST_PLAN = 10 << 20


class ProveForm(Form):
    """A proof given by hand. ``uuid`` is made with the form, so that sending twice counts once."""

    uuid = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("佐证种类"), widget=forms.RadioSelect)
    happened_on = forms.DateField(label=_("发生日期"))
    photos = PhotosField(label=_("照片"), required=False, max_photos=MAX_PHOTOS)
    document = forms.FileField(
        label=_("文件"),
        required=False,
        help_text=_("PDF、Word 或 Excel，如会议记录、签到表扫描件。"),
    )
    note = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("做了什么、谁参加、有什么问题。"),
    )
    late_reason = forms.CharField(
        label=_("补录原因"),
        required=False,
        max_length=200,
        help_text=_("发生两天以后才登记的属于补录，须写明原因。"),
        error_messages={"required": _("已过去两天以上，属于补录，请填写补录原因。")},
    )

    def __init__(
        self, *args: Any, kinds: Iterable[tuple[str, str]], late_before: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        day = str(self["happened_on"].value() or late_before)
        self.fields["late_reason"].required = day < late_before.isoformat()
        choices = list(kinds)
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["kind"].widget = forms.HiddenInput()
            self.initial.setdefault("kind", choices[0][0])
        self.initial.setdefault("uuid", uuid.uuid4())


class RevokeForm(Form):
    """Why a fact is taken back."""

    reason = forms.CharField(label=_("撤销原因"), max_length=200)


class ExemptionForm(Form):
    """From when until when, and why."""

    from_on = forms.DateField(label=_("起日"))
    until_on = forms.DateField(label=_("止日"))
    reason = forms.CharField(
        label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class DecisionForm(Form):
    """The answer to a request."""

    answer = forms.CharField(
        label=_("批复意见"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("不批准时须写明原因。"),
    )


class PlanFileForm(Form):
    """A plan as a file."""

    file = forms.FileField(label=_("方案文件"), help_text=_("TOML（.toml）或 Excel（.xlsx）。"))

    def clean_file(self) -> Any:
        """Refuse by size before a byte is read."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_PLAN:
            raise forms.ValidationError(_("文件超过 10 MB，请检查是否选错文件。"))
        return file


class HeadForm(Form):
    """What stands above the clauses."""

    title = forms.CharField(label=_("方案名称"), max_length=120)
    number = forms.CharField(label=_("文号"), max_length=60, required=False)
    issuer = forms.CharField(label=_("发文单位"), max_length=60)
    code = forms.CharField(
        label=_("方案代码"), max_length=40, help_text=_("字母、数字、横线；新版本沿用原代码。")
    )
    from_on = forms.DateField(label=_("起始日期"))
    to_on = forms.DateField(label=_("截止日期"))
    evidence_labels = forms.CharField(
        label=_("佐证种类"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("每行一种：代码，空格，名称。如 drill.evacuation 应急疏散演练"),
    )

    @staticmethod
    def values_of(plan: Plan) -> dict[str, Any]:
        """Initial values."""
        kinds = "\n".join(f"{code} {label}" for code, label in plan.evidence_labels.items())
        return {
            "title": plan.title,
            "number": plan.number,
            "issuer": plan.issuer_name,
            "code": plan.code,
            "from_on": plan.from_on,
            "to_on": plan.to_on,
            "evidence_labels": kinds,
        }

    def clean_evidence_labels(self) -> dict[str, str]:
        """Kinds by code."""
        found = {}
        for line in self.cleaned_data["evidence_labels"].splitlines():
            code, _space, label = line.strip().partition(" ")
            if code and not label.strip():
                raise forms.ValidationError(
                    _("“%(line)s”缺少名称，应写成：代码 名称。"), params={"line": line.strip()}
                )
            if code:
                found[code] = label.strip()
        return found

    def head(self) -> HeadData:
        """The head as a value."""
        names = ("code", "title", "issuer", "from_on", "to_on", "number")
        return HeadData(**{name: self.cleaned_data[name] for name in names})


class ClauseForm(Form):
    """One clause."""

    code = forms.CharField(label=_("条款号"), max_length=20)
    chapter = forms.CharField(label=_("章"), max_length=40)
    section = forms.CharField(label=_("节"), max_length=60, required=False)
    title = forms.CharField(label=_("条款"), max_length=60)
    demand = forms.CharField(
        label=_("要求"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    kind = forms.ChoiceField(
        label=_("类别"), choices=ClauseKind.choices, widget=forms.RadioSelect, initial="duty"
    )

    @staticmethod
    def values_of(clause: Clause) -> dict[str, Any]:
        """Initial values."""
        return {name: getattr(clause, name) for name in ClauseForm.base_fields}

    def clause(self) -> ClauseData:
        """The clause as a value, without duties."""
        return ClauseData(**self.cleaned_data)


class DutyForm(Form):
    """One duty. Conditions are chosen, not typed; none chosen binds every unit."""

    code = forms.CharField(label=_("职责号"), max_length=24)
    title = forms.CharField(label=_("职责"), max_length=80)
    how = forms.CharField(
        label=_("怎么做"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    basis = forms.CharField(label=_("依据"), max_length=200, required=False)
    owner = forms.ChoiceField(label=_("责任岗位"), choices=list(ROLE_LABELS.items()))
    level = forms.ChoiceField(
        label=_("适用层级"), choices=DutyLevel.choices, widget=forms.RadioSelect, initial="unit"
    )
    kinds = forms.MultipleChoiceField(
        label=_("单位类别"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(each.value, each.label) for each in (OrgKind.SCHOOL, OrgKind.KINDERGARTEN)],
    )
    stages = forms.MultipleChoiceField(
        label=_("学段"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=Stage.choices,
    )
    ownership = forms.MultipleChoiceField(
        label=_("办学性质"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=Ownership.choices,
    )
    heating = forms.MultipleChoiceField(
        label=_("取暖方式"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[each for each in Heating.choices if each[0]],
    )
    having = forms.MultipleChoiceField(
        label=_("仅限"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=list(FLAG_LABELS.items()),
    )
    lacking = forms.MultipleChoiceField(
        label=_("除外"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=list(FLAG_LABELS.items()),
    )
    cadence = forms.ChoiceField(label=_("频次"), choices=list(CADENCE_LABELS.items()))
    times = forms.IntegerField(label=_("每期次数"), min_value=1, max_value=200, initial=1)
    grace_days = forms.IntegerField(
        label=_("宽限天数"),
        min_value=0,
        max_value=200,
        initial=0,
        help_text=_("到期后多少天内登记仍算按时。"),
    )
    in_holidays = forms.BooleanField(label=_("假期也计"), required=False)
    evidence = forms.MultipleChoiceField(
        label=_("佐证种类"), widget=forms.CheckboxSelectMultiple, help_text=_("任一种即可。")
    )
    room = forms.ChoiceField(label=_("登记处"), choices=list(ROOM_LABELS.items()), initial="duties")
    minutes = forms.IntegerField(label=_("每次分钟"), min_value=1, max_value=600, initial=10)
    weight = forms.IntegerField(label=_("权重"), min_value=1, max_value=10, initial=1)
    gauge = forms.CharField(label=_("达标项代码"), max_length=40, required=False)
    target = forms.IntegerField(label=_("目标值（%）"), min_value=0, max_value=100, required=False)
    valid_days = forms.IntegerField(
        label=_("有效天数"),
        min_value=1,
        max_value=3660,
        required=False,
        help_text=_("只用于“持续达标”：一次佐证管多少天。"),
    )
    confirm = forms.BooleanField(label=_("频次或数值待核实"), required=False)

    MAIN = ("code", "title", "how", "owner", "level", "cadence", "times", "minutes", "evidence")
    SCOPE = ("kinds", "stages", "ownership", "heating", "having", "lacking")

    def __init__(
        self, *args: Any, kinds: Iterable[tuple[str, list[tuple[str, str]]]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evidence"].choices = list(kinds)  # type: ignore[attr-defined]

    def sections(self) -> list[dict[str, Any]]:
        """What every duty needs, then what few need behind a tap; open where something is wrong."""
        rest = [name for name in self.fields if name not in {*self.MAIN, *self.SCOPE}]
        parts = (("", self.MAIN), (_("适用范围"), self.SCOPE), (_("依据、宽限和其他"), rest))
        return [
            {
                "title": title,
                "fields": [self[name] for name in names],
                "open": any(name in self.errors for name in names),
            }
            for title, names in parts
        ]

    @staticmethod
    def values_of(duty: Duty) -> dict[str, Any]:
        """Initial values; conditions spread over their fields."""
        values = {
            name: getattr(duty, name)
            for name in DutyForm.base_fields
            if hasattr(duty, name) and name not in LISTS
        }
        flags = {name: each for name, each in duty.applies_to.items() if isinstance(each, bool)}
        lists = {name: each for name, each in duty.applies_to.items() if name not in flags}
        having = [name for name, wanted in flags.items() if wanted]
        lacking = [name for name, wanted in flags.items() if not wanted]
        return {**values, **lists, "having": having, "lacking": lacking}

    def clean(self) -> dict[str, Any]:
        """No condition both wanted and excluded."""
        cleaned = super().clean() or {}
        if set(cleaned.get("having", ())) & set(cleaned.get("lacking", ())):
            self.add_error("lacking", _("同一条件不能既“仅限”又“除外”，请去掉一个。"))
        if cleaned.get("heating") and "heating" in (
            *cleaned.get("having", ()),
            *cleaned.get("lacking", ()),
        ):
            self.add_error("heating", _("已选取暖方式时，不必再选“有取暖”，请去掉一个。"))
        return cleaned

    def duty(self) -> DutyData:
        """The duty as a value."""
        given = self.cleaned_data
        conditions: dict[str, Any] = {name: given[name] for name in LISTS if given[name]}
        conditions |= {name: True for name in FLAGS if name in given["having"]}
        conditions |= {name: False for name in FLAGS if name in given["lacking"]}
        values = {name: given[name] for name in DutyData.__slots__ if name in given}
        return DutyData(
            **{**values, "evidence": tuple(given["evidence"]), "applies_to": conditions}
        )
