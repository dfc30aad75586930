"""Counts, money and telephone numbers."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from anxiao.foundation.kernel.spellings.texts import Unreadable, gettext_noop, is_blank, word_of

INT_HINT = gettext_noop("请填整数，例如 1437。")
NEGATIVE_HINT = gettext_noop("不能是负数，请核对。")
MONEY_HINT = gettext_noop("请填金额，例如 500 或 1.2万。")
PHONE_HINT = gettext_noop("请填一个电话号码：11位手机号，或带区号的固定电话。")

LARGEST = Decimal(10) ** 12
CENT = Decimal("0.01")
_NOTHING = frozenset({"无", "没有"})
_SCALES = {"": 1, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_COUNTED = (
    "人|名|个|辆|台|处|间|所|位|口|套|具|幢|栋|座|班|件|项|条|次|天|日|米|元|块|块钱|元整|元钱"
)
_NUMBER = re.compile(
    r"(?P<about>约|大约|大概|近)?(?:人民币|RMB|共计|共|¥)? ?(?P<sign>[+-])? ?¥?"
    r"(?P<whole>\d{1,3}(?:[, ] ?\d{3})+|\d{1,15})(?P<part>\.\d{1,8})? ?"
    r"(?P<scale>[百千万亿]?)(?P<about_too>余|多)? ?"
    rf"(?P<unit>{_COUNTED})?(?P<about_last>左右|上下)?",
    re.ASCII,
)
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})", re.ASCII)
_LANDLINE = re.compile(r"(010|02\d|0[3-9]\d{2})(\d{7,8})(?:转(\d{1,6}))?", re.ASCII)
_PARTED_LANDLINE = re.compile(
    r"\(?(010|02\d|0[3-9]\d{2})[)-]? ?-?(\d{3,4}[- ]?\d{4})(?:(?:-|转| )(\d{1,6}))?", re.ASCII
)
_LOCAL = re.compile(r"(?:[2-8]\d{6,7}|400\d{7})", re.ASCII)


class _Number(NamedTuple):
    amount: Decimal
    approximate: bool
    scaled: bool  # the cell itself says 万 or 元


@dataclass(frozen=True, slots=True)
class Money:
    """``yuan`` to the cent, ``None`` if nothing is said; ``approximate`` for 约, 左右 and 余."""

    yuan: Decimal | None
    approximate: bool = False

    def __str__(self) -> str:
        if self.yuan is None:
            return ""
        return f"{'约' if self.approximate else ''}{self.yuan:,.2f}".removesuffix(".00")


def read_int(value: object, *, nothing: int | None = 0) -> int | None:
    """A count: thousands commas, full-width digits, a measure word (人, 辆) and 35.0 are read.

    无 means ``nothing``; an empty cell or a dash is ``None``.
    """
    text = word_of(value)
    if text.rstrip("。") in _NOTHING:
        return nothing
    if is_blank(value):
        return None
    number = _number(text, INT_HINT)
    if number.amount != number.amount.to_integral_value():
        raise Unreadable(text[:40], INT_HINT)
    return int(number.amount)


def read_money(value: object, *, unit: int = 1) -> Money:
    """Money in yuan; a bare number counts ``unit`` yuan (10000 where the heading says 万元).

    无 is 0, an empty cell or a dash is ``Money(None)``.
    """
    text = word_of(value)
    if text.rstrip("。") in _NOTHING:
        return Money(Decimal(0))
    if is_blank(value):
        return Money(None)
    number = _number(text, MONEY_HINT)
    amount = number.amount if number.scaled else number.amount * unit
    return Money(amount.quantize(CENT), number.approximate)


def read_phone(value: object) -> str:
    """A mobile as 11 digits, a landline as ``0537-3412345`` (``-`` extension); blank is ``""``."""
    if is_blank(value):
        return ""
    text = word_of(value)
    bare = re.sub(r"[ ()-]", "", text)
    mobile = _MOBILE.fullmatch(bare)
    if mobile:
        return mobile[1]
    landline = _PARTED_LANDLINE.fullmatch(text) or _LANDLINE.fullmatch(bare)
    if landline:
        number = re.sub(r"[- ]", "", landline[2])
        return "-".join(part for part in (landline[1], number, landline[3]) if part)
    if _LOCAL.fullmatch(bare):
        return bare
    raise Unreadable(text[:40], PHONE_HINT)


def _number(text: str, hint: str) -> _Number:
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise Unreadable(text[:40], hint)
    whole = re.sub(r"[, ]", "", match["whole"])
    amount = Decimal(f"{whole}{match['part'] or ''}") * _SCALES[match["scale"]]
    if match["sign"] == "-" and amount:
        raise Unreadable(text[:40], NEGATIVE_HINT)
    if amount >= LARGEST:
        raise Unreadable(text[:40], hint)
    approximate = any(match[name] for name in ("about", "about_too", "about_last"))
    return _Number(amount, approximate, bool(match["scale"] or match["unit"]))
