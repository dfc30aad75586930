"""A place in an ordered list, written so that it fits into a link."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

LONGEST = 2000
LIMIT = 1 << 63


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place: its value in the field that orders the list, its id, its part of the list."""

    value: Any
    pk: int
    part: int = 0


def write_place(place: Place) -> str:
    """``place`` as URL-safe text."""
    part = [place.part] if place.part else []
    body = json.dumps([*_tagged(place.value), place.pk, *part], ensure_ascii=False)
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def read_place(text: str) -> Place | None:
    """The place written in ``text``; None for anything that was not written here."""
    if not text or len(text) > LONGEST:
        return None
    try:
        body = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        tag, value, *numbers = json.loads(body)
        place = Place(_untagged(tag, value), *numbers)
    except (ValueError, TypeError, KeyError, InvalidOperation, binascii.Error, RecursionError):
        return None
    known = all(type(each) is int and -LIMIT <= each < LIMIT for each in numbers)
    return place if known else None


def _tagged(value: Any) -> tuple[str, Any]:
    if isinstance(value, datetime):
        return "t", value.isoformat()
    if isinstance(value, date):
        return "d", value.isoformat()
    if isinstance(value, Decimal):
        return "n", str(value)
    return "v", value


def _untagged(tag: str, value: Any) -> Any:
    if tag == "v":
        return _plain(value)
    readers: dict[str, Callable[[Any], Any]] = {
        "t": datetime.fromisoformat,
        "d": date.fromisoformat,
        "n": Decimal,
    }
    return readers[tag](value)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and "\x00" not in value:
        return value
    if isinstance(value, int) and -LIMIT <= value < LIMIT:
        return value
    if isinstance(value, float) and isfinite(value):
        return value
    raise ValueError("not a plain value")
