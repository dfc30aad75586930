"""From a query string to rows: search, filters, sort. What cannot be read is dropped and said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from anxiao.foundation.kernel.spellings import clean_text
from anxiao.foundation.registers.declare import Asked, DateRange, Filter, Register, Text

SEARCH, SORT, AFTER, BEFORE = "q", "sort", "after", "before"
LONGEST = 100
YES, NO = "1", "0"


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody asked of a register, read and checked.

    ``chosen`` maps filter keys to values as ``Filter.apply`` gets them, ``raw`` every kept
    parameter to its text, ``choices`` filter keys to what may be chosen, ``dropped`` names
    filters whose value could not be read.
    """

    text: str = ""
    sort: str = ""
    after: str = ""
    before: str = ""
    chosen: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[tuple[Any, Text]]] = field(default_factory=dict)
    dropped: tuple[Text, ...] = ()

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order is asked for."""
        return bool(self.text or self.chosen)

    def link(self, **changes: str | None) -> str:
        """The query string with some parameters replaced (None removes) and on its first page."""
        kept = {**self.raw, **changes}
        return "?" + urlencode({key: value for key, value in kept.items() if value})


def read_query(register: Register, asked: Asked, params: Mapping[str, str]) -> Query:
    """Read ``params`` against the register's filters and columns."""
    given = {key: clean_text(params[key])[:LONGEST] for key in params if params[key]}
    reading = _Reading(asked, given)
    for one in register.filters:
        reading.read(one)
    text = given.get(SEARCH, "") if register.search else ""
    sort = given.get(SORT, "")
    column = register.column(sort.removeprefix("-"))
    if column is None or not column.sort:
        sort = ""
    raw = {SEARCH: text, SORT: sort, **reading.raw}
    return Query(
        text=text,
        sort=sort,
        after=params.get(AFTER, ""),
        before=params.get(BEFORE, ""),
        chosen=reading.chosen,
        raw={key: value for key, value in raw.items() if value},
        choices=reading.choices,
        dropped=tuple(reading.dropped),
    )


def rows_of(register: Register, asked: Asked, query: Query) -> QuerySet[Any]:
    """The actor's rows that the query lets through, in no order yet."""
    rows = register.source(asked.actor)
    for one in register.filters:
        if one.key in query.chosen:
            rows = apply_filter(rows, one, query.chosen[one.key], asked)
    return search_in(rows, register.search, query.text) if query.text else rows


def apply_filter(rows: QuerySet[Any], one: Filter, value: Any, asked: Asked) -> QuerySet[Any]:
    """``rows`` narrowed by one filter."""
    if not isinstance(one.apply, str):
        return one.apply(rows, value, asked)
    if isinstance(value, DateRange):
        bounds = {f"{one.apply}__gte": value.from_on, f"{one.apply}__lte": value.until_on}
        return rows.filter(**{key: day for key, day in bounds.items() if day})
    lookup = f"{one.apply}__icontains" if one.kind == "text" else one.apply
    return rows.filter(**{lookup: value})


def search_in(rows: QuerySet[Any], fields: tuple[str, ...], text: str) -> QuerySet[Any]:
    """Rows with every word of ``text`` in one of ``fields``.

    The one place where text is searched: ``rows`` are bounded by the actor's scope already, an
    index of its own (pg_trgm, FTS5) can be put behind it.
    """
    for word in text.split():
        anywhere = Q()
        for name in fields:
            anywhere |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(anywhere)
    return rows


class _Reading:
    """Reads one filter after the other."""

    def __init__(self, asked: Asked, given: Mapping[str, str]) -> None:
        self.asked = asked
        self.given = given
        self.chosen: dict[str, Any] = {}
        self.raw: dict[str, str] = {}
        self.choices: dict[str, list[tuple[Any, Text]]] = {}
        self.dropped: list[Text] = []

    def read(self, one: Filter) -> None:
        if one.kind == "date_range":
            self._read_range(one)
        elif one.kind in {"choice", "org"}:
            self._read_choice(one)
        elif one.kind == "text":
            self._keep(one, self.given.get(one.key))
        else:
            values = {YES: True} if one.kind == "preset" else {YES: True, NO: False}
            self._keep(one, values.get(self.given.get(one.key, "")))

    def _keep(self, one: Filter, value: Any) -> None:
        if value is not None:
            self.chosen[one.key] = value
            self.raw[one.key] = self.given[one.key]
        elif one.key in self.given:
            self.dropped.append(one.label)

    def _read_choice(self, one: Filter) -> None:
        offered = one.choices(self.asked) if callable(one.choices) else one.choices
        self.choices[one.key] = list(offered)
        by_text = {str(value): value for value, _label in self.choices[one.key]}
        self._keep(one, by_text.get(self.given.get(one.key, "")))

    def _read_range(self, one: Filter) -> None:
        days = {}
        for end in ("from", "until"):
            key = f"{one.key}_{end}"
            days[end] = _day(self.given.get(key, ""))
            if days[end]:
                self.raw[key] = str(days[end])
            elif key in self.given:
                self.dropped.append(one.label)
        if any(days.values()):
            self.chosen[one.key] = DateRange(days["from"], days["until"])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
