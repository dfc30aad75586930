"""Plain decisions: answers, signatures, laps, and the shipped checklists as data."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxiao.foundation.places.catalog import key_parts
from anxiao.loop.hazards.catalog import category_code
from anxiao.loop.inspections.catalog import (
    BadChecklist,
    parse_checklist,
    shipped_checklists,
)
from anxiao.loop.inspections.rules import (
    ANSWERS,
    FAIL,
    Submitted,
    check_answers,
    day_faults,
    fingerprint,
    item_faults,
    laps,
    next_item_code,
    origin_of,
    signature_faults,
)

ITEMS = [
    {"code": "g-01", "photo": False},
    {"code": "g-02", "photo": True},
    {"code": "g-03", "photo": False},
]
json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
one_answer = st.fixed_dictionaries(
    {},
    optional={
        "a": st.sampled_from([*ANSWERS, "", "其他"]) | json_like,
        "note": st.text(max_size=320) | json_like,
        "photos": st.lists(st.uuids().map(str), max_size=11) | json_like,
    },
)


@given(st.dictionaries(st.sampled_from(["g-01", "g-02", "g-03", "x"]), one_answer))
def test_whatever_comes_in_is_either_complete_or_said_to_be_wrong(answers):
    checked = check_answers(ITEMS, answers)
    assert set(checked.answers) == {"g-01", "g-02", "g-03"}
    for item in ITEMS:
        code, clean = item["code"], checked.answers[item["code"]]
        fine = clean["a"] in ANSWERS and len(clean["note"]) <= 300 and len(clean["photos"]) <= 9
        if clean["a"] == FAIL:
            fine = fine and bool(clean["photos"] or (clean["note"] and not item["photo"]))
        assert (code not in checked.errors) == fine
    assert ("x" in checked.errors) == ("x" in answers)
    again = check_answers(ITEMS, checked.answers)
    assert again.answers == checked.answers


def submitted(**fields):
    return Submitted(
        **{
            "uuid": UUID(int=1),
            "org_id": 1,
            "checklist_id": 1,
            "kind": "self_check",
            "happened_on": date(2026, 11, 23),
            "answers": {},
            **fields,
        }
    )


def test_a_fingerprint_knows_every_change_and_no_order():
    one = submitted(answers={"a": {"a": "pass"}, "b": {"a": "na"}})
    assert fingerprint(one) == fingerprint(
        submitted(answers={"b": {"a": "na"}, "a": {"a": "pass"}})
    )
    assert fingerprint(one) != fingerprint(submitted(answers={"a": {"a": "pass"}}))
    assert fingerprint(one) != fingerprint(submitted(answers=one.answers, remarks="改"))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, set()),
        ({"kind": "campaign"}, {"inspector_signature"}),
        ({"kind": "superior"}, {"inspector_signature", "inspected_signature"}),
        ({"kind": "joint", "unsigned_reason": "纸质签字存档"}, set()),
        ({"kind": "superior", "inspector_signature": UUID(int=2)}, {"inspected_signature"}),
        ({"inspected_signature": UUID(int=2)}, {"inspected_name"}),
    ],
)
def test_signatures_a_kind_asks_for(fields, wrong):
    assert set(signature_faults(submitted(**fields))) == wrong


def test_the_day_of_an_inspection():
    today = date(2026, 11, 23)
    assert day_faults(today, today, "") == {}
    assert "11月23日" in day_faults(date(2026, 11, 24), today, "")["happened_on"]
    assert day_faults(date(2026, 11, 21), today, "") == {}
    assert "补录原因" in day_faults(date(2026, 11, 20), today, " ")["late_reason"]
    assert day_faults(date(2026, 11, 20), today, "系统维护") == {}


@pytest.mark.parametrize(
    ("counts", "found"),
    [([], (0, None)), ([0, 0], (0, 0)), ([1, 0], (0, 1)), ([1, 1], (1, 0)), ([3, 2, 2], (2, 1))],
)
def test_laps(counts, found):
    assert laps(counts) == found


def test_where_a_failed_item_lies():
    assert origin_of("g-01", 5) == "inspections.item:g-01@5"
    assert origin_of("g-01", None, 7) == "inspections.item:g-01@p7"
    assert origin_of("g-01", None) == "inspections.item:g-01@-"


def test_items_of_a_draft():
    assert item_faults([]) == ["检查表还没有检查项，请至少添加一项。"]
    good = {"code": "g-01", "text": "门关好。", "level": "ordinary"}
    assert item_faults([good]) == []
    assert "重复" in item_faults([good, good])[0]
    assert "第 1 项" in item_faults([{**good, "text": " "}])[0]
    assert next_item_code("g", ["g-01", "g-02"]) == "g-03"
    assert next_item_code("g", ["g-02"]) == "g-03"


def test_shipped_checklists_are_whole():
    lists = shipped_checklists()
    assert len(lists) >= 20
    codes = [item["code"] for each in lists for item in each["items"]]
    assert len(set(codes)) == len(codes)
    for each in lists:
        assert len(each["items"]) >= 8, each["code"]
        assert each["key_part"] in key_parts()
        assert category_code(each["category"]), each["code"]
        for item in each["items"]:
            assert item["text"].strip(), item["code"]
            assert item["look"].strip(), item["code"]
            assert len(item["text"]) <= 200, item["code"]
            assert len(item["basis"]) <= 200, item["code"]


@pytest.mark.parametrize(
    ("clause", "needed"),
    [
        (
            "2.2.a",
            {
                "gate",
                "fire",
                "electricity",
                "laboratory",
                "building",
                "dormitory",
                "canteen",
                "flood",
            },
        ),
        ("2.3.b", {"perimeter"}),
        ("2.3.j", {"gate", "grounds"}),
        ("2.4.d", {"gate_road"}),
        ("2.5.c", {"fire_equipment", "switch_room", "gas", "crowded_places"}),
        ("2.5.e", {"dormitory"}),
        ("2.5.f", {"heating"}),
        ("2.6.d", {"hidden_places"}),
        ("2.7.c", {"stairs"}),
        ("2.7.d", {"stairs"}),
    ],
)
def test_shipped_checklists_cover_the_key_parts_the_notice_names(clause, needed):
    covered = {each["key_part"] for each in shipped_checklists() if clause in each["clause"]}
    assert needed <= covered


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = [", "t.toml"),
        ("[checklist]\ncode='a'\n[[item]]\n", "缺少"),
        ("[checklist]\nfoo=1\n", "缺少"),
    ],
)
def test_a_bad_entry_says_where(text, said):
    with pytest.raises(BadChecklist, match=said):
        parse_checklist(text, "t.toml")
