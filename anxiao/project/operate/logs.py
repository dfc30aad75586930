"""How a line of the log looks: fixed words and numbers, never what a person has written.

A message is its template without its arguments; of an error its type and the places it went
through stand there, not its text, since databases quote the row in it.
"""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
FIELDS = ("route", "method", "status", "ms", "user_id", "job")


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return json.dumps(facts(record), ensure_ascii=False)


class LineFormatter(logging.Formatter):
    """The same for people."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and below it the places that an error went through."""
        told = facts(record)
        places = told.pop("places", [])
        head = " ".join(str(told.pop(name)) for name in ("at", "level", "logger", "event"))
        tail = " ".join(f"{name}={value}" for name, value in told.items())
        return "\n    ".join([f"{head} {tail}".rstrip(), *places])


def facts(record: logging.LogRecord) -> dict[str, Any]:
    """What may be told of a record."""
    told: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "event": record.msg if isinstance(record.msg, str) else type(record.msg).__name__,
    }
    number = REQUEST_ID.get()
    if number:
        told["request_id"] = number
    known = ((name, getattr(record, name, None)) for name in FIELDS)
    told |= {name: value for name, value in known if value is not None}
    return told | fault_of(record)


def fault_of(record: logging.LogRecord) -> dict[str, Any]:
    """Type and places of the error that a record carries, with those it came from."""
    fault = record.exc_info[1] if record.exc_info else None
    if fault is None:
        return {}
    kinds: list[str] = []
    places: list[str] = []
    while fault is not None and len(kinds) < 5:  # noqa: PLR2004 - a chain, not a loop
        kinds.append(type(fault).__name__)
        places += [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(fault.__traceback__)
        ]
        fault = fault.__cause__ or fault.__context__
    return {"error": " < ".join(kinds), "places": places}
