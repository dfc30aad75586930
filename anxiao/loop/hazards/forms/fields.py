"""Controls that several forms of the room share."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anxiao.loop.hazards.models import Criterion

NO_CHOICE = ("", _("请选择"))


def add_faults(form: forms.BaseForm, faults: Mapping[str, str | Promise]) -> None:
    """Say what the service would refuse beside what the form itself has found, each field once."""
    for name, fault in faults.items():
        if name in form.fields and name not in form.errors:
            form.add_error(name, str(fault))


def text_field(label: Any, *, longest: int, required: bool = True, **more: Any) -> forms.CharField:
    """Free text of several lines."""
    return forms.CharField(
        label=label,
        max_length=longest,
        required=required,
        widget=forms.Textarea({"rows": more.pop("rows", 3)}),
        **more,
    )


class CriterionField(forms.ModelChoiceField):  # type: ignore[type-arg] # takes none at run time
    """A criterion in force, grouped by its domain, each with its source."""

    def label_from_instance(self, obj: Criterion) -> str:
        """The criterion as it is read; what is not verified says so."""
        doubt = _("（待核实）") if obj.confirm else ""
        return f"{obj.domain}｜{obj.text}{doubt}"


def criterion_field(actor: Any, **more: Any) -> CriterionField:
    """The criteria that ``actor`` may choose from."""
    rows = Criterion.objects.visible_to(actor).in_force().order_by("id")
    return CriterionField(
        label=_("判定情形"),
        queryset=rows,
        required=False,
        empty_label=_("请选择符合的情形"),
        help_text=_("符合任意一项即为重大隐患；没有列出的，请写明判定理由，两项至少填一项。"),
        **more,
    )


class UuidListField(forms.Field):
    """Uploads already received with an earlier try of the same form: their UUIDs."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        """As texts; what is no UUID is found to be nobody's upload later."""
        return [str(each)[:36] for each in value or [] if each]
