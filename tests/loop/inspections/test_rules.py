"""Plain decisions: answers, signatures, laps, and the shipped checklists as data."""

import re
from datetime import date, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anxiao.foundation.places.catalog import key_parts
from anxiao.loop.hazards.catalog import category_code
from anxiao.loop.hazards.catalog.criteria import shipped_criteria
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
    former_fingerprint,
    item_faults,
    kinds_for,
    laps,
    next_item_code,
    origin_of,
    signature_faults,
    usual_kind,
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


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(["g-01", "g-02", "g-03", "x"]), one_answer))
def test_whatever_comes_in_is_either_complete_or_said_to_be_wrong(answers):
    checked = check_answers(ITEMS, answers)
    assert set(checked.answers) == {"g-01", "g-02", "g-03"}
    for item in ITEMS:
        code, clean = item["code"], checked.answers[item["code"]]
        note, photos = clean.get("note", ""), clean.get("photos", [])
        assert ("note" in clean, "photos" in clean) == (bool(note), bool(photos))
        fine = clean["a"] in ANSWERS and len(note) <= 300 and len(photos) <= 9
        if clean["a"] == FAIL:
            fine = fine and bool(photos or (note and not item["photo"]))
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


@pytest.mark.parametrize(
    ("own", "upper", "title", "on_round", "last", "kind"),
    [
        (True, False, "门卫安保检查表", False, "", "self_check"),
        (True, False, "门卫安保检查表", True, "", "patrol"),
        (True, False, "门卫安保检查表", False, "patrol", "patrol"),
        (True, False, "校园巡查表", False, "self_check", "patrol"),
        (False, True, "校园巡查表", False, "", "superior"),
        (False, True, "食堂检查表", False, "campaign", "superior"),
        (True, True, "食堂检查表", False, "campaign", "superior"),
    ],
)
def test_the_kind_that_stands_chosen(own, upper, title, on_round, last, kind):
    kinds = kinds_for(own=own, upper=upper)
    assert usual_kind(kinds, title, on_round=on_round, last=last) == kind


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


KEY_PARTS_OF_THE_NOTICE = {
    "2.2.a": {
        "gate": "门卫",
        "fire": "消防",
        "electricity": "用电",
        "laboratory": "实验室",
        "building": "校舍",
        "dormitory": "宿舍",
        "canteen": "食堂、食品",
        "canteen_daily": "食品每日",
        "flood": "防汛",
    },
    "2.3.b": {"closed_campus": "封闭化管理"},
    "2.3.j": {"gate_watch": "门卫值守、来访登记", "patrol": "巡查"},
    "2.4.d": {"gate_traffic": "安全区、接送区、停放区"},
    "2.5.c": {
        "fire_equipment": "消火栓、灭火器、应急照明、标示",
        "switch_room": "配电间、线路",
        "gas": "燃气管道",
        "fire_patrol": "公寓、教学楼、图书馆、餐厅",
    },
    "2.5.e": {"dorm_night": "宿舍夜间"},
    "2.6.d": {"hidden_places": "隐蔽部位"},
    "2.7.c": {"stairs": "楼道、楼梯、照明"},
    "2.7.d": {"stairs_code": "楼梯通道规范"},
}


@pytest.mark.parametrize("clause", KEY_PARTS_OF_THE_NOTICE)
def test_every_key_part_of_a_clause_has_its_checklist(clause):
    shipped = {each["code"]: each for each in shipped_checklists()}
    for code in KEY_PARTS_OF_THE_NOTICE[clause]:
        assert shipped[code]["clause"] == clause, code
        assert len(shipped[code]["items"]) >= 8, code
        assert shipped[code]["key_part"] in key_parts(), code
    assert {each["code"] for each in shipped_checklists() if each["clause"] == clause} == set(
        KEY_PARTS_OF_THE_NOTICE[clause]
    )


def items():
    return [item for each in shipped_checklists() for item in each["items"]]


def test_every_shipped_item_says_all_that_an_inspector_needs():
    codes = [item["code"] for item in items()]
    assert len(set(codes)) == len(codes) >= 280
    for item in items():
        code = item["code"]
        assert 8 <= len(item["text"]) <= 200, code
        assert item["text"].endswith("。"), code
        assert 8 <= len(item["look"]) <= 300, code
        assert 4 <= len(item["suggest"]) <= 200, code
        assert 4 <= len(item["basis"]) <= 200, code
        assert item["level"] in {"ordinary", "major"}, code
        assert isinstance(item["photo"], bool), code
        assert 1 <= item["days"] <= 365, code
    for each in shipped_checklists():
        assert category_code(each["category"]), each["code"]
        assert any(item["photo"] for item in each["items"]), each["code"]


def test_a_major_item_names_its_criterion_and_acts_at_once():
    known = {entry.code for entry in shipped_criteria()}
    for item in items():
        if item["level"] == "major":
            assert item["criterion"] in known, item["code"]
            assert item["days"] <= 7, item["code"]
        else:
            assert "criterion" not in item, item["code"]


CITED = {
    "《中小学校、幼儿园消防安全十项规定》": {"二"},
    "《消防法》": {"十六", "二十一", "二十八"},
    "《学校食品安全与营养健康管理规定》": {"四十"},
    "《教育系统重大事故隐患判定指南》": {"三"},
    "《山东省学校安全条例》": {"二十五", "二十九", "三十", "三十一", "四十", "四十五"},
    "《食品安全法实施条例》": {"二十八"},
    "《校车安全管理条例》": {
        *("十一", "十四", "十六", "二十", "二十一", "二十二", "二十三"),
        *("三十四", "三十九", "四十", "四十一"),
    },
    "《机动车登记规定》": {"六十一", "六十五"},
    "《未成年人保护法》": {"三十九", "六十二"},
    "《山东省消防条例》": {"二十二", "二十八"},
    "《安全生产法》": {"三十六"},
    "《安全生产事故隐患排查治理暂行规定》": {"三"},
    "《公共安全视频图像信息系统管理条例》": {"八"},
    "《保安服务管理条例》": {"十六", "二十七"},
}
"""Articles that were read or are known; every other law is cited by its name alone."""
BY_NAME_AND_NUMBER = {
    *("GB 50099-2011 8.6.1", "GB 50099-2011 8.7.2", "GB 50099-2011 8.7.3", "GB 50099-2011 8.7.4"),
    *("GB 50099-2011 8.7.5", "GB 50099-2011 8.7.6", "GB 50099-2011 8.7.7", "GB 50099-2011 8.2.3"),
    *("GB 50099-2011 8.2.4", "GB 50444-2008 5.2.1", "GB 50016 10.1.5"),
}


def test_no_basis_cites_an_article_that_nobody_read():
    for item in items():
        basis = item["basis"]
        for law, articles in re.findall(r"(《[^》]+》)((?:、?第[^条《；]+条)*)", basis):
            for article in re.findall(r"第([^条]+)条", articles):
                assert article in CITED.get(law, set()), (item["code"], basis)
        for standard in re.findall(r"GB(?:/T)? [\d-]+ [\d.]+", basis):
            assert standard in BY_NAME_AND_NUMBER, (item["code"], basis)


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


def test_a_body_sent_before_answers_became_short_is_known_again():
    """The digest is one that was stored then."""
    one = submitted(
        uuid=UUID(int=7),
        org_id=3,
        checklist_id=5,
        answers={
            "g-01": {"a": "pass"},
            "g-02": {"a": "fail", "note": "门坏了", "photos": [str(UUID(int=9))]},
        },
        started_at=datetime(2026, 11, 23, 8, tzinfo=timezone(timedelta(hours=8))),
        latitude=30.5,
    )
    stored = "b481f696aca71e29022f97a937d710e9af33a89ba8f169218c8ad509b13eb932"
    assert former_fingerprint(one) == stored != fingerprint(one)
