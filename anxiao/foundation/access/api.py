"""What every API operation shares: strict bodies, one error body, a declared capability."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ClassVar

from django.http import HttpRequest
from ninja import Schema
from pydantic import ConfigDict

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.kernel.errors import Forbidden


class ApiRequest(HttpRequest):
    """A request whose token was good: ``actor`` is its person with at most the person's rights."""

    actor: Actor
    at: datetime


class Body(Schema):
    """A body from outside: unknown fields are refused."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Problem(Schema):
    """The one error body: a stable code, a Chinese sentence, and what to do per field."""

    code: str
    message: str
    fields: dict[str, str] = {}


PROBLEMS: dict[frozenset[int], type[Schema]] = {
    frozenset({400, 401, 403, 404, 409, 413, 422, 429, 503}): Problem
}
"""Answers that any operation may give beside its own."""


def needs(*capabilities: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An operation for those who hold any of ``capabilities`` somewhere; others get 403."""

    def decorate(operation: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(operation)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            if not any(map(request.actor.may_somewhere, capabilities)):
                raise Forbidden(capabilities[0])
            return operation(request, *args, **kwargs)

        guarded.capability = capabilities  # type: ignore[attr-defined]
        return guarded

    return decorate
