"""One page of a register by keyset: the cost is the same at any depth."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Sum
from django.db.models.expressions import OrderBy

from anxiao.foundation.registers.declare import Asked, Register
from anxiao.foundation.registers.queries.asking import (
    Query,
    apply_filter,
    read_query,
    rows_of,
)
from anxiao.foundation.registers.queries.values import at_path
from anxiao.foundation.registers.rules.cursors import Place, read_place, write_place

PAGE_SIZE = 50
COUNT_CAP = 10_000
ROW_ID = frozenset({"id", "pk"})


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page; ``next`` and ``previous`` are cursors, empty when there is none.

    ``count`` is exact up to ``COUNT_CAP``; ``capped`` says that there are more. ``alert_count``
    counts the register's alert filter, ``totals`` sums per column key; both None or empty when
    not asked for or not affordable.
    """

    rows: list[Any]
    next: str
    previous: str
    count: int
    capped: bool
    query: Query
    alert_count: int | None = None
    totals: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One field, then the id, both the same way; empty values stand last."""

    field: str
    descending: bool
    nullable: bool

    @property
    def by_id(self) -> bool:
        return self.field in ROW_ID


def page_of(
    register: Register,
    asked: Asked,
    params: Mapping[str, str],
    *,
    size: int = PAGE_SIZE,
    sums: bool = False,
) -> Page:
    """The page that ``params`` ask for: filters, search, sort and one cursor.

    ``sums`` adds totals and the count of the alert, and sets the register's ``first`` rows first:
    for people. Programs read the plain order.
    """
    query = read_query(register, asked, params)
    rows = rows_of(register, asked, query)
    order = order_of(register, rows.model, query)
    parts = parts_of(register, rows, asked, query) if sums else [rows]
    shown, following, preceding = _window(parts, order, query, size)
    count = capped_count(rows)
    exact = sums and count <= COUNT_CAP
    return Page(
        rows=shown,
        next=following,
        previous=preceding,
        count=min(count, COUNT_CAP),
        capped=count > COUNT_CAP,
        query=query,
        alert_count=_alert_count(register, rows, asked, query) if sums else None,
        totals=_totals(register, rows) if exact else None,
    )


def ordered(register: Register, asked: Asked, query: Query) -> QuerySet[Any]:
    """All rows the query lets through, in its order: for exports and paper."""
    rows = rows_of(register, asked, query)
    return rows.order_by(*_order_by(order_of(register, rows.model, query), reverse=False))


def parts_of(
    register: Register, rows: QuerySet[Any], asked: Asked, query: Query
) -> list[QuerySet[Any]]:
    """``rows`` cut into those of each ``first`` filter and the rest, every row in one part.

    A list over the parts is a keyset list in each of them: whether a row is late depends on the
    day, so that no index can hold an order by it.
    """
    if query.sort or query.text or set(register.first) & set(query.chosen):
        return [rows]
    parts = []
    for key in register.first:
        one = next(each for each in register.filters if each.key == key)
        parts.append(apply_filter(rows, one, True, asked))
        same = rows.model._default_manager.filter(pk=OuterRef("pk"))
        rows = rows.filter(~Exists(apply_filter(same, one, True, asked)))
    return [*parts, rows]


def capped_count(rows: QuerySet[Any]) -> int:
    """How many rows, counting no further than one past ``COUNT_CAP``."""
    return rows.order_by().values("pk")[: COUNT_CAP + 1].count()


def order_of(register: Register, model: type[Model], query: Query) -> Order:
    """The order asked for, else the register's own."""
    column = register.column(query.sort.removeprefix("-")) if query.sort else None
    name = column.sort if column else register.order.removeprefix("-")
    descending = (query.sort if column else register.order).startswith("-")
    return Order(name, descending, _nullable(model, name))


def _nullable(model: type[Model], name: str) -> bool:
    """Whether the field at ``name`` may be empty; annotations may."""
    if name in ROW_ID:
        return False
    try:
        for part in name.split("__"):
            found: Any = model._meta.get_field(part)
            if found.null:
                return True
            model = found.related_model
    except (FieldDoesNotExist, AttributeError):
        return True
    return False


def _window(
    parts: list[QuerySet[Any]], order: Order, query: Query, size: int
) -> tuple[list[Any], str, str]:
    """Rows, cursor to the next page, cursor to the one before; at most a query for each part."""
    place = read_place(query.before or query.after)
    backward = bool(query.before)
    try:
        left = _left(parts, order, place, reverse=backward)
    except (TypeError, ValueError, ValidationError, IndexError):  # a cursor of another list
        place, backward, left = None, False, list(enumerate(parts))
    found: list[tuple[int, Any]] = []
    for part, rows in left:
        wanted = rows.order_by(*_order_by(order, reverse=backward))[: size + 1 - len(found)]
        found += [(part, row) for row in wanted]
        if len(found) > size:
            break
    more, found = len(found) > size, found[:size]
    if backward:
        found.reverse()
    if not found:
        return [], "", ""
    first, last = (write_place(_place(order, *each)) for each in (found[0], found[-1]))
    has_next = backward or more
    has_previous = more if backward else place is not None
    return [row for _part, row in found], last if has_next else "", first if has_previous else ""


def _left(
    parts: list[QuerySet[Any]], order: Order, place: Place | None, *, reverse: bool
) -> list[tuple[int, QuerySet[Any]]]:
    """What lies past ``place``, nearest part first; ``IndexError`` for a part there is not."""
    if place is None:
        return list(enumerate(parts))
    if place.part < 0:
        raise IndexError
    rest = parts[place.part].filter(_beyond(order, place, reverse=reverse))
    others = range(place.part - 1, -1, -1) if reverse else range(place.part + 1, len(parts))
    return [(place.part, rest), *((part, parts[part]) for part in others)]


def _order_by(order: Order, *, reverse: bool) -> list[str | OrderBy]:
    down = order.descending is not reverse
    row_id = "-pk" if down else "pk"
    if order.by_id:
        return [row_id]
    if not order.nullable:
        return [f"-{order.field}" if down else order.field, row_id]
    # Empty values last; read backwards they come first.
    ends = {"nulls_first": True} if reverse else {"nulls_last": True}
    field = F(order.field)
    return [field.desc(**ends) if down else field.asc(**ends), row_id]


def _beyond(order: Order, place: Place, *, reverse: bool) -> Q:
    """Rows past ``place`` in the order, or before it when ``reverse``."""
    side = "lt" if order.descending is not reverse else "gt"
    by_id = Q(**{f"pk__{side}": place.pk})
    if order.by_id:
        return by_id
    empty = Q(**{f"{order.field}__isnull": True})
    if place.value is None:
        return (empty & by_id) | (~empty if reverse else Q(pk__in=()))
    # The first condition bounds the index range, the second settles ties.
    bounded = Q(**{f"{order.field}__{side}e": place.value})
    tie = Q(**{f"{order.field}__{side}": place.value}) | by_id
    past = bounded & tie
    return past | empty if order.nullable and not reverse else past


def _place(order: Order, part: int, row: Any) -> Place:
    return Place(None if order.by_id else at_path(row, order.field), row.pk, part)


def _alert_count(register: Register, rows: QuerySet[Any], asked: Asked, query: Query) -> int | None:
    if not register.alert or register.alert in query.chosen:
        return None
    alert = next(one for one in register.filters if one.key == register.alert)
    return capped_count(apply_filter(rows, alert, True, asked))


def _totals(register: Register, rows: QuerySet[Any]) -> dict[str, Any] | None:
    sums = {column.key: Sum(column.total) for column in register.columns if column.total}
    return rows.order_by().aggregate(**sums) if sums else None
