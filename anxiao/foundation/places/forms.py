"""The shape of what is typed about places and points."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.places.models import Place
from anxiao.foundation.places.states import PlaceKind, PointKind


class PlaceForm(forms.Form):
    """A new building, floor, room or area of one unit."""

    kind = forms.ChoiceField(label=_("类别"), choices=PlaceKind, widget=forms.RadioSelect)
    parent = forms.ModelChoiceField(
        label=_("位于"), queryset=Place.objects.none(), required=False, empty_label=_("（无上级）")
    )
    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("如：教学楼、二楼、201 室"))

    def __init__(self, *args: object, places: QuerySet[Place], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["parent"].queryset = places  # type: ignore[attr-defined]


class PointForm(forms.Form):
    """A point: where the QR label hangs."""

    name = forms.CharField(
        label=_("名称"), max_length=60, help_text=_("如：教学楼二楼东侧灭火器箱")
    )
    kind = forms.ChoiceField(
        label=_("类别"), choices=PointKind, widget=forms.RadioSelect, initial=PointKind.SPOT
    )
    place = forms.ModelChoiceField(
        label=_("所在场所"),
        queryset=Place.objects.none(),
        required=False,
        empty_label=_("（未指定）"),
    )

    def __init__(self, *args: object, places: QuerySet[Place], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
