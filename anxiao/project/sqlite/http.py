"""No answer to a request that may write before all it rests on is on the disk."""

from collections.abc import Callable
from typing import cast

from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from anxiao.project.sqlite.base import DatabaseWrapper

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class DurableMiddleware:
    """Syncs what was written outside transactions, or read from a commit still on its way.

    The last is a record sent twice: the second answer says "received" too and must not come before
    the first one's record is safe.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in SAFE:
            return self.get_response(request)
        ours = cast("DatabaseWrapper", connection)
        before = ours.commits
        response = self.get_response(request)
        if ours.connection is not None and (ours.commits == before or ours.owes_sync()):
            ours.sync()
        return response
