"""The form that every form of the product is one of, and fields that every room may use."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _


class PhotosInput(forms.ClearableFileInput):
    """Several pictures; drawn by ``ui/photo_input.html`` (camera before album)."""

    allow_multiple_selected = True
    input_formats: ClassVar[str] = "image/jpeg,image/png,image/webp,image/heic,image/heif"


class PhotosField(forms.FileField):
    """A field whose cleaned value is a list of uploaded files, at most ``max_photos``."""

    widget = PhotosInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("请至少拍一张或选一张照片。"),
        "too_many": _("最多放 %(max)d 张照片，请去掉几张。"),
    }

    def __init__(self, *, max_photos: int = 9, **kwargs: Any) -> None:
        self.max_photos = max_photos
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """The files in the order they were chosen; the files room judges their content."""
        given = [item for item in _listed(data) if item]
        if not given:
            super().clean(None, initial)
        if len(given) > self.max_photos:
            raise forms.ValidationError(
                self.error_messages["too_many"], "too_many", {"max": self.max_photos}
            )
        return [super(PhotosField, self).clean(item, initial) for item in given]


def _listed(data: Any) -> list[Any]:
    return list(data) if isinstance(data, list | tuple) else [data]


WORDS: Mapping[type[forms.Field], Mapping[str, Any]] = {
    forms.Field: {
        "max_length": _("最多 %(limit_value)d 字，现有 %(show_value)d 字。"),
        "min_length": _("至少 %(limit_value)d 字，现有 %(show_value)d 字。"),
        "min_value": _("不能小于 %(limit_value)s。"),
        "max_value": _("不能大于 %(limit_value)s。"),
        "step_size": _("请按 %(limit_value)s 的整数倍填写。"),
        "max_digits": _("数字太长，最多 %(max)s 位。"),
        "max_decimal_places": _("最多保留 %(max)s 位小数。"),
        "max_whole_digits": _("数字太大，整数部分最多 %(max)s 位。"),
        "null_characters_not_allowed": _("含有不能保存的字符，请删去后重新填写。"),
        "invalid_choice": _("请从列出的选项中选择。"),
        "invalid_list": _("请从列出的选项中选择。"),
        "invalid_pk_value": _("请从列出的选项中选择。"),
    },
    forms.IntegerField: {"invalid": _("请填写整数。")},
    forms.DecimalField: {"invalid": _("请填写数字。")},
    forms.FloatField: {"invalid": _("请填写数字。")},
    forms.DateField: {"invalid": _("请填写正确的日期，如 2026-09-01。")},
    forms.TimeField: {"invalid": _("请填写正确的时间，如 08:30。")},
    forms.DateTimeField: {"invalid": _("请填写正确的日期和时间，如 2026-09-01 08:30。")},
    forms.EmailField: {"invalid": _("请填写正确的邮箱地址。")},
    forms.URLField: {"invalid": _("请填写正确的网址，以 https:// 开头。")},
    forms.SlugField: {"invalid": _("只能用英文字母、数字、短横线和下划线。")},
    forms.UUIDField: {"invalid": _("页面内容不完整，请刷新后重新填写。")},
    forms.FileField: {
        "invalid": _("没有收到文件，请重新选择。"),
        "missing": _("没有收到文件，请重新选择。"),
        "empty": _("文件是空的，请重新选择。"),
        "max_length": _("文件名最多 %(max)d 字，现有 %(length)d 字。"),
        "contradiction": _("请选择文件，或勾选清除，不要两样都做。"),
    },
}
"""What is said instead of Django's own words, by field and code of the error.

``required`` is not here: the tag ``field_errors`` asks for an empty field by its name.
"""


class Form(forms.Form):
    """Says what is wrong in the product's words, and counts a line break as one character."""

    def full_clean(self) -> None:
        """As Django does it; a field's own words, if it has any, stay."""
        for field in self.fields.values():
            speak(field)
        super().full_clean()

    def _widget_data_value(self, widget: forms.Widget, html_name: str) -> Any:
        """Browsers count a line break once and send it as two characters."""
        value = widget.value_from_datadict(self.data, self.files, html_name)
        return unix_lines(value) if isinstance(value, str) else value


def unix_lines(text: str) -> str:
    """``text`` with every line break as one character."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def speak(field: forms.Field) -> None:
    """Put our words where ``field`` would use Django's."""
    theirs: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        if kind.__module__.startswith("django."):
            theirs |= getattr(kind, "default_error_messages", {})
    for kind, words in WORDS.items():
        if not isinstance(field, kind):
            continue
        for code, text in words.items():
            if field.error_messages.get(code) is theirs.get(code):
                field.error_messages[code] = theirs[code] = text
