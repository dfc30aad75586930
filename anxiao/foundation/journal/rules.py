"""The hash chain over journal lines. Plain values only."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

GENESIS = "0" * 64


def canonical(line: Mapping[str, Any]) -> bytes:
    """One byte string for one line, the same on every database: sorted JSON, UTC instants."""
    return json.dumps(line, ensure_ascii=False, sort_keys=True, default=str).encode()


def link(previous: str, line: Mapping[str, Any]) -> str:
    """The digest (64 hex characters) that chains ``line`` to the link before it."""
    return hashlib.sha256(previous.encode() + b"\n" + canonical(line)).hexdigest()
