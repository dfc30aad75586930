"""Names, places in the tree, terms."""

from datetime import date

import pytest

from anxiao.foundation.access.capabilities import ROLE_CAPABILITIES
from anxiao.foundation.orgs import rules
from anxiao.foundation.orgs.states import OrgKind


@pytest.mark.parametrize(
    ("written", "same_as"),
    [
        ("高桥阳光幼儿园 ", "高桥阳光幼儿园"),
        ("云桥回民小学　", "云桥回民小学"),
        ("第一中学（东校区）", "第一中学(东校区)"),
        ("第１小学", "第1小学"),
        ("ABC 学校", "abc学校"),
    ],
)
def test_names_compare_without_width_blanks_and_case(written, same_as):
    assert rules.name_key(written) == rules.name_key(same_as)


def test_different_names_stay_different():
    assert rules.name_key("第一小学") != rules.name_key("第二小学")


def test_town_offices_are_found_by_the_name_of_the_town():
    assert rules.town_key("石门镇教委") == rules.town_key("石门镇") == "石门镇"
    assert rules.town_key("教委") == "教委"


def test_every_kind_has_its_place():
    assert set(rules.CHILD_KINDS) - {None} == set(OrgKind.values)
    assert rules.may_stand_below("school", "town")
    assert not rules.may_stand_below("county", "school")
    assert not rules.may_stand_below("school", None)


def test_custodians_leave_out_what_lies_above_the_absorbed_already():
    assert rules.custodians("1.2.5.", "1.3.6.", "1.") == (3, 6)
    assert rules.custodians("1.2.5.", "1.2.6.", "1.") == (6,)


@pytest.mark.parametrize(
    ("start", "end", "word"),
    [
        (date(2026, 9, 1), date(2026, 9, 1), "晚于"),
        (date(2026, 9, 1), date(2026, 9, 5), "两周"),
        (date(2026, 9, 1), date(2027, 8, 1), "八个月"),
        (date(2026, 3, 1), date(2026, 7, 1), "重叠"),
    ],
)
def test_terms_that_do_not_fit(start, end, word):
    others = [(date(2026, 2, 20), date(2026, 6, 30))]
    assert word in rules.term_fault(start, end, others)


def test_a_term_that_fits():
    others = [(date(2026, 2, 20), date(2026, 6, 30))]
    assert rules.term_fault(date(2026, 9, 1), date(2027, 1, 20), others) == ""


def test_profile_faults_name_their_fields():
    found = rules.profile_faults(
        "kindergarten",
        {"stages": ["primary"], "pupils": 10, "boarders": 20, "is_boarding": True, "latitude": 89},
    )
    assert set(found) == {"stages", "boarders", "latitude"}
    assert rules.profile_faults("school", {"pupils": 10, "boarders": 10}) == {}
    assert "boarders" in rules.profile_faults("school", {"boarders": 1, "is_boarding": False})


def test_capabilities_of_units_are_known():
    held = frozenset().union(*ROLE_CAPABILITIES.values())
    assert {"orgs.view", "orgs.edit", "orgs.manage", "orgs.calendar"} <= held
