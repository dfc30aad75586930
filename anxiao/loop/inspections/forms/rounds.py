"""A round with its stops, and the checklists of a point."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.capabilities import ROLE_LABELS, UNIT_ROLES
from anxiao.foundation.kernel.periods import Cadence
from anxiao.foundation.places.models import Point
from anxiao.foundation.ui.widgets import Form
from anxiao.loop.duties.states import CADENCE_LABELS
from anxiao.loop.inspections.models import Checklist

ROUND_CADENCES = (Cadence.SCHOOL_DAILY, Cadence.DAILY, Cadence.WEEKLY, Cadence.MONTHLY)
SPARE_STOPS = 6


class RoundForm(Form):
    """A round. Stops are pairs of a point and a checklist in walking order, blank ones left out."""

    name = forms.CharField(label=_("路线名称"), max_length=60)
    owner = forms.ChoiceField(
        label=_("责任岗位"), choices=[(role.value, ROLE_LABELS[role]) for role in UNIT_ROLES]
    )
    cadence = forms.ChoiceField(
        label=_("频次"),
        widget=forms.RadioSelect,
        choices=[(cadence.value, CADENCE_LABELS[cadence]) for cadence in ROUND_CADENCES],
    )
    times = forms.IntegerField(
        label=_("次数"), min_value=1, max_value=24, initial=1, help_text=_("每期要走几遍。")
    )

    def __init__(
        self,
        *args: Any,
        points: Iterable[Point],
        checklists: Iterable[Checklist],
        stops: Sequence[tuple[int, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.points = [(str(point.pk), f"{point.number:03d} {point.name}") for point in points]
        self.checklists = [(row.code, row.title) for row in checklists]
        given = self._posted() if self.is_bound else [(str(pk), code) for pk, code in stops]
        self.stop_rows = [*given, *[("", "")] * SPARE_STOPS]
        self.stop_error = ""

    def stops(self) -> list[tuple[int, str]]:
        """The filled pairs in order; a point without a checklist is told by the service."""
        return [(int(point), code) for point, code in self._posted() if point.isdigit()]

    def _posted(self) -> list[tuple[str, str]]:
        points = self.data.getlist("point")  # type: ignore[attr-defined]
        codes = self.data.getlist("list")  # type: ignore[attr-defined]
        return [pair for pair in zip(points, codes, strict=False) if pair[0]]


class AssignForm(Form):
    """Which checklists are filled in at a point."""

    codes = forms.MultipleChoiceField(
        label=_("检查表"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("一张都不选时，按检查点的重点部位自动对应。"),
    )

    def __init__(self, *args: Any, checklists: Iterable[Checklist], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["codes"].choices = [(row.code, row.title) for row in checklists]  # type: ignore[attr-defined]
