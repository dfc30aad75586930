"""Workbooks as bureaus keep them, and as attackers do."""

import io
import zipfile

from openpyxl import Workbook


def book(rows, *, merges=(), title="Sheet1", more=()):
    """A workbook with one sheet of ``rows`` (lists; None leaves a cell empty)."""
    made = Workbook()
    sheet = made.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for merge in merges:
        sheet.merge_cells(merge)
    for name, extra in more:
        other = made.create_sheet(name)
        for row in extra:
            other.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def rezip(content, change):
    """``content`` with its parts passed through ``change(name, body) -> body | None``."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            body = change(name, old.read(name))
            if body is not None:
                new.writestr(name, body)
    return out.getvalue()


def with_part(content, name, body):
    """``content`` with one part more."""
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, body)
    return out.getvalue()


HEAD = ["编号", "单位名称", "排查时间", "备注"]
GOOD = [[n, f"第{n}小学", "2026-11-01", "正常"] for n in range(1, 6)]
MIXED = [
    *GOOD,
    [6, "错名", None, None],
    ["x", "七小", None, None],
    [8, "异常", None, None],
    [9, "九小", None, None],
]
"""Six rows that are right, three that are not."""
