"""One form for each step; each carries what the person saw, so that nobody acts on old news."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.ui.widgets import Form, PhotosField
from anxiao.loop.hazards.forms.fields import UuidListField, add_faults, criterion_field, text_field
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.rules import commitment_faults
from anxiao.loop.hazards.rules.demands import Said, extension_faults, interim_faults
from anxiao.loop.hazards.services.grading import Grade, grade_faults
from anxiao.loop.hazards.states import EndKind, HazardLevel

SOMEBODY_ELSE = "other"
MOST_CHIPS = 6
"""More people than this are chosen from a list, not from chips."""


def seen(hazard: Hazard) -> str:
    """What a form was made for: the state and the last stamps of a hazard."""
    stamps = (
        *(hazard.assigned_at, hazard.submitted_at, hazard.due_on, hazard.rejections),
        *(hazard.responsible_id, hazard.responsible_name, hazard.interim_until),
    )
    return "|".join([hazard.state, *(str(stamp or "") for stamp in stamps)])


class StepForm(Form):
    """What every step sends along; ``seen`` is compared before anything is done.

    ``conditional`` are fields that may stay empty only where something else is said.
    """

    conditional: frozenset[str] = frozenset()

    seen = forms.CharField(widget=forms.HiddenInput, max_length=400)

    def __init__(self, *args: Any, hazard: Hazard, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": seen(hazard), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.hazard = hazard

    @property
    def is_stale(self) -> bool:
        """Whether the hazard has moved on since the form was made."""
        return bool(self.is_bound and self.data.get("seen") != seen(self.hazard))


class PersonForm(StepForm):
    """Who rectifies: a person of the unit, or somebody else by name."""

    conditional = frozenset({"responsible_name"})

    responsible = forms.ChoiceField(label=_("责任人"), widget=forms.RadioSelect)
    responsible_name = forms.CharField(
        label=_("其他责任人姓名"),
        max_length=60,
        required=False,
        help_text=_("责任人选“其他人”的须填写姓名，如施工方负责人。"),
    )
    responsible_unit = forms.CharField(label=_("整改责任单位"), max_length=80)

    def __init__(self, *args: Any, people: list[tuple[int, str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (str(pk), _("%(name)s（%(posts)s）") % {"name": name, "posts": posts})
            for pk, name, posts in people
        ]
        field = self.fields["responsible"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        if len(people) > MOST_CHIPS:
            field.widget = forms.Select()
            choices.insert(0, ("", str(_("请选择"))))
        field.choices = [*choices, (SOMEBODY_ELSE, _("其他人"))]

    def clean(self) -> dict[str, Any]:
        """A name is needed where nobody is chosen from the list."""
        data = super().clean() or self.cleaned_data
        chosen = data.get("responsible")
        data["responsible_id"] = int(chosen) if chosen and chosen != SOMEBODY_ELSE else None
        if chosen == SOMEBODY_ELSE and not data.get("responsible_name"):
            self.add_error("responsible_name", _("请填写责任人姓名。"))
        if chosen != SOMEBODY_ELSE:
            data["responsible_name"] = ""
        return data


class AssignForm(PersonForm):
    """The five commitments (五落实), and the interim measure."""

    measure = text_field(_("整改措施"), longest=500)
    funds = forms.DecimalField(
        label=_("整改资金（元）"),
        min_value=0,
        max_digits=11,
        decimal_places=2,
        help_text=_("不花钱的填 0。"),
    )
    due_on = forms.DateField(label=_("整改期限"), widget=forms.DateInput)
    contingency = text_field(
        _("应急预案"),
        longest=300,
        required=False,
        rows=2,
        help_text=_("一般隐患不需要的可留空，记为“无需”。"),
    )
    interim_measure = text_field(_("临时防范措施"), longest=300, required=False, rows=2)
    interim_until = forms.DateField(
        label=_("临时措施有效期至"),
        required=False,
        widget=forms.DateInput,
        help_text=_("不填的按整改期限计，到期前提醒。"),
    )

    def __init__(self, *args: Any, hazard: Hazard, day: date, **kwargs: Any) -> None:
        super().__init__(*args, hazard=hazard, **kwargs)
        self.day = day
        if hazard.level == HazardLevel.MAJOR:
            for name in ("contingency", "interim_measure"):
                self.fields[name].required = True
            self.fields["contingency"].help_text = _("重大隐患须填写。")

    def clean(self) -> dict[str, Any]:
        """All faults at once: what the step would refuse stands beside what was left empty."""
        data = super().clean()
        said = Said(
            responsible_unit=data.get("responsible_unit", ""),
            responsible_name=data.get("responsible_name", ""),
            measure=data.get("measure", ""),
            funds=data.get("funds"),
            due_on=data.get("due_on"),
            contingency=data.get("contingency", ""),
            interim_measure=data.get("interim_measure", ""),
            interim_until=data.get("interim_until"),
        )
        faults = commitment_faults(said, self.hazard.level, self.day)
        faults.pop("responsible_name", None)  # has been asked for above
        add_faults(self, faults)
        return data


class ReassignForm(PersonForm):
    """Another person, and why."""

    reason = text_field(
        _("改派理由"), longest=300, rows=2, help_text=_("整改措施和期限不变；改期限请申请延期。")
    )


class InterimForm(StepForm):
    """What keeps people safe, and until when."""

    interim_measure = text_field(_("临时防范措施"), longest=300)
    interim_until = forms.DateField(
        label=_("有效期至"), widget=forms.DateInput, help_text=_("到期前三天起提醒。")
    )

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day

    def clean(self) -> dict[str, Any]:
        """The measure is for days to come."""
        data = super().clean() or self.cleaned_data
        add_faults(self, dict(interim_faults(data.get("interim_until"), self.day)))
        return data


class SubmitForm(StepForm):
    """What was done, with photos of afterwards."""

    conditional = frozenset({"photos", "no_photo_reason"})

    photos = PhotosField(
        label=_("整改后照片"),
        required=False,
        help_text=_("站在整改前同一位置拍摄；不能拍照的，写明原因，两项至少填一项。"),
    )
    kept = UuidListField(required=False)
    result = text_field(_("整改结果"), longest=500)
    no_photo_reason = forms.CharField(
        label=_("不能拍照的原因"),
        max_length=200,
        required=False,
        help_text=_("没有整改后照片的须填写。"),
    )


class CloseForm(StepForm):
    """The opinion of who looked."""

    opinion = text_field(
        _("复查意见"), longest=300, help_text=_("到现场看过后填写，销号后不能修改。")
    )


class RejectForm(StepForm):
    """Why it goes back."""

    reason = text_field(_("退回理由"), longest=300, help_text=_("写明还要做什么。"))


class ReasonForm(StepForm):
    """Any step that needs only a reason."""

    reason = text_field(_("理由"), longest=300)


class ReportUpForm(StepForm):
    """Why the unit cannot do it, and what keeps people safe meanwhile."""

    reason = text_field(_("无力整改的理由"), longest=500)
    interim_measure = text_field(
        _("临时防范措施"),
        longest=300,
        help_text=_("上报后、上级受理前，整改期限照常计算，须先采取防范措施。"),
    )


class AnswerForm(StepForm):
    """The upper level's answer."""

    answer = text_field(_("答复意见"), longest=500)


class ExtendForm(StepForm):
    """Until when, and why."""

    new_due_on = forms.DateField(label=_("申请延至"), widget=forms.DateInput)
    reason = text_field(_("延期理由"), longest=300)

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day

    def clean(self) -> dict[str, Any]:
        """The new day comes after the old one."""
        data = super().clean() or self.cleaned_data
        new, old = data.get("new_due_on"), self.hazard.due_on
        if new and old:
            add_faults(self, extension_faults(new, old, self.day))
        return data


class DecideForm(StepForm):
    """Yes or no to what another person asked."""

    conditional = frozenset({"answer"})

    approve = forms.TypedChoiceField(
        label=_("答复"),
        choices=(("yes", _("同意")), ("no", _("不同意"))),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    answer = text_field(
        _("答复意见"),
        longest=300,
        required=False,
        help_text=_("不同意的须写明理由，同意的可不填。"),
    )


class EndForm(StepForm):
    """To void a hazard, or to merge it into another of the unit."""

    conditional = frozenset({"into"})

    kind = forms.ChoiceField(label=_("办理方式"), choices=EndKind, widget=forms.RadioSelect)
    into = forms.CharField(
        label=_("并入哪一项"),
        max_length=20,
        required=False,
        help_text=_("合并的须填写另一项隐患的台账编号，如 2026-0012。"),
    )
    reason = text_field(_("理由"), longest=300)

    def clean(self) -> dict[str, Any]:
        """A merge names the other hazard."""
        data = super().clean() or self.cleaned_data
        if data.get("kind") == EndKind.MERGE and not data.get("into"):
            add_faults(self, {"into": _("请填写要并入的台账编号。")})
        return data


class GradeForm(StepForm):
    """Another level, and what makes it so."""

    conditional = frozenset({"criterion", "reason"})

    level = forms.ChoiceField(label=_("等级"), choices=HazardLevel, widget=forms.RadioSelect)
    reason = text_field(
        _("判定理由"),
        longest=200,
        required=False,
        rows=2,
        help_text=_("降为一般隐患的，须写明理由。"),
    )
    interim_measure = text_field(_("临时防范措施"), longest=300, required=False, rows=2)

    def __init__(self, *args: Any, actor: Actor, hazard: Hazard, **kwargs: Any) -> None:
        super().__init__(*args, hazard=hazard, **kwargs)
        self.fields["criterion"] = criterion_field(actor)
        self.order_fields(["level", "criterion", "reason", "interim_measure"])

    def clean(self) -> dict[str, Any]:
        """What the level wants, beside what is too long or no choice."""
        data = super().clean() or self.cleaned_data
        grade = Grade(
            level=data.get("level", ""),
            criterion=data.get("criterion"),
            reason=data.get("reason", ""),
            interim_measure=data.get("interim_measure", ""),
        )
        faults = grade_faults(self.hazard, grade)
        if "reason" in self.errors:
            faults.pop("criterion", None)  # a reason was given, though too long a one
        add_faults(self, faults)
        return data


class SuperviseForm(StepForm):
    """What the bureau demands."""

    reason = text_field(_("督办要求"), longest=300)


class CommentForm(Form):
    """A remark on a hazard."""

    text = text_field(_("留言"), longest=500, rows=2)
