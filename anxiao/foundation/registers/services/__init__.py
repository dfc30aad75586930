"""Writes of registers: imports, exports, saved filters."""

from anxiao.foundation.registers.services.batches import (
    apply_batch,
    correct_batch,
    discard_batch,
    error_book,
    purge_batches,
    remap_batch,
    upload_batch,
)
from anxiao.foundation.registers.services.error_book import write_errors_of
from anxiao.foundation.registers.services.exporting import Exported, export
from anxiao.foundation.registers.services.importing import Manner, Report, run_import
from anxiao.foundation.registers.services.saving import delete_filter, save_filter
from anxiao.foundation.registers.services.understanding import (
    BadMapping,
    RowError,
    Understood,
    Wish,
)

__all__ = [
    "BadMapping",
    "Exported",
    "Manner",
    "Report",
    "RowError",
    "Understood",
    "Wish",
    "apply_batch",
    "correct_batch",
    "delete_filter",
    "discard_batch",
    "error_book",
    "export",
    "purge_batches",
    "remap_batch",
    "run_import",
    "save_filter",
    "upload_batch",
    "write_errors_of",
]
