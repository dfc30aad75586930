"""Registers for programs: the same rows, filters and order as the page."""

from typing import Any

from ninja import Schema


class Rows(Schema):
    """One page of a register; ``next`` and ``previous`` are cursors for ``after``/``before``."""

    title: str
    columns: dict[str, str]
    rows: list[dict[str, Any]]
    count: int
    capped: bool
    next: str
    previous: str
