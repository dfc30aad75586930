"""What stands in a cell: raw for programs and Excel, as words for people."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from anxiao.foundation.registers.declare import Asked, Column, Register

Converter = Callable[[Any], Any]


def at_path(row: Any, path: str) -> Any:
    """``row.org.name`` for ``"org.name"`` or ``"org__name"``; None where a link is missing."""
    for part in path.replace("__", ".").split("."):
        if row is None:
            return None
        row = getattr(row, part)
    return row() if callable(row) else row


def value_of(column: Column, row: Any, asked: Asked) -> Any:
    """The cell's value: text, number, date, instant, bool or None; choices as their label."""
    if not isinstance(column.value, str):
        return column.value(row, asked)
    value = at_path(row, column.value)
    if column.kind != "choice":
        return value
    field = field_at(type(row), column.value)
    return label_of(field, value)


def label_of(field: "Field[Any, Any] | None", value: Any) -> Any:
    """The label of a choice; the value itself where the field has no such choice."""
    if field is None or not field.flatchoices:
        return value
    return str(dict(field.flatchoices).get(value, value if value is not None else ""))


def field_at(model: type[Model], path: str) -> "Field[Any, Any] | None":
    """The model field at an attribute path, None for properties and annotations."""
    found: Any = None
    try:
        for part in path.replace(".", "__").split("__"):
            found = model._meta.get_field(part)
            model = found.related_model
    except (FieldDoesNotExist, AttributeError):
        return None
    return found if getattr(found, "concrete", False) else None


def words(value: Any) -> str:
    """A value as text on paper: 2026-11-23, 是, 1,200.50; empty for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, date):
        return _moment(value) if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, Decimal | float):
        return f"{value:,.2f}".removesuffix(".00")
    return f"{value:,}" if isinstance(value, int) else str(value)


def _moment(value: datetime) -> str:
    return localtime(value).strftime("%Y-%m-%d %H:%M")


def paper_columns(register: Register, columns: list[Column]) -> list[Column]:
    """``columns`` with the remarks last, as 台账 have them."""
    remarks = register.print.remarks
    return sorted(columns, key=lambda column: column.key == remarks)


def json_row(register: Register, row: Any, asked: Asked) -> dict[str, Any]:
    """One row for programs: id, then every column; dates as text, money as text."""
    answer: dict[str, Any] = {"id": row.pk}
    for column in register.columns:
        answer[column.key] = _json(value_of(column, row, asked))
    return answer


def _json(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date):  # instants are dates too
        return value.isoformat()
    return str(value)
