"""Pure rules about units: how names compare, what may stand below what."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

CHILD_KINDS: Mapping[str | None, frozenset[str]] = {
    None: frozenset({"province", "city", "county"}),
    "province": frozenset({"city", "department", "agency"}),
    "city": frozenset({"county", "department", "agency"}),
    "county": frozenset({"town", "school", "kindergarten", "department", "agency"}),
    "town": frozenset({"school", "kindergarten", "department", "agency"}),
    "school": frozenset({"school", "kindergarten", "department"}),
    "kindergarten": frozenset({"kindergarten", "department"}),
    "department": frozenset(),
    "agency": frozenset({"agency"}),
}
"""Which kinds may stand directly below which; a branch school (教学点) stands below its school."""

POSITIONS = (("latitude", 3, 54), ("longitude", 73, 136))
"""Degrees between which China lies."""

TERM_DAYS = range(14, 250)
"""Days a term may last: a short practice term to a long one."""


OFFICE_WORDS = ("教育管理委员会", "教育管理办公室", "教育办公室", "教管办", "教育办", "教委")
BUREAU_WORDS = ("教育局", "教体局", "教育和体育局", "教育体育局", "教育科技局")
DIRECT_WORDS = frozenset(
    {"区直", "县直", "市直", "局直", "区属", "县属", "直属", "局直属", "区直属", "县直属"}
)
"""What ledgers write for a unit that stands below no town office."""


def name_key(name: str) -> str:
    """``name`` as it is compared: full-width folded, blanks and case gone.

    ``"高桥阳光幼儿园 "`` and ``"高桥阳光幼儿园"`` are one unit.
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(folded.split())[:80]


def town_key(name: str) -> str:
    """``name_key`` of a town office without the words for the office itself.

    Ledgers write ``石门镇`` where the office is called ``石门镇教委``.
    """
    key = name_key(name)
    for word in OFFICE_WORDS:
        if key.endswith(word) and key != word:
            return key.removesuffix(word)
    return key


def names_the_county(name: str, county_name: str) -> bool:
    """Whether a ledger's column of towns names the county or its bureau: 区直, 云河区教体局."""
    key = name_key(name)
    return key.endswith(BUREAU_WORDS) or key in DIRECT_WORDS or key == name_key(county_name)


def may_stand_below(kind: str, parent_kind: str | None) -> bool:
    """Whether a unit of ``kind`` may be founded below one of ``parent_kind`` (None: a root)."""
    return kind in CHILD_KINDS[parent_kind]


def ancestor_ids(path: str) -> tuple[int, ...]:
    """Ids on the way from the root to the unit itself, from its path ``"1.7.12."``."""
    return tuple(int(part) for part in path.split(".") if part)


def custodians(absorbed_path: str, into_path: str, county_path: str) -> tuple[int, ...]:
    """Ids of the units whose posts reach an absorbed unit from now on.

    The absorbing unit and its levels below the county that are not above the absorbed unit
    already.
    """
    own = set(ancestor_ids(absorbed_path)) | set(ancestor_ids(county_path))
    return tuple(each for each in ancestor_ids(into_path) if each not in own)


def nearest(levels: Sequence[int], having: frozenset[int]) -> int | None:
    """The last of ``levels`` (root first) that is in ``having``."""
    return next((level for level in reversed(levels) if level in having), None)


def profile_faults(kind: str, profile: Mapping[str, Any]) -> dict[str, str]:
    """What does not fit in a profile (keys as the model's fields), by field.

    ``kind`` is the unit's; values that are missing or ``None`` are not judged.
    """
    faults: dict[str, str] = {}
    stages = set(profile.get("stages") or ())
    if kind == "kindergarten" and stages - {"kindergarten"}:
        faults["stages"] = "幼儿园只有学前学段，请修改。"
    pupils, boarders = profile.get("pupils"), profile.get("boarders")
    if boarders and profile.get("is_boarding") is False:
        faults["boarders"] = "填了寄宿生数，请把“是否寄宿”改为是。"
    elif boarders is not None and pupils is not None and boarders > pupils:
        faults["boarders"] = "寄宿生数不能多于在校生数，请核对。"
    for name, low, high in POSITIONS:
        value = profile.get(name)
        if value is not None and not low <= value <= high:
            faults[name] = f"应在 {low}～{high} 之间，请核对经纬度。"
    return faults


def term_fault(starts_on: date, ends_on: date, others: Sequence[tuple[date, date]]) -> str:
    """Why a term ``[starts_on, ends_on]`` cannot stand beside ``others``; ``""`` if it can."""
    if ends_on <= starts_on:
        return "结束日期要晚于开学日期，请修改。"
    if (ends_on - starts_on).days not in TERM_DAYS:
        return "一个学期应在两周到八个月之间，请核对起止日期。"
    if any(starts_on <= end and start <= ends_on for start, end in others):
        return "与已有学期的日期重叠，请修改起止日期。"
    return ""
