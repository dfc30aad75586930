"""The decorators that every route wears; a test walks the URLconf and insists on them."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from anxiao.foundation.access.actor import ANYBODY, Actor, Post
from anxiao.foundation.access.limits import Limiter
from anxiao.foundation.kernel.errors import Forbidden

P = ParamSpec("P")


class ActorRequest(HttpRequest):
    """A request after the accounts middleware.

    ``actor`` holds all posts of the person, ``posts`` lists them, ``post`` is the one switched to
    (``None`` for strangers and people without a post), ``at`` is the instant the clock was read.
    """

    actor: Actor
    posts: tuple[Post, ...]
    post: Post | None
    at: datetime


METHODS = ("GET", "HEAD", "POST")
"""What pages answer; TRACE and the like are refused, whatever the view would do."""

PAGES = Limiter(per_minute=120, burst=400)
"""Per person; nobody reads faster, and a program has an interface of its own."""
COSTLY = Limiter(per_minute=12, burst=12)
"""Per person, for what reads or writes whole workbooks and long papers."""

View = Callable[Concatenate[ActorRequest, P], HttpResponseBase]
Guarded = Callable[..., HttpResponseBase]


def page(*capabilities: str) -> Callable[[View[P]], Guarded]:
    """A page for those who hold any of ``capabilities`` somewhere; others get 403.

    Strangers are sent to sign in. What within the page may be seen or done is decided by
    ``visible_to`` and ``require``.
    """

    def decorate(view: View[P]) -> Guarded:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.actor.user_id:
                return redirect_to_login(request.get_full_path())
            if not any(map(request.actor.may_somewhere, capabilities)):
                raise Forbidden(capabilities[0])
            return view(request, *args, **kwargs)

        return _mark(guarded, *capabilities)

    return decorate


def costly(view: View[P]) -> Guarded:
    """Below ``page``: a page that is dear to make, for each person only so often (S36)."""

    @wraps(view)
    def limited(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        COSTLY.take(str(request.actor.user_id), time.monotonic())
        return view(request, *args, **kwargs)

    return limited


def signed_in(view: View[P]) -> Guarded:
    """A page for everybody who has signed in (own account, sign-out)."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.actor.user_id:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return _mark(guarded, "signed_in")


def public(view: View[P]) -> Guarded:
    """A page for anybody; it must not show a record without a secret of its own."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return _mark(guarded, "public")


def _mark(view: Guarded, *capabilities: str) -> Guarded:
    @wraps(view)
    def answering(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        person = getattr(request, "actor", ANYBODY).user_id  # none where a middleware failed
        if person:
            PAGES.take(str(person), time.monotonic())
        return view(request, *args, **kwargs)

    answering.capability = capabilities  # type: ignore[attr-defined]
    return answering
