"""Plan files: strict, every fault at once with its line; TOML and Excel say the same."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from anxiao.foundation.kernel.errors import Invalid
from anxiao.loop.duties.catalog import (
    check_toml,
    differences,
    lines,
    parse_toml,
    parse_workbook,
    shipped_plan,
    write_toml,
    write_workbook,
)
from anxiao.loop.duties.models import Plan
from anxiao.loop.duties.rules import Traits, applies, levels_of, predicate_fault
from tests.builders import make_county
from tests.loop.duties.plans import NOTICE, OTHER_NOTICE


def faults_of(text):
    return [str(fault) for fault in check_toml(text)[1]]


def line_of(text, piece):
    return next(number for number, line in enumerate(text.splitlines(), 1) if piece in line)


@pytest.mark.parametrize(
    "text", [NOTICE, OTHER_NOTICE, shipped_plan()], ids=["own", "other", "shipped"]
)
def test_a_plan_written_reads_back_the_same(text):
    plan = parse_toml(text)
    assert parse_toml(write_toml(plan)) == plan
    assert parse_workbook(write_workbook(plan)) == plan
    assert differences(plan, parse_toml(write_toml(plan))) == []


@pytest.mark.parametrize(
    ("old", "new", "piece", "said"),
    [
        ('cadence = "weekly"', 'cadence = "biweekly"', "biweekly", "“biweekly”不认识"),
        ('owner = "guard"', 'owner = "gaurd"', "gaurd", "“gaurd”不认识"),
        ("minutes = 30", 'minutes = "30"', 'minutes = "30"', "应为 1 到 600 的整数"),
        ("times = 2", "times = 0", "times = 0", "应为 1 到 200 的整数"),
        (
            'evidence = ["canteen.review"]',
            'evidence = ["canteen.revue"]',
            "canteen.revue",
            "没有声明",
        ),
        ('evidence = ["canteen.review"]', "evidence = []", "evidence = []", "非空的列表"),
        (
            "applies_to = { canteen = true }",
            "applies_to = { kantine = true }",
            "kantine",
            "没有“kantine”",
        ),
        (
            "applies_to = { canteen = true }",
            "applies_to = { canteen = 1 }",
            "canteen = 1",
            "应为 true 或 false",
        ),
        ('title = "每周巡查"', 'title = "每周巡查"\ntitel = "x"', "titel", "没有“titel”这一项"),
        ('code = "2.2.a-2"', 'code = "2.2.a-1"', None, "重复"),
        ('code = "2.2.a"\n', 'code = "2.1.f"\n', None, "重复"),
        ("from_on = 2026-09-01", 'from_on = "2026-09-01"', 'from_on = "', "应为日期"),
        ("to_on = 2027-08-31", "to_on = 2026-08-31", "to_on = 2026-08-31", "应晚于"),
        ('kind = "rule"', 'kind = "duty"', None, "却没有一项职责"),
        ('cadence = "standing"', 'cadence = "monthly"', "valid_days", "只用于"),
        (
            'level = "town"',
            'level = "town"\napplies_to = { canteen = true }',
            None,
            "只用于 level = unit",
        ),
        ('room = "emergency"', 'room = "kitchen"', "kitchen", "“kitchen”不认识"),
        ('issuer = "云河区教育局"\n', "", "[plan]", "缺少“issuer”"),
        ('[[clause]]\ncode = "2.1.g"', '[[klause]]\ncode = "2.1.g"', "klause", "klause"),
        ("[plan]", "[plan", "[plan", "不是合法的 TOML"),
    ],
)
def test_a_fault_is_named_with_its_line(old, new, piece, said):
    assert old in NOTICE
    text = NOTICE.replace(old, new, 1)
    found = faults_of(text)
    assert any(said in fault for fault in found), found
    if piece:
        assert any(fault.startswith(f"第 {line_of(text, piece)} 行：") for fault in found), found


def test_all_faults_come_at_once_in_order():
    text = (
        NOTICE.replace('"weekly"', '"x"')
        .replace('"guard"', '"y"')
        .replace("minutes = 60", "minutes = -1")
    )
    lines = [fault.line for fault in check_toml(text)[1]]
    assert len(lines) == 3
    assert lines == sorted(lines)


def test_lines_stay_true_below_long_values():
    text = NOTICE.replace(
        'demand = "每日巡查。"', 'demand = """\n[[clause]]\ncode = "骗人"\n每日巡查。"""'
    )
    text = text.replace(
        'evidence = ["visit.done"]', 'evidence = [\n  "visit.done", # [x]\n  "nix",\n]'
    )
    found = faults_of(text)
    assert found == [found[0]]
    assert found[0].startswith(f"第 {text.splitlines().index('evidence = [') + 1} 行")


@given(st.text(max_size=300))
def test_no_text_breaks_the_parser(text):
    plan, faults = check_toml(text)
    assert plan is None
    assert faults
    assert all(1 <= fault.line <= text.count("\n") + len(text.splitlines()) + 1 for fault in faults)


@given(st.integers(0, len(NOTICE) - 1), st.text(max_size=5))
def test_no_damage_breaks_the_parser(place, piece):
    plan, faults = check_toml(NOTICE[:place] + piece + NOTICE[place + 1 :])
    assert (plan is None) == bool(faults)


@pytest.mark.parametrize(
    ("conditions", "bound"),
    [
        ({}, True),
        ({"kinds": ["school"]}, True),
        ({"kinds": ["kindergarten"]}, False),
        ({"stages": ["junior", "senior"]}, True),
        ({"stages": ["primary"], "boarding": True}, False),
        ({"boarding": True, "canteen": False}, True),
        ({"heating": True}, True),
        ({"heating": ["central"]}, False),
        ({"stoves": True}, True),
        ({"burners": False}, False),
        ({"ownership": ["private"]}, False),
    ],
)
def test_predicates_are_closed_and_all_must_hold(conditions, bound):
    unit = Traits("school", frozenset({"junior"}), "public", boarding=True, heating="stove")
    assert applies(conditions, unit) is bound
    assert not any(predicate_fault(name, value) for name, value in conditions.items())


def test_levels_of_a_path():
    assert levels_of("1.7.12.") == ("1.", "1.7.", "1.7.12.")


def run(*words):
    out, err = StringIO(), StringIO()
    call_command("plan", *words, stdout=out, stderr=err)
    return out.getvalue() + err.getvalue()


def test_the_command_checks_files(tmp_path):
    assert "没有问题" in run("check", "fourth_quarter")
    path = tmp_path / "notice.toml"
    path.write_text(NOTICE.replace('"weekly"', '"x"'))
    err = StringIO()
    with pytest.raises(CommandError, match="共 1 处问题"):
        call_command("plan", "check", str(path), stderr=err)
    assert "notice.toml 第 " in err.getvalue()
    book = tmp_path / "notice.xlsx"
    book.write_bytes(write_workbook(parse_toml(NOTICE)))
    assert "没有问题" in run("check", str(book))
    with pytest.raises(CommandError, match="没有文件"):
        run("check", str(tmp_path / "none.toml"))


@pytest.mark.django_db
def test_the_command_imports_publishes_and_compares(tmp_path):
    county = make_county()
    path = tmp_path / "notice.toml"
    path.write_text(NOTICE)
    assert "Q4@1（草稿）" in run("import", str(path), "--under", county.code)
    assert "Q4@1（草稿）" in run("import", str(path), "--under", county.code)
    assert "已发布 Q4@1" in run("publish", "Q4")
    with pytest.raises(CommandError, match="没有待发布的草稿"):
        run("publish", "Q4")
    assert run("import", str(path), "--under", county.code).endswith("与第 1 版相同，没有新建。\n")
    path.write_text(NOTICE.replace("每周巡查", "每周安全巡查"))
    assert "Q4@2（草稿）" in run("import", str(path), "--under", county.code)
    out = StringIO()
    with pytest.raises(CommandError, match="共 1 处不同"):
        call_command("plan", "diff", "Q4@1", "Q4@2", stdout=out)
    assert "每周巡查 → 每周安全巡查" in out.getvalue()
    assert "相同" in run("diff", "Q4@2", str(path))
    assert "已发布 Q4@2" in run("publish", "Q4@2")
    assert list(Plan.objects.order_by("version").values_list("state", flat=True)) == [
        "retired",
        "published",
    ]
    with pytest.raises(CommandError, match="没有单位代码"):
        run("import", str(path), "--under", "NOBODY")


def test_a_workbook_is_answered_by_sheet_and_row():
    plan = parse_toml(NOTICE)
    book = write_workbook(plan)
    assert parse_workbook(book) == plan
    with pytest.raises(Invalid):
        parse_workbook(b"not a workbook")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a." * 1_500 + "a = 1", "点太多"),
        ("[" + "a." * 20 + "a]", "点太多"),
        ('x = { b = "\u2028", ' + '"a".' * 20 + "a = 1 }", "点太多"),
        ("x = '" + "a" * 4_000 + "'", "超过 4000 字"),
    ],
)
def test_lines_dear_to_parse_are_refused_before_they_are(monkeypatch, line, said):
    monkeypatch.setattr(lines.tomllib, "loads", None)
    raw, faults = lines.read_toml(f"# 方案\n{line}\n")
    assert (raw, [fault.line for fault in faults]) == (None, [2])
    assert said in faults[0].message


def test_dots_in_texts_and_remarks_are_no_keys():
    text = NOTICE.replace("[plan]", "# ........\n[plan]", 1)
    assert parse_toml(text) == parse_toml(NOTICE)
