"""Texts, names, blanks and formulas of bureaus' workbooks, and rows that are no records."""

from datetime import datetime

import pytest

from anxiao.foundation.kernel.spellings import (
    Unreadable,
    clean_name,
    clean_text,
    is_blank,
    is_formula,
    is_note_row,
    is_total_row,
    name_key,
    read_text,
)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  灭火器压力不足 ", "灭火器压力不足"),
        ("疏散指示标志脱落\u3000", "疏散指示标志脱落"),
        ("\u200b二楼\ufeff东侧", "二楼东侧"),
        ("Ａ栋３０１（北）", "A栋301（北）"),
        ("第一行\r\n 第二行 ", "第一行\n第二行"),
        ("带\x00零\x07和\ud800", "带零和"),
        ("龚㼆犇𠅤", "龚㼆犇𠅤"),
        (None, ""),
        (35.0, "35"),
        (1.5, "1.5"),
        (datetime(2026, 11, 23), "2026-11-23 00:00:00"),  # noqa: DTZ001 - cells have no zone
        ("\u202e倒写", "倒写"),
    ],
)
def test_text_is_cleaned(written: object, kept: str) -> None:
    assert clean_text(written) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("高桥阳光幼儿园 ", "高桥阳光幼儿园"),
        ("清河学校\u3000", "清河学校"),
        ("张　三", "张三"),
        ("王 芳", "王芳"),
        ("Anna  Li", "Anna Li"),
        ("第 3 小学", "第3小学"),
        ("石门\n第一中学", "石门第一中学"),
        (None, ""),
    ],
)
def test_names_are_cleaned(written: object, kept: str) -> None:
    assert clean_name(written) == kept


def test_names_are_compared_by_their_key() -> None:
    assert name_key("云河区 第一小学（北校区）") == name_key("云河区第一小学(北校区) ")
    assert name_key("阿依古丽·买买提") == name_key("阿依古丽•买买提")
    assert name_key("第一小学") != name_key("第二小学")


@pytest.mark.parametrize(
    "value",
    [None, "", " ", "\u3000", "无", "—", "——", "-", "/", "、", "无。", "N/A", "－", "\u200b"],
)
def test_blank_cells(value: object) -> None:
    assert is_blank(value)


@pytest.mark.parametrize("value", [0, "0", "无障碍通道", "否", False, 10**30])
def test_cells_that_are_not_blank(value: object) -> None:
    assert not is_blank(value)


def test_zero_is_blank_only_where_asked() -> None:
    assert is_blank(0, zero=True)
    assert is_blank("0", zero=True)
    assert not is_blank(10, zero=True)


@pytest.mark.parametrize(
    ("value", "formula"),
    [
        ("=SUM(A1:A9)", True),
        (" =1+1", True),
        ("#REF!", True),
        ("#N/A", True),
        ("=", False),
        ("电压=220", False),
        (None, False),
        (5, False),
    ],
)
def test_formulas(value: object, formula: bool) -> None:
    assert is_formula(value) is formula


def test_a_formula_is_no_text() -> None:
    with pytest.raises(Unreadable) as caught:
        read_text("=SUM(A1:A9) 标记异常")
    assert caught.value.text == "=SUM(A1:A9) 标记异常"
    assert "公式" in caught.value.hint
    assert read_text(" 雨水井盖缺失 ") == "雨水井盖缺失"


@pytest.mark.parametrize(
    "cells",
    [
        ["合计", None, None, 168469],
        [None, "合 计", 5],
        ["", "总计：", 5],
        [12, "石门镇小计", 5],
        ["合计（人）", 3],
    ],
)
def test_total_rows(cells: list[object]) -> None:
    assert is_total_row(cells)


@pytest.mark.parametrize(
    "cells",
    [
        [None, None],
        [1, "石门第一中学", "合计"],
        [1, "学校", "2026-10-11", "现金小计未锁"],
        [1, "总计划小学", 5],
        [10**30, "石门第一中学"],
    ],
)
def test_rows_that_are_no_totals(cells: list[object]) -> None:
    assert not is_total_row(cells)


@pytest.mark.parametrize(
    "cells",
    [
        ["填报人：王某某        审核人：李某某        （盖章）", None],
        ["填表说明：1.本表一式两份", None],
        ["注：寄宿生数不含走读", None],
        ["备注：", None, "无"],
        ["注1：含教学点", None],
        [None, "审核人：", "李某某", None, "填报日期：", "2026年9月15日"],
        ["单位（盖章）", None],
    ],
)
def test_note_rows(cells: list[object]) -> None:
    assert is_note_row(cells)


@pytest.mark.parametrize(
    "cells",
    [
        [None, ""],
        [1, "石门第一中学", "备注：含教学点"],
        ["注册小学", "石门镇"],
        ["说明书小学"],
        ["填报人：甲", 1, 2, 3, 4, 5, 6, 7],
    ],
)
def test_rows_that_are_no_notes(cells: list[object]) -> None:
    assert not is_note_row(cells)
