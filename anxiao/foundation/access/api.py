"""What every API operation shares: strict bodies, one error body, a declared capability."""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import wraps
from typing import Annotated, Any, ClassVar
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
)
from pydantic_core import PydanticCustomError

from anxiao.foundation.access.actor import Actor, Post
from anxiao.foundation.kernel.errors import DomainError, Forbidden, Invalid

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Control characters except those that end or indent a line."""


def _written(value: object) -> object:
    """What is no word (a number, true) is no day, moment or UUID either."""
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "not a string")
    return value


def _printable(value: str) -> str:
    if CONTROL.search(value):
        raise PydanticCustomError("control_character", "control character")
    return value


Text = Annotated[str, AfterValidator(_printable)]
"""Words without control characters, where no ``Body`` looks."""
Word = (Field(strict=False), BeforeValidator(_written))
Uuid = Annotated[UUID, *Word]
Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1)), *Word]
"""A day that can be meant: a slip of the keyboard is told at once."""


Id = Annotated[int, Field(ge=1, lt=2**63)]
"""The number of a record, as far as a database counts."""


def _of_this_century(value: datetime) -> datetime:
    if not FIRST_YEAR <= value.year < LAST_YEAR:
        raise PydanticCustomError("moment", "out of range")
    return value


FIRST_YEAR, LAST_YEAR = 2000, 2100
Moment = Annotated[AwareDatetime, AfterValidator(_of_this_century), *Word]
"""An instant with its offset; years no phone lives in are a fault of its clock, and told."""


class ApiRequest(HttpRequest):
    """A request whose token was good: ``actor`` is its person with at most the person's rights.

    ``posts`` are those held now, ``post`` the first of them: where nothing else is said.
    """

    actor: Actor
    posts: tuple[Post, ...]
    post: Post | None
    at: datetime


class Unauthorized(DomainError):
    """Nobody is known by what was shown."""

    code = "unauthorized"
    status = 401


class Body(BaseModel):
    """A body from outside: unknown fields, other types and control characters are refused.

    Not ninja's ``Schema``: its wrapper around each nested body serves only rows read by attribute.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid", strict=True, str_strip_whitespace=True, allow_inf_nan=False
    )

    @field_validator("*", mode="after")
    @classmethod
    def _all_printable(cls, value: object) -> object:
        return _printable(value) if isinstance(value, str) else value


class Problem(Schema):
    """The one error body: a stable code, a Chinese sentence, and what to do per field.

    ``link`` is the page where it is settled: a body refused under a known UUID is kept there.
    """

    code: str
    message: str
    fields: dict[str, str] = {}
    link: str = ""


PROBLEMS: dict[Any, type[Schema]] = {...: Problem}
"""Answers that any operation may give beside its own, whatever their status."""
PROBLEM_CODES = (400, 401, 403, 404, 409, 413, 422, 429, 500, 503, 507)


def answer(body: object, *, status: int = 200) -> HttpResponse:
    """An answer whose body is plain already, as the schema of its operation says.

    Building schemas from values that the house has just written costs more than writing them.
    """
    return HttpResponse(orjson.dumps(body), "application/json; charset=utf-8", status)


def instant(value: datetime) -> str:
    """An instant as schemas write it."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


PICTURE: dict[str, Any] = {
    "responses": {
        200: {
            "description": "OK",
            "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}
"""What an operation that hands out a file says of its answer."""


def needs(
    *capabilities: str, reads_query: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An operation for those who hold any of ``capabilities`` somewhere; others get 403.

    A query parameter that it does not declare is refused; with ``reads_query`` it checks its own.
    """

    def decorate(operation: Callable[..., Any]) -> Callable[..., Any]:
        declared = set(inspect.signature(operation).parameters)

        @wraps(operation)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            if not any(map(request.actor.may_somewhere, capabilities)):
                raise Forbidden(capabilities[0])
            if request.GET and not reads_query:
                in_path = set(request.resolver_match.kwargs)
                refuse_unknown(request.GET, declared - in_path if request.method == "GET" else ())
            return operation(request, *args, **kwargs)

        guarded.capability = capabilities  # type: ignore[attr-defined]
        return guarded

    return decorate


def open_to_all(operation: Callable[..., Any]) -> Callable[..., Any]:
    """An operation for those who have no token yet."""
    operation.capability = ("public",)  # type: ignore[attr-defined]
    return operation


def refuse_unknown(given: Mapping[str, Any], known: Iterable[str]) -> None:
    """Raise ``Invalid`` naming parameters nobody asked for: a slip must not widen an answer."""
    unknown = [name for name in given if name not in set(known)]
    if unknown:
        said = _("没有这个参数，请核对接口说明。")
        raise Invalid(said, {name[:60]: said for name in unknown})
