"""One line and one count per request: which route, how it went, how long, whose number at most."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase

from anxiao.project.operate.logs import REQUEST_ID
from anxiao.project.operate.metrics import REQUESTS, SECONDS

KNOWN_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
GIVEN = re.compile(r"[0-9a-f]{32}")
"""What a proxy may hand us as a request's number (nginx: ``$request_id``); nothing else passes."""
logger = logging.getLogger("anxiao.requests")


class RequestMiddleware:
    """First of all: it gives a request its number, and sees what came of it."""

    def __init__(self, get_response: Callable[[Any], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        number = given if GIVEN.fullmatch(given) else uuid.uuid4().hex
        token = REQUEST_ID.set(number)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            self.note(request, response, time.perf_counter() - started)
        finally:
            REQUEST_ID.reset(token)
        response["X-Request-ID"] = number
        return response

    def note(self, request: Any, response: HttpResponseBase, seconds: float) -> None:
        """Count it, and write its line."""
        route = route_of(request)
        method = request.method if request.method in KNOWN_METHODS else "other"
        REQUESTS.labels(route, method, response.status_code).inc()
        SECONDS.labels(route).observe(seconds)
        failed = response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
        logger.log(
            logging.ERROR if failed else logging.INFO,
            "request",
            extra={
                "route": route,
                "method": method,
                "status": response.status_code,
                "ms": round(seconds * 1000, 1),
                "user_id": getattr(getattr(request, "actor", None), "user_id", 0) or None,
            },
        )


def route_of(request: Any) -> str:
    """The name of the route, never the address: an address may hold a name or a secret."""
    match = getattr(request, "resolver_match", None)
    if match is not None:
        return str(match.view_name or match.route)
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "none"
