"""S22: what is no workbook, or an attack in the shape of one, is refused in words."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.registers.services.workbook import read_sheets
from tests.foundation.registers.books import GOOD, HEAD, book, rezip, with_part

SOUND = book([HEAD, *GOOD])
NOT_WORKBOOKS = {
    "xls": (b"\xd0\xcf\x11\xe0" + b"\0" * 99, "xls"),
    "csv": ("编号,单位\n1,一小".encode("gb18030"), "CSV"),
    "pdf": (b"%PDF-1.7\n", "PDF"),
    "html": (b"\xef\xbb\xbf<html><table>", "网页"),
    "xml": (b'<?xml version="1.0"?><Workbook/>', "网页"),
    "empty": (b"", "空"),
    "png": (b"\x89PNG\r\n\x1a\n\0\0", "不是 Excel"),
    "another zip": (with_part(b"PK\x05\x06" + b"\0" * 18, "word/document.xml", b"x"), "不是 Excel"),
}


@pytest.mark.parametrize("case", NOT_WORKBOOKS)
def test_s22_wrong_types_are_named(case):
    content, word = NOT_WORKBOOKS[case]
    with pytest.raises(Invalid, match=word):
        read_sheets(content)


def test_s22_too_large_a_file():
    with pytest.raises(Invalid, match="10 MB"):
        read_sheets(b"PK\x03\x04" + b"\0" * (10 << 20))


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"]
)
@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_s22_xxe_and_entities_are_refused(part, coding):
    def change(name, body):
        if name != part:
            return body
        text = body.decode().partition("?>")[2] or body.decode()
        head = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        return f'<?xml version="1.0" encoding="{coding}"?>{head}{text}'.encode(coding)

    with pytest.raises(Invalid):
        read_sheets(rezip(book([HEAD, *GOOD]), change))


@pytest.mark.parametrize("name", ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml"])
def test_s22_macros_and_external_links_are_refused(name):
    with pytest.raises(Invalid, match="宏或外部链接"):
        read_sheets(with_part(book([HEAD]), name, b"<x/>"))


def test_s22_damaged_parts_are_refused():
    for part in (
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
        "xl/styles.xml",
        "[Content_Types].xml",
    ):
        damaged = rezip(
            book([HEAD, *GOOD]), lambda name, body, p=part: b"<x" if name == p else body
        )
        with pytest.raises(Invalid):
            read_sheets(damaged)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_s22_damaged_bytes_are_read_or_refused(data):
    content = bytearray(SOUND)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_sheets(bytes(content))
    except Invalid as error:
        assert error.message
