"""What a monitor asks: is all well, and the figures behind it. Neither names a person."""

import time
from functools import lru_cache
from http import HTTPStatus
from secrets import compare_digest

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from anxiao.foundation.access.http import ActorRequest, public
from anxiao.foundation.accounts.http import LOOPBACK, PROXIED, ip_of
from anxiao.foundation.kernel.errors import NotFound
from anxiao.project.operate import metrics
from anxiao.project.operate.findings import Finding, Level, worst
from anxiao.project.operate.health import SIGNALS, health

FRESH = 5
"""Seconds for which an answer is given again: whoever asks often does not cost much."""


@public
@require_safe
def healthz(request: ActorRequest) -> HttpResponseBase:
    """200 or 503 with every signal by name; ``?only=database,disk`` asks for some of them."""
    wanted = request.GET.get("only", "")
    keys = tuple(key for key in SIGNALS if key in wanted.split(",")) or tuple(SIGNALS)
    found = recent(keys, int(time.monotonic() / FRESH))
    level = worst(found)
    body = {"status": level.word, "signals": {f.key: f.level.word for f in found}}
    status = HTTPStatus.SERVICE_UNAVAILABLE if level is Level.FAULT else HTTPStatus.OK
    response = JsonResponse(body, status=status)
    response["Cache-Control"] = "no-store"
    return response


@lru_cache(maxsize=8)
def recent(keys: tuple[str, ...], _slot: int) -> list[Finding]:
    """The findings of these seconds."""
    return health(timezone.now(), keys)


@public
@require_safe
def metrics_page(request: ActorRequest) -> HttpResponseBase:
    """For this machine alone, or with the secret of the environment; else there is nothing."""
    if not (_from_here(request) or _with_secret(request)):
        raise NotFound
    return HttpResponse(metrics.text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _from_here(request: ActorRequest) -> bool:
    return ip_of(request) in LOOPBACK and not any(request.META.get(name) for name in PROXIED)


def _with_secret(request: ActorRequest) -> bool:
    secret: str = settings.METRICS_SECRET
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(secret) and compare_digest(given.encode(), secret.encode())
