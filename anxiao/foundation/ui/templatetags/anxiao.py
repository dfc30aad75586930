"""Tags of the look: icons, days, tones, controls. They format; they never query."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.forms.widgets import DateTimeBaseInput
from django.template import Context
from django.template.base import NodeList, Parser, Token
from django.templatetags.static import static
from django.utils import dateformat, timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anxiao.foundation.access.capabilities import ROLE_LABELS
from anxiao.foundation.ui.rules import tone_of_deadline, tone_of_word
from anxiao.foundation.ui.states import spoken
from anxiao.foundation.ui.widgets import PhotosInput

register = template.Library()

WEEKDAYS: tuple[str | Promise, ...] = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)


def _today() -> date:
    return timezone.localdate()


def _as_day(value: date | datetime) -> date:
    """The business day of ``value``."""
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, classes: str = "") -> SafeString:
    """A line icon of the sprite; hidden from screen readers, so words must stand beside it."""
    return format_html(
        '<svg class="icon ax-icon {}" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        classes,
        static("ui/icons.svg"),
        name,
    )


@register.filter
def day(value: date | datetime | None) -> str:
    """11月23日（周一）; with the year when it is not this one."""
    if not value:
        return ""
    on = _as_day(value)
    return _day_said(on, on.year == _today().year)


@spoken
def _day_said(on: date, this_year: bool) -> str:
    pattern = _("n月j日") if this_year else _("Y年n月j日")
    return _("%(day)s（%(weekday)s）") % {
        "day": dateformat.format(on, pattern),
        "weekday": WEEKDAYS[on.weekday()],
    }


@register.filter
def moment(value: datetime | None) -> str:
    """11月23日（周一）14:05."""
    if not value:
        return ""
    return _("%(day)s%(time)s") % {
        "day": day(value),
        "time": timezone.localtime(value).strftime("%H:%M"),
    }


@register.filter
def due_days(value: date | datetime | None) -> str:
    """A deadline against today: 超期 3 天, 今天到期, 还有 3 天."""
    if not value:
        return ""
    left = (_as_day(value) - _today()).days
    if left == 0:
        return _("今天到期")
    text = _("超期 %(days)d 天") if left < 0 else _("还有 %(days)d 天")
    return text % {"days": abs(left)}


@register.filter
def ago_days(value: date | datetime | None) -> str:
    """How long something lies back: 今天, 已 3 天; what is to come reads 还有 3 天."""
    if not value:
        return ""
    past = (_today() - _as_day(value)).days
    if past == 0:
        return _("今天")
    text = _("已 %(days)d 天") if past > 0 else _("还有 %(days)d 天")
    return text % {"days": abs(past)}


@register.filter
def tone(value: object) -> str:
    """``late``, ``soon``, ``done`` or ``plain`` for a deadline or for the word of a state."""
    if isinstance(value, date):
        return tone_of_deadline(_as_day(value), _today())
    return tone_of_word(str(value or ""))


@register.filter
def role_label(role: str) -> str:
    """The Chinese name of a post's code."""
    return str(ROLE_LABELS.get(role, role))


@register.filter
def get_item(mapping: Mapping[Any, Any] | None, key: object) -> Any:
    """``mapping[key]``, or an empty text."""
    return (mapping or {}).get(key, "")


@register.filter
def item_at(items: Sequence[Any], position: int) -> Any:
    """``items[position]``, or an empty text where there is none."""
    return items[position] if position < len(items) else ""


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The query string of this page with some parameters replaced; None removes one."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        parameters.pop(name, None)
        if value not in (None, ""):
            parameters[name] = value
    return f"?{parameters.urlencode()}"


@register.filter
def field_errors(field: BoundField) -> list[str]:
    """The errors of a field; an empty one is asked for by its name, in the field's words."""
    asked = _("请选择%(label)s。") if _is_chosen(field.field.widget) else _("请填写%(label)s。")
    label = str(field.label)
    if label[:1].isascii() and not asked.partition("%")[0].endswith(" "):
        label = f" {label}"
    plain = str(forms.Field.default_error_messages["required"])
    texts = []
    for error in field.errors.as_data():
        for message in error.messages:
            empty = error.code == "required" and message == plain
            texts.append(asked % {"label": label} if empty else message)
    return texts


def _is_chosen(widget: forms.Widget) -> bool:
    return isinstance(
        widget,
        forms.Select | forms.RadioSelect | forms.CheckboxInput | forms.DateInput | forms.FileInput,
    )


@register.filter
def control_kind(field: BoundField) -> str:
    """How ``ui/field.html`` lays a control out: photos, grouped, choices, check or plain."""
    widget = field.field.widget
    if isinstance(widget, PhotosInput):
        return "photos"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        grouped = any(isinstance(labels, list | tuple) for _name, labels in widget.choices)
        return "grouped" if grouped else "choices"
    return "check" if isinstance(widget, forms.CheckboxInput) else "plain"


@register.filter
def listed(values: Iterable[object], between: str = "、") -> str:
    """Values one after the other, with the comma (or what is ``between``) of the language."""
    return _(between).join(str(value) for value in values)


@register.filter
def choice_groups(field: BoundField) -> list[dict[str, Any]]:
    """Named groups of choices, each with its options and the labels of what is chosen in it."""
    options = iter(field.subwidgets)
    groups = []
    for name, labels in field.field.widget.choices:
        own = [next(options) for _one in labels]
        chosen = [str(each.choice_label) for each in own if each.data["selected"]]
        groups.append({"name": name, "options": own, "chosen": chosen})
    return groups


@register.filter
def control(field: BoundField, focus: object = None) -> SafeString:
    """The control of a field with the classes and the input type it needs on a phone.

    A true ``focus`` puts the cursor there when the page opens.
    """
    widget = field.field.widget
    _mend_clock_input(widget)
    given = widget.attrs.get("class", "")
    classes = [_control_class(widget), given, "is-invalid" if field.errors else ""]
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, classes))}
    if focus:
        attrs["autofocus"] = True
    if isinstance(widget, forms.NumberInput):
        attrs["inputmode"] = "decimal"
    if isinstance(widget, forms.Textarea):
        attrs["rows"] = str(widget.attrs.get("rows") or 3) if _own_rows(widget) else "3"
    return field.as_widget(attrs=attrs)


def _own_rows(widget: forms.Textarea) -> bool:
    """Whether the form chose its own height (Django's default is 10)."""
    return str(widget.attrs.get("rows", "10")) != "10"


def _control_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return ""
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


_CLOCK_INPUTS: tuple[tuple[type[DateTimeBaseInput], str, str], ...] = (
    (forms.DateTimeInput, "datetime-local", "%Y-%m-%dT%H:%M"),
    (forms.DateInput, "date", "%Y-%m-%d"),
    (forms.TimeInput, "time", "%H:%M"),
)


def _mend_clock_input(widget: forms.Widget) -> None:
    """Dates are chosen from the system's calendar; browsers want ISO texts for it."""
    for kind, input_type, pattern in _CLOCK_INPUTS:
        if isinstance(widget, kind):
            widget.input_type, widget.format = input_type, pattern


class CaptureNode(template.Node):
    """Renders its content once into a variable of the page."""

    child_nodelists = ("nodelist",)

    def __init__(self, nodelist: NodeList, name: str) -> None:
        self.nodelist = nodelist
        self.name = name

    def render(self, context: Context) -> SafeString:
        context[self.name] = SafeString(self.nodelist.render(context).strip())
        return SafeString("")


@register.tag
def capture(parser: Parser, token: Token) -> CaptureNode:
    """``{% capture as name %}…{% endcapture %}``."""
    words = token.split_contents()
    if len(words) != 3 or words[1] != "as":  # noqa: PLR2004 - capture as name
        raise template.TemplateSyntaxError("write: {% capture as name %}")
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return CaptureNode(nodelist, words[2])
