"""Rows instead of objects, for the roads that every phone takes: statements are written once.

Compiling a queryset costs more than the database needs to answer it. What is asked or written at
each submission is therefore plain SQL that both databases speak; everything else is a queryset.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache, partial
from typing import Any
from uuid import UUID

import orjson
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import DateField, DateTimeField, DecimalField, JSONField, Model, UUIDField
from django.utils.functional import Promise

from anxiao.foundation.kernel.later import Later

driver = Later("psycopg.types.json")
Row = tuple[Any, ...]
KEPT = "quick_cursor"
MOST_VALUES = 6000
"""Values in one INSERT: SQLite takes 32,766, and a text for each number of rows is kept."""
FEW_ROWS = 8
"""More rows than these go to PostgreSQL as one value: psycopg looks for each value's place."""


def one(sql: str, values: Sequence[Any]) -> Row | None:
    """The first row that ``sql`` finds."""
    return next(iter(many(sql, values)), None)


def many(sql: str, values: Sequence[Any]) -> list[Row]:
    """All rows that ``sql`` finds."""
    here = connections[DEFAULT_DB_ALIAS]
    cursor = _cursor(here)
    with here.wrap_database_errors:
        cursor.execute(sql, values)
        found: list[Row] = cursor.fetchall()
    return found


def write(sql: str, values: Sequence[Any]) -> int:
    """Run a statement that changes rows; how many."""
    here = connections[DEFAULT_DB_ALIAS]
    cursor = _cursor(here)
    with here.wrap_database_errors:
        cursor.execute(sql, values)
    return int(cursor.rowcount)


def write_all(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run a statement that changes rows once with each of ``rows`` of values."""
    if not rows:
        return
    here = connections[DEFAULT_DB_ALIAS]
    cursor = _cursor(here)
    with here.wrap_database_errors:
        cursor.executemany(sql, rows)


def _cursor(here: Any) -> Any:
    """The connection's cursor for these roads: making one costs as much as many a statement."""
    if here.queries_logged or here.execute_wrappers:
        return _watched(here)
    kept, cursor = here.__dict__.get(KEPT, (None, None))
    if kept is None or kept is not here.connection:
        here.ensure_connection()
        cursor = _bare(here)
        here.__dict__[KEPT] = (here.connection, cursor)
    here.validate_no_broken_transaction()
    return cursor


def _watched(here: Any) -> Any:
    """A cursor that is logged and passes Django's wrappers, for tests and for debugging."""
    here.ensure_connection()
    make = here.make_debug_cursor if here.queries_logged else here.make_cursor
    return make(_bare(here))


def _bare(here: Any) -> Any:
    """The driver's cursor. On PostgreSQL one that sends values beside the text: the server reads
    and plans each statement once per connection (``prepare_threshold``), not at every use."""
    return here.Database.Cursor(here.connection) if native() else here.create_cursor()


def add(row: Model) -> None:
    """Insert a new row with a running id, as ``save()`` would, without compiling anything."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    values = {field.attname: getattr(row, field.attname) for field in fields}
    (row.pk,) = insert(type(row), [values])
    row._state.adding, row._state.db = False, connection.alias


def insert(model: type[Model], rows: Sequence[Mapping[str, Any]], *, once: str = "") -> list[Any]:
    """Insert rows, given as values by attribute name, in one statement; their ids in order.

    All rows name the same attributes; what they leave out gets the field's default. Nothing is
    validated. ``once`` is a unique column: a row whose value is there already is left as it is,
    and its id is ``None``.
    """
    if not rows:
        return []
    table = _table(model, tuple(rows[0]))
    most = max(1, MOST_VALUES // len(table.names))
    ids: list[Any] = []
    for start in range(0, len(rows), most):
        ids += _insert(table, rows[start : start + most], once)
    return ids


def _insert(table: "_Table", rows: Sequence[Mapping[str, Any]], once: str) -> list[Any]:
    if native() and len(rows) > FEW_ROWS:
        found = many(_insert_text(table, 0, once), [_as_json(table, rows)])
    else:
        columns = list(zip(table.names, table.adapters, strict=True))
        values = [
            row[name] if adapt is None or row[name] is None else adapt(row[name])
            for row in rows
            for name, adapt in columns
        ]
        found = many(_insert_text(table, len(rows), once), values)
    if not once:
        return [pk for (pk,) in found]
    ids = {value: pk for pk, value in found}
    adapt = table.adapters[table.names.index(once)]
    return [ids.get(adapt(row[once]) if adapt else row[once]) for row in rows]


def _as_json(table: "_Table", rows: Sequence[Mapping[str, Any]]) -> str:
    names = list(zip(table.columns, table.names, strict=True))
    told = [{column: row[name] for column, name in names} for row in rows]
    return _json_text(told)


def _word(value: Any) -> str:
    """What JSON does not know, as PostgreSQL reads it."""
    if isinstance(value, Decimal | Promise):
        return str(value)
    raise TypeError(f"{type(value)} in a row")


def day(value: date) -> Any:
    """A day as the database compares it."""
    return value if native() else value.isoformat()


@lru_cache(maxsize=256)
def instant(value: datetime) -> Any:
    """An instant as the database compares it."""
    return value if native() else str(value.astimezone(UTC).replace(tzinfo=None))


def key(value: UUID) -> Any:
    """A UUID as the database compares it."""
    return value if native() else value.hex


@cache
def native() -> bool:
    """Whether the database and its driver know days, instants and UUIDs by themselves."""
    return connection.vendor == "postgresql"


def marks(values: Sequence[Any]) -> str:
    """Placeholders for a list of values."""
    return ", ".join(["%s"] * len(values))


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """How rows of a model are written that give ``names``; ``rest`` are columns with a default."""

    name: str
    pk: str
    names: tuple[str, ...]
    columns: tuple[str, ...]
    adapters: tuple[Callable[[Any], Any] | None, ...]
    types: tuple[str, ...]
    rest: dict[str, str]


@lru_cache(maxsize=64)
def _table(model: type[Model], names: tuple[str, ...]) -> _Table:
    meta = model._meta
    fields = {field.attname: field for field in meta.concrete_fields}
    given = [fields[name] for name in names]
    rest = {
        field.column or "": _default(field)
        for field in fields.values()
        if not (field.primary_key or field.attname in names or field.null)
    }
    return _Table(
        meta.db_table,
        (meta.pk.column or "") if meta.pk else "",
        names,
        tuple(field.column or "" for field in given),
        tuple(_adapter(field) for field in given),
        tuple((field.db_type(connection) or "").partition("(")[0] for field in given),
        rest,
    )


@lru_cache(maxsize=256)
def _insert_text(table: _Table, count: int, once: str) -> str:
    """The statement for ``count`` rows; 0: for any number, as one JSON value (PostgreSQL)."""
    given = [f'"{column}"' for column in table.columns]
    columns = ", ".join([*given, *(f'"{column}"' for column in table.rest)])
    rest = table.rest.values()
    if count:
        row = ", ".join([*["%s"] * len(given), *rest])
        rows = "VALUES " + ", ".join([f"({row})"] * count)
    else:
        typed = ", ".join(map(" ".join, zip(given, table.types, strict=True)))
        row = ", ".join([*given, *rest])
        rows = f"SELECT {row} FROM jsonb_to_recordset(%s::jsonb) AS given({typed})"  # noqa: S608 - our own names
    back = f'"{table.pk}"'
    if once:
        name = table.columns[table.names.index(once)]
        rows += f' ON CONFLICT ("{name}") DO NOTHING'
        back += f', "{name}"'
    return f'INSERT INTO "{table.name}" ({columns}) {rows} RETURNING {back}'


def _default(field: Any) -> str:
    """The default of a field as it stands in a statement: a word, a number, a truth."""
    value = field.get_default()
    if isinstance(value, str) and re.fullmatch(r"\w*", value):
        return f"'{value}'"
    if isinstance(value, bool | int):
        return str(value)
    raise TypeError(f"{field}: a value is wanted")


def _json(value: object) -> bytes:
    return orjson.dumps(value, default=_word, option=orjson.OPT_NON_STR_KEYS)


def _json_text(value: object) -> str:
    return _json(value).decode()


def _json_of_driver() -> Callable[[Any], Any]:
    return partial(driver.Jsonb, dumps=_json)


def _adapter(field: Any) -> Callable[[Any], Any] | None:
    """How the database wants the values of a field; ``None``: as they are."""
    if isinstance(field, JSONField):
        return _json_of_driver() if native() else _json_text
    if isinstance(field, DecimalField):
        return lambda value: connection.ops.adapt_decimalfield_value(
            value, field.max_digits, field.decimal_places
        )
    if native():
        return None
    plain = ((DateTimeField, instant), (DateField, day), (UUIDField, key))  # a moment is a day too
    return next((adapt for kind, adapt in plain if isinstance(field, kind)), None)
