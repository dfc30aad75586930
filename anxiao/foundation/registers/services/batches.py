"""Workbooks on their way in from the web: uploaded, previewed, applied or discarded."""

import logging
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from anxiao.foundation.journal.services import move
from anxiao.foundation.kernel.errors import Conflict, Invalid
from anxiao.foundation.kernel.spellings import clean_name
from anxiao.foundation.registers.declare import ImportContext, ImportSpec
from anxiao.foundation.registers.models import ImportBatch
from anxiao.foundation.registers.services.error_book import write_error_book
from anxiao.foundation.registers.services.importing import (
    Manner,
    Report,
    apply_rows,
    may_import,
)
from anxiao.foundation.registers.services.understanding import (
    RowError,
    Understood,
    Wish,
    shown,
    understand,
)
from anxiao.foundation.registers.services.workbook import Sheet, read_sheets
from anxiao.foundation.registers.states import IMPORT_FLOW, ImportState

logger = logging.getLogger("anxiao.imports")
KEPT = timedelta(days=7)
"""Uploaded files and error workbooks are removed after this."""
ABANDONED = timedelta(minutes=15)
"""An import that has been under way for longer was killed; it may be started again."""
WEB_ROWS = 2_000
"""More would keep a person waiting and, taken whole, all others from writing."""
SAMPLES, ERRORS_SHOWN = 5, 200
GROUPS_SHOWN, ROWS_NAMED = 50, 8


def upload_batch(
    spec: ImportSpec, content: bytes, name: str, context: ImportContext
) -> ImportBatch:
    """Take in a workbook and preview it; ``Invalid`` (nothing kept) when it cannot be read."""
    may_import(spec, context)
    sheets = read_sheets(content)
    understood = understand(sheets, spec)
    batch = ImportBatch(
        uuid=uuid4(),
        slug=spec.slug,
        user_id=context.actor.user_id,
        org_path=context.org_path,
        name=clean_name(name)[:120] or "台账.xlsx",
        created_at=context.at,
    )
    _preview(batch, spec, understood, context)
    path = batch_path(batch)
    path.write_bytes(content)
    path.chmod(0o600)
    batch.save()
    return batch


def remap_batch(batch: ImportBatch, wish: Wish, spec: ImportSpec, context: ImportContext) -> None:
    """Read the workbook again with the columns a person chose, and preview it."""
    may_import(spec, context)
    _check_waiting(batch)
    wish = replace(wish, corrections=batch.corrections)
    _preview(batch, spec, understand(_sheets(batch), spec, wish), context)
    batch.save(update_fields=["sheet", "header_row", "mapping", "report"])


def correct_batch(
    batch: ImportBatch, said: str, meant: str, spec: ImportSpec, context: ImportContext
) -> None:
    """Take a name that the preview offered for what is written, in every row, and preview again."""
    may_import(spec, context)
    _check_waiting(batch)
    offered = [
        group["field"]
        for group in batch.report.get("groups", ())
        if group["value"] == said and meant in group["near"]
    ]
    if not offered:
        raise Invalid(_("这个名称不在可选的名称里，请重新预览后再选。"))
    known = batch.corrections.get(offered[0], {})
    batch.corrections = {**batch.corrections, offered[0]: {**known, said: meant}}
    _preview(batch, spec, understand(_sheets(batch), spec, wish_of(batch)), context)
    batch.save(update_fields=["corrections", "report"])


def apply_batch(
    batch: ImportBatch, spec: ImportSpec, context: ImportContext, *, whole: bool
) -> Report:
    """Write what the preview promised; the file goes, rejected rows stay as an error workbook.

    ``Conflict`` when it is being applied or is done already; ``Invalid`` when required columns
    are still missing or ``whole`` could not be kept: nothing was written then.
    """
    may_import(spec, context)
    _start(batch, context)
    try:
        sheets = _sheets(batch)
        report = apply_rows(
            spec,
            understand(sheets, spec, wish_of(batch)),
            context,
            Manner(whole=whole, rehearsed=whole),
        )
        if report.missing:
            raise Invalid(_("还有必填的列没有对应，请先选择。"))
        if not report.taken:
            raise Invalid(_("有不能导入的行，按“全部正确才导入”的要求，一行也没有导入。"))
        _finish(batch, report, sheets, context)
    except BaseException:
        _give_back(batch, context)
        raise
    batch_path(batch).unlink(missing_ok=True)
    return report


def discard_batch(batch: ImportBatch, context: ImportContext) -> None:
    """Throw a workbook away without importing it."""
    move(
        batch,
        IMPORT_FLOW["discard"],
        actor=context.actor,
        at=context.at,
        org_path=batch.org_path,
    )
    batch_path(batch).unlink(missing_ok=True)


def error_book(batch: ImportBatch, spec: ImportSpec, context: ImportContext) -> Path | None:
    """The workbook of rejected rows; before the import it is made from a preview."""
    path = error_path(batch)
    if batch.state == ImportState.UPLOADED and batch_path(batch).exists():
        sheets = _sheets(batch)
        context.dry_run = True
        report = apply_rows(spec, understand(sheets, spec, wish_of(batch)), context)
        write_error_book(path, _sheet_of(sheets, report), report)
    return path if path.exists() else None


def purge_batches(at: datetime) -> int:
    """Remove workbooks older than a week and their files; return how many (a periodic job)."""
    old = ImportBatch.objects.filter(created_at__lt=at - KEPT)
    gone = 0
    for batch in old.iterator():
        batch_path(batch).unlink(missing_ok=True)
        error_path(batch).unlink(missing_ok=True)
        gone += 1
    old.delete()
    return gone


def wish_of(batch: ImportBatch) -> Wish:
    """What its owner chose for a batch."""
    return Wish(batch.sheet, batch.header_row or 0, batch.mapping, batch.corrections)


def batch_path(batch: ImportBatch) -> Path:
    """Where the uploaded workbook lies until it is applied or discarded."""
    return _folder() / f"{batch.uuid}.xlsx"


def error_path(batch: ImportBatch) -> Path:
    """Where its error workbook lies."""
    return _folder() / f"{batch.uuid}.errors.xlsx"


def _folder() -> Path:
    folder = Path(settings.ANXIAO_DATA) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _check_waiting(batch: ImportBatch) -> None:
    if batch.state != ImportState.UPLOADED:
        raise Conflict(_("这个文件已导入或已放弃，请重新上传。"))


def _sheets(batch: ImportBatch) -> list[Sheet]:
    try:
        return read_sheets(batch_path(batch).read_bytes())
    except FileNotFoundError as fault:
        raise Conflict(_("上传的文件已清理，请重新上传。")) from fault


def _preview(
    batch: ImportBatch, spec: ImportSpec, understood: Understood, context: ImportContext
) -> None:
    if len(understood.rows) > WEB_ROWS:
        raise Invalid(
            _(
                "这个文件有 %(rows)d 行，网页上一次最多导入 %(most)d 行。"
                "请拆分后分次导入，或请系统管理员用 anxiao import 命令导入。"
            )
            % {"rows": len(understood.rows), "most": WEB_ROWS}
        )
    context.dry_run = True
    report = apply_rows(spec, understood, context)
    batch.sheet, batch.header_row = understood.sheet[:60], understood.header_row
    batch.mapping = {one.key: understood.columns.get(one.key, 0) for one in spec.fields}
    batch.report = plain_report(report, spec)


def _start(batch: ImportBatch, context: ImportContext) -> None:
    killed = batch.started_at is not None and batch.started_at < context.at - ABANDONED
    step = "resume" if batch.state == ImportState.APPLYING and killed else "start"
    _move(batch, step, context, started_at=context.at)


def _finish(
    batch: ImportBatch, report: Report, sheets: list[Sheet], context: ImportContext
) -> None:
    """Rows are stored by now: a disk that is full must not make the import look undone."""
    if report.rejected:
        try:
            write_error_book(error_path(batch), _sheet_of(sheets, report), report)
        except Exception:  # whatever it is, the rows are in
            error_path(batch).unlink(missing_ok=True)
            logger.exception("error workbook of import %s not written", batch.uuid)
    _move(batch, "import", context, report, applied_at=context.at, report=_plain(report))


def _give_back(batch: ImportBatch, context: ImportContext) -> None:
    if batch.state == ImportState.APPLYING:
        _move(batch, "give_back", context)


def _move(
    batch: ImportBatch,
    step: str,
    context: ImportContext,
    done: Report | None = None,
    **changes: Any,
) -> None:
    detail = {"register": batch.slug, "file": batch.name, **(done.counts if done else {})}
    move(
        batch,
        IMPORT_FLOW[step],
        actor=context.actor,
        at=context.at,
        org_path=batch.org_path,
        detail=detail,
        **changes,
    )


def _sheet_of(sheets: list[Sheet], report: Report) -> Sheet:
    return next(sheet for sheet in sheets if sheet.name == report.understood.sheet)


def plain_report(report: Report, spec: ImportSpec) -> dict[str, Any]:
    """A report as plain values, with the first rows as they were understood."""
    samples = [
        {"row": row.number, "values": [_sample(row.values[one.key]) for one in spec.fields]}
        for row in report.understood.rows[:SAMPLES]
    ]
    return _plain(report) | {"samples": samples}


def _sample(value: Any) -> str:
    """What a reader made of a cell, in words."""
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(_sample(part) for part in value)
    value = getattr(value, "label", value)
    return "" if value is None else shown(value)


def _groups(errors: list[RowError]) -> list[dict[str, Any]]:
    """Rows by what is to be done about them, the most frequent first."""
    found: dict[tuple[str, str], list[RowError]] = {}
    for error in errors:
        found.setdefault((error.heading, error.message), []).append(error)
    groups: list[dict[str, Any]] = [
        {
            "heading": heading,
            "message": message,
            "count": len({error.row for error in alike}),
            "rows": sorted({error.row for error in alike})[:ROWS_NAMED],
            "field": alike[0].field,
            "value": alike[0].value,
            "near": list(alike[0].near),
        }
        for (heading, message), alike in found.items()
    ]
    return sorted(groups, key=lambda group: -group["count"])[:GROUPS_SHOWN]


def _plain(report: Report) -> dict[str, Any]:
    understood = report.understood
    return {
        "total": len(understood.rows),
        "created": report.created,
        "changed": report.changed,
        "same": report.same,
        "rejected": report.rejected_rows,
        "errors": [asdict(error) for error in report.rejected[:ERRORS_SHOWN]],
        "groups": _groups(report.rejected),
        "more_errors": max(0, len(report.rejected) - ERRORS_SHOWN),
        "skipped": understood.skipped,
        "missing": list(understood.missing),
        "columns": understood.columns,
        "headings": {str(column): text for column, text in understood.headings.items()},
    }
