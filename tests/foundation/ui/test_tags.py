"""The tags format for people: days, deadlines, tones, controls."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template, TemplateSyntaxError

from anxiao.foundation.ui.templatetags import anxiao
from anxiao.foundation.ui.widgets import PhotosField


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    monkeypatch.setattr(anxiao, "_today", lambda: date(2026, 11, 23))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 11, 23), "11月23日（周一）"),
        (date(2025, 11, 23), "2025年11月23日（周日）"),
        (datetime(2026, 11, 22, 16, 30, tzinfo=UTC), "11月23日（周一）"),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), "1月1日（周四）"),
        (None, ""),
    ],
)
def test_day_is_the_business_day(value, text):
    assert anxiao.day(value) == text


def test_moment_adds_the_time_of_shanghai():
    assert anxiao.moment(datetime(2026, 11, 23, 6, 5, tzinfo=UTC)) == "11月23日（周一）14:05"
    assert anxiao.moment(None) == ""


@pytest.mark.parametrize(
    ("on", "due", "ago", "tone"),
    [
        (date(2026, 11, 20), "超期 3 天", "已 3 天", "late"),
        (date(2026, 11, 22), "超期 1 天", "已 1 天", "late"),
        (date(2026, 11, 23), "今天到期", "今天", "soon"),
        (date(2026, 11, 26), "还有 3 天", "还有 3 天", "soon"),
        (date(2026, 11, 27), "还有 4 天", "还有 4 天", "plain"),
        (datetime(2026, 11, 22, 16, 0, tzinfo=UTC), "今天到期", "今天", "soon"),
    ],
)
def test_deadlines_against_today(on, due, ago, tone):
    assert (anxiao.due_days(on), anxiao.ago_days(on), anxiao.tone(on)) == (due, ago, tone)


def test_no_deadline_is_its_own_state():
    assert (anxiao.due_days(None), anxiao.ago_days(None), anxiao.tone(None)) == ("", "", "plain")


@pytest.mark.parametrize(
    ("word", "tone"),
    [("overdue", "late"), ("due", "soon"), ("met", "done"), ("draft", "plain"), ("late", "late")],
)
def test_tone_of_a_states_word(word, tone):
    assert anxiao.tone(word) == tone


def render(text, **context):
    return Template("{% load anxiao %}" + text).render(Context(context))


def test_icon_is_hidden_from_screen_readers():
    html = render('{% icon "plus" "ax-icon-lg" %}')
    assert 'aria-hidden="true"' in html
    assert "ui/icons.svg#plus" in html
    assert "ax-icon-lg" in html


def test_icon_escapes_its_name():
    assert "<b>" not in render("{% icon name %}", name='"><b>')


def test_query_replaces_and_keeps():
    request = type("R", (), {"GET": QueryDict("q=灯&state=open&after=9")})()
    html = render('{% query after=None state="closed" %}', request=request)
    assert QueryDict(html.replace("&amp;", "&").removeprefix("?")).dict() == {
        "q": "灯",
        "state": "closed",
    }


def test_capture_keeps_escaping_and_strips():
    html = render("{% capture as a %} {{ x }} {% endcapture %}[{{ a }}|{{ a }}]", x="<i>")
    assert html == "[&lt;i&gt;|&lt;i&gt;]"


def test_capture_says_how_it_is_written():
    with pytest.raises(TemplateSyntaxError, match="capture as name"):
        Template("{% load anxiao %}{% capture name %}{% endcapture %}")


def test_mappings_lists_and_roles():
    assert anxiao.get_item({"a": 1}, "a") == 1
    assert anxiao.get_item(None, "a") == ""
    assert anxiao.item_at([1], 0) == 1
    assert anxiao.item_at([1], 4) == ""
    assert anxiao.role_label("safety_officer") == "安全专干"


class SampleForm(forms.Form):
    what = forms.CharField(label="隐患内容", widget=forms.Textarea, help_text="写清在哪里")
    due_on = forms.DateField(label="整改期限")
    kind = forms.ChoiceField(label="来源", choices=[("a", "自查")], widget=forms.RadioSelect)
    place = forms.ChoiceField(label="地点", choices=[("", "请选择")])
    sure = forms.BooleanField(label="已核对", required=False)
    photos = PhotosField(label="照片", required=False, max_photos=3)


def field(form, name):
    return Template('{% include "ui/field.html" with field=field %}').render(
        Context({"field": form[name]})
    )


def test_dates_are_chosen_from_the_calendar_and_keep_their_value():
    html = field(SampleForm(initial={"due_on": date(2026, 11, 24)}), "due_on")
    assert 'type="date"' in html
    assert 'value="2026-11-24"' in html
    assert 'class="form-control"' in html


def test_label_help_and_error_belong_to_the_control():
    html = field(SampleForm({}), "what")
    assert '<label class="form-label" for="id_what">' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_what_helptext id_what_error"' in html
    assert 'id="id_what_helptext"' in html
    assert 'id="id_what_error"' in html
    assert "请填写隐患内容。" in html


def test_a_choice_is_asked_for_in_its_own_words():
    assert "请选择地点。" in field(SampleForm({}), "place")


def test_choices_are_one_named_group():
    html = field(SampleForm({}), "kind")
    assert "<fieldset" in html
    assert '<legend class="form-label">来源</legend>' in html
    assert 'type="radio"' in html


def test_optional_fields_say_so():
    assert "选填" not in field(SampleForm(), "what")
    assert "选填" in field(SampleForm(), "photos")


def test_camera_stands_before_the_album():
    html = field(SampleForm(), "photos")
    assert html.index('capture="environment"') < html.index("multiple")
    assert 'data-photos="3"' in html
    assert html.count('name="photos"') == 2


def test_whole_form_finds_out_that_it_sends_files():
    html = render('{% include "ui/form.html" with submit="登记" %}', form=SampleForm({}))
    assert 'enctype="multipart/form-data"' in html
    assert "还没有保存" in html
    assert 'href="#id_what_field"' in html
    assert 'id="id_what_field"' in html
