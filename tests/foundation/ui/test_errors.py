"""Kernel errors become pages that say what to do and whose permission it needs."""

import errno
import json

import pytest
from django import forms
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from anxiao.foundation.access.actor import ANYBODY
from anxiao.foundation.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    StaleState,
    TooMany,
)
from anxiao.foundation.ui import views
from anxiao.foundation.ui.http import DomainErrorMiddleware, add_errors


def request_for(path="/x", **more):
    request = RequestFactory().get(path)
    request.at, request.actor, request.posts, request.post = timezone.now(), ANYBODY, (), None
    for name, value in more.items():
        setattr(request, name, value)
    return request


def answer(error, **more):
    middleware = DomainErrorMiddleware(lambda request: HttpResponse())
    return middleware.process_exception(request_for(**more), error)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Forbidden("hazards.verify"), 403, ["复查销号", "分管副校长", "安全管理员"]),
        (Forbidden("no.such"), 403, ["您没有这项权限", "安全管理员"]),
        (NotFound(), 404, ["没有找到这一页", "管理范围"]),
        (StaleState("刚刚已被他人处理"), 409, ["刚刚已被他人处理", "刷新"]),
        (Conflict("编号重复"), 409, ["编号重复"]),
        (TooMany("一分钟内最多 30 次。", 40), 429, ["40 秒"]),
        (Invalid("", {"due_on": "请改为11月24日或以后。"}), 422, ["请改为11月24日或以后。"]),
    ],
)
def test_page_for_each_kernel_error(error, status, words):
    response = answer(error)
    assert response.status_code == status
    page = response.content.decode()
    assert all(word in page for word in words)
    assert "<h1>" in page
    assert "Traceback" not in page


def test_too_many_says_when_to_come_back():
    assert answer(TooMany("稍等", 40))["Retry-After"] == "40"


def test_errors_of_the_program_are_not_hidden():
    assert answer(RuntimeError("x")) is None


def test_htmx_gets_a_short_message_above_the_page():
    response = answer(StaleState("刚刚已被他人处理"), htmx=True)
    assert response.status_code == 409
    assert response["HX-Retarget"] == "#messages"
    assert "<html" not in response.content.decode()
    assert 'role="alert"' in response.content.decode()


def test_programs_get_json():
    response = answer(NotFound(), path="/api/v1/none")
    assert response.status_code == 404
    body = json.loads(response.content)
    assert set(body) == {"code", "message", "fields"}
    assert body["code"] == "not_found"


def test_what_people_typed_is_escaped():
    assert "<script>x" not in answer(Conflict("<script>x")).content.decode()


@pytest.mark.parametrize(
    ("handler", "argument", "status", "words"),
    [
        (views.bad_request, ValueError(), 400, "没有看懂"),
        (views.bad_request, RequestDataTooBig(), 413, "太大"),
        (views.forbidden, PermissionError(), 403, "您没有这项权限"),
        (views.not_found, LookupError(), 404, "没有找到这一页"),
        (views.csrf_failed, "missing", 403, "没有提交"),
    ],
)
def test_handlers_of_the_project(handler, argument, status, words):
    response = handler(request_for(), argument)
    assert response.status_code == status
    assert words in response.content.decode()


def test_the_page_for_a_broken_program_needs_nothing():
    bare = RequestFactory().get("/x")  # no actor, no session, no database
    response = views.server_error(bare)
    assert response.status_code == 500
    assert "这次没有办成" in response.content.decode()


class Full(Exception):
    sqlite_errorname = "SQLITE_FULL"


class FullToo(Exception):
    sqlstate = "53100"


OUTAGES = {
    "SQLite's disk": (OperationalError("full"), Full(), 507, "磁盘已满", None),
    "PostgreSQL's disk": (OperationalError("full"), FullToo(), 507, "磁盘已满", None),
    "photos' disk": (OSError(errno.ENOSPC, "no room"), None, 507, "磁盘已满", None),
    "away": (OperationalError("refused"), None, 503, "数据库暂时没有回应", "5"),
    "cut off": (InterfaceError("closed"), None, 503, "数据库暂时没有回应", "5"),
    "a fault": (ValueError("a fault"), None, 500, "系统出了问题", None),
}


@pytest.mark.parametrize("name", OUTAGES)
@pytest.mark.parametrize("path", ["/x", "/api/v1/x"])
def test_r3_an_outage_is_called_by_its_name(name, path):
    error, cause, status, words, pause = OUTAGES[name]
    try:
        raise error from cause
    except type(error):
        response = views.server_error(RequestFactory().get(path))
    assert (response.status_code, response.get("Retry-After")) == (status, pause)
    assert words in response.content.decode() or words in json.loads(response.content)["message"]


def test_handlers_are_for_anybody():
    for handler in (views.bad_request, views.forbidden, views.not_found, views.server_error):
        assert handler.capability == ("public",)


class DueForm(forms.Form):
    due_on = forms.DateField(label="期限", required=False)


def test_service_errors_stand_at_their_fields():
    form = DueForm({})
    add_errors(form, Invalid("", {"due_on": "请改期。", "gone": "请重新选择单位。"}))
    assert form.errors["due_on"] == ["请改期。"]
    assert form.non_field_errors() == ["请重新选择单位。"]


def test_a_message_alone_stands_above_the_form():
    form = DueForm({})
    add_errors(form, Invalid("已停用。"))
    assert form.non_field_errors() == ["已停用。"]
