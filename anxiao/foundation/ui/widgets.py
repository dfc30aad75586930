"""Form fields that every room may use."""

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
