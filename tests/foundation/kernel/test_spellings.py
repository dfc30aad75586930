"""The spellings that come up in bureaus' workbooks, value by value, and the readers' properties."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from anxiao.foundation.kernel.spellings import (
    Deadline,
    Level,
    Money,
    Unreadable,
    clean_name,
    clean_text,
    is_blank,
    is_formula,
    is_note_row,
    is_total_row,
    name_key,
    read_bool,
    read_date,
    read_deadline,
    read_int,
    read_level,
    read_money,
    read_phone,
    read_text,
)

FOUND_ON = date(2026, 11, 20)


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
    "value", ["有", "是", "√", "✓", "1", 1, 1.0, True, "Y", "yes", "已销号", "已整改", "１", " 有 ",
              "有（1处）", "是。"],
)  # fmt: skip
def test_yes(value: object) -> None:
    assert read_bool(value) is True


@pytest.mark.parametrize(
    "value",
    ["无", "否", "×", "✗", "x", "0", 0, False, "N", "未销号", "整改中", "没有", "０", "无 "],
)
def test_no(value: object) -> None:
    assert read_bool(value, blank=True) is False


@pytest.mark.parametrize("value", [None, "", "—", "/"])
def test_neither_yes_nor_no(value: object) -> None:
    assert read_bool(value) is False
    assert read_bool(value, blank=True) is True


@pytest.mark.parametrize("value", ["也许", "2", "部分", "2026-11-23"])
def test_no_answer(value: object) -> None:
    with pytest.raises(Unreadable, match="“是”或“否”"):
        read_bool(value)


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (1437, 1437),
        ("1437", 1437),
        (" 1437 ", 1437),
        ("4,733", 4733),
        ("4，733", 4733),
        ("1 437", 1437),
        ("1455人", 1455),
        ("1,455 人", 1455),
        ("２４５", 245),
        ("2辆", 2),
        (35.0, 35),
        ("35.0", 35),
        ("无", 0),
        (0, 0),
        (None, None),
        ("", None),
        ("—", None),
        ("/", None),
        ("共12处", 12),
        ("1.2万", 12000),
    ],
)
def test_counts(value: object, count: int | None) -> None:
    assert read_int(value) == count


def test_what_nothing_counts_is_the_callers_choice() -> None:
    assert read_int("无", nothing=None) is None
    assert read_int("—", nothing=0) is None


@pytest.mark.parametrize(
    "value", ["十几个", "35.5", 35.5, -3, "-3", "12-15", "1,43", "=A1", float("nan"), float("inf"),
              10**30, "9" * 5000],
)  # fmt: skip
def test_no_counts(value: object) -> None:
    with pytest.raises(Unreadable):
        read_int(value)


@pytest.mark.parametrize(
    ("value", "money"),
    [
        ("1.2万", Money(Decimal("12000.00"))),
        ("1.2万元", Money(Decimal("12000.00"))),
        ("约2000", Money(Decimal("2000.00"), approximate=True)),
        ("2000元左右", Money(Decimal("2000.00"), approximate=True)),
        ("500元", Money(Decimal("500.00"))),
        ("１，２００．５０", Money(Decimal("1200.50"))),
        ("¥1,200.5", Money(Decimal("1200.50"))),
        ("￥80", Money(Decimal("80.00"))),
        (200, Money(Decimal("200.00"))),
        (0.1, Money(Decimal("0.10"))),
        (0, Money(Decimal("0.00"))),
        ("无", Money(Decimal(0))),
        (None, Money(None)),
        ("—", Money(None)),
    ],
)
def test_money(value: object, money: Money) -> None:
    assert read_money(value) == money


def test_money_under_a_heading_in_ten_thousands() -> None:
    assert read_money("1.2", unit=10_000).yuan == Decimal(12000)
    assert read_money("1.2万", unit=10_000).yuan == Decimal(12000)
    assert read_money("500元", unit=10_000).yuan == Decimal(500)


@pytest.mark.parametrize("value", ["待定", "-200", "1000-2000", "1.2.3", "一笔"])
def test_no_money(value: object) -> None:
    with pytest.raises(Unreadable):
        read_money(value)


@pytest.mark.parametrize(
    ("value", "phone"),
    [
        ("18091390996", "18091390996"),
        (13895559797, "13895559797"),
        (13895559797.0, "13895559797"),
        ("138 9555 9797", "13895559797"),
        ("138-9555-9797", "13895559797"),
        ("+86 13895559797", "13895559797"),
        ("１３８９５５５９７９７", "13895559797"),
        ("0537-3412345", "0537-3412345"),
        ("(0537)3412345", "0537-3412345"),
        ("（0537）3412345转801", "0537-3412345-801"),
        ("05373412345", "0537-3412345"),
        ("010-12345678", "010-12345678"),
        ("02112345678", "021-12345678"),
        ("3412345", "3412345"),
        (None, ""),
        ("无", ""),
        ("—", ""),
    ],
)
def test_phones(value: object, phone: str) -> None:
    assert read_phone(value) == phone


@pytest.mark.parametrize(
    "value", ["1380000", "1389555979", "138955597971", "张三", "13895559797、13895559798", 12345]
)
def test_no_phones(value: object) -> None:
    with pytest.raises(Unreadable, match="电话号码"):
        read_phone(value)


@pytest.mark.parametrize(
    ("value", "level"),
    [
        ("一般", Level.ORDINARY),
        ("一般隐患", Level.ORDINARY),
        ("重大", Level.MAJOR),
        (" 重大隐患", Level.MAJOR),
        ("重大事故隐患", Level.MAJOR),
    ],
)
def test_levels(value: object, level: Level) -> None:
    assert read_level(value) is level


@pytest.mark.parametrize("value", [None, "", "较大", "严重", "1"])
def test_a_level_is_never_guessed(value: object) -> None:
    with pytest.raises(Unreadable, match="“一般”或“重大”"):
        read_level(value)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (datetime(2026, 10, 1, 0, 0), date(2026, 10, 1)),  # noqa: DTZ001 - cells have no zone
        (datetime(2026, 9, 30, 16, 0, tzinfo=UTC), date(2026, 10, 1)),
        (date(2026, 10, 1), date(2026, 10, 1)),
        ("2026-10-11", date(2026, 10, 11)),
        ("2026/10/18", date(2026, 10, 18)),
        ("2026/9/8", date(2026, 9, 8)),
        ("2026.9.30", date(2026, 9, 30)),
        ("2026.11.07", date(2026, 11, 7)),
        ("20261027", date(2026, 10, 27)),
        (20261027, date(2026, 10, 27)),
        ("2026年11月1日", date(2026, 11, 1)),
        ("2026年09月08日", date(2026, 9, 8)),
        ("2026年 11月 1日", date(2026, 11, 1)),
        ("2026年11月1号", date(2026, 11, 1)),
        ("２０２６－１１－０１", date(2026, 11, 1)),
        ("２０２６．１１．１", date(2026, 11, 1)),
        ("2026—11—01", date(2026, 11, 1)),
        (" 2026-10-11\u3000", date(2026, 10, 11)),
        ("2026-10-11 08:30", date(2026, 10, 11)),
        ("2026-10-11T08:30:00", date(2026, 10, 11)),
        ("2026/10/18 上午 8:05:30", date(2026, 10, 18)),
        ("2026年10月18日8时30分", date(2026, 10, 18)),
        ("2026年11月23日（周一）", date(2026, 11, 23)),
        ("2026.11.23 星期一", date(2026, 11, 23)),
        ("2026-11-23。", date(2026, 11, 23)),
        ("2024-02-29", date(2024, 2, 29)),
        (46318, date(2026, 10, 23)),
        (46318.5, date(2026, 10, 23)),
        ("46318", date(2026, 10, 23)),
        ("二〇二六年十一月二十三日", date(2026, 11, 23)),
        ("二○二六年十月八日", date(2026, 10, 8)),
    ],
)
def test_dates(value: object, day: date) -> None:
    assert read_date(value) == day


@pytest.mark.parametrize("value", ["11月17日", "11-17", "11.17", "11/17", "11月17号"])
def test_a_date_without_its_year(value: str) -> None:
    assert read_date(value, year=2026) == date(2026, 11, 17)
    with pytest.raises(Unreadable, match="缺少年份"):
        read_date(value)


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("2026年9月", "哪一天"),
        ("2026-09", "哪一天"),
        ("202609", "哪一天"),
        ("9月", "哪一天"),
        ("11月底", "哪一天"),
        ("26-10-11", "四位"),
        ("26.9.3", "四位"),
        ("26年9月3日", "四位"),
        ("2026-02-29", "没有这一天"),
        ("20261332", "没有这一天"),
        ("2026-13-01", "没有这一天"),
        ("2026.10.1-2026.10.7", "一个日期"),
        ("2026年10月1日至7日", "一个日期"),
        ("1026-10-01", "年份不对"),
        (date(2926, 1, 1), "年份不对"),
        ("昨天", "2026-11-23"),
        ("", "2026-11-23"),
        (None, "2026-11-23"),
        (12, "2026-11-23"),
        (99999, "2026-11-23"),
        (11.17, "2026-11-23"),
        (True, "2026-11-23"),
        ("=TODAY()", "2026-11-23"),
    ],
)
def test_no_dates(value: object, hint: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_date(value)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("value", "on"),
    [
        ("2026-11-27", date(2026, 11, 27)),
        (datetime(2026, 12, 1), date(2026, 12, 1)),  # noqa: DTZ001 - cells have no zone
        ("2026年11月30日前", date(2026, 11, 30)),
        ("11月30日之前", date(2026, 11, 30)),
        ("11月30日", date(2026, 11, 30)),
        ("1月10日", date(2027, 1, 10)),
        ("1月10日前完成", date(2027, 1, 10)),
        ("11月18日", date(2026, 11, 18)),  # two days before: left for the caller to refuse
        ("本月底", date(2026, 11, 30)),
        ("12月底前", date(2026, 12, 31)),
        ("2月底", date(2027, 2, 28)),
        ("2028年2月底", date(2028, 2, 29)),
        ("年底前", date(2026, 12, 31)),
        ("2027年底", date(2027, 12, 31)),
        ("7天内", date(2026, 11, 27)),
        ("三日内", date(2026, 11, 23)),
        ("一周内", date(2026, 11, 27)),
        ("十五日内", date(2026, 12, 5)),
        ("1个月内", date(2026, 12, 20)),
    ],
)
def test_deadlines(value: object, on: date) -> None:
    assert read_deadline(value, FOUND_ON) == Deadline(on)


@pytest.mark.parametrize(
    "value", ["立即", "即查即改", "马上", "立即整改", "当场整改", " 立 即 ", "立即。"]
)
def test_at_once_is_the_day_of_finding(value: str) -> None:
    assert read_deadline(value, FOUND_ON) == Deadline(FOUND_ON, immediate=True)


@pytest.mark.parametrize("value", ["尽快", "长期", "限期整改", "常态化"])
def test_a_word_that_names_no_day_is_no_deadline(value: str) -> None:
    deadline = read_deadline(value, FOUND_ON)
    assert deadline.on is None
    assert not deadline.immediate
    assert "补填" in deadline.warning


@pytest.mark.parametrize("value", [None, "", "无", "—"])
def test_no_deadline_at_all(value: object) -> None:
    assert read_deadline(value, FOUND_ON) == Deadline(None)


@pytest.mark.parametrize("value", ["下学期", "13月底", "26-12-01", "2026年12月", "2027年2月30日前"])
def test_deadlines_that_cannot_be_read(value: str) -> None:
    with pytest.raises(Unreadable):
        read_deadline(value, FOUND_ON)


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


SPELLINGS: list[Callable[[date], object]] = [
    lambda day: day.isoformat(),
    lambda day: f"{day.year}/{day.month}/{day.day}",
    lambda day: f"{day.year}.{day.month:02d}.{day.day:02d}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f"{day:%Y%m%d}",
    lambda day: (day - date(1899, 12, 30)).days,
    lambda day: f"　{day.isoformat()} ".translate({ord(str(n)): 0xFF10 + n for n in range(10)}),
]


@given(st.dates(date(1950, 1, 1), date(2100, 12, 31)), st.sampled_from(SPELLINGS))
def test_a_day_survives_each_of_its_spellings(day: date, spell: Callable[[date], object]) -> None:
    assert read_date(spell(day)) == day
    assert read_deadline(spell(day), day - timedelta(days=3)) == Deadline(day)


@given(st.integers(0, 10**12 - 1), st.sampled_from(["{}", "{:,}", " {}人", "{}.0", "共{}处"]))
def test_a_count_survives_each_of_its_spellings(count: int, form: str) -> None:
    assert read_int(form.format(count)) == count


@given(st.decimals(0, 10**9, places=2))
def test_money_survives_its_spellings(amount: Decimal) -> None:
    assert read_money(f"{amount:,}元").yuan == amount
    assert read_money(f"约{amount}") == Money(amount, approximate=True)


READERS: list[Callable[[object], object]] = [
    clean_text,
    clean_name,
    name_key,
    is_blank,
    is_formula,
    read_text,
    read_bool,
    read_int,
    read_money,
    read_phone,
    read_level,
    read_date,
    lambda value: read_date(value, year=2026),
    lambda value: read_deadline(value, FOUND_ON),
    lambda value: is_total_row([value]),
    lambda value: is_note_row([value]),
]
WORDS = st.text(
    alphabet="0123456789-/.年月日:：()（）约万元立即前底内天一十 　,，－０１Ⅷ½٣", max_size=30
)
CELLS = (
    st.text(max_size=200)
    | WORDS
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.datetimes()
    | st.times()
)


@given(CELLS, st.sampled_from(READERS))
@example("9" * 6000, read_int)
@example("(" * 60_000, read_bool)
@example("2026-" * 20_000, read_date)
@example(" " * 90_000 + "合计", clean_name)
@example("注" + "（" * 60_000, lambda value: is_note_row([value]))
@example(10**6000, read_date)
@example(-(10**6000), clean_text)
def test_readers_raise_nothing_but_unreadable(
    value: object, reader: Callable[[object], object]
) -> None:
    try:
        reader(value)
    except Unreadable as error:
        assert error.hint
        assert len(error.text) <= 40


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
    assert clean_name(clean_name(text)) == clean_name(text)
    clean_text(text).encode()
