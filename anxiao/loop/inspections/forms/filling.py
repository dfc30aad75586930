"""A checklist as it is filled in: one card an item, and who was there."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.places.models import Place
from anxiao.foundation.places.rules import read_code
from anxiao.foundation.ui.widgets import Form, PhotosField
from anxiao.loop.inspections.models import Checklist
from anxiao.loop.inspections.rules import NOTE_MAX, PHOTOS_MAX, as_kept
from anxiao.loop.inspections.states import Answer, InspectionKind

SIDES = ("inspector", "inspected")


class CodeForm(Form):
    """The code on a label, typed; or the whole link, pasted."""

    code = forms.CharField(label=_("标签编码"), max_length=200)

    def clean_code(self) -> str:
        """The code alone, in capitals."""
        found = read_code(self.cleaned_data["code"])
        if not found:
            raise forms.ValidationError(_("请输入标签上的 8 位编码。"))
        return found


@dataclass(frozen=True, slots=True)
class Card:
    """One item on the page; ``kept`` are uuids of photos that are stored already.

    ``before`` is what was wrong here last time, "" for nothing.
    """

    number: int
    item: Mapping[str, Any]
    answer: forms.BoundField
    note: forms.BoundField
    photos_name: str
    photo_label: str
    kept_name: str
    kept: Sequence[str]
    before: str
    error: str


class FillForm(Form):
    """Everything the page of a checklist asks. Items are not required here: the service says which
    are missing, all at once and at the items."""

    uuid = forms.UUIDField(widget=forms.HiddenInput)
    started_at = forms.DateTimeField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label=_("检查类型"), widget=forms.RadioSelect)
    happened_on = forms.DateField(label=_("检查日期"))
    place = forms.ModelChoiceField(
        Place.objects.none(), label=_("检查地点"), required=False, empty_label=_("不限地点")
    )
    companions = forms.CharField(
        label=_("同行人员"),
        required=False,
        max_length=120,
        help_text=_("联合检查请写明部门和姓名，如“消防救援大队 周启明”。"),
    )
    inspected_name = forms.CharField(label=_("受检单位签字人"), required=False, max_length=60)
    unsigned_reason = forms.CharField(
        label=_("未签字原因"),
        required=False,
        max_length=120,
        help_text=_("拒绝签字、不在场或改用纸质签字时填写。"),
        widget=forms.TextInput(attrs={"list": "unsigned-reasons"}),
    )
    remarks = forms.CharField(
        label=_("备注"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    late_reason = forms.CharField(
        label=_("补录原因"),
        required=False,
        max_length=200,
        help_text=_("检查两天以后才登记的属于补录，须写明原因。"),
    )

    def __init__(
        self,
        *args: Any,
        checklist: Checklist,
        kinds: Sequence[str],
        places: QuerySet[Place],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.checklist = checklist
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
        labels = dict(InspectionKind.choices)
        self.fields["kind"].choices = [(kind, labels[kind]) for kind in kinds]  # type: ignore[attr-defined]
        self.initial.setdefault("uuid", uuid.uuid4())
        self.kept: dict[str, list[str]] = {}
        self.kept_signatures: dict[str, str] = {}
        self.item_errors: dict[str, str] = {}
        self.before: dict[str, str] = {}
        for item in checklist.items:
            self._add(item["code"], item["text"])
        self._read_kept()

    def cards(self) -> Iterator[Card]:
        """The items in order."""
        for number, item in enumerate(self.checklist.items, 1):
            code = item["code"]
            yield Card(
                number=number,
                item=item,
                answer=self[f"a_{code}"],
                note=self[f"n_{code}"],
                photos_name=f"p_{code}",
                photo_label=str(self.fields[f"p_{code}"].label),
                kept_name=f"k_{code}",
                kept=self.kept.get(code, ()),
                before=self.before.get(code, ""),
                error=self.item_errors.get(code, ""),
            )

    def remember(self, answers: Mapping[str, Mapping[str, Any]]) -> None:
        """Take over what did not apply last time, and show what was wrong then."""
        for code, given in answers.items():
            if given["a"] == Answer.NA:
                self.initial[f"a_{code}"] = Answer.NA
            elif given["a"] == Answer.FAIL:
                self.before[code] = given.get("note") or str(_("有照片"))

    def head_fields(self) -> list[forms.BoundField]:
        """The fields that belong to no item."""
        return [self[name] for name in self.base_fields]

    def answers(self) -> dict[str, dict[str, Any]]:
        """What was said about each item, with the photos stored so far."""
        return {
            item["code"]: as_kept(
                {
                    "a": self.cleaned_data.get(f"a_{item['code']}", ""),
                    "note": self.cleaned_data.get(f"n_{item['code']}", ""),
                    "photos": self.kept.get(item["code"], []),
                }
            )
            for item in self.checklist.items
        }

    def fault(self, name: str, message: str) -> None:
        """Show ``message`` where it belongs: at its item, at its field, or above everything."""
        signatures = {f"{side}_signature" for side in SIDES}
        if name in signatures | {item["code"] for item in self.checklist.items}:
            self.item_errors[name] = message
        else:
            self.add_error(name if name in self.fields else None, message)

    def _add(self, code: str, text: str) -> None:
        self.fields[f"a_{code}"] = forms.ChoiceField(
            label=text, choices=Answer.choices, required=False, widget=forms.RadioSelect
        )
        self.fields[f"n_{code}"] = forms.CharField(
            label=_("哪里不合格"),
            required=False,
            max_length=NOTE_MAX,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        self.fields[f"p_{code}"] = PhotosField(
            label=_("照片"), required=False, max_photos=PHOTOS_MAX
        )

    def _read_kept(self) -> None:
        if not self.is_bound:
            return
        for item in self.checklist.items:
            values = self.data.getlist(f"k_{item['code']}")  # type: ignore[attr-defined]
            self.kept[item["code"]] = [value for value in values if _is_uuid(value)]
        for side in SIDES:
            value = str(self.data.get(f"kept_{side}", ""))
            self.kept_signatures[side] = value if _is_uuid(value) else ""


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True
