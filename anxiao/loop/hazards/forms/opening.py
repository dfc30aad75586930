"""The form a hazard is entered with: phone first, choices before typing."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.models import Place, Point
from anxiao.foundation.places.rules import joined
from anxiao.foundation.ui.widgets import Form, PhotosField
from anxiao.loop.hazards.catalog import category_choices, cause_choices
from anxiao.loop.hazards.forms.fields import (
    NO_CHOICE,
    UuidListField,
    add_faults,
    criterion_field,
    text_field,
)
from anxiao.loop.hazards.rules import finding_faults, is_late_entry
from anxiao.loop.hazards.rules.demands import Finding
from anxiao.loop.hazards.states import HazardLevel, HazardSource

SPOTS_SHOWN = 300
GROUPS = (
    (_("现场"), ("photos", "kept", "spot", "place_text")),
    (_("隐患"), ("category", "description", "level")),
    (
        _("重大隐患须写明"),
        ("criterion", "level_reason", "interim_measure", "responsible_unit", "responsible_name"),
    ),
    (_("补充"), ("source", "found_on", "found_by_name", "late_reason", "cause", "basis")),
)


class OpenForm(Form):
    """A hazard of one unit. ``uuid`` is made with the form, so that it is stored once.

    ``conditional`` are fields that may stay empty only where something else is said.
    """

    conditional = frozenset({"spot", "place_text", "late_reason", "criterion", "level_reason"})

    uuid = forms.UUIDField(widget=forms.HiddenInput)
    photos = PhotosField(
        label=_("整改前照片"), required=False, help_text=_("拍到隐患部位，最多 9 张。")
    )
    kept = UuidListField(required=False)
    spot = forms.ChoiceField(
        label=_("地点、部位"),
        required=False,
        help_text=_("地点、部位和具体位置，两项至少填一项。"),
    )
    place_text = forms.CharField(
        label=_("具体位置"),
        max_length=120,
        required=False,
        help_text=_("列表里没有的直接填写，如“3 号楼二楼东侧楼梯”。"),
    )
    category = forms.ChoiceField(label=_("隐患类别"))
    description = text_field(_("隐患情况"), longest=500)
    level = forms.ChoiceField(
        label=_("等级"),
        choices=HazardLevel,
        initial=HazardLevel.ORDINARY,
        widget=forms.RadioSelect,
    )
    level_reason = forms.CharField(label=_("判定理由"), max_length=200, required=False)
    interim_measure = text_field(_("临时防范措施"), longest=300, required=False)
    responsible_unit = forms.CharField(label=_("整改责任单位"), max_length=80, required=False)
    responsible_name = forms.CharField(label=_("责任人"), max_length=60, required=False)
    due_on = forms.DateField(label=_("整改时限"), required=False, widget=forms.DateInput)
    source = forms.ChoiceField(label=_("来源"), choices=HazardSource)
    found_on = forms.DateField(label=_("排查时间"), widget=forms.DateInput)
    found_by_name = forms.CharField(label=_("排查人"), max_length=60)
    late_reason = forms.CharField(
        label=_("补录原因"),
        max_length=200,
        required=False,
        help_text=_("排查已超过一天的须填写，其他的留空。"),
    )
    cause = forms.ChoiceField(label=_("原因"), required=False)
    basis = forms.CharField(label=_("依据"), max_length=200, required=False)

    def __init__(
        self, *args: Any, org: Org, actor: Actor, spots: "Spots", day: date, **kwargs: Any
    ) -> None:
        own = {"uuid": uuid4(), "responsible_unit": org.name}
        kwargs["initial"] = own | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.spots = spots
        self.day = day
        self.choice("spot").choices = spots.choices
        self.fields["place_text"].required = spots.is_empty
        self.choice("category").choices = [NO_CHOICE, *category_choices()]
        self.choice("cause").choices = [NO_CHOICE, *cause_choices()]
        self.fields["criterion"] = criterion_field(actor)

    def choice(self, name: str) -> forms.ChoiceField:
        """A field with choices, by name."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - the form's own
        return field

    def clean(self) -> dict[str, Any]:
        """A chosen spot stands for the place; one of the two is needed."""
        data = super().clean() or self.cleaned_data
        point, place, name = self.spots.found(data.get("spot", ""))
        typed = (data.get("place_text") or "").strip()
        data |= {"point": point, "place": place, "place_text": joined(name, typed)[:120]}
        if not data["place_text"]:
            field = "place_text" if self.spots.is_empty else "spot"
            self.add_error(field, _("请选择地点，或填写具体位置。"))
        add_faults(self, self._faults(data))
        return data

    def _faults(self, data: dict[str, Any]) -> dict[str, str]:
        found_on = data.get("found_on") or self.day
        finding = Finding(
            description=data.get("description", ""),
            place_text=data.get("place_text", ""),
            found_on=found_on,
            level=data.get("level", ""),
            has_criterion=data.get("criterion") is not None,
            level_reason=data.get("level_reason") or data.get("basis", ""),
            late_reason=data.get("late_reason", ""),
            from_record=False,
            day=self.day,
            due_on=data.get("due_on"),
        )
        faults = finding_faults(finding, late=is_late_entry(found_on, self.day))
        told = {"place_text"} | ({"criterion"} if "level_reason" in self.errors else set())
        return {name: fault for name, fault in faults.items() if name not in told}


class Spots:
    """Points and places of a unit as choices ``point:<id>`` and ``place:<id>``."""

    def __init__(self, points: list[Point], places: list[Place]) -> None:
        self.points = {f"point:{each.pk}": each for each in points[:SPOTS_SHOWN]}
        self.places = {f"place:{each.pk}": each for each in places[:SPOTS_SHOWN]}

    @property
    def is_empty(self) -> bool:
        """Whether the unit has entered neither places nor points."""
        return not self.points and not self.places

    @property
    def choices(self) -> list[Any]:
        """Grouped choices, the first of them empty."""
        groups: list[Any] = [("", _("请选择"))]
        if self.places:
            groups.append((_("场所"), [(key, each.full_name) for key, each in self.places.items()]))
        if self.points:
            groups.append(
                (_("检查点"), [(key, self.name(each)) for key, each in self.points.items()])
            )
        return groups

    def found(self, key: str) -> tuple[Point | None, Place | None, str]:
        """Point, place and name of a choice."""
        point, place = self.points.get(key), self.places.get(key)
        if point is not None:
            return point, point.place, self.name(point)
        return None, place, place.full_name if place else ""

    @staticmethod
    def name(point: Point) -> str:
        """A point with the place it hangs at."""
        return joined(point.place.full_name, point.name) if point.place else point.name
