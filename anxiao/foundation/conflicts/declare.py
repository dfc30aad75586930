"""What a room says of its records, so that refused ones can be shown and settled."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.conflicts.rules import Fact
from anxiao.foundation.conflicts.states import SENT_WITH


@dataclass(frozen=True, slots=True)
class Compared:
    """A stored record and a refused body; ``url`` is the record's page, "" if it is hidden."""

    stored: Sequence[Fact]
    refused: Sequence[Fact]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record; ``capabilities`` are those that send and settle it, any of them.

    ``read(body)`` gives the record a body tells of; ``ValueError`` or ``KeyError`` if it is of an
    older shape. ``compare(uuid, record, actor)`` names only what the actor may see;
    ``save(record, actor, at)`` stores it by the ordinary service under the ``uuid`` it holds and
    returns the new record's page, or raises what the service raises.
    """

    subject: str
    label: str | Promise
    read: Callable[[Mapping[str, Any]], Any]
    compare: Callable[[UUID, Any, Actor], Compared]
    save: Callable[[Any, Actor, datetime], str]

    @property
    def capabilities(self) -> tuple[str, ...]:
        return SENT_WITH[self.subject]


Kinds = Mapping[str, Kind]
"""By ``subject``."""
