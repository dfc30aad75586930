"""What a scan or a typed code says."""

import re
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.ui.widgets import Form

CODE = re.compile(r"(?:/?p/)?([0-9A-Za-z]{4,16})/?")
"""The code of a point alone, or the path of the link in its QR."""


class ScanForm(Form):
    """The link that a point's QR holds, or the code below it."""

    code = forms.CharField(label=_("检查点编号"), max_length=500)

    def clean_code(self) -> str:
        """The code alone, in capitals."""
        said = self.cleaned_data["code"].strip()
        found = CODE.fullmatch(urlsplit(said).path if "://" in said else said)
        if found is None:
            raise forms.ValidationError(_("这不是检查点的二维码，请扫检查点标签。"))
        return found[1].upper()
