"""A ledger kept on paper comes in: what is right is taken, every other row is answered."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.accounts.queries import posts_of
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.services import merge_org, rename_org
from anxiao.foundation.registers.declare import Asked, ImportContext
from anxiao.foundation.registers.services import export, run_import, write_errors_of
from anxiao.loop.hazards.models import Criterion, Hazard, LedgerYear
from anxiao.loop.hazards.registers import CRITERIA_IMPORT, HAZARDS, HAZARDS_IMPORT
from tests.builders import AT, TODAY, make_school
from tests.loop.hazards.books import DONE, MAJOR, write_ledger
from tests.loop.hazards.world import CANARY


@pytest.fixture
def take(world, tmp_path):
    def take(*rows, actor=None, path=None, dry_run=False, **book):
        file = write_ledger(tmp_path / "ledger.xlsx", *rows, **book)
        context = ImportContext(
            actor=actor or world.bureau,
            at=AT,
            org_path=path or world.county.path,
            dry_run=dry_run,
        )
        return run_import(HAZARDS_IMPORT, file, {}, context)

    return take


def answers(report):
    return [(error.cell, error.message) for error in report.rejected]


def test_an_open_line_enters_as_under_way_and_overdue(world, take):
    report = take({}, {"责任人": None}, {"整改期限": "尽快"})
    assert (report.created, report.rejected) == (3, [])
    first, second, third = Hazard.objects.order_by("serial")
    assert (first.number, first.state, first.category) == ("2026-0001", "assigned", "fire")
    assert (first.found_on, first.due_on) == (date(2026, 10, 11), date(2026, 10, 20))
    assert (first.funds, first.responsible_unit) == (Decimal(500), "石门镇第一小学")
    assert (second.state, second.responsible_unit) == ("open", "")
    assert third.due_on is None
    assert set(Hazard.objects.overdue(date(2026, 11, 23))) == {first, second}


def test_a_closed_line_enters_as_history(world, take):
    assert take({**DONE}).created == 1
    hazard = Hazard.objects.get()
    assert (hazard.state, hazard.closed_by_name) == ("closed", "钱一鸣")
    assert hazard.closed_at.astimezone().date() == date(2026, 10, 15)
    line = Entry.objects.get(subject="hazards.hazard")
    assert (line.action, line.detail["state"], line.detail["row"]) == ("import", "closed", 4)
    world.reopen(hazard)


def test_finished_but_not_verified_waits_for_verification(take):
    take({"完成时间": "2026-10-15"})
    assert Hazard.objects.get().state == "submitted"


def test_importing_twice_changes_nothing(take):
    rows = ({}, {**DONE}, {**MAJOR})
    assert take(*rows).created == 3
    again = take(*rows)
    assert (again.created, again.same, again.rejected) == (0, 3, [])
    assert LedgerYear.objects.get().last == Hazard.objects.count() == 3


def test_a_dry_run_leaves_nothing_behind(take):
    assert take({}, dry_run=True).created == 1
    assert not Hazard.objects.exists()
    assert not LedgerYear.objects.exists()


def test_a_refused_line_costs_no_number(take):
    report = take({"完成时间": "2026-10-01", **{"是否销号": "是", "验收人": "钱一鸣"}}, {})
    assert (report.created, len(report.rejected)) == (1, 1)
    assert Hazard.objects.get().number == "2026-0001"


@pytest.mark.parametrize(
    ("changes", "cell", "words"),
    [
        ({"学校": "石门镇第一小"}, "B4", "是不是“石门镇第一小学”"),
        ({"学校": "云外天国学院"}, "B4", "没有名为“云外天国学院”的单位"),
        ({"排查时间": "上个月"}, "C4", "请写成 2026-11-23"),
        ({"排查时间": "2026-12-01"}, "C4", "排查时间晚于今天"),
        ({"等级": None}, "H4", "请填“一般”或“重大”"),
        ({"等级": "较大"}, "H4", "一般"),
        ({"整改期限": "2026-10-01"}, "L4", "整改期限早于排查时间"),
        ({"整改期限": "月底左右"}, "L4", "请写到具体哪一天"),
        ({"隐患描述": "=SUM(A1:A9)"}, "G4", "公式"),
        ({"隐患描述": None}, "G4", "请填写"),
        ({"资金（元）": "很多"}, "K4", "金额"),
        ({"是否销号": "是"}, "N4", "请填写完成时间"),
        ({**DONE, "验收人": None}, "O4", "请填写验收人"),
        ({**DONE, "完成时间": "2026-10-10"}, "N4", "完成时间早于排查时间"),
        ({**DONE, "完成时间": "2026-12-10"}, "N4", "完成时间晚于今天"),
        ({**MAJOR, "临时防范措施": None}, "M4", "请填写临时防范措施"),
        ({**MAJOR, **DONE, "临时防范措施": "无"}, "M4", "请填写临时防范措施"),
        ({**MAJOR, "整改期限": "尽快"}, "L4", "整改期限"),
        ({**MAJOR, "责任人": "—"}, "J4", "请填写责任人"),
    ],
)
def test_a_line_that_is_not_taken_is_answered(take, changes, cell, words):
    report = take(changes, {"隐患描述": "另一项"})
    rejected = [error for error in report.rejected if error.row == 4]
    assert [error.cell for error in rejected] == [cell]
    assert words in rejected[0].message
    assert report.created == 1


def test_names_are_compared_without_blanks_and_old_names_count(world, take):
    renamed = make_school(world.town, "青石实验学校")
    renamed.old_names.create(name="青石中学", name_key="青石中学", until_on=date(2026, 8, 31))
    report = take({"学校": " 石门镇第一小学\u3000"}, {"学校": "青石中学"}, {"学校": renamed.code})
    assert report.created == 3
    assert Hazard.objects.filter(org=renamed).count() == 2


def test_two_units_of_one_name_are_asked_about(world, take):
    Org.objects.filter(pk=world.neighbour.pk).update(name_key=world.school.name_key)
    assert "请改填单位代码" in take({}).rejected[0].message


def test_a_duplicate_in_the_file_is_told(take):
    report = take({"隐患描述": "同一项"}, {"隐患描述": "同一项"})
    assert report.created == 1
    assert "与第 4 行重复" in report.rejected[0].message


def test_an_unknown_category_is_filed_as_other_and_said(take):
    take({"隐患类别": "飞碟", "资金（元）": "约2000", "备注": "寒假施工"})
    hazard = Hazard.objects.get()
    assert (hazard.category, hazard.funds) == ("other", 2000)
    assert hazard.remarks == "寒假施工；资金为约数；原类别：飞碟"


def test_immediately_means_the_day_it_was_found(take):
    take({"整改期限": "立即"})
    assert Hazard.objects.get().due_on == date(2026, 10, 11)


def test_a_line_closed_on_paper_but_open_here_is_answered(take):
    take({})
    report = take({**DONE})
    assert [cell for cell, _message in answers(report)] == ["P4"]
    assert "2026-0001" in report.rejected[0].message
    assert Hazard.objects.get().state == "assigned"


def test_a_school_imports_its_own_lines_only(world, take):
    report = take({}, {"学校": f"{CANARY}小学"}, actor=world.principal, path=world.school.path)
    assert report.created == 1
    assert CANARY not in report.rejected[0].message.replace(f"“{CANARY}小学”", "")


def test_the_command_line_acts_for_the_server(take):
    assert take({}, actor=SYSTEM).created == 1
    assert Hazard.objects.get().recorded_by is None


def test_other_headings_in_another_order(take):
    headings = ("存在问题", "被检单位", "检查日期", "隐患级别", "部位", "整改时限", "整改责任人")
    book = {
        "存在问题": "消火栓无水",
        "被检单位": "石门镇第一小学",
        "检查日期": "2026/11/2",
        "隐患级别": "一般隐患",
        "部位": "西门",
        "整改时限": "7天内",
        "整改责任人": "孙师傅",
    }
    report = take(book, headings=headings)
    assert answers(report) == []
    hazard = Hazard.objects.get()
    assert (hazard.due_on, hazard.description) == (date(2026, 11, 9), "消火栓无水")


def test_criteria_come_in_by_workbook(world, tmp_path):
    file = write_ledger(
        tmp_path / "criteria.xlsx",
        {"代码": "Food-1", "领域": "食品", "判定方式": "直接判定", "判定情形": "使用亚硝酸盐"},
        {"代码": "food-2", "领域": "食品", "判定情形": "无"},
        headings=("代码", "领域", "判定方式", "判定情形", "依据"),
    )
    world_context = ImportContext(actor=world.bureau, at=AT, org_path=world.county.path)
    report = run_import(CRITERIA_IMPORT, file, {}, world_context)
    assert report.created == 0
    assert len(report.rejected) == 2


def test_criteria_with_their_source_are_kept(world, tmp_path):
    line = {"代码": "food-1", "领域": "食品", "判定情形": "使用亚硝酸盐", "依据": "判定指南第五条"}
    headings = ("代码", "领域", "判定情形", "依据")
    file = write_ledger(tmp_path / "criteria.xlsx", line, headings=headings)
    context = ImportContext(actor=world.bureau, at=AT, org_path=world.county.path)
    assert run_import(CRITERIA_IMPORT, file, {}, context).created == 1
    assert run_import(CRITERIA_IMPORT, file, {}, context).same == 1
    row = Criterion.objects.get()
    assert (row.code, row.method, row.is_open) == ("food-1", "direct", False)


def test_only_who_keeps_criteria_imports_them(world, tmp_path):
    line = {"代码": "food-1", "领域": "食品", "判定情形": "使用亚硝酸盐", "依据": "判定指南第五条"}
    file = write_ledger(tmp_path / "c.xlsx", line, headings=("代码", "领域", "判定情形", "依据"))
    context = ImportContext(actor=world.principal, at=AT, org_path=world.school.path)
    report = run_import(CRITERIA_IMPORT, file, {}, context)
    assert (report.created, len(report.rejected)) == (0, 1)


SIX_DATES = (
    *("2026-09-01", "2026/09/02", "2026.9.3", "20260904", "2026年9月5日"),
    datetime(2026, 9, 6),  # noqa: DTZ001 - as a cell holds it
)


def test_dates_in_six_spellings_are_one_kind_of_day(take):
    assert take(*({"排查时间": one} for one in SIX_DATES)).rejected == []
    found = Hazard.objects.order_by("found_on").values_list("found_on", flat=True)
    assert list(found) == [date(2026, 9, day) for day in range(1, 7)]


def test_money_is_read_as_bureaus_write_it(take):
    said = ["1.2万", "500元", "约2000", "1,200", "无", "—", None, 200, "３００"]
    take(*({"资金（元）": one} for one in said))
    funds = list(Hazard.objects.order_by("pk").values_list("funds", "remarks"))
    assert funds == [
        (Decimal(12000), ""),
        (Decimal(500), ""),
        (Decimal(2000), "资金为约数"),
        (Decimal(1200), ""),
        (Decimal(0), ""),
        (None, ""),
        (None, ""),
        (Decimal(200), ""),
        (Decimal(300), ""),
    ]


def test_a_deadline_that_is_none_is_kept_in_words(take):
    take({"整改期限": "尽快", "备注": "寒假施工"}, {"整改期限": "立即"}, {"整改期限": "7天内"})
    known = Hazard.objects.order_by("pk").values_list("due_on", "remarks")
    assert list(known) == [
        (None, "寒假施工；原期限：尽快"),
        (date(2026, 10, 11), ""),
        (date(2026, 10, 18), ""),
    ]


def test_a_formula_where_text_belongs_is_answered(take):
    report = take({"隐患描述": "=SUM(A1:A9) 标记异常"}, {})
    assert report.created == 1
    assert [(one.row, one.cell, one.heading, one.message) for one in report.rejected] == [
        (4, "G4", "隐患描述", "单元格是公式，请改成文字。")
    ]


def test_the_error_workbook_as_it_is_imports_nothing(world, take, tmp_path):
    report = take({"隐患描述": "=A1"}, {"等级": "重大"}, {"学校": "没有的学校"}, {})
    assert report.created == 1
    wrong = tmp_path / "errors.xlsx"
    write_errors_of(tmp_path / "ledger.xlsx", report, wrong)
    context = ImportContext(actor=world.bureau, at=AT, org_path=world.county.path)
    again = run_import(HAZARDS_IMPORT, wrong, {}, context)
    assert (again.created, again.rejected_rows) == (0, 3)
    assert [one.message for one in again.rejected] == [one.message for one in report.rejected]


OTHER_COUNTY = (
    *("编号", "受检学校", "检查日期", "检查人员", "存在问题及隐患", "隐患级别（一般/重大）"),
    *("整改建议", "整改完成时限", "责任人及电话", "整改情况（已整改/未整改）", "整改完成时间"),
)


def other_county(path, *rows):
    book = Workbook()
    book.active.append(["附件3"])
    book.active.append(["某县校园安全隐患清单（2026年秋季学期）"])
    book.active.append(list(OTHER_COUNTY))
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def test_another_countys_ledger_without_places_and_verifiers(world, tmp_path):
    start = [1, "石门镇第一小学", "2026.11.2", "张三", "灭火器过期", "一般", "更换"]
    file = other_county(
        tmp_path / "other.xlsx",
        [*start, "2026.11.9", "李四", "已整改", "2026.11.8"],
        [
            *(2, "石门镇第一小学", "2026.11.3", "张三", "线路老化", "一般", "换线", "7天内"),
            *("李四", "未整改"),
        ],
        [
            *(3, "石门镇第一小学", "2026.11.4", "张三", "门锁损坏", "一般", "修", "7天内"),
            *("李四", "等配件"),
        ],
        [
            *(4, "石门镇第一小学", "2026.11.5", "张三", "护栏松动", "一般", "修", "7天内"),
            *("李四", "已整改"),
        ],
    )
    context = ImportContext(actor=world.bureau, at=AT, org_path=world.county.path)
    report = run_import(HAZARDS_IMPORT, file, {}, context)
    assert [(one.cell, one.message) for one in report.rejected] == [
        ("K7", "已整改的行请填写完成时间。")
    ]
    entered = Hazard.objects.order_by("pk").values_list("state", "place_text", "due_on", "remarks")
    assert list(entered) == [
        ("submitted", "未注明", date(2026, 11, 9), ""),
        ("assigned", "未注明", date(2026, 11, 10), ""),
        ("assigned", "未注明", date(2026, 11, 11), "整改情况：等配件"),
    ]
    assert run_import(HAZARDS_IMPORT, file, {}, context).counts["same"] == 3


def test_sixty_pasted_rows_cost_no_queries_of_their_own(take):
    rows = [{} for _ in range(60)]
    with CaptureQueriesContext(connection) as many:
        assert take(*rows).created == 60
    with CaptureQueriesContext(connection) as again:
        assert take(*rows).same == 60
    assert len(again) < 20  # the units and known lines of a chunk are fetched together
    assert len(many) < 30  # SQLite takes nineteen rows of the ledger in one statement


def test_lines_written_together_are_numbered_and_journalled_each(world, take):
    report = take({}, {"学校": world.neighbour.name}, {"完成时间": "2026-10-01"}, {})
    assert (report.created, [error.row for error in report.rejected]) == (3, [6])
    hazards = list(Hazard.objects.order_by("pk"))
    told = Entry.objects.filter(subject="hazards.hazard", action="import").order_by("pk")
    assert [(line.subject_id, line.org_path, line.detail) for line in told] == [
        (
            hazard.pk,
            hazard.org.path,
            {"number": hazard.number, "state": hazard.state, "row": row},
        )
        for hazard, row in zip(hazards, (4, 5, 7), strict=True)
    ]
    assert [hazard.number for hazard in hazards] == ["2026-0001", "2026-0001", "2026-0002"]
    assert sorted(LedgerYear.objects.values_list("last", flat=True)) == [1, 2]


def test_after_some_were_struck_off_here_the_old_ledger_changes_nothing(world, take):
    assert take({}, {}).created == 2
    hazard = Hazard.objects.order_by("pk").first()
    world.submit(hazard)
    world.close(hazard)
    states = list(Hazard.objects.order_by("pk").values_list("state", "number"))
    assert take({}, {}).counts == {"created": 0, "changed": 0, "same": 2, "rejected": 0}
    assert list(Hazard.objects.order_by("pk").values_list("state", "number")) == states


def test_after_a_unit_was_renamed_merged_or_closed_the_old_ledger_changes_nothing(world, take):
    rows = [{}, {"学校": world.neighbour.name}]
    assert take(*rows).created == 2
    rename_org(world.school, name="石门镇中心小学", actor=SYSTEM, at=AT)
    merge_org(world.neighbour, world.school, reason="撤并", actor=SYSTEM, at=AT)
    assert take(*rows).counts == {"created": 0, "changed": 0, "same": 2, "rejected": 0}
    moved = [{"学校": "石门镇中心小学"}, {"学校": "石门镇中心小学"}]
    assert take(*moved).counts == {"created": 0, "changed": 0, "same": 2, "rejected": 0}
    late = take(*rows, {"学校": world.neighbour.name})
    assert [(one.row, one.cell) for one in late.rejected] == [(6, "B6")]


def test_what_was_entered_here_and_exported_is_not_doubled(world, take, tmp_path):
    world.assign(world.open(description="护栏松动"))
    world.open(description="无处可寻", place_text="未注明")
    asked = Asked(world.bureau, AT, posts_of(world.users["bureau"].pk, TODAY)[0])
    file = tmp_path / "export.xlsx"
    with file.open("wb") as target:
        assert export(HAZARDS, asked, {}, target).rows == 2
    context = ImportContext(actor=world.bureau, at=AT, org_path=world.county.path)
    report = run_import(HAZARDS_IMPORT, file, {}, context)
    assert (report.counts, report.rejected) == (
        {"created": 0, "changed": 0, "same": 2, "rejected": 0},
        [],
    )
