"""Finds out who asks, once per request; begins and ends sessions; knows a device again.

Everything else about accounts that needs a request, so that services never see one.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.sessions.backends.base import UpdateError
from django.core import signing
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import ANYBODY, Post
from anxiao.foundation.access.capabilities import BUREAU_ROLES
from anxiao.foundation.access.http import Guarded
from anxiao.foundation.accounts.models import User
from anxiao.foundation.accounts.queries import standing
from anxiao.foundation.accounts.rules import Ending, session_ending
from anxiao.foundation.accounts.services.signing_in import record_sign_in, record_sign_out
from anxiao.foundation.kernel.clock import business_day

BACKEND = "anxiao.foundation.accounts.auth.NameOrPhoneBackend"
STARTED, SEEN, FACTOR_MISSING = "started_at", "seen_at", "factor_missing"
TOUCH_EVERY = timedelta(minutes=1)
"""How often the last request of a session is written down: idle time is right to a minute."""
DEVICE_LASTS = timedelta(days=90)
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
PROXIED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_FORWARDED")


class ActorMiddleware:
    """Sets ``request.at``, ``.actor``, ``.posts`` and ``.post``; reads the clock once.

    A session that is over ends here; an account that must first change its password or bind its
    second factor gets to no page but that one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.at = timezone.now()
        request.actor, request.posts, request.post = ANYBODY, (), None
        user = request.user
        if user.is_authenticated and _goes_on(request, user):
            request.posts, request.actor = standing(user, business_day(request.at))
            request.post = _switched_to(request.posts, user.current_membership_id)
        response = self.get_response(request)
        if request.actor.user_id and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"  # shared phones keep nothing
        return response

    def process_view(
        self, request: Any, view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        """Send those who are not ready to the one page that makes them so."""
        capability = getattr(view, "capability", ())
        if not request.actor.user_id or capability == ("public",):
            return None
        if getattr(view, "open_to_unready", False):
            return None
        if request.user.must_change_password:
            return HttpResponseRedirect(reverse("accounts:password"))
        if factor_owed(request):
            return HttpResponseRedirect(reverse("accounts:second-factor"))
        return None


def open_to_unready(view: Guarded) -> Guarded:
    """Mark a view that also those may see who must first change password or bind a factor."""
    view.open_to_unready = True  # type: ignore[attr-defined]
    return view


def factor_owed(request: Any) -> bool:
    """Whether the posts demand a second factor that this session came without."""
    return (
        not settings.ANXIAO_DEMO
        and bool(request.session.get(FACTOR_MISSING))
        and any(post.role in BUREAU_ROLES for post in request.posts)
    )


def start_session(request: Any, user: User, *, way: str, second_factor: bool) -> None:
    """Begin a session under a new id; whatever the visitor's session held is dropped."""
    request.session.flush()
    login(request, user, backend=BACKEND)
    stamp = request.at.timestamp()
    request.session[STARTED] = request.session[SEEN] = stamp
    request.session[FACTOR_MISSING] = not second_factor
    request.session.save()
    UserSession.objects.create(
        user=user,
        session_key=request.session.session_key,
        ip=ip_of(request) or "0.0.0.0",  # noqa: S104 - an unknown address, nothing is bound
        user_agent=request.headers.get("User-Agent", "")[:200],
        created_at=request.at,
        last_seen_at=request.at,
    )
    record_sign_in(user, at=request.at, ip=ip_of(request), way=way)


def end_session(request: Any, user: User, *, why: str) -> None:
    """End this session."""
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    logout(request)
    record_sign_out(user, at=request.at, ip=ip_of(request), why=why)


def renew_session(request: Any, user: User) -> None:
    """Give this session a new id after the password changed; its start and proofs stay."""
    kept = {key: request.session.get(key) for key in (STARTED, SEEN, FACTOR_MISSING)}
    old = request.session.session_key
    login(request, user, backend=BACKEND)
    request.session.cycle_key()
    for key, value in kept.items():
        if value is not None:
            request.session[key] = value
    request.session.save()
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


def ip_of(request: HttpRequest) -> str:
    """The address the request came from, as the server saw it."""
    return str(request.META.get("REMOTE_ADDR", ""))


def is_local_demo(request: HttpRequest) -> bool:
    """Whether one-click sign-in is allowed: demo on, sent from and to a loopback address.

    A request that came through a proxy is not local, whatever its address says.
    """
    if not settings.ANXIAO_DEMO or any(request.META.get(name) for name in PROXIED):
        return False
    host = urlsplit(f"//{request.get_host()}").hostname
    return ip_of(request) in LOOPBACK and host in LOOPBACK


def next_page(request: HttpRequest, default: str = "/") -> str:
    """The page of ours that was asked for before signing in."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else default


def known_devices(request: HttpRequest) -> dict[int, str]:
    """User id → device id, of those who have signed in on this device before."""
    try:
        held = signing.loads(
            request.COOKIES.get(_device_cookie(), ""), salt="device", max_age=DEVICE_LASTS
        )
    except signing.BadSignature:
        return {}
    return {int(user_id): str(device) for user_id, device in held.items()}


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Know this device again when ``user`` signs in on it next time (at most five people)."""
    held = known_devices(request)
    device = held.pop(user.pk, "") or secrets.token_urlsafe(12)
    latest = dict([*held.items(), (user.pk, device)][-5:])
    response.set_cookie(
        _device_cookie(),
        signing.dumps(latest, salt="device"),
        max_age=DEVICE_LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _device_cookie() -> str:
    return "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"


def _goes_on(request: Any, user: User) -> bool:
    """Whether the session is still good; ends it if not, and notes that it was used."""
    started = request.session.get(STARTED) or (user.last_login or request.at).timestamp()
    seen = request.session.get(SEEN) or started
    ending = session_ending(
        request.at,
        _instant(started),
        _instant(seen),
        timedelta(seconds=settings.SESSION_IDLE_SECONDS),
        timedelta(seconds=settings.SESSION_COOKIE_AGE),
    )
    if ending is not None:
        end_session(request, user, why=ending)
        messages.info(request, _(_ENDED[ending]))
        return False
    if request.at - _instant(seen) >= TOUCH_EVERY:
        _touch(request, started)
    return True


def _touch(request: Any, started: float) -> None:
    """Note that the session was used, if that can be: a full disk keeps nobody from reading."""
    session = request.session
    before = session.modified
    session[STARTED], session[SEEN] = started, request.at.timestamp()
    with suppress(DatabaseError, UpdateError), transaction.atomic():
        rows = UserSession.objects.filter(session_key=session.session_key)
        rows.update(last_seen_at=request.at)
        session.save()
    session.modified = before


_ENDED = {
    Ending.IDLE: "较长时间没有操作，已自动退出，请重新登录。",
    Ending.TOO_OLD: "本次登录已满 12 小时，请重新登录。",
}


def _instant(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)


def _switched_to(posts: tuple[Post, ...], membership_id: int | None) -> Post | None:
    first = posts[0] if posts else None
    return next((post for post in posts if post.membership_id == membership_id), first)
