"""The shape of what is typed about registers."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anxiao.foundation.registers.declare import ImportSpec
from anxiao.foundation.registers.models import ImportBatch
from anxiao.foundation.registers.services import Wish
from anxiao.foundation.registers.services.workbook import MAX_FILE, reference
from anxiao.foundation.ui.widgets import Form


class SaveFilterForm(Form):
    """The name of a filter to keep."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=40)


class WorkbookForm(Form):
    """A workbook to import."""

    file = forms.FileField(
        label=gettext_lazy("Excel 文件（.xlsx）"),
        allow_empty_file=True,
        help_text=gettext_lazy(
            "保留原表即可：标题、说明、空行、合计行会自动跳过，列名和次序不限。"
            "不超过 10 MB、20,000 行。"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )

    def clean_file(self) -> Any:
        """Refuse by size before a byte is read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE:
            raise forms.ValidationError(_("文件超过 10 MB，请拆分后分次导入。"))
        return file


class MappingForm(Form):
    """One choice per field: which column of the workbook it is."""

    header_row = forms.IntegerField(
        label=gettext_lazy("表头在第几行"), min_value=1, max_value=15, required=False
    )

    def __init__(self, *args: Any, spec: ImportSpec, batch: ImportBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spec, self.batch = spec, batch
        row = str(self.data.get("header_row", "")) if self.is_bound else ""
        moved = bool(row) and row != str(batch.header_row)
        self.fields["header_row"].initial = batch.header_row
        choices = [("", _("不导入"))] + [
            (column, f"{reference(1, int(column))[:-1]} {heading}")
            for column, heading in sorted(
                batch.report["headings"].items(), key=lambda item: int(item[0])
            )
        ]
        for one in spec.fields:
            self.fields[f"field_{one.key}"] = forms.ChoiceField(
                label=str(one.label),
                choices=choices,
                required=one.required and not moved,
                help_text=str(one.help),
                initial=str(batch.report["columns"].get(one.key, "")),
            )

    def wish(self) -> Wish:
        """What was chosen; another header row starts the search for columns anew."""
        given = self.cleaned_data
        row = given["header_row"] or self.batch.header_row or 0
        if row != self.batch.header_row:
            return Wish(self.batch.sheet, row)
        columns = {one.key: int(given[f"field_{one.key}"] or 0) for one in self.spec.fields}
        return Wish(self.batch.sheet, row, columns)
