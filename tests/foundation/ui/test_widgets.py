"""Several pictures in one field."""

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from anxiao.foundation.ui.widgets import PhotosField


class OneForm(forms.Form):
    photos = PhotosField(label="照片", max_photos=2)


def form_with(*names):
    files = [SimpleUploadedFile(name, b"x") for name in names]
    return OneForm({}, MultiValueDict({"photos": files}))


def test_all_files_come_out_in_order():
    form = form_with("a.jpg", "b.jpg")
    assert form.is_valid()
    assert [file.name for file in form.cleaned_data["photos"]] == ["a.jpg", "b.jpg"]


@pytest.mark.parametrize(
    ("names", "message"),
    [((), "请至少拍一张"), (("a", "b", "c"), "最多放 2 张")],
)
def test_none_or_too_many_is_refused_in_words(names, message):
    form = form_with(*names)
    assert not form.is_valid()
    assert message in form.errors["photos"][0]


def test_optional_and_empty_is_an_empty_list():
    assert PhotosField(required=False).clean([]) == []
