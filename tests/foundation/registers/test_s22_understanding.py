"""S22: tables as people keep them: headers, merged cells, totals; an answer for each bad cell."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.registers.services import Wish
from anxiao.foundation.registers.services.understanding import understand
from anxiao.foundation.registers.services.workbook import Sheet, read_sheets
from tests.builders import AT
from tests.foundation.registers.books import GOOD, HEAD, book, rezip
from tests.foundation.registers.sample import SPEC


def read(*rows, wish=None, **kwargs):
    return understand(read_sheets(book(list(rows), **kwargs)), SPEC, wish or Wish())


def values(understood):
    return [row.values for row in understood.rows]


def test_s22_header_is_found_below_title_and_notes():
    found = read(
        ["云河区测试台账"],
        ["填报单位：云河区教体局"],
        [],
        ["序号", " 检查日期 ", "学 校", "台账编号", "说明（可不填）"],
        [1, "2026.11.3", "一小 ", "００７", None],
        [],
        ["2", "20261104", "二小", 8, "好"],
        ["合计", None, None, 15],
        ["填报人：王某某   审核人：李某某"],
        merges=("A1:E1", "A2:E2"),
    )
    assert found.header_row == 4
    assert found.columns == {"found_on": 2, "name": 3, "number": 4, "note": 5}
    assert values(found) == [
        {"number": 7, "name": "一小", "found_on": date(2026, 11, 3), "note": None},
        {"number": 8, "name": "二小", "found_on": date(2026, 11, 4), "note": "好"},
    ]
    assert found.skipped == {"blank": 1, "total": 1, "note": 1}


def test_s22_two_row_header_with_merged_cells():
    found = read(
        ["台账"],
        ["编号", "基本情况", None, "备注"],
        [None, "学校名称", "检查日期", None],
        [1, "一小", "2026-11-01", "好"],
        merges=("A1:D1", "A2:A3", "B2:C2", "D2:D3"),
    )
    assert found.header_row == 3
    assert found.columns == {"number": 1, "name": 2, "found_on": 3, "note": 4}
    assert len(found.rows) == 1


def test_s22_cells_merged_downwards_count_for_each_row():
    found = read(HEAD, [1, "一小"], [2, None], [3, "二小"], merges=("B2:B3",))
    assert [row["name"] for row in values(found)] == ["一小", "一小", "二小"]


def test_s22_the_sheet_that_says_most_is_taken():
    found = read(["说明"], ["填写要求"], more=(("数据", [HEAD, *GOOD]),))
    assert (found.sheet, len(found.rows)) == ("数据", 5)


def test_s22_repeated_headers_and_number_rows_are_skipped():
    found = read(HEAD, [1, 2, 3, 4], GOOD[0], HEAD, GOOD[1])
    assert len(found.rows) == 2
    assert found.skipped == {"header": 2}


def test_s22_unknown_headings_are_asked_for():
    found = read(["代号", "机构", "备注"], [1, "一小", "x"])
    assert found.missing == ("number", "name")
    assert not found.rows
    for said in (
        {"number": "代号", "name": "机构"},
        {"number": "A", "name": "b"},
        {"number": 1, "name": 2},
    ):
        told = read(["代号", "机构", "备注"], [1, "一小", "x"], wish=Wish(columns=said))
        assert values(told) == [{"number": 1, "name": "一小", "found_on": None, "note": "x"}]
    with pytest.raises(Invalid, match="现有各列"):
        read(["代号", "机构"], [1, "x"], wish=Wish(columns={"number": "没有"}))


def test_s22_no_table_at_all():
    with pytest.raises(Invalid, match="表头"):
        read(["只有一格"])


def test_s22_row_errors_name_row_cell_value_and_what_to_do():
    found = read(HEAD, ["甲乙", "一小", "尽快", "x" * 51], [None, None, None, "只有备注"])
    assert [
        (error.row, error.cell, error.heading, error.value) for error in found.rows[0].errors
    ] == [
        (2, "A2", "编号", "甲乙"),
        (2, "C2", "排查时间", "尽快"),
        (2, "D2", "备注", "x" * 51),
    ]
    assert [error.message for error in found.rows[1].errors] == [
        "请填写“编号”。",
        "请填写“单位名称”。",
    ]
    assert all(error.message for error in found.rows[0].errors)


def test_s22_duplicates_in_one_file_are_named():
    found = read(HEAD, *GOOD[:2], GOOD[0])
    assert found.rows[2].errors[0].message == "与第 2 行重复，请核对后保留一行。"


def test_s22_formulas_are_rejected_and_texts_with_equals_are_kept():
    def change(name, body):
        if name != "xl/worksheets/sheet1.xml":
            return body
        return body.replace(b"<f>3+4</f><v></v>", b"<f>3+4</f><v>7</v>").replace(
            b"<f>3+4</f><v />", b"<f>3+4</f><v>7</v>"
        )

    content = book(
        [HEAD, ["=3+4", "一小", None, None], [2, "=A1&B1", None, None], [3, "三小", None, "T"]]
    )
    content = rezip(content, lambda name, body: body.replace(b">T<", b">=1+1 \xe5\xa4\x84<"))
    found = understand(read_sheets(rezip(content, change)), SPEC)
    assert found.rows[0].values["number"] == 7
    assert [error.message for error in found.rows[1].errors] == ["单元格是公式，请改成文字。"]
    assert found.rows[2].values["note"] == "=1+1 处"


def test_s22_line_breaks_of_excel_are_read():
    content = rezip(
        book([HEAD, [1, "一小", None, "甲乙"]]),
        lambda name, body: body.replace("甲乙".encode(), "甲_x000D_\n乙_x0000_".encode()),
    )
    assert values(understand(read_sheets(content), SPEC))[0]["note"] == "甲\n乙"


def test_s22_equal_cells_of_different_kinds_are_not_confused():
    """A cell's text is understood once per column: 1 and TRUE are equal in Python."""
    notes = [True, 1, "1", 1.5, True, 1]
    rows = [[number, "一小", AT.date(), note] for number, note in enumerate(notes, start=1)]
    understood = understand(read_sheets(book([HEAD, *rows])), SPEC)
    assert [row.values["note"] for row in understood.rows] == ["是", "1", "1", "1.5", "是", "1"]


def test_s22_text_in_several_pieces_is_one_text():
    pieces = b"<is><r><t>\xe4\xb8\x80</t></r><r><t>\xe5\xb0\x8f</t></r></is>"
    content = rezip(
        book([HEAD, [1, "NAME", AT.date(), "x"]]),
        lambda _name, body: body.replace(b"<is><t>NAME</t></is>", pieces),
    )
    (row,) = understand(read_sheets(content), SPEC).rows
    assert row.values["name"] == "一小"


def test_s22_error_values_are_rejected():
    content = rezip(
        book([HEAD, [1, "X", None, None]]),
        lambda name, body: body.replace(
            b'<c r="A2" t="n"><v>1</v>', b'<c r="A2" t="e"><v>#REF!</v>'
        ),
    )
    assert (
        understand(read_sheets(content), SPEC)
        .rows[0]
        .errors[0]
        .message.startswith("单元格是错误值")
    )


def test_s22_letters_no_file_can_hold_are_replaced_when_read():
    content = rezip(
        book([HEAD, [1, "一小", None, "甲乙"]]),
        lambda name, body: body.replace(
            "甲乙".encode(), "甲_xD800_乙_xD83D__xDE00_丙_x0007__xFFFF_".encode()
        ),
    )
    assert values(understand(read_sheets(content), SPEC))[0]["note"] == "甲\ufffd乙😀丙\ufffd"


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.dates(),
    st.datetimes(),
    st.timedeltas(),
    st.sampled_from(["合计", "=1", "无", "—", "2026-13-40", "\x00", "\ud800"]),
)


@given(st.lists(st.lists(cells, min_size=1, max_size=4), max_size=6))
def test_s22_any_cell_value_gives_rows_or_row_errors(rows):
    sheet = Sheet("x", {1: dict(enumerate(HEAD, 1))}, {1: dict(enumerate(HEAD, 1))})
    for number, row in enumerate(rows, start=2):
        sheet.rows[number] = {c: v for c, v in enumerate(row, 1) if v is not None}
    found = understand([sheet], SPEC)
    for row in found.rows:
        assert row.errors or row.values["number"] is not None or row.values["name"]
        assert all(error.message for error in row.errors)


@settings(max_examples=60)
@given(st.lists(st.lists(cells, max_size=5), max_size=18))
def test_s22_any_sheet_is_understood_or_refused(rows):
    filled = {
        number: {c: v for c, v in enumerate(row, 1) if v is not None}
        for number, row in enumerate(rows, start=1)
    }
    sheet = Sheet("x", filled, {number: dict(row) for number, row in filled.items()})
    try:
        understand([sheet], SPEC)
    except Invalid as error:
        assert error.message


def test_s22_what_the_error_workbook_writes_for_a_formula_is_no_text():
    found = read(HEAD, [1, "（公式）", None, None], [2, "二小", None, "（错误值）"])
    assert [error.message for row in found.rows for error in row.errors] == [
        "单元格是公式，请改成文字。",
        "单元格是错误值，请改成文字或数字。",
    ]
