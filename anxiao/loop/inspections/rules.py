"""What makes an inspection complete, and how two bodies are told apart. Plain values only."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson

PASS, FAIL, NOT_APPLICABLE = "pass", "fail", "na"
ANSWERS = frozenset({PASS, FAIL, NOT_APPLICABLE})
NOTE_MAX = 300
PHOTOS_MAX = 9
LATE_AFTER_DAYS = 2
OWN_KINDS = ("self_check", "patrol")
UPPER_KINDS = ("superior", "joint", "campaign")
TWO_SIDED = ("superior", "joint")
"""Kinds where both sides stand together and both sign (整改通知须双方签字)."""
LEVELS = ("ordinary", "major")


@dataclass(frozen=True, slots=True)
class Submitted:
    """An inspection as it was handed in, from a page, a phone or a program.

    ``answers`` maps item code to ``{"a": "pass|fail|na", "note": str, "photos": [uuid, …]}``, of
    which a note and photos are left out where there are none;
    photos and signatures are uuids of the inspector's own uploads; clocks are the device's.
    ``unsigned_reason`` says why a signature that the kind asks for is missing.
    """

    uuid: UUID
    org_id: int
    checklist_id: int
    kind: str
    happened_on: date
    answers: Mapping[str, Mapping[str, Any]]
    point_id: int | None = None
    place_id: int | None = None
    round_id: int | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    companions: str = ""
    remarks: str = ""
    late_reason: str = ""
    inspector_signature: UUID | None = None
    inspected_signature: UUID | None = None
    inspected_name: str = ""
    unsigned_reason: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers after checking: one per item, plus what is wrong with them by item code.

    What says nothing is left out: most are ``{"a": "pass"}``.
    """

    answers: dict[str, dict[str, Any]]
    errors: dict[str, str] = field(default_factory=dict)

    def having(self, answer: str) -> list[str]:
        """Codes of the items answered so, in the checklist's order."""
        return [code for code, given in self.answers.items() if given["a"] == answer]


def photos_named(answers: Mapping[str, Mapping[str, Any]]) -> list[Any]:
    """Whatever answers name as photos, in order."""
    return [
        photo for given in answers.values() if (named := given.get("photos")) for photo in named
    ]


def fingerprint(submitted: Submitted) -> str:
    """SHA-256 of everything handed in: the same body sent again gives the same digest."""
    body = {name: getattr(submitted, name) for name in Submitted.__slots__}
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


def former_fingerprint(submitted: Submitted) -> str:
    """``fingerprint`` as it was written before answers left out what says nothing."""
    body = {name: getattr(submitted, name) for name in Submitted.__slots__}
    body["answers"] = {
        code: {"a": given["a"], "note": given.get("note", ""), "photos": given.get("photos", [])}
        for code, given in submitted.answers.items()
    }
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def check_answers(
    items: Sequence[Mapping[str, Any]], answers: Mapping[str, Mapping[str, Any]]
) -> Checked:
    """Hold the answers against the checklist's items; every item wants one (二.2 查细、查实、查全).

    A failed item needs words or a photo, and a photo where the item demands one.
    """
    known = {item["code"] for item in items}
    errors = {str(code): "检查表里没有这一项。" for code in answers if code not in known}
    checked: dict[str, dict[str, Any]] = {}
    for item in items:
        code = item["code"]
        clean = checked[code] = as_kept(answers.get(code))
        wrong = "" if clean == PASSED else _wrong_with(item, clean)
        if wrong:
            errors[code] = wrong
    return Checked(checked, errors)


PASSED = {"a": PASS}
"""What most answers are; nothing can be wrong with it."""


def as_kept(given: Any) -> dict[str, Any]:
    """An answer as it is kept: its note and photos only where there are any."""
    if given == PASSED:
        return {"a": PASS}
    if not isinstance(given, dict | Mapping):
        given = {}
    kept: dict[str, Any] = {"a": str(given.get("a") or "")}
    if note := str(given.get("note") or "").strip():
        kept["note"] = note
    if photos := given.get("photos"):
        listed = photos if isinstance(photos, list | tuple) else (photos,)
        kept["photos"] = list(dict.fromkeys(map(str, listed)))
    return kept


def _wrong_with(item: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    answer, note, photos = given["a"], given.get("note", ""), given.get("photos", ())
    if answer not in ANSWERS:
        return "请选择合格、不合格或不涉及。"
    if len(note) > NOTE_MAX:
        return f"说明请控制在 {NOTE_MAX} 字以内。"
    if len(photos) > PHOTOS_MAX:
        return f"照片最多 {PHOTOS_MAX} 张。"
    if answer == FAIL and item.get("photo") and not photos:
        return "此项不合格须拍照。"
    return "请写明哪里不合格，或拍照。" if answer == FAIL and not (note or photos) else ""


def day_faults(happened_on: date, today: date, late_reason: str) -> dict[str, str]:
    """What is wrong with the day of an inspection; two days back it needs a reason (补录)."""
    if happened_on > today:
        return {"happened_on": f"检查日期不能晚于今天，请改为{today.month}月{today.day}日或以前。"}
    late = (today - happened_on).days > LATE_AFTER_DAYS
    if late and not late_reason.strip():
        return {"late_reason": f"检查日期已过 {LATE_AFTER_DAYS} 天，请填写补录原因。"}
    return {}


def signature_faults(submitted: Submitted) -> dict[str, str]:
    """Signatures the kind asks for: the inspector's above the unit, both where two sides meet.

    A written reason stands in for a missing one (paper sheet, refusal). One's own checks need none.
    """
    faults = {}
    excused = bool(submitted.unsigned_reason.strip())
    if submitted.kind in UPPER_KINDS and not (submitted.inspector_signature or excused):
        faults["inspector_signature"] = "请检查人签字，或填写未签字原因。"
    if submitted.kind in TWO_SIDED and not (submitted.inspected_signature or excused):
        faults["inspected_signature"] = "请受检单位签字，或填写未签字原因。"
    if submitted.inspected_signature and not submitted.inspected_name.strip():
        faults["inspected_name"] = "请填写受检单位签字人姓名。"
    return faults


def kinds_for(*, own: bool, upper: bool) -> tuple[str, ...]:
    """Kinds a person may choose; who comes from above is offered that first."""
    return (UPPER_KINDS if upper else ()) + (OWN_KINDS if own else ())


def usual_kind(kinds: Sequence[str], title: str, *, on_round: bool, last: str = "") -> str:
    """The kind among ``kinds`` that stands chosen.

    A patrol on a round and for a list that is called one (巡查); a unit's own person finds the
    ``last`` kind given with this list; else the first on offer, 上级检查 for who comes from above.
    """
    walked = on_round or "巡查" in title
    wanted = "patrol" if walked else last
    return wanted if wanted in kinds and wanted in OWN_KINDS else kinds[0]


def origin_of(item_code: str, point_id: int | None, place_id: int | None = None) -> str:
    """Where a hazard of a failed item comes from: the same place failing again finds it."""
    spot = str(point_id) if point_id else f"p{place_id}" if place_id else "-"
    return f"inspections.item:{item_code}@{spot}"


def hazard_uuid(inspection: UUID, item_code: str) -> UUID:
    """The uuid of the hazard that a failed item opens, however often it is handed in."""
    return uuid5(NAMESPACE_URL, f"{inspection}:{item_code}")


def laps(counts: Sequence[int]) -> tuple[int, int | None]:
    """How many whole rounds were walked, and the index of the next stop (``None``: no stops).

    ``counts`` is how often each stop was checked in the period, in walking order.
    """
    if not counts:
        return 0, None
    done = min(counts)
    return done, next(index for index, count in enumerate(counts) if count == done)


def item_faults(items: Sequence[Mapping[str, Any]]) -> list[str]:
    """What keeps a draft's items from being put in force, one sentence each."""
    if not items:
        return ["检查表还没有检查项，请至少添加一项。"]
    faults = []
    codes = [item.get("code") for item in items]
    if len(set(codes)) != len(codes):
        faults.append("检查项的代码有重复，请修改。")
    for number, item in enumerate(items, 1):
        if not str(item.get("text") or "").strip():
            faults.append(f"第 {number} 项没有写检查内容。")
        if item.get("level") not in LEVELS:
            faults.append(f"第 {number} 项请选择一般隐患或重大隐患。")
    return faults


def next_item_code(list_code: str, taken: Sequence[str]) -> str:
    """A fresh code for an item added to a checklist: ``canteen-13``."""
    number = len(taken) + 1
    while f"{list_code}-{number:02d}" in taken:
        number += 1
    return f"{list_code}-{number:02d}"
