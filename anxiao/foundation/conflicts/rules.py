"""Two records beside each other, and how a body from outside is read. Plain values only."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from anxiao.foundation.kernel.later import Later

pydantic = Later("pydantic")


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a record; ``value`` tells it from another where ``text`` reads the same."""

    label: str
    text: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of the stored record beside that of the refused one."""

    label: str
    stored: str
    refused: str
    differs: bool


def paired(stored: Iterable[Fact], refused: Iterable[Fact]) -> list[Pair]:
    """Lines with the same label beside each other; lines that are empty on both sides are left out.

    A label stands once in a record.
    """
    left = {fact.label: fact for fact in stored}
    right = {fact.label: fact for fact in refused}
    pairs = []
    for label in {**left, **right}:
        one, other = (side.get(label, Fact(label, "")) for side in (left, right))
        if one.text or other.text:
            differs = (one.text, one.value) != (other.text, other.value)
            pairs.append(Pair(label, one.text, other.text, differs))
    return pairs


def raw_lines(body: Mapping[str, Any]) -> list[Fact]:
    """A body that nobody understands any more, name by name."""
    return [
        Fact(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in body.items()
    ]


def body_text(body: Mapping[str, Any]) -> str:
    """A body as the box keeps it: JSON that says the same."""
    return json.dumps(body, ensure_ascii=False)


def body_digest(body: Mapping[str, Any]) -> str:
    """SHA-256 of a body, whatever the order of its names."""
    text = json.dumps(body, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def typed(kind: Any, value: Any) -> Any:
    """``value`` of a body as ``kind`` (``date``, a dataclass), read as the interface reads it."""
    return pydantic.TypeAdapter(kind).validate_python(value)
