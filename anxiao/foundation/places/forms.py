"""The shape of what is typed about places and points."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.places.catalog import key_parts
from anxiao.foundation.places.models import Place, Point
from anxiao.foundation.places.states import PlaceKind, PointKind
from anxiao.foundation.ui.widgets import Form


class PlaceForm(Form):
    """A new building, floor, room or area of one unit."""

    kind = forms.ChoiceField(label=_("类别"), choices=PlaceKind, widget=forms.RadioSelect)
    parent = forms.ModelChoiceField(
        label=_("位于"), queryset=Place.objects.none(), required=False, empty_label=_("（无上级）")
    )
    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("如：教学楼、二楼、201 室"))

    def __init__(self, *args: object, places: QuerySet[Place], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["parent"].queryset = places  # type: ignore[attr-defined]


class PointForm(Form):
    """A point: where the QR label hangs. What kind of thing it is stays what it is."""

    name = forms.CharField(
        label=_("名称"), max_length=60, help_text=_("如：教学楼二楼东侧灭火器箱")
    )
    kind = forms.ChoiceField(
        label=_("类别"), choices=PointKind, widget=forms.RadioSelect, initial=PointKind.SPOT
    )
    key_part = forms.ChoiceField(
        label=_("重点部位"),
        required=False,
        help_text=_("选定后，这个部位的检查表自动用在这里。"),
    )
    place = forms.ModelChoiceField(
        label=_("所在场所"),
        queryset=Place.objects.none(),
        required=False,
        empty_label=_("（未指定）"),
    )

    def __init__(
        self, *args: object, places: QuerySet[Place], point: Point | None = None, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
        self.fields["key_part"].choices = [("", _("（无）")), *key_parts().items()]  # type: ignore[attr-defined]
        if point is not None:
            del self.fields["kind"]
            self.initial = {name: getattr(point, name) for name in ("name", "key_part", "place")}


class LabelForm(Form):
    """The code of a label that hangs there already."""

    code = forms.CharField(
        label=_("标签上的编码"),
        max_length=200,
        help_text=_("输入标签上的 8 位编码，或粘贴扫出来的链接。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
