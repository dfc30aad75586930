"""What saving a refused body may ask for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.ui.widgets import Form


class SaveForm(Form):
    """Nothing, but for a reason when the day of the record has passed meanwhile.

    The field stands above the row of buttons, outside their forms.
    """

    late_reason = forms.CharField(
        label=_("补录原因"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"form": "save"}),
    )
