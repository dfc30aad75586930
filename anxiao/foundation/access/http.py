"""The decorators that every route wears; a test walks the URLconf and insists on them."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from anxiao.foundation.access.actor import Actor, Post
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
        return view(request, *args, **kwargs)

    answering.capability = capabilities  # type: ignore[attr-defined]
    return answering
