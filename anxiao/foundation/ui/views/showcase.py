"""The choice of language, and the style page: every component with made-up data."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from anxiao.foundation.access.actor import Actor, Post
from anxiao.foundation.access.http import ActorRequest, public
from anxiao.foundation.kernel.errors import Forbidden, Invalid, NotFound, StaleState, TooMany
from anxiao.foundation.ui.http import Fault, error_response, fault_of
from anxiao.foundation.ui.rules import Chart, Series
from anxiao.foundation.ui.widgets import Form, PhotosField

FAULTS: dict[str, Callable[[], Fault]] = {
    "403": lambda: fault_of(Forbidden("hazards.verify")),
    "404": lambda: fault_of(NotFound()),
    "409": lambda: fault_of(StaleState("这条记录刚刚已被他人处理，请刷新后查看最新情况再办理。")),
    "422": lambda: fault_of(
        Invalid("整改期限不能早于今天。", {"due_on": "请改为11月24日或以后。"})
    ),
    "429": lambda: fault_of(TooMany("一分钟内最多查询 30 次。", 40)),
}

PAGES = {
    "list": "ui/styles/list.html",
    "form": "ui/styles/form.html",
    "detail": "ui/styles/detail.html",
    "plain": "ui/styles/plain.html",
    "print": "ui/styles/print.html",
    "letter": "ui/styles/letter.html",
}


class SampleForm(Form):
    """One field of each kind."""

    source = forms.ChoiceField(
        label=_("来源"),
        choices=[("self", _("自查")), ("patrol", _("巡查")), ("superior", _("上级检查"))],
        widget=forms.RadioSelect,
    )
    place = forms.ChoiceField(
        label=_("地点"), choices=[("", _("请选择")), ("1", _("教学楼二层东侧楼梯"))]
    )
    what = forms.CharField(
        label=_("隐患内容"), widget=forms.Textarea, help_text=_("写清在哪里、是什么、有多大。")
    )
    photos = PhotosField(label=_("现场照片"), required=False)
    people = forms.MultipleChoiceField(
        label=_("涉及部位"),
        choices=[("a", _("消防")), ("b", _("用电")), ("c", _("食堂")), ("d", _("楼梯"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    due_on = forms.DateField(label=_("整改期限"), widget=forms.DateInput)
    money = forms.DecimalField(label=_("所需资金（元）"), required=False)
    agreed = forms.BooleanField(label=_("已采取临时防范措施"), required=False)


@public
@require_POST
def language(request: ActorRequest) -> HttpResponseBase:
    """Choose the language that pages are read in."""
    return set_language(request)


@public
def styles(request: ActorRequest) -> HttpResponseBase:
    """Every component with made-up data; only where nobody works."""
    if not (settings.DEBUG or settings.ANXIAO_DEMO):
        raise Http404
    if request.method == "POST":
        return redirect(f"{request.path}?page=list")
    name = request.GET.get("page", "")
    if name in FAULTS:
        return error_response(request, FAULTS[name]())
    if not name:
        messages.success(request, _("隐患 2026-0031 已登记，等待指派。"))
        messages.warning(request, _("2027 年的放假安排尚未公布，暂按周一至周五计算。"))
    return render(request, PAGES.get(name, "ui/styles/all.html"), _context(request))


def _context(request: ActorRequest) -> dict[str, Any]:
    wrong = request.GET.get("wrong")
    form = SampleForm({"source": "self", "what": "应急灯不亮"} if wrong else None)
    if wrong and not form.is_valid():
        form.add_error("due_on", "整改期限不能早于今天，请改为11月24日或以后。")
    return {
        **_shell(request),
        "form": form,
        "charts": _charts(),
        "hazards": _hazards(request),
        "steps": _steps(request),
        "tiles": [
            {"label": _("超期隐患"), "value": 2, "unit": _("项"), "tone": "late", "url": "#"},
            {"label": _("三天内到期"), "value": 5, "unit": _("项"), "tone": "soon", "url": "#"},
            {"label": _("待复查"), "value": 3, "unit": _("项"), "hint": _("最早 11月19日")},
            {"label": _("本月销号"), "value": 41, "unit": _("项"), "tone": "done", "url": "#"},
        ],
        "chips": [
            {"label": _("全部"), "url": "?page=list", "active": True, "count": 51},
            {"label": _("超期"), "url": "?page=list", "count": 2, "tone": "late"},
            {"label": _("临期"), "url": "?page=list", "count": 5, "tone": "soon"},
            {"label": _("待复查"), "url": "?page=list", "count": 3},
            {"label": _("已销号"), "url": "?page=list", "count": 41},
        ],
        "facts": [
            {"label": _("地点"), "value": _("教学楼二层东侧楼梯")},
            {"label": _("类别"), "value": _("消防安全")},
            {"label": _("整改责任人"), "value": _("周建国（后勤维修）")},
            {"label": _("整改期限"), "value": _("11月20日（周五），超期 3 天"), "tone": "late"},
            {"label": _("整改资金"), "value": "1,200.00 元"},
            {"label": _("方案条款"), "value": _("二.5 消防安全"), "url": "#"},
        ],
        "table": {
            "caption": _("各镇街隐患"),
            "head": [
                {"label": _("镇街")},
                {"label": _("在办"), "numeric": True},
                {"label": _("超期"), "numeric": True},
            ],
            "rows": [
                [{"text": _("城关镇"), "url": "#"}, _number(18), _number(2, "late")],
                [{"text": _("河东街道"), "url": "#"}, _number(9), _number(0)],
            ],
            "foot": [{"text": _("合计")}, _number(27), _number(2)],
        },
        "sample_at": request.at,
        "sample_on": request.at - timedelta(days=3),
        "sample_soon": request.at + timedelta(days=2),
        "sample_old": request.at - timedelta(days=400),
    }


def _number(value: int, tone: str = "") -> dict[str, Any]:
    return {"text": value, "numeric": True, "tone": tone}


def _item(label: Any, clause: str = "", icon: str = "", **more: Any) -> dict[str, Any]:
    return {"label": label, "url": "/ui/styles", "clause": clause, "icon": icon, **more}


def _shell(request: ActorRequest) -> dict[str, Any]:
    """Navigation as it looks to a safety officer."""
    posts = (
        Post(1, "safety_officer", 2, "1.2.", "云河区第一小学", "school", 1),
        Post(2, "vice_principal", 3, "1.3.", "云河区第一小学附属幼儿园", "school", 1),
    )
    seen_as = SimpleNamespace(GET=request.GET, actor=Actor(1, "王芳"), posts=posts, post=posts[0])
    return {
        "request": seen_as,
        "navigation": [
            {
                "label": _("我的工作"),
                "items": [
                    _item(_("今天"), icon="checklist", active=True, count=3),
                    _item(_("隐患"), icon="alert-triangle", count=12),
                    _item(_("检查"), icon="clipboard-check"),
                    _item(_("履职情况"), icon="chart-bar"),
                ],
            },
            {"label": _("一 总体要求"), "items": [_item(_("职责总览"), "一")]},
            {
                "label": _("二 重点措施"),
                "open": True,
                "items": [
                    _item(_("安全教育"), "二.1"),
                    _item(_("隐患排查治理"), "二.2", count=12),
                    _item(_("消防安全"), "二.5"),
                ],
            },
            {"label": _("三 保障机制"), "items": [_item(_("责任追究线索"), "三.4")]},
        ],
        "bottom_bar": [
            _item(_("今天"), icon="checklist", active=True),
            _item(_("扫一扫"), icon="scan"),
            _item(_("台账"), icon="notebook"),
            _item(_("我的"), icon="user"),
        ],
        "inbox": {"url": "/ui/styles", "count": 4},
        "search_url": "/ui/styles",
        "me_url": "/ui/styles",
        "switch_url": "/ui/styles",
        "sign_out_url": "/ui/styles",
    }


def _hazards(request: ActorRequest) -> list[dict[str, Any]]:
    rows = [
        ("2026-0031", "二层东侧楼梯应急照明灯不亮", "教学楼", -3, "late", "整改中"),
        ("2026-0030", "食堂后门灭火器压力不足", "食堂", 2, "soon", "待复查"),
        ("2026-0029", "操场围网南侧立柱锈蚀松动", "操场", 9, "plain", "待指派"),
        ("2026-0027", "宿舍三层电线私拉乱接", "学生宿舍", -1, "done", "已销号"),
    ]
    return [
        {
            "number": number,
            "title": title,
            "place": place,
            "due_on": (request.at + timedelta(days=days)).date(),
            "tone": tone,
            "state": state,
        }
        for number, title, place, days, tone, state in rows
    ]


def _steps(request: ActorRequest) -> list[dict[str, Any]]:
    return [
        {
            "label": _("退回整改"),
            "who": "李敏（分管副校长）",
            "at": request.at,
            "text": "应急灯已换，断电后不亮，请查电池。",
            "tone": "late",
        },
        {
            "label": _("提交复查"),
            "who": "周建国（后勤维修）",
            "at": request.at - timedelta(days=1),
            "tone": "soon",
        },
        {
            "label": _("指派整改"),
            "who": "王芳（安全专干）",
            "at": request.at - timedelta(days=4),
            "text": "期限 11月20日，资金 1,200 元。",
        },
        {"label": _("登记"), "who": "王芳（安全专干）", "at": request.at - timedelta(days=5)},
    ]


def _charts() -> list[Chart]:
    weeks = tuple(f"第{n}周" for n in range(40, 48))
    return [
        Chart(
            "trend",
            "每周新增和销号的隐患各有多少？",
            "line",
            weeks,
            (
                Series("新增", (14, 11, 18, 12, 9, 10, 8, 6)),
                Series("销号", (9, 12, 10, 15, 12, 11, 10, 9), tone="done"),
            ),
            unit="项",
            answer="销号已连续五周多于新增",
        ),
        Chart(
            "towns",
            "哪些镇街的隐患超期最多？",
            "stacked",
            ("城关镇", "河东街道", "柳林镇", "石桥镇"),
            (
                Series("超期", (6, 2, 1, 0), tone="late"),
                Series("临期", (3, 4, 2, 2), tone="soon"),
                Series("在办", (9, 7, 8, 5), tone="plain"),
            ),
            unit="项",
            answer="城关镇 6 项超期，其余三个镇街共 3 项",
            horizontal=True,
        ),
        Chart(
            "kinds",
            "哪类隐患最常见？",
            "bar",
            ("消防", "用电", "食堂", "楼梯", "围墙"),
            (Series("隐患", (21, 13, 8, 5, 4)),),
            unit="项",
            answer="消防占四成",
        ),
    ]
