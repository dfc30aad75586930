"""Rows instead of objects, for the roads that every phone takes: statements are written once.

Compiling a queryset costs more than the database needs to answer it. What is asked or written at
each submission is therefore plain SQL that both databases speak; everything else is a queryset.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Field, Model

Row = tuple[Any, ...]


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


def add(row: Model) -> None:
    """Insert a new row with a running id, as ``save()`` would, without compiling anything."""
    model = type(row)
    sql, fields = _insert(model)
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        (row.pk,) = cursor.fetchone()
    row._state.adding, row._state.db = False, connection.alias


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


@lru_cache(maxsize=64)
def _insert(model: type[Model]) -> "tuple[str, tuple[Field[Any, Any], ...]]":
    meta = model._meta
    fields = tuple(field for field in meta.concrete_fields if not field.primary_key)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    pk = meta.pk.column if meta.pk else ""
    sql = f'INSERT INTO "{meta.db_table}" ({columns}) VALUES ({marks(fields)}) RETURNING "{pk}"'  # noqa: S608 - our own names
    return sql, fields
