"""A form says what is wrong in the product's words, and counts as a browser counts."""

import copy
import re
from pathlib import Path

import django
import polib
import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import FileExtensionValidator
from django.urls import get_resolver
from django.utils.datastructures import MultiValueDict

from anxiao.foundation.ui.templatetags.anxiao import field_errors
from anxiao.foundation.ui.widgets import Form, speak

HOSTILE = (
    *("", "x", "长" * 5000, "\x00", "-1", "-99999", "999999999999", "1.23456789", "²"),
    *(["x"], [], SimpleUploadedFile("a" * 300, b"x"), SimpleUploadedFile("a.txt", b""), object()),
)
SHORTEST = 6
USED = re.compile(r"%\([a-z_]+\)[sd]|%[sd]")


def theirs():
    """Django's sentences in Chinese as one pattern."""
    root = Path(django.__file__).parent / "conf/locale/zh_Hans/LC_MESSAGES/django.po"
    said = [
        text
        for entry in polib.pofile(str(root))
        for text in (entry.msgstr, *entry.msgstr_plural.values())
        if len(USED.sub("", text)) >= SHORTEST
    ]
    parts = [".*".join(map(re.escape, USED.split(text))) for text in said]
    return re.compile("|".join(f"(?:{part})" for part in parts), re.DOTALL)


def ours(base=forms.BaseForm):
    """Every form class of the product; the routes have loaded them all."""
    assert get_resolver().url_patterns
    for kind in base.__subclasses__():
        yield from ours(kind)
        if kind.__module__.startswith("anxiao."):
            yield kind


def test_every_form_is_one_of_ours():
    kinds = set(ours())
    assert len(kinds) > 40
    assert {kind for kind in kinds if not issubclass(kind, Form)} == set()


def test_no_form_speaks_djangos_words():
    pattern, heard = theirs(), 0
    assert pattern.fullmatch("确保该值大于或等于0。")
    for kind in ours():
        for name, declared in kind.base_fields.items():
            field = copy.deepcopy(declared)
            speak(field)
            listed = isinstance(field, forms.ModelChoiceField)  # no page offers a NUL to choose
            for value in HOSTILE if not listed else set(HOSTILE[:3]):
                for text in said_of(field, value):
                    heard += 1
                    assert not pattern.fullmatch(text), (kind, name, text)
    assert heard > 500


def said_of(field, value):
    try:
        field.clean(value)
    except forms.ValidationError as error:
        return [m for e in error.error_list if e.code != "required" for m in e.messages]
    except (TypeError, AttributeError, ValueError):  # not a value this field is ever given
        return []
    return []


class Sample(Form):
    words = forms.CharField(label="情况", max_length=10, widget=forms.Textarea)
    count = forms.IntegerField(label="人数", min_value=0)
    mail = forms.EmailField(label="邮箱")
    file = forms.FileField(label="Excel 文件（.xlsx）")
    own = forms.CharField(label="理由", max_length=2, error_messages={"max_length": "太长了。"})
    money = forms.DecimalField(label="资金", max_digits=4, decimal_places=2)


def test_a_line_break_is_one_character():
    form = Sample({"words": "一\r\n二\r\n三\r\n四四四四"})
    form.is_valid()
    assert form.cleaned_data["words"] == "一\n二\n三\n四四四四"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("words", "字" * 12, "最多 10 字，现有 12 字。"),
        ("count", "-1", "不能小于 0。"),
        ("count", "几个", "请填写整数。"),
        ("mail", "x", "请填写正确的邮箱地址。"),
        ("own", "长长长", "太长了。"),
        ("money", "12345", "数字太长，最多 4 位。"),
        ("money", "多", "请填写数字。"),
        ("file", None, "请选择 Excel 文件（.xlsx）。"),
        ("count", "", "请填写人数。"),
    ],
)
def test_what_is_wrong_is_said_in_our_words(name, value, said):
    form = Sample({name: value}, MultiValueDict())
    assert field_errors(form[name])[0] == said


def test_an_extension_keeps_its_own_words():
    field = forms.FileField(validators=[FileExtensionValidator(["xlsx"], "只收 xlsx。")])
    speak(field)
    with pytest.raises(forms.ValidationError, match="只收"):
        field.clean(SimpleUploadedFile("a.txt", b"x"))
