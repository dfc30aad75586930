"""Days and deadlines."""

import calendar as months
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.spellings.texts import Unreadable, gettext_noop, is_blank, word_of

DATE_HINT = gettext_noop("请写成 2026-11-23 这样的日期。")
YEAR_HINT = gettext_noop("缺少年份，请写成 2026-11-23 这样的日期。")
SHORT_YEAR_HINT = gettext_noop("年份请写四位，例如 2026-11-23。")
DAY_HINT = gettext_noop("请写到具体哪一天，例如 2026-11-23。")
NO_SUCH_DAY_HINT = gettext_noop("没有这一天，请核对。")
RANGE_HINT = gettext_noop("这里只填一个日期，例如 2026-11-23。")
FAR_YEAR_HINT = gettext_noop("年份不对，请核对。")
NO_DATE_WARNING = gettext_noop("这不是期限，已按“未定期限”登记；请补填具体日期。")

FIRST_YEAR, LAST_YEAR = 1949, 2100
SERIAL_ZERO = date(1899, 12, 30)  # Excel's day 0, its false 29 February 1900 allowed for
SERIALS = range(18264, 73416)  # 1950-01-01 to 2100-12-31
HALF_A_YEAR = 183
IMMEDIATE = frozenset(
    [
        "立即",
        "立即整改",
        "立刻",
        "即刻",
        "马上",
        "即查即改",
        "立行立改",
        "随查随改",
        "边查边改",
        "当场",
        "当场整改",
        "现场整改",
        "即时",
        "当天",
        "当日",
        "即改",
        "立查立改",
    ]
)
NO_DEADLINE = frozenset(
    [
        "尽快",
        "尽快整改",
        "尽早",
        "抓紧",
        "抓紧整改",
        "近期",
        "限期",
        "限期整改",
        "长期",
        "长期坚持",
        "持续",
        "持续整改",
        "常态化",
        "待定",
        "未定",
        "视情况",
        "逐步",
    ]
)

_CLOCK = (
    r"[T ]?(?:上午|下午|AM|PM)? ?\d{1,2}[:时点]\d{0,2}[:分]?(?:\d{1,2}(?:\.\d+)?秒?)?(?: ?[AP]M)?Z?"
)
_WEEKDAY = r" ?\(?(?:周|星期|礼拜)[一二三四五六日天]\)?"
_TAIL = rf"(?:{_WEEKDAY})?(?:{_CLOCK})?(?:{_WEEKDAY})?[.。,]?"
_SEP = r" ?[-/.年] ?"
_SEP_MONTH = r" ?[-/.月] ?"
_FULL = re.compile(rf"(\d{{4}}){_SEP}(\d{{1,2}}){_SEP_MONTH}(\d{{1,2}}) ?[日号]?{_TAIL}", re.ASCII)
_TIGHT = re.compile(rf"(\d{{4}})(\d\d)(\d\d)(?:{_CLOCK})?", re.ASCII)
_MONTH_DAY = re.compile(rf"(\d{{1,2}}){_SEP_MONTH}(\d{{1,2}}) ?[日号]?{_TAIL}", re.ASCII)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", re.ASCII)
_SHORT_YEAR = re.compile(r"'?\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}[日号]?", re.ASCII)
_NO_DAY = re.compile(
    r"\d{4}[-/.年]\d{1,2}月?|\d{1,2}月份?|\d{4}年?|\d{6}|.*[月年][初中底末].*|.*旬.*", re.ASCII
)
_RANGE = re.compile(r".*\d[日号]?(?:至|到|~|-{1,2})\d.*[日号\d]", re.ASCII)
_MONTH_END = re.compile(r"(?:(\d{4})年)?(\d{1,2}|本)月份?(?:底|末)", re.ASCII)
_YEAR_END = re.compile(r"(?:(\d{4})|本|今)?年(?:底|末)", re.ASCII)
_WITHIN = re.compile(
    r"(\d{1,3}|[一二两三四五六七八九十]{1,3})(?:个)?(天|日|周|星期|月)(?:之?内)", re.ASCII
)
_CHINESE_DATE = re.compile(
    r"([〇零○O一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]"
)
_DIGITS = {char: str(place) for place, char in enumerate("〇一二三四五六七八九")}
_DIGITS |= {"零": "0", "○": "0", "O": "0", "两": "2"}


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when: ``on``, ``None`` if no day is set; ``immediate`` if the day is that of finding.

    ``warning`` is a Chinese sentence where a word stands that is no deadline (尽快, 长期).
    """

    on: date | None
    immediate: bool = False
    warning: str = ""


def read_date(value: object, *, year: int | None = None) -> date:
    """A day, as a date cell, an Excel serial or text in any of the usual spellings.

    ``year`` is for spellings without one (11月17日). Years of two digits and months without a day
    are refused rather than guessed; so is an empty cell.
    """
    if isinstance(value, datetime):
        return _plausible(business_day(value) if value.tzinfo else value.date(), str(value))
    if isinstance(value, date):
        return _plausible(value, str(value))
    text = word_of(value)
    parts = _written(text, year)
    if parts is None:
        return _serial(text)
    try:
        return _plausible(date(*parts), text)
    except (ValueError, OverflowError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(text[:40], NO_SUCH_DAY_HINT) from error


def read_deadline(value: object, found_on: date) -> Deadline:
    """A deadline, counted from ``found_on`` where it is relative (7天内) or has no year.

    立即 and 即查即改 mean the day of finding. 尽快 and 长期 name no day: no deadline, with a
    warning, since "no deadline" is a state of its own and must not turn into "overdue".
    """
    text = "" if isinstance(value, date) else word_of(value)
    word = text.replace(" ", "").rstrip("。.,!")
    if word in IMMEDIATE:
        return Deadline(found_on, immediate=True)
    if word in NO_DEADLINE:
        return Deadline(None, warning=NO_DATE_WARNING)
    if is_blank(value):
        return Deadline(None)
    word = re.sub(r"(?:之前|以前|前)(?:完成|整改到位)?$", "", word)
    for reader in (_month_end, _within):
        day = _reckoned(reader, word, found_on)
        if day is not None:
            return Deadline(day)
    return Deadline(_near(text, word, value, found_on))


def _near(text: str, word: str, value: object, found_on: date) -> date:
    """The day; one without a year is the one on or after the finding if that is near."""
    source: object = word if text and word != text.replace(" ", "").rstrip("。.,!") else value
    day = read_date(source, year=found_on.year)
    without_year = bool(_MONTH_DAY.fullmatch(word_of(source))) if text else False
    if without_year and (found_on - day).days > HALF_A_YEAR:
        return read_date(source, year=found_on.year + 1)
    return day


def _reckoned(reader: Callable[[str, date], date | None], word: str, found_on: date) -> date | None:
    try:
        return reader(word, found_on)
    except (ValueError, OverflowError) as error:
        raise Unreadable(word[:40], DATE_HINT) from error


def _month_end(word: str, found_on: date) -> date | None:
    """The last day of 11月底, 本月底, 2026年11月底, 年底."""
    match = _YEAR_END.fullmatch(word)
    if match:
        return date(int(match[1] or found_on.year), 12, 31)
    match = _MONTH_END.fullmatch(word)
    if match is None:
        return None
    year = int(match[1] or found_on.year)
    month = found_on.month if match[2] == "本" else int(match[2])
    if not match[1] and month < found_on.month:
        year += 1
    return date(year, month, months.monthrange(year, month)[1])


def _within(word: str, found_on: date) -> date | None:
    """So many days, weeks or months from the finding: 7天内, 一周内, 两个月内."""
    match = _WITHIN.fullmatch(word)
    if match is None:
        return None
    count = int(match[1]) if match[1].isdigit() else _chinese_number(match[1])
    days = {"天": 1, "日": 1, "月": 30}.get(match[2], 7)
    return found_on + timedelta(days=count * days)


def _written(text: str, year: int | None) -> tuple[int, int, int] | None:
    """Year, month and day as the text names them; ``None`` if it is no spelling of a day."""
    match = _FULL.fullmatch(text) or _TIGHT.fullmatch(text)
    if match:
        return int(match[1]), int(match[2]), int(match[3])
    match = _CHINESE_DATE.fullmatch(text.replace(" ", ""))
    if match:
        digits = "".join(_DIGITS[char] for char in match[1])
        return int(digits), _chinese_number(match[2]), _chinese_number(match[3])
    match = _MONTH_DAY.fullmatch(text)
    if match is None:
        return None
    if year is None:
        raise Unreadable(text[:40], YEAR_HINT)
    return year, int(match[1]), int(match[2])


def _serial(text: str) -> date:
    match = _SERIAL.fullmatch(text)
    if match and int(match[1]) in SERIALS:
        return SERIAL_ZERO + timedelta(days=int(match[1]))
    tight = text.replace(" ", "")
    hints = ((_SHORT_YEAR, SHORT_YEAR_HINT), (_NO_DAY, DAY_HINT), (_RANGE, RANGE_HINT))
    hint = next((hint for pattern, hint in hints if pattern.fullmatch(tight)), DATE_HINT)
    raise Unreadable(text[:40], hint)


def _plausible(day: date, text: str) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Unreadable(text[:40], FAR_YEAR_HINT)
    return day


def _chinese_number(text: str) -> int:
    """十一 is 11, 二十 is 20, 三 is 3."""
    tens, ten, ones = text.partition("十")
    if not ten:
        return int("".join(_DIGITS[char] for char in text))
    return int(_DIGITS[tens] if tens else "1") * 10 + int(_DIGITS[ones] if ones else "0")
