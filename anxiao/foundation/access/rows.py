"""Rows instead of objects, for the roads that every phone takes: statements are written once.

Compiling a queryset costs more than the database needs to answer it. What is asked or written at
each submission is therefore plain SQL that both databases speak; everything else is a queryset.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import DateField, DateTimeField, DecimalField, JSONField, Model, UUIDField
from django.db.models.fields import NOT_PROVIDED

Row = tuple[Any, ...]
MOST_VALUES = 6000
"""Values in one INSERT: SQLite takes 32,766, and a text for each number of rows is kept."""


def one(sql: str, values: Sequence[Any]) -> Row | None:
    """The first row that ``sql`` finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row: Row | None = cursor.fetchone()
        return row


def many(sql: str, values: Sequence[Any]) -> list[Row]:
    """All rows that ``sql`` finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[Row] = cursor.fetchall()
        return found


def write(sql: str, values: Sequence[Any]) -> int:
    """Run a statement that changes rows; how many."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def add(row: Model) -> None:
    """Insert a new row with a running id, as ``save()`` would, without compiling anything."""
    names = _table(type(row)).names
    (row.pk,) = insert(type(row), [{name: getattr(row, name) for name in names}])
    row._state.adding, row._state.db = False, connection.alias


def insert(model: type[Model], rows: Sequence[Mapping[str, Any]], *, once: str = "") -> list[Any]:
    """Insert rows, given as values by attribute name, in one statement; their ids in order.

    What a row leaves out gets the field's default; nothing is validated. ``once`` is a unique
    column: a row whose value is there already is left as it is, and its id is ``None``.
    """
    table = _table(model)
    most = max(1, MOST_VALUES // len(table.columns))
    ids: list[Any] = []
    for start in range(0, len(rows), most):
        ids += _insert(table, rows[start : start + most], once)
    return ids


def _insert(table: "_Table", rows: Sequence[Mapping[str, Any]], once: str) -> list[Any]:
    values: list[Any] = []
    for row in rows:
        values += table.values(row)
    with connection.cursor() as cursor:
        cursor.execute(_insert_text(table, len(rows), once), values)
        found = cursor.fetchall()
    if not once:
        return [pk for (pk,) in found]
    ids = {value: pk for pk, value in found}
    adapt = table.adapt(once)
    return [ids.get(adapt(row[once])) for row in rows]


def day(value: date) -> Any:
    """A day as the database compares it."""
    return connection.ops.adapt_datefield_value(value)


def instant(value: datetime) -> Any:
    """An instant as the database compares it."""
    return connection.ops.adapt_datetimefield_value(value)


def key(value: UUID) -> Any:
    """A UUID as the database compares it."""
    return value if connection.features.has_native_uuid_field else value.hex


def marks(values: Sequence[Any]) -> str:
    """Placeholders for a list of values."""
    return ", ".join(["%s"] * len(values))


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """How rows of a model are written: attribute names, columns, defaults and adapters."""

    name: str
    pk: str
    names: tuple[str, ...]
    columns: tuple[str, ...]
    defaults: tuple[Any, ...]
    adapters: tuple[Callable[[Any], Any] | None, ...]

    def values(self, row: Mapping[str, Any]) -> Iterable[Any]:
        """The row's values as the database takes them."""
        return [
            adapt(value) if adapt and value is not None else value
            for value, adapt in zip(
                map(row.get, self.names, self.defaults), self.adapters, strict=True
            )
        ]

    def adapt(self, name: str) -> Callable[[Any], Any]:
        """How a value of one attribute is written."""
        return self.adapters[self.names.index(name)] or (lambda value: value)


@lru_cache(maxsize=64)
def _table(model: type[Model]) -> _Table:
    meta = model._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    return _Table(
        meta.db_table,
        (meta.pk.column or "") if meta.pk else "",
        tuple(field.attname for field in fields),
        tuple(field.column or "" for field in fields),
        tuple(_default(field) for field in fields),
        tuple(_adapter(field) for field in fields),
    )


@lru_cache(maxsize=256)
def _insert_text(table: _Table, count: int, once: str) -> str:
    columns = ", ".join(f'"{column}"' for column in table.columns)
    rows = ", ".join([f"({marks(table.columns)})"] * count)
    back = f'"{table.pk}"'
    if once:
        name = table.columns[table.names.index(once)]
        rows += f' ON CONFLICT ("{name}") DO NOTHING'
        back += f', "{name}"'
    return f'INSERT INTO "{table.name}" ({columns}) VALUES {rows} RETURNING {back}'  # noqa: S608 - our own names


def _default(field: Any) -> Any:
    if callable(field.default) and field.default not in {NOT_PROVIDED, dict, list}:
        raise TypeError(f"{field}: a default that is another each time")
    return field.get_default()


def _adapter(field: Any) -> Callable[[Any], Any] | None:
    """How the database wants the values of a field; ``None``: as they are."""
    if isinstance(field, JSONField):
        return lambda value: connection.ops.adapt_json_value(value, field.encoder)
    if isinstance(field, DecimalField):
        return lambda value: connection.ops.adapt_decimalfield_value(
            value, field.max_digits, field.decimal_places
        )
    plain = ((DateTimeField, instant), (DateField, day), (UUIDField, key))  # a moment is a day too
    return next((adapt for kind, adapt in plain if isinstance(field, kind)), None)
