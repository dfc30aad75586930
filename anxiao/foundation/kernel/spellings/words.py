"""Yes and no, and the two levels of a hazard."""

import re
from enum import StrEnum

from anxiao.foundation.kernel.spellings.texts import Unreadable, gettext_noop, is_blank, word_of

BOOL_HINT = gettext_noop("请填“是”或“否”。")
LEVEL_HINT = gettext_noop("等级请填“一般”或“重大”。")

_YES = frozenset(
    {
        "是",
        "有",
        "对",
        "√",
        "✓",
        "✔",
        "☑",
        "1",
        "Y",
        "YES",
        "TRUE",
        "T",
        "已",
        "已销号",
        "已完成",
        "已整改",
        "已整改销号",
        "已整改到位",
        "已办结",
        "已闭环",
        "完成",
        "销号",
        "达标",
        "合格",
        "具备",
        "寄宿",
        "已落实",
    }
)
_NO = frozenset(
    {
        "否",
        "无",
        "没有",
        "不是",
        "×",
        "✗",
        "✘",
        "✕",
        "X",
        "0",
        "N",
        "NO",
        "FALSE",
        "F",
        "未",
        "未销号",
        "未完成",
        "未整改",
        "未办结",
        "未闭环",
        "整改中",
        "正在整改",
        "不达标",
        "不合格",
        "不具备",
        "不寄宿",
        "非寄宿",
        "未落实",
    }
)
_ASIDE = re.compile(r"\(.*\)$")


class Level(StrEnum):
    """The levels of a hazard, by the names that the hazards room stores."""

    ORDINARY = "ordinary"
    MAJOR = "major"

    @property
    def label(self) -> str:
        """The word ledgers write."""
        return gettext_noop("重大") if self is Level.MAJOR else gettext_noop("一般")


_LEVELS = {
    **dict.fromkeys(["一般", "一般隐患", "一般事故隐患", "一般安全隐患", "普通"], Level.ORDINARY),
    **dict.fromkeys(["重大", "重大隐患", "重大事故隐患", "重大安全隐患", "特大"], Level.MAJOR),
}


def read_bool(value: object, *, blank: bool = False) -> bool:
    """Yes or no in any of the usual words and marks; an empty cell or a dash is ``blank``.

    无 is no; a remark in brackets after the word is passed over: ``有（1处）``.
    """
    if isinstance(value, bool):
        return value
    text = word_of(value)
    word = _ASIDE.sub("", text).strip().rstrip("。.").upper()
    if word in _YES:
        return True
    if word in _NO:
        return False
    if is_blank(value):
        return blank
    raise Unreadable(text[:40], BOOL_HINT)


def read_level(value: object) -> Level:
    """The level of a hazard; an empty cell is not guessed at."""
    text = word_of(value)
    level = _LEVELS.get(text.replace(" ", ""))
    if level is None:
        raise Unreadable(text[:40], LEVEL_HINT)
    return level
