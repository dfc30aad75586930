"""Workbooks as answers."""

from pathlib import Path
from typing import IO, Any

from django.http import FileResponse

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook_response(file: IO[bytes] | Path, name: str) -> FileResponse:
    """An .xlsx to save under ``name``."""
    opened: Any = file.open("rb") if isinstance(file, Path) else file
    response = FileResponse(opened, as_attachment=True, filename=name, content_type=XLSX)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
