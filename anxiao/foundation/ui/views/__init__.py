"""The error handlers of the project, the choice of language and the style page."""

from anxiao.foundation.ui.views.errors import (
    bad_request,
    csrf_failed,
    forbidden,
    not_found,
    server_error,
)
from anxiao.foundation.ui.views.showcase import language, styles

__all__ = [
    "bad_request",
    "csrf_failed",
    "forbidden",
    "language",
    "not_found",
    "server_error",
    "styles",
]
