"""Errors become designed pages: what happened, what to do, whose permission it needs."""

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import ANYBODY
from anxiao.foundation.access.capabilities import (
    CAPABILITY_LABELS,
    ROLE_CAPABILITIES,
    ROLE_LABELS,
    UNIT_ROLES,
)
from anxiao.foundation.kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
)

MAX_HOLDERS = 4
"""Posts named on a no-permission page; more would not be read."""
FULL = {"SQLITE_FULL", "53100"}
"""SQLite's name and PostgreSQL's state."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
SOON = 5
"""Seconds after which a database that was away is worth another try."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What an error page says. ``code`` is for programs, the rest for people."""

    status: int
    code: str
    title: str
    text: str = ""
    hint: str = ""
    points: tuple[str, ...] = ()
    retry_after: int | None = None


class PolicyMiddleware:
    """The content policy on every answer that brings none of its own.

    It is the same for all pages, so it is written once: django-csp's own middleware builds it anew
    for each answer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.policy = build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault(HEADER, self.policy)
        return response


class LanguageMiddleware:
    """Pages are read in the language chosen, Chinese unless somebody chose another.

    What is sent is always taken in Chinese: texts that services write down belong to the county's
    records, whoever typed them. A browser's own wish is not asked: a bureau's computer with an
    English system shall not turn pages English.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        reads = request.method in {"GET", "HEAD"} and chosen in dict(settings.LANGUAGES)
        with translation.override(chosen if reads else settings.LANGUAGE_CODE):
            return self.get_response(request)


class DomainErrorMiddleware:
    """Answers kernel errors that no view has caught."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """A page for a kernel error; other errors go their way to the handlers."""
        if not isinstance(exception, DomainError):
            return None
        return error_response(request, fault_of(exception))


def fault_of(error: DomainError) -> Fault:
    """What to tell a person about a kernel error."""
    if isinstance(error, Forbidden):
        return no_permission(error.capability, error.message)
    if isinstance(error, TooMany):
        return Fault(
            429,
            error.code,
            _("操作太频繁，请稍等"),
            error.message,
            _("请在 %(seconds)d 秒后再试，已填的内容仍然保留。") % {"seconds": error.retry_after},
            retry_after=error.retry_after,
        )
    if isinstance(error, NotFound):
        return not_found(error.message)
    if isinstance(error, Conflict):
        return Fault(
            409,
            error.code,
            _("这条记录已有新变化"),
            error.message,
            _("返回上一页刷新后，按最新情况再办理；已填的内容仍然保留。"),
        )
    points = tuple(error.fields.values()) if isinstance(error, Invalid) else ()
    return Fault(
        error.status,
        error.code,
        _("提交的内容需要修改"),
        error.message,
        _("返回上一页修改后再提交，已填的内容仍然保留。"),
        points,
    )


def no_permission(capability: str = "", message: str = "") -> Fault:
    """403: which permission is missing, who holds it, who can grant it."""
    label = CAPABILITY_LABELS.get(capability)
    text = message or (
        _("这一步需要“%(label)s”的权限，您当前的岗位没有。") % {"label": label}
        if label
        else _("您当前的岗位不能查看或办理这项内容。")
    )
    roles = sorted(
        (role for role, held in ROLE_CAPABILITIES.items() if capability in held),
        key=lambda role: role not in UNIT_ROLES,  # the nearest first: those of one's own unit
    )
    holders = [str(ROLE_LABELS[role]) for role in roles]
    points = []
    if holders:
        names = _("、").join(holders[:MAX_HOLDERS])
        points.append(_("可请有此权限的岗位办理：%(names)s。") % {"names": names})
    points.append(_("工作需要此权限的，由上级单位的安全管理员（三员之“安全管理员”）按岗位授予。"))
    return Fault(403, "forbidden", _("您没有这项权限"), text, points=tuple(points))


def not_found(message: str = "") -> Fault:
    """404: missing and not yours to see look alike on purpose."""
    return Fault(
        404,
        "not_found",
        _("没有找到这一页"),
        message or _("链接可能已失效，或者这条记录不在您的管理范围内。"),
        _("请从栏目或“今天”重新进入；确需查看的，请联系记录所在单位。"),
    )


def outage_of(error: BaseException | None) -> Fault | None:
    """507 when the disk is full, 503 when the database does not answer, else nothing."""
    if any(map(_is_full, _causes(error))):
        return Fault(
            HTTPStatus.INSUFFICIENT_STORAGE,
            "disk_full",
            _("服务器磁盘已满，这次没有保存"),
            _("已经保存的内容都在，可以照常查看。"),
            _("请告诉系统管理员清理磁盘，之后返回上一页再提交，已填的内容仍然保留。"),
        )
    if isinstance(error, OperationalError | InterfaceError):
        return Fault(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "unavailable",
            _("数据库暂时没有回应"),
            _("通常几秒到几分钟就会恢复。"),
            _(
                "请稍后返回上一页，先看刚才的内容是否已经保存，没有的再提交；一直不行的，请告诉系统管理员。"
            ),
            retry_after=SOON,
        )
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    return bool({getattr(error, "sqlite_errorname", ""), getattr(error, "sqlstate", "")} & FULL)


def error_response(request: HttpRequest, fault: Fault) -> HttpResponseBase:
    """The answer for ``fault``: JSON below ``/api/``, a short message for HTMX, else a page."""
    response: HttpResponse
    if request.path_info.startswith("/api/"):
        failed = fault.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        message = f"{fault.title}。{fault.text}" if failed else fault.text or fault.title
        body = {"code": fault.code, "message": message, "fields": {}}
        response = JsonResponse(body, status=fault.status)
    elif getattr(request, "htmx", False):
        response = render(request, "ui/error_partial.html", {"fault": fault}, status=fault.status)
        response["HX-Retarget"] = "#messages"
        response["HX-Reswap"] = "innerHTML show:window:top"
    else:
        response = render(request, "ui/error.html", _page(request, fault), status=fault.status)
    return _with_pause(response, fault)


def _with_pause(response: HttpResponse, fault: Fault) -> HttpResponse:
    if fault.retry_after is not None:
        response["Retry-After"] = str(fault.retry_after)
    return response


def bare_error_response(fault: Fault) -> HttpResponse:
    """A page that needs neither database nor session: for when the program itself failed."""
    page = render_to_string("ui/error.html", {"fault": fault, "layout": "ui/plain.html"})
    return _with_pause(HttpResponse(page, status=fault.status), fault)


def add_errors(form: BaseForm, error: Invalid) -> None:
    """Show a service's ``Invalid`` at the fields of ``form``; the rest above it."""
    placed = False
    for name, message in error.fields.items():
        form.add_error(name if name in form.fields else None, message)
        placed = True
    if error.message and not placed:
        form.add_error(None, error.message)


def _page(request: HttpRequest, fault: Fault) -> dict[str, object]:
    known = getattr(request, "actor", ANYBODY).user_id
    return {"fault": fault, "layout": "ui/base.html" if known else "ui/plain.html"}
