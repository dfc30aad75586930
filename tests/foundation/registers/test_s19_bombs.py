"""S19: containers that unpack to more than they say, or elsewhere, are refused before they open."""

import io
import struct
import subprocess
import sys
import tracemalloc
import zipfile

import pytest

from anxiao.foundation.kernel.archives import BadArchive, Limits, look_through
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.registers.models import ImportBatch
from anxiao.foundation.registers.services import upload_batch
from anxiao.foundation.registers.services.workbook import read_sheets
from tests.foundation.registers.books import GOOD, HEAD, book, rezip, with_part
from tests.foundation.registers.sample import SPEC

WHOLE = book([HEAD, *GOOD])


def _zip(*parts, change=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts:
            info = zipfile.ZipInfo(name) if isinstance(name, str) else name
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, body)
    return out.getvalue()


def _lying(content):
    """A zip whose directory declares one byte for each part."""
    lied = bytearray(content)
    at = 0
    while (at := lied.find(b"PK\x01\x02", at)) >= 0:
        lied[at + 24 : at + 28] = struct.pack("<I", 1)
        at += 4
    return bytes(lied)


def _link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info


BOMBS = {
    "sheet of 200 MB": with_part(WHOLE, "xl/worksheets/sheet9.xml", b" " * (200 << 20)),
    "ratio": with_part(WHOLE, "xl/media/a.bin", b"\0" * (20 << 20)),
    "lying sizes": _lying(with_part(WHOLE, "xl/media/a.bin", b"\0" * (30 << 20))),
    "slip": with_part(WHOLE, "../../tmp/x", b"x"),
    "absolute": with_part(WHOLE, "/etc/x", b"x"),
    "windows path": with_part(WHOLE, "C:\\x", b"x"),
    "link": _zip(("[Content_Types].xml", b"<Types/>"), (_link("xl/workbook.xml"), b"/etc/passwd")),
    "too many parts": _zip(*((f"xl/x{number}", b"") for number in range(1100))),
    "no workbook": _zip(("a.txt", b"x")),
    "cut": WHOLE[:-30],
    "only a head": b"PK\x03\x04",
    "prefix": b"junk" + WHOLE,
    "tail": WHOLE + b"junk",
}


@pytest.mark.parametrize("case", BOMBS)
def test_s19_containers_are_refused_and_leave_nothing(db, context, tmp_path, case):
    tracemalloc.start()
    with pytest.raises(Invalid) as refusal:
        upload_batch(SPEC, BOMBS[case], "台账.xlsx", context)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refusal.value.message
    assert peak < 60 << 20
    assert not ImportBatch.objects.exists()
    assert not list((tmp_path / "imports").iterdir()) if (tmp_path / "imports").exists() else True


READER = """
import re, sys
import django
django.setup()
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.registers.services.workbook import read_sheets
from pathlib import Path
refused = 0
for path in sys.argv[1:]:
    try:
        read_sheets(Path(path).read_bytes())
    except Invalid:
        refused += 1
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
print(refused, int(peak) // 1024)
"""


def test_s19_a_process_that_reads_them_all_stays_below_200_mb(tmp_path, record_property):
    """Peak resident memory of the whole process, the program itself included (Linux tells it)."""
    for number, content in enumerate(BOMBS.values()):
        (tmp_path / f"{number}.xlsx").write_bytes(content)
    told = subprocess.run(
        [sys.executable, "-c", READER, *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=True,
    )
    refused, peak = map(int, told.stdout.split())
    assert refused == len(BOMBS)
    assert peak < 200
    record_property("S19", f"{refused} of {len(BOMBS)} bombs refused, peak RSS {peak} MB")


def test_s19_nested_limits_are_counted_over_all_parts():
    content = _zip(*((f"part{number}", bytes(range(256)) * 400) for number in range(10)))
    look_through(content, Limits(total=2 << 20))
    with pytest.raises(BadArchive):
        look_through(content, Limits(total=500_000))


def test_s19_rows_without_end_are_refused():
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 25_000))

    def change(name, body):
        if name != "xl/worksheets/sheet1.xml":
            return body
        head, tail = body.split(b"<sheetData>")[0], body.split(b"</sheetData>")[1]
        return head + b"<sheetData>" + rows.encode() + b"</sheetData>" + tail

    with pytest.raises(Invalid, match="20,000"):
        read_sheets(rezip(WHOLE, change))


def test_s19_a_lying_dimension_and_far_cells_cost_nothing():
    def change(name, body):
        if name != "xl/worksheets/sheet1.xml":
            return body
        body = body.replace(b'ref="A1:D6"', b'ref="A1:XFD1048576"')
        far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        return body.replace(b"</sheetData>", far)

    (sheet,) = read_sheets(rezip(WHOLE, change))
    assert len(sheet.rows) == 6


@pytest.mark.parametrize("merge", ["A2:A20001", "A1:GR17"])
def test_s19_merges_over_and_over_are_refused(merge):
    """20,000 merges of one column over 20,000 rows were 400 million steps."""
    merges = f'<mergeCells>{f"""<mergeCell ref="{merge}"/>""" * 20_000}</mergeCells>'

    def change(name, body):
        if name != "xl/worksheets/sheet1.xml":
            return body
        return body.replace(b"</sheetData>", b"</sheetData>" + merges.encode())

    with pytest.raises(Invalid, match="合并单元格过多"):
        read_sheets(rezip(book([HEAD, *GOOD * 60]), change))


def test_s19_merges_fill_each_row_once():
    rows = [HEAD, *([number, None, None, None] for number in range(2, 102))]
    rows[1][1], rows[51][1] = "一小", "二小"
    sheet = read_sheets(book(rows, merges=["B2:B51", "B52:B101"]))[0]
    assert [sheet.rows[number][2] for number in range(2, 102)] == ["一小"] * 50 + ["二小"] * 50
