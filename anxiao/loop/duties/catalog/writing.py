"""A plan as TOML text that reads back to the same plan."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from anxiao.loop.duties.catalog.data import PlanData
from anxiao.loop.duties.catalog.fields import CLAUSE, DUTY, HEAD, Field

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def write_toml(plan: PlanData) -> str:
    """The plan as TOML; what stands at its default is left out."""
    lines = [*_table("[plan]", asdict(plan.head), HEAD)]
    for code, label in plan.evidence_kinds.items():
        lines += ["[[evidence_kind]]", f"code = {_value(code)}", f"label = {_value(label)}", ""]
    for clause in plan.clauses:
        lines += _table("[[clause]]", asdict(clause), CLAUSE)
        for duty in clause.duties:
            lines += _table("[[clause.duty]]", asdict(duty), DUTY)
    return "\n".join(lines)


def _table(header: str, values: Mapping[str, Any], fields: Mapping[str, Field]) -> Iterator[str]:
    yield header
    for name, field in fields.items():
        if field.required or values[name] != field.default:
            yield f"{name} = {_value(values[name])}"
    yield ""


def _value(value: Any) -> str:
    writer = next(each for kind, each in _WRITERS if isinstance(value, kind))
    return writer(value)


def _text(value: str) -> str:
    return '"' + "".join(map(_letter, value)) + '"'


def _letter(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"


def _table_value(value: Mapping[str, Any]) -> str:
    return "{ " + ", ".join(f"{key} = {_value(each)}" for key, each in value.items()) + " }"


def _list_value(value: Sequence[Any]) -> str:
    return "[" + ", ".join(map(_value, value)) + "]"


_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
    (bool, lambda value: "true" if value else "false"),
    (int, str),
    (date, lambda value: value.isoformat()),
    (str, _text),
    (Mapping, _table_value),
    ((list, tuple), _list_value),
)
