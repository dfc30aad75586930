"""Applying understood rows: each in its own savepoint, a file whole or what is right of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import require
from anxiao.foundation.access.turns import in_turns
from anxiao.foundation.journal.services import record
from anxiao.foundation.kernel.errors import DomainError, Forbidden, Invalid
from anxiao.foundation.registers.declare import (
    ImportContext,
    ImportSpec,
    Misnamed,
    Outcome,
    Rejected,
)
from anxiao.foundation.registers.services.understanding import (
    BadMapping,
    ReadRow,
    RowError,
    Understood,
    Wish,
    error_at,
    understand,
)
from anxiao.foundation.registers.services.workbook import MAX_FILE, read_sheets

CHUNK = 100
FEW = 10
"""Rows in one turn to write where rows go in together, and where each is written by itself."""
WHOLE = 200
"""Rows prepared together where a file goes in whole, in one turn."""
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Report:
    """What an import did, or would do.

    ``missing`` (keys of required fields without a column) means that nothing was tried.
    ``taken`` is false when a file was to go in whole and could not. ``rejected`` has a line per
    error; a row may have several, ``rejected_rows`` counts rows.
    """

    understood: Understood
    created: int = 0
    changed: int = 0
    same: int = 0
    rejected: list[RowError] = field(default_factory=list)
    taken: bool = True

    @property
    def missing(self) -> tuple[str, ...]:
        return self.understood.missing

    @property
    def skipped(self) -> dict[str, int]:
        """Rows that are no records, by kind: blank, total, note, header."""
        return self.understood.skipped

    @property
    def rejected_rows(self) -> int:
        return len({error.row for error in self.rejected})

    @property
    def counts(self) -> dict[str, int]:
        """For the journal."""
        return {
            "created": self.created,
            "changed": self.changed,
            "same": self.same,
            "rejected": self.rejected_rows,
        }


@dataclass(frozen=True, slots=True)
class Manner:
    """How to apply: ``whole`` = all rows or none; ``progress(done, total)`` after each chunk.

    With ``rehearsed`` all rows are tried in short turns before they are written in a long one.
    """

    whole: bool = False
    rehearsed: bool = False
    progress: Progress | None = None


def run_import(
    spec: ImportSpec,
    path: Path,
    mapping: Mapping[str, int | str],
    context: ImportContext,
    manner: Manner = Manner(),
) -> Report:
    """Import a workbook from disk: for the command line.

    ``mapping`` is ``--map 字段=列名``: a field's key or label → heading, letter or number.
    Permission is the caller's: the command line acts for who runs the server; ``apply`` requires
    what it requires of ``context.actor``. One journal line. Raises ``Invalid`` for a file or
    mapping that cannot be used; required fields without a column come back in ``Report.missing``.
    """
    if not path.is_file():
        raise Invalid(_("没有这个文件：%(path)s") % {"path": path})
    if path.stat().st_size > MAX_FILE:
        raise Invalid(_("文件超过 10 MB，请拆分后分次导入。"))
    wish = Wish(columns=_by_key(spec, mapping))
    report = apply_rows(
        spec, understand(read_sheets(path.read_bytes()), spec, wish), context, manner
    )
    if not report.missing and not context.dry_run:
        record(
            "import",
            f"registers.{spec.slug}",
            actor=context.actor,
            at=context.at,
            org_path=context.org_path,
            detail={"file": path.name, **report.counts},
        )
    return report


def may_import(spec: ImportSpec, context: ImportContext) -> None:
    """``Forbidden`` unless the actor may import this register at the context's unit."""
    require(context.actor, "registers.import", context.org_path)
    require(context.actor, spec.capability, context.org_path)


def apply_rows(
    spec: ImportSpec,
    understood: Understood,
    context: ImportContext,
    manner: Manner = Manner(),
) -> Report:
    """Apply the rows that could be read, chunk by chunk; a dry run rolls each chunk back."""
    report = Report(understood)
    if understood.missing:
        return report
    good = [row for row in understood.rows if not row.errors]
    report.rejected = [error for row in understood.rows for error in row.errors]
    if manner.whole and not context.dry_run:
        _apply_whole(spec, good, context, report, manner)
    else:
        for done, chunk in in_turns(_chunks(good, CHUNK if spec.finish else FEW)):
            with transaction.atomic():
                _apply_chunk(spec, chunk, context, report)
                if context.dry_run:
                    transaction.set_rollback(True)
            if manner.progress:
                manner.progress(done, len(good))
    report.rejected.sort(key=lambda error: error.row)
    return report


def _apply_whole(
    spec: ImportSpec, good: list[ReadRow], context: ImportContext, report: Report, manner: Manner
) -> None:
    if not report.rejected and manner.rehearsed:
        report.rejected = _rehearse(spec, good, context, report.understood)
    if report.rejected:
        report.taken = False
        return
    with transaction.atomic():
        for done, chunk in _chunks(good, WHOLE):
            if report.rejected:
                break
            _apply_chunk(spec, chunk, context, report)
            if manner.progress:
                manner.progress(done, len(good))
        if report.rejected:
            transaction.set_rollback(True)
    if report.rejected:
        report.created = report.changed = report.same = 0
        report.taken = False


def _rehearse(
    spec: ImportSpec, good: list[ReadRow], context: ImportContext, understood: Understood
) -> list[RowError]:
    """What would be rejected; nothing stays written, and nobody waits for long."""
    trial = replace(context, dry_run=True, memory={})
    return apply_rows(spec, replace(understood, rows=good), trial).rejected


def _chunks(rows: list[ReadRow], size: int) -> Iterator[tuple[int, list[ReadRow]]]:
    for start in range(0, len(rows), size):
        chunk = rows[start : start + size]
        yield start + len(chunk), chunk


def _apply_chunk(
    spec: ImportSpec, chunk: list[ReadRow], context: ImportContext, report: Report
) -> None:
    _prepare(spec, chunk, context)
    outcomes = _together(spec, chunk, context) if spec.finish else None
    if outcomes is None:
        outcomes = _one_by_one(spec, chunk, context)
    for row, outcome in zip(chunk, outcomes, strict=True):
        match outcome:
            case Outcome.CREATED:
                report.created += 1
            case Outcome.CHANGED:
                report.changed += 1
            case Outcome.SAME:
                report.same += 1
            case Rejected():
                report.rejected.append(_error(spec, report.understood, row, outcome))


def _prepare(spec: ImportSpec, chunk: list[ReadRow], context: ImportContext) -> None:
    context.memory = {}
    if spec.prepare:
        spec.prepare([row.values for row in chunk], context)


def _together(
    spec: ImportSpec, chunk: list[ReadRow], context: ImportContext
) -> list[Outcome | Rejected] | None:
    """All rows in one savepoint; None, and nothing written, where the database refuses one."""
    assert spec.finish is not None  # noqa: S101 - asked by the caller
    try:
        with transaction.atomic():
            outcomes = [_outcome(spec, row, context) for row in chunk]
            spec.finish(context)
    except (IntegrityError, DataError):
        _prepare(spec, chunk, context)
        return None
    return outcomes


def _one_by_one(
    spec: ImportSpec, chunk: list[ReadRow], context: ImportContext
) -> list[Outcome | Rejected]:
    outcomes = []
    for row in chunk:
        outcome = _apply_row(spec, row, context)
        if outcome is None:
            _prepare(spec, chunk, context)  # what it left in memory never came true
            refused = _("与已有记录冲突或内容过长，请核对这一行。")
            outcome = Rejected("", refused)
        outcomes.append(outcome)
    return outcomes


def _apply_row(spec: ImportSpec, row: ReadRow, context: ImportContext) -> Outcome | Rejected | None:
    """One row in its savepoint: what is not taken leaves nothing behind; None where the database
    refuses it.
    """
    try:
        with transaction.atomic():
            outcome = _outcome(spec, row, context)
            if isinstance(outcome, Rejected):
                transaction.set_rollback(True)
            elif spec.finish:
                spec.finish(context)
            return outcome
    except (IntegrityError, DataError):
        return None


def _outcome(spec: ImportSpec, row: ReadRow, context: ImportContext) -> Outcome | Rejected:
    context.row_number = row.number
    try:
        return spec.apply(dict(row.values), context)
    except Forbidden:
        return Rejected("", _("这一行的单位不在您的管理范围内。"))
    except DomainError as fault:
        cell, message = next(iter(fault.fields.items()), ("", fault.message))
        near = fault.near if isinstance(fault, Misnamed) else ()
        return Rejected(cell, message or _("这一行不符合要求，请核对。"), near)


def _error(spec: ImportSpec, understood: Understood, row: ReadRow, rejected: Rejected) -> RowError:
    one = next((field for field in spec.fields if field.key == rejected.cell), None)
    value: Any = row.values.get(rejected.cell) if one else None
    error = error_at(understood, row.number, one, value, rejected.message)
    return replace(error, near=rejected.near)


def _by_key(spec: ImportSpec, mapping: Mapping[str, int | str]) -> dict[str, int | str]:
    """Fields named by key or by label."""
    keys = {name: one.key for one in spec.fields for name in (one.key, str(one.label))}
    unknown = [name for name in mapping if name not in keys]
    if unknown:
        known = "、".join(f"{one.label}（{one.key}）" for one in spec.fields)
        raise BadMapping(
            _("没有“%(name)s”这个字段。可用字段：%(known)s。")
            % {"name": unknown[0], "known": known}
        )
    return {keys[name]: column for name, column in mapping.items()}
