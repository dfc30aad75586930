"""``anxiao import``: an empty database, a bureau's workbooks, answers and exit codes."""

import pytest
from openpyxl import load_workbook

from anxiao.foundation.journal.models import Entry
from anxiao.foundation.orgs.models import Org
from anxiao.loop.hazards.models import Hazard
from tests.foundation.orgs.books import WRONG, write_table, write_units
from tests.loop.hazards.books import write_ledger

pytestmark = pytest.mark.django_db

SCHOOL = {"学校": "石门第一中学"}


@pytest.fixture
def units(tmp_path):
    return write_units(tmp_path / "units.xlsx")


def test_from_an_empty_database_to_a_county_with_its_ledger(say, units, tmp_path):
    first = say("import", "units", units, "--create-root", "云河区")
    assert (first.code, first.err) == (0, "")
    assert "新增 5，更新 0，未变 0，未收下 0 行；跳过 3 行" in first.out
    assert Org.objects.get(parent=None).name == "云河区"
    ledger = write_ledger(tmp_path / "ledger.xlsx", SCHOOL, SCHOOL)
    second = say("import", "hazards", ledger)
    assert (second.code, second.err) == (0, "")
    assert "新增 2" in second.out
    facts = list(Org.objects.order_by("id").values()), list(Hazard.objects.order_by("id").values())
    again = say("import", "units", units, "--create-root", "云河区")
    assert (again.code, "新增 0，更新 0，未变 5" in again.out) == (0, True)
    again = say("import", "hazards", ledger)
    assert (again.code, "新增 0，更新 0，未变 2" in again.out) == (0, True)
    now = list(Org.objects.order_by("id").values()), list(Hazard.objects.order_by("id").values())
    assert now == facts


def test_rows_that_are_not_taken_are_named_and_given_back(say, tmp_path):
    wrong = tmp_path / "wrong.xlsx"
    file = write_units(tmp_path / "units.xlsx", WRONG)
    told = say("import", "units", file, "--create-root", "云河区", "--errors", wrong)
    assert told.code == 3
    assert told.err.splitlines() == [
        "第 10 行 F10 办学性质“合办”：请填写公办或民办。",
        "第 10 行 H10 在校生数“约百人”：请填整数，例如 1437。",
    ]
    rows = list(load_workbook(wrong).active.iter_rows(values_only=True))
    assert (len(rows), rows[0][-1], rows[1][1]) == (2, "错误说明", "望湖小学")
    assert Org.objects.filter(kind="school").count() == 4


def test_a_dry_run_writes_nothing_not_even_the_county(say, units):
    told = say("import", "units", units, "--create-root", "云河区", "--dry-run")
    assert (told.code, "预览，没有写入：新增 5" in told.out) == (0, True)
    assert not Org.objects.exists()
    assert Entry.objects.filter(action="import").count() == 0


def test_a_file_that_cannot_be_used_leaves_no_county(say, tmp_path):
    (tmp_path / "table.xlsx").write_text("单位名称,镇街\n")
    missing = say("import", "units", tmp_path / "none.xlsx", "--create-root", "云河区")
    text = say("import", "units", tmp_path / "table.xlsx", "--create-root", "云河区")
    assert (missing.code, text.code) == (1, 1)
    assert "没有这个文件" in missing.err
    assert "这是文本或 CSV 文件" in text.err
    assert not Org.objects.exists()


def test_columns_that_cannot_be_found_are_asked_for_and_given(say, tmp_path):
    file = write_table(tmp_path / "odd.xlsx", ["代号", "办在哪里"], ["石门小学", "石门镇"])
    asked = say("import", "units", file, "--create-root", "云河区")
    assert asked.code == 2
    assert "没有找到这些列：单位名称。" in asked.err
    assert "表头（第 1 行）有：A 代号、B 办在哪里。" in asked.err
    assert "--map 单位名称=列名" in asked.err
    assert not Org.objects.exists()
    maps = ("--map", "单位名称=代号", "--map", "所属镇街=B")
    given = say("import", "units", file, "--create-root", "云河区", *maps)
    assert (given.code, "代号→单位名称、办在哪里→所属镇街" in given.out) == (0, True)
    assert Org.objects.get(kind="school").parent.name == "石门镇"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--map", "单位名称"), "应写成 字段=列名"),
        (("--map", "名字=B"), "没有“名字”这个字段。可用字段：单位名称（name）"),
        (("--map", "单位名称=全称呼"), "表头里没有“全称呼”这一列。现有各列：序号、单位名称"),
        (("--under", "X1"), "没有代码为 X1 的单位。"),
        ((), "请用 --create-root 名称 新建"),
    ],
)
def test_a_command_that_is_not_right_says_how_to_write_it(say, units, words, told):
    root = () if not words or words[0] == "--under" else ("--create-root", "云河区")
    answer = say("import", "units", units, *root, *words)
    assert (answer.code, told in answer.err) == (2, True), answer.err
    assert not Org.objects.exists()


def test_all_or_nothing(say, tmp_path):
    file = write_units(tmp_path / "units.xlsx", WRONG)
    told = say("import", "units", file, "--create-root", "云河区", "--whole")
    assert (told.code, "全部没有导入" in told.err, "F10" in told.err) == (1, True, True)
    assert not Org.objects.exists()


def test_the_help_says_what_to_write(say):
    told = say("import", "--help")
    assert told.code == 0
    for words in ("--create-root 名称", "--map 隐患描述=情况说明", "退出码：0 全部收下"):
        assert words in told.out
    assert "--pythonpath" not in told.out


def test_a_second_county_is_not_founded_by_a_slip(say, units):
    first = say("import", "units", units, "--create-root", "云河区")
    code = Org.objects.get(kind="county").code
    assert f"单位代码 {code}" in first.out
    slip = say("import", "units", units, "--create-root", "云河")
    assert (slip.code, Org.objects.filter(kind="county").count()) == (2, 1)
    assert f"{code} 云河区" in slip.err
