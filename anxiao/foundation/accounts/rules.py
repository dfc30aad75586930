"""Pure rules about accounts: names, who may give which post, when a session ends."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from anxiao.foundation.access.capabilities import ADMIN_ROLES, BUREAU_ROLES, UNIT_ROLES, Role

UNIT_KINDS = frozenset({"school", "kindergarten"})
LEVEL_KINDS = frozenset({"province", "city", "county"})
ROLE_KINDS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(UNIT_ROLES, UNIT_KINDS | {"department"}),
    **dict.fromkeys(BUREAU_ROLES, LEVEL_KINDS),
    Role.COUNTY_DEPARTMENT: LEVEL_KINDS | {"department"},
    Role.SUPERVISOR: LEVEL_KINDS | UNIT_KINDS | {"town"},
    Role.TOWN_HEAD: frozenset({"town"}),
    Role.TOWN_OFFICER: frozenset({"town"}),
    Role.AGENCY_OFFICER: frozenset({"county", "town", "agency"}),
}
"""At which kinds of unit a post may stand."""

_STAFF_OF_UNIT = frozenset(UNIT_ROLES)
_BELOW_HEAD = _STAFF_OF_UNIT - {Role.PRINCIPAL}
GRANTABLE: Mapping[str, frozenset[str]] = {
    Role.PRINCIPAL: _STAFF_OF_UNIT,
    Role.VICE_PRINCIPAL: _BELOW_HEAD,
    Role.SAFETY_OFFICER: _BELOW_HEAD,
    Role.TOWN_OFFICER: _STAFF_OF_UNIT,
    Role.TOWN_HEAD: _STAFF_OF_UNIT | {Role.TOWN_OFFICER},
    Role.COUNTY_SAFETY: _STAFF_OF_UNIT
    | {Role.TOWN_HEAD, Role.TOWN_OFFICER, Role.SUPERVISOR, Role.AGENCY_OFFICER},
    Role.SECURITY_ADMIN: BUREAU_ROLES,
}
"""Which posts the holder of a post may give and take, on the own unit and everything below it."""

CODE_LETTERS = re.compile(r"[\w.@-]+")
PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}")
SHORTEST_NAME = 3
KEY_DIGITS = 18
"""Any longer number does not fit a database's key."""


class Ending(StrEnum):
    """Why a session ended by itself."""

    IDLE = "idle"
    TOO_OLD = "too_old"


def plain_name(name: str) -> str:
    """A user name or phone as it is stored: full-width folded, blanks and case gone."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())[:150]


def plain_phone(phone: str) -> str:
    """Digits of a phone number without country code, blanks and dashes."""
    digits = re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", phone))
    return digits.removeprefix("+86") if digits.startswith("+86") else digits


def key_of(text: str) -> int | None:
    """A row's key as it was sent; ``None`` for what cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= KEY_DIGITS else None


def username_fault(username: str) -> str:
    """What is wrong with a wished user name (already plain); ``""`` if nothing.

    Digits alone are refused: they could be somebody else's phone.
    """
    if len(username) < SHORTEST_NAME:
        return "用户名至少 3 个字符，请补充。"
    if not CODE_LETTERS.fullmatch(username):
        return "用户名只能用汉字、字母、数字和 . - _ @，请修改。"
    if username.isdigit():
        return "用户名不能全是数字，请加上字母或汉字；手机号可直接用来登录。"
    return ""


def phone_fault(phone: str) -> str:
    """What is wrong with a phone number (already plain); ``""`` if nothing or none is given."""
    if phone and not PHONE.fullmatch(phone):
        return "手机号应为 11 位数字，请核对。"
    return ""


def grantable(held: Iterable[str], kind: str) -> frozenset[str]:
    """Posts that somebody with the posts ``held`` above a unit of ``kind`` may give there.

    Nobody gives more than held: heads of a unit its posts, the safety section those of units,
    towns and supervisors, the security administrator those of the bureau and the administrators.
    """
    roles = frozenset[str]().union(*(GRANTABLE.get(role, frozenset()) for role in held))
    return frozenset(role for role in roles if kind in ROLE_KINDS[role])


def separation_fault(held: Collection[str], role: str) -> str:
    """Why somebody with ``held`` cannot also hold ``role``; ``""`` if they can (三员分立)."""
    others = set(held) - {role}
    bureau = BUREAU_ROLES - ADMIN_ROLES
    if role in ADMIN_ROLES and others & ADMIN_ROLES:
        return "系统、安全、审计管理员不能由同一人担任，请另选人员。"
    if (role in ADMIN_ROLES and others & bureau) or (role in bureau and others & ADMIN_ROLES):
        return "管理员不能兼任局机关业务岗位，请另选人员。"
    return ""


def dates_fault(from_on: date, until_on: date | None, today: date) -> str:
    """What is wrong with the dates of a post; ``""`` if nothing."""
    if until_on is None:
        return ""
    if until_on < from_on:
        return "任职结束不能早于任职开始，请修改。"
    if until_on < today:
        return f"任职结束不能早于今天，请改为{today.month}月{today.day}日或以后。"
    return ""


def session_ending(
    at: datetime, started_at: datetime, seen_at: datetime, idle: timedelta, longest: timedelta
) -> Ending | None:
    """Whether a session is over at ``at``: unused for ``idle``, or older than ``longest``."""
    if at - started_at >= longest:
        return Ending.TOO_OLD
    if at - seen_at >= idle:
        return Ending.IDLE
    return None


def masked_phone(phone: str | None) -> str:
    """``138****1234``: enough to recognise, not enough to call."""
    if not phone:
        return ""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) > len("138****") else "****"


DEVICES = (
    ("MicroMessenger", "微信"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "鸿蒙手机"),
    ("Android", "安卓手机"),
    ("Windows", "Windows 电脑"),
    ("Macintosh", "Mac 电脑"),
    ("Linux", "Linux 电脑"),
)


def device_name(user_agent: str) -> str:
    """What a person would call the device of a browser's long name."""
    return next((name for mark, name in DEVICES if mark in user_agent), "其他设备")
