"""Answers, counts, money, telephones and levels as bureaus write them, value by value."""

from decimal import Decimal

import pytest

from anxiao.foundation.kernel.spellings import (
    Level,
    Money,
    Unreadable,
    read_bool,
    read_int,
    read_level,
    read_money,
    read_phone,
)


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
