"""The bureau's ledger of units comes in as it is kept; others' headings are understood too."""

from decimal import Decimal

import pytest

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.orgs.models import Org, Profile
from anxiao.foundation.orgs.services import UNITS_IMPORT, merge_org, rename_org
from anxiao.foundation.registers.declare import ImportContext
from anxiao.foundation.registers.services import run_import
from tests.builders import AT, make_county, make_school, make_town
from tests.foundation.orgs.books import PLACE, UNITS, WRONG, write_table, write_units

pytestmark = pytest.mark.django_db

FACTS = (
    *("stages", "ownership", "is_boarding", "pupils", "boarders", "staff", "principal", "phone"),
    *("has_canteen", "buses", "heating", "remarks"),
)
HIGH, KINDERGARTEN, PRIMARY, NINE, SPECIAL = (
    (
        *(["senior"], "public", True, 1437, 466, 119, "程然", "18091390996", True, 0),
        *("air_conditioner", "含教学点1处"),
    ),
    (
        *(["kindergarten"], "private", False, 187, None, 14, "石娜雨", "13895559797"),
        *(True, 0, "coal_boiler", ""),
    ),
    (["primary"], "public", False, 2355, None, 105, "姚娟", "17236671276", False, 2, "none", ""),
    (
        *(["primary", "junior"], "public", True, 2123, 1803, 8, "唐曦", "15373441979"),
        *(True, 9, "central", ""),
    ),
    (
        *(["primary", "junior", "special"], "public", False, 67, 0, 6, "韩刚"),
        *("17267797747", True, 0, "electric", ""),
    ),
)
TAKEN = {
    ("石门镇", "school", "石门第一中学"): HIGH,
    ("高桥镇", "kindergarten", "高桥阳光幼儿园"): KINDERGARTEN,
    ("云桥街道", "school", "云桥回民小学"): PRIMARY,
    ("石门镇", "school", "永丰学校"): NINE,
    ("高桥镇", "school", "新安特殊教育学校"): SPECIAL,
}


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def take(county, tmp_path):
    def take(file, mapping=None, dry_run=False):
        context = ImportContext(actor=SYSTEM, at=AT, org_path=county.path, dry_run=dry_run)
        return run_import(UNITS_IMPORT, file, mapping or {}, context)

    return take


def standing():
    return {
        (one.org.parent.name, one.org.kind, one.org.name): tuple(
            getattr(one, name) for name in FACTS
        )
        for one in Profile.objects.select_related("org__parent")
    }


def test_the_bureaus_workbook_comes_in_whole(take, tmp_path):
    report = take(write_units(tmp_path / "units.xlsx"))
    assert report.counts == {"created": 5, "changed": 0, "same": 0, "rejected": 0}
    assert report.skipped == {"blank": 1, "total": 1, "note": 1}
    assert standing() == TAKEN
    assert Profile.objects.filter(
        latitude=Decimal(str(PLACE[0])), longitude=Decimal(str(PLACE[1]))
    ).count() == len(TAKEN)
    towns = Org.objects.filter(kind="town").order_by("id").values_list("name", flat=True)
    assert list(towns) == ["石门镇", "高桥镇", "云桥街道"]


def test_importing_twice_changes_nothing(take, tmp_path):
    file = write_units(tmp_path / "units.xlsx")
    take(file)
    before = (
        list(Org.objects.order_by("id").values()),
        list(Profile.objects.order_by("pk").values()),
    )
    assert take(file).counts == {"created": 0, "changed": 0, "same": 5, "rejected": 0}
    after = list(Org.objects.order_by("id").values()), list(Profile.objects.order_by("pk").values())
    assert after == before


def test_what_is_wrong_is_answered_cell_by_cell_and_the_rest_taken(take, tmp_path):
    report = take(write_units(tmp_path / "units.xlsx", WRONG))
    assert report.created == len(UNITS) - 1
    assert [(one.row, one.cell, one.value, one.message) for one in report.rejected] == [
        (10, "F10", "合办", "请填写公办或民办。"),
        (10, "H10", "约百人", "请填整数，例如 1437。"),
    ]
    assert not Org.objects.filter(name="望湖小学").exists()
    assert not Org.objects.filter(name="望湖街道").exists()


def test_another_countys_headings_are_understood(take, tmp_path):
    file = write_table(
        tmp_path / "other.xlsx",
        ["附件2"],
        ["2026年秋季中小学幼儿园信息采集表"],
        ["说明：1.本表由各镇街教委填写；2.人数以学籍为准。"],
        ["基本信息", None, None, None, "学生情况", None, "安全设施", None, None],
        [
            *("学校全称", "主管单位", "办学层次", "公办/民办", "学生总人数", "其中：住校生"),
            *("食堂（有/无）", "实验室（间）", "供暖形式"),
        ],
        ["第一小学", "石门镇教委", "小学", "公办", "1,437", 466, "有", "3间", "集中供热"],
        ["实验中学", "云河区教体局", "初中", "公办", 900, None, "无", "无", "空调"],
        merges=("A4:D4", "E4:F4", "G4:I4"),
    )
    report = take(file)
    assert (report.counts["created"], report.rejected) == (2, [])
    found = {
        one.org.name: (one.org.parent.name, one.pupils, one.boarders, one.has_labs, one.heating)
        for one in Profile.objects.select_related("org__parent")
    }
    assert found == {
        "第一小学": ("石门镇教委", 1437, 466, True, "central"),
        "实验中学": ("云河区", 900, None, False, "air_conditioner"),
    }


def test_what_cannot_be_mapped_is_asked_for_and_given(take, tmp_path):
    file = write_table(tmp_path / "odd.xlsx", ["代号", "办在哪里"], ["石门小学", "石门镇"])
    assert take(file).missing == ("name",)
    assert not Profile.objects.exists()
    report = take(file, {"单位名称": "代号", "town": "B"})
    assert report.counts["created"] == 1
    assert Org.objects.get(name="石门小学").parent.name == "石门镇"


def test_a_column_taken_wrongly_is_left_out(take, tmp_path):
    file = write_table(tmp_path / "odd.xlsx", ["单位名称", "备注"], ["石门小学", "不要这一列"])
    take(file, {"备注": ""})
    assert Profile.objects.get().remarks == ""


def test_after_a_town_was_renamed_the_old_ledger_still_finds_its_schools(take, county, tmp_path):
    file = write_units(tmp_path / "units.xlsx")
    take(file)
    rename_org(Org.objects.get(name="石门镇"), name="石门街道教委", actor=SYSTEM, at=AT)
    rename_org(Org.objects.get(name="永丰学校"), name="永丰实验学校", actor=SYSTEM, at=AT)
    report = take(file)
    assert report.counts == {"created": 0, "changed": 0, "same": 5, "rejected": 0}
    assert Org.objects.filter(kind="town").count() == 3


def test_a_unit_that_was_merged_is_not_founded_again(take, county, tmp_path):
    town = make_town(county, "石门镇")
    gone, into = make_school(town, "石门小学"), make_school(town, "中心小学")
    merge_org(gone, into, reason="撤并", actor=SYSTEM, at=AT)
    file = write_table(tmp_path / "old.xlsx", ["单位名称", "镇街"], ["石门小学", "石门镇"])
    report = take(file)
    assert [(one.cell, one.message) for one in report.rejected] == [
        ("A2", "“石门小学”已停办或并入其他单位，请删去这一行；如已恢复，请先办理恢复。")
    ]
    assert Org.objects.filter(kind="school").count() == 2
