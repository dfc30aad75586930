"""Dates and deadlines as bureaus write them, value by value."""

from datetime import UTC, date, datetime

import pytest

from anxiao.foundation.kernel.spellings import Deadline, Unreadable, read_date, read_deadline
from tests.foundation.kernel.cells import FOUND_ON


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
