"""A draft checklist: its head, and its items as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.kernel.periods import Cadence
from anxiao.foundation.places.catalog import key_parts
from anxiao.foundation.ui.widgets import Form, unix_lines
from anxiao.loop.duties.queries.labels import FLAG_LABELS
from anxiao.loop.duties.states import CADENCE_LABELS
from anxiao.loop.hazards.catalog import category_choices
from anxiao.loop.inspections.models import Checklist
from anxiao.loop.inspections.rules import next_item_code

FLAGS = ("boarding", "canteen", "buses", "labs", "construction")
SPARE_ROWS = 1
LONGEST = {"text": 200, "look": 300, "basis": 200, "suggest": 200}
MOST_DAYS = 365
STEP = 1.5
"""Past the next row."""
MOST_DIGITS = 4
KINDS = {"school": _("只用于学校"), "kindergarten": _("只用于幼儿园")}


class HeadForm(Form):
    """The head of a draft. Predicates the form does not know stay as they are."""

    title = forms.CharField(label=_("检查表名称"), max_length=80)
    clause = forms.CharField(label=_("条款"), max_length=20, help_text=_("如 2.2.a。"))
    key_part = forms.ChoiceField(label=_("重点部位"))
    category = forms.ChoiceField(label=_("隐患类别"))
    cadence = forms.ChoiceField(
        label=_("频次"), choices=[(cadence.value, CADENCE_LABELS[cadence]) for cadence in Cadence]
    )
    minutes = forms.IntegerField(label=_("用时（分钟）"), min_value=1, max_value=600)
    kinds = forms.ChoiceField(
        label=_("适用单位"),
        required=False,
        choices=[("", _("学校和幼儿园")), *KINDS.items()],
    )
    flags = forms.MultipleChoiceField(
        label=_("只用于"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(flag, FLAG_LABELS[flag]) for flag in FLAGS],
    )
    note = forms.CharField(label=_("说明"), required=False, max_length=300)

    def __init__(self, *args: Any, checklist: Checklist | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before: dict[str, Any] = dict(checklist.applies_to) if checklist else {}
        self.fields["key_part"].choices = list(key_parts().items())  # type: ignore[attr-defined]
        self.fields["category"].choices = category_choices()  # type: ignore[attr-defined]
        if checklist is None:
            self.fields["code"] = forms.SlugField(
                label=_("代码"),
                max_length=40,
                help_text=_("小写英文字母、数字和短横线，启用后不变。"),
            )
            return
        names = ("title", "clause", "key_part", "category", "cadence", "minutes", "note")
        self.initial = {name: getattr(checklist, name) for name in names}
        kinds = self.before.get("kinds", [])
        self.initial["kinds"] = kinds[0] if len(kinds) == 1 else ""
        self.initial["flags"] = [flag for flag in FLAGS if self.before.get(flag) is True]

    def content(self) -> dict[str, Any]:
        """Fields of the checklist, ``applies_to`` put together."""
        given = dict(self.cleaned_data)
        given.pop("code", None)
        applies_to = {
            name: wanted
            for name, wanted in self.before.items()
            if name not in {*FLAGS, "kinds"} or wanted is False
        }
        applies_to |= dict.fromkeys(given.pop("flags"), True)
        if kinds := given.pop("kinds"):
            applies_to["kinds"] = [kinds]
        return {**given, "applies_to": applies_to}


class ItemTable:
    """The items of a draft as rows of one table; rows without a text are left out.

    ``errors`` maps row number (from 1) to what to do.
    """

    def __init__(self, checklist: Checklist, posted: QueryDict | None = None) -> None:
        self.checklist = checklist
        self.errors: dict[int, str] = {}
        self.moved_to = ""
        self.items = self._read(posted) if posted is not None else list(checklist.items)

    def rows(self, open_row: str = "") -> list[dict[str, Any]]:
        """The items and a blank row last; open is what is asked for, what is wrong, and the first
        row of an empty list.
        """
        blank = {"level": "ordinary", "days": 7}
        items = [*self.items, *[blank] * SPARE_ROWS]
        return [
            {
                "number": number,
                "item": item,
                "error": self.errors.get(number, ""),
                "open": str(number) == open_row or number in self.errors or not self.items,
            }
            for number, item in enumerate(items, 1)
        ]

    def _read(self, posted: QueryDict) -> list[dict[str, Any]]:
        before = {item["code"]: item for item in self.checklist.items}
        taken = list(before)
        numbers = sorted(_number(one) for one in posted.getlist("row"))
        up, down = _number(posted.get("up", "")), _number(posted.get("down", ""))
        removed = _number(posted.get("remove", ""))
        moved = {up: -STEP, down: STEP}
        items: list[tuple[float, int, dict[str, Any]]] = []
        for number in numbers:
            given = {
                name: unix_lines(posted.get(f"{name}_{number}", "").strip()) for name in LONGEST
            }
            if not given["text"] or number == removed:
                continue
            code = posted.get(f"code_{number}", "")
            if code not in before:
                code = next_item_code(self.checklist.code, taken)
                taken.append(code)
            item = {
                **before.get(code, {}),
                **given,
                "code": code,
                "level": "major" if posted.get(f"level_{number}") == "major" else "ordinary",
                "photo": bool(posted.get(f"photo_{number}")),
                "confirm": bool(posted.get(f"confirm_{number}")),
                "days": _number(posted.get(f"days_{number}", "7")) or 7,
            }
            items.append((number + moved.get(number, 0), number, item))
        items.sort(key=lambda row: row[:2])
        numbers = [number for _order, number, _item in items]
        if (mover := up or down) in numbers:
            self.moved_to = str(numbers.index(mover) + 1)
        ordered = [item for _order, _number, item in items]
        self._judge(ordered)
        return ordered

    def _judge(self, items: Sequence[Mapping[str, Any]]) -> None:
        for number, item in enumerate(items, 1):
            long = [name for name, most in LONGEST.items() if len(item[name]) > most]
            if long:
                self.errors[number] = str(
                    _("文字太长，请精简（检查内容 200 字、怎么查 300 字以内）。")
                )
            elif item["days"] > MOST_DAYS:
                self.errors[number] = str(_("整改天数应在 1～365 之间。"))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0
