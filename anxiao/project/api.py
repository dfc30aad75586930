"""The interface for programs: one API, a router per room, one error body, limits per person."""

import inspect
import logging
import time
from functools import cache, wraps
from http import HTTPStatus
from http.client import responses
from typing import Any

from django.core.exceptions import (
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from anxiao.boards.today.api import router as today
from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.api import PROBLEM_CODES, Problem
from anxiao.foundation.access.limits import Limiter
from anxiao.foundation.accounts.api import router as accounts
from anxiao.foundation.accounts.services import standing_of_token
from anxiao.foundation.conflicts.api import conflict_router
from anxiao.foundation.files.api import router as files
from anxiao.foundation.kernel.errors import AnotherBody, DomainError, TooMany
from anxiao.foundation.registers.api import register_router
from anxiao.foundation.ui.http import error_response, outage_of
from anxiao.loop.duties.api import router as duties
from anxiao.loop.hazards.api import hazard_router
from anxiao.loop.hazards.registers import HAZARDS
from anxiao.loop.inspections.api import router as inspections
from anxiao.project.conflicts import KINDS
from anxiao.project.registers import REGISTERS

log = logging.getLogger(__name__)
REQUESTS = Limiter(per_minute=600, burst=120)
"""Per person; a phone that empties its outbox sends batches well below this."""
DEAR = Limiter(per_minute=10, burst=10)
"""Per person, for whole workbooks."""

SENTENCES = {
    400: "请求格式不正确，请核对后重试。",
    401: "请先获取令牌，并在 Authorization 中以 Bearer 方式提交。",
    403: "没有办理此事的权限。",
    404: "没有这条记录。",
    405: "这个地址不支持这种请求方法，请核对接口说明。",
    413: "提交的内容过大。",
    500: "系统出错，已记录。请稍后再试，仍有问题请联系管理员。",
}


class Token(HttpBearer):
    """Finds the actor of a bearer token; a session cookie alone opens nothing here."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        at = request.at  # type: ignore[attr-defined]
        found = standing_of_token(token, at)
        if found is None:
            return None
        posts, actor = found
        who = str(actor.user_id)
        REQUESTS.take(who, time.monotonic())
        if request.path_info.endswith(".xlsx"):
            DEAR.take(who, time.monotonic())
        request.actor, request.posts = actor, posts  # type: ignore[attr-defined]
        request.post = posts[0] if posts else None  # type: ignore[attr-defined]
        return actor


def _problems() -> dict[int, Any]:
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {code: {"description": responses[code], "content": body} for code in PROBLEM_CODES}


class Interface(NinjaAPI):
    """An API whose description is written once: it takes a second, and never changes meanwhile."""

    @cache  # noqa: B019 - there is one
    def described(self) -> Any:
        """The description; what may go wrong is the same everywhere and added here."""
        found = super().get_openapi_schema()
        found["components"]["schemas"].setdefault("Problem", Problem.model_json_schema())
        for operations in found["paths"].values():
            for operation in operations.values():
                operation["responses"] = {**_problems(), **operation["responses"]}
        return found

    def get_openapi_schema(self, **_asked: Any) -> Any:
        """The description, whatever prefix is asked for: we use none."""
        return self.described()


api = Interface(
    title="安校接口",
    version="1",
    description="待办、隐患、检查、履职、台账。出错时一律返回 code、message、fields。",
    auth=Token(),
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)
api.add_router("/v1", accounts)
api.add_router("/v1", today)
api.add_router("/v1", files)
api.add_router("/v1", duties)
api.add_router("/v1", hazard_router(HAZARDS))
api.add_router("/v1", inspections)
api.add_router("/v1", conflict_router(KINDS))
api.add_router("/v1", register_router(REGISTERS))


def problem(
    request: HttpRequest, status: int, code: str, message: str, fields: dict[str, str] | None = None
) -> HttpResponse:
    """The one error body."""
    body = {"code": code, "message": message, "fields": fields or {}}
    return api.create_response(request, body, status=status)


@api.exception_handler(DomainError)
def domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Whatever a service refused."""
    message = error.message or SENTENCES.get(error.status, "") or "；".join(error.fields.values())
    answer = problem(request, error.status, error.code, message, error.fields)
    if isinstance(error, TooMany):
        answer["Retry-After"] = str(error.retry_after)
    if error.status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(AnotherBody)
def another_body(request: HttpRequest, error: AnotherBody) -> HttpResponse:
    """A refused body that is kept: the answer says where."""
    body = {"code": error.code, "message": error.message, "fields": {}, "link": error.link}
    return api.create_response(request, body, status=error.status)


@api.exception_handler(ValidationError)
def wrong_body(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A body or parameter of the wrong shape; each field says what is wrong with it."""
    fields = {_field(found): _sentence(found) for found in error.errors}
    return problem(request, 422, "invalid", "提交的内容不符合要求，请按字段提示修改。", fields)


@api.exception_handler(AuthenticationError)
def no_token(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    """No token, or one that is not in force."""
    answer = problem(request, 401, "unauthorized", SENTENCES[401])
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(Http404)
def nothing_there(request: HttpRequest, _error: Http404) -> HttpResponse:
    """Not there, or not to be seen."""
    return problem(request, 404, "not_found", SENTENCES[404])


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework refuses: broken JSON and the like."""
    status = error.status_code
    code = HTTPStatus(status).phrase.lower().replace(" ", "_")
    return problem(request, status, code, SENTENCES.get(status, SENTENCES[400]))


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    """A body larger than any that is ever needed."""
    return problem(request, 413, "too_large", SENTENCES[413])


@api.exception_handler(TooManyFieldsSent)
@api.exception_handler(TooManyFilesSent)
@api.exception_handler(MultiPartParserError)
@api.exception_handler(SuspiciousOperation)
@api.exception_handler(UnreadablePostError)
def unreadable(request: HttpRequest, _error: Exception) -> HttpResponse:
    """A body that cannot be taken apart."""
    return problem(request, 400, "bad_request", SENTENCES[400])


@api.exception_handler(Exception)
def program_failed(request: HttpRequest, error: Exception) -> HttpResponseBase:
    """An outage, or a fault of the program: it goes into the log, not into the answer."""
    log.error("%s %s", request.method, request.path_info, exc_info=error)
    outage = outage_of(error)
    if outage is not None:
        return error_response(request, outage)
    return problem(request, 500, "server_error", SENTENCES[500])


WRONG = {
    "missing": "必填。",
    "extra_forbidden": "没有这个字段。",
    "uuid_parsing": "须为 UUID。",
    "uuid_type": "须为 UUID。",
    "date_from_datetime_parsing": "须为日期，如 2026-11-23。",
    "date_parsing": "须为日期，如 2026-11-23。",
    "int_parsing": "须为整数。",
    "int_type": "须为整数。",
    "bool_parsing": "须为 true 或 false。",
    "bool_type": "须为 true 或 false。",
    "decimal_parsing": "须为数字。",
    "decimal_type": "须为数字。",
    "float_parsing": "须为数字。",
    "float_type": "须为数字。",
    "list_type": "须为列表。",
    "dict_type": "须为对象。",
    "model_type": "须为对象。",
    "literal_error": "不在可选范围内。",
    "moment": "年份不对，请核对设备时间。",
    "timezone_aware": "须带时区，如 2026-11-23T08:00:00+08:00。",
    "control_character": "含有不能使用的字符。",
    "string_unicode": "含有不能使用的字符。",
    "string_type": "须为文字。",
    "greater_than_equal": "过小，请核对。",
    "less_than_equal": "过大，请核对。",
    "less_than": "过大，请核对。",
    "too_long": "内容过多。",
    "string_too_long": "内容过长。",
    "string_too_short": "不能为空。",
}


def _field(found: dict[str, Any]) -> str:
    where = [str(part) for part in found["loc"] if part not in {"body", "query", "path", "payload"}]
    return ".".join(where) or "body"


def _sentence(found: dict[str, Any]) -> str:
    return WRONG.get(found["type"], "内容不正确，请核对。")


def _one_body(view: Any) -> Any:
    """``view`` with the one error body also where the framework answers by itself (405).

    ``__self__`` keeps the operations behind it in sight: a test asks each for its capability.
    """

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = view(request, *args, **kwargs)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return response
        answer = problem(request, 405, "method_not_allowed", SENTENCES[405])
        answer["Allow"] = response["Allow"]
        return answer

    known = inspect.getclosurevars(view).nonlocals if inspect.isfunction(view) else {}
    path_view = known.get("self")
    if path_view is None:  # the description itself, and the root that leads nowhere
        answering.capability = ("public",)  # type: ignore[attr-defined]
    else:
        answering.__self__ = path_view  # type: ignore[attr-defined]
    return answering


urlpatterns: list[Any] = api.urls[0]
for pattern in urlpatterns:
    pattern.callback = _one_body(pattern.callback)
