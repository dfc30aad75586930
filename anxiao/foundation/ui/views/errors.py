"""The error handlers of the project."""

import sys

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from anxiao.foundation.access.http import ActorRequest, public
from anxiao.foundation.ui import http


@public
def bad_request(request: ActorRequest, exception: Exception) -> HttpResponseBase:
    """400, or 413 when more was sent than the program takes."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    fault = http.Fault(
        400,
        "bad_request",
        _("这次请求没有看懂"),
        _("页面可能已经过期，或者地址不完整。"),
        _("请返回上一页刷新后再试，已填的内容仍然保留。"),
    )
    return http.error_response(request, fault)


def too_large(request: ActorRequest) -> HttpResponseBase:
    """413: the upload is larger than the limits of the settings."""
    fault = http.Fault(
        413,
        "too_large",
        _("上传的内容太大"),
        _("照片请减少张数，表格请拆成几份再传。"),
        _("返回上一页修改后再提交，已填的文字仍然保留。"),
    )
    return http.error_response(request, fault)


@public
def forbidden(request: ActorRequest, exception: Exception) -> HttpResponseBase:
    """403 raised by Django itself."""
    del exception
    return http.error_response(request, http.no_permission())


@public
def csrf_failed(request: ActorRequest, reason: str = "") -> HttpResponseBase:
    """403 for a form without a valid token: the page is old or was opened elsewhere."""
    del reason
    fault = http.Fault(
        403,
        "csrf_failed",
        _("页面停留太久，需要重新打开"),
        _("为了安全，这张表没有提交。"),
        _("请返回上一页刷新后再提交，已填的内容仍然保留。"),
    )
    return http.error_response(request, fault)


@public
def not_found(request: ActorRequest, exception: Exception) -> HttpResponseBase:
    """404 of the router and of records out of scope."""
    del exception
    return http.error_response(request, http.not_found())


@public
def server_error(request: ActorRequest) -> HttpResponseBase:
    """500, or what an outage is called: the page is drawn without database and session."""
    fault = http.outage_of(sys.exc_info()[1]) or http.Fault(
        500,
        "server_error",
        _("系统出了问题，这次没有办成"),
        _("问题已记录。请过几分钟再试。"),
        _("一直不行的，请告诉系统管理员打开的是哪一页、几点几分。"),
    )
    if request.path_info.startswith("/api/") or getattr(request, "htmx", False):
        return http.error_response(request, fault)
    return http.bare_error_response(fault)
