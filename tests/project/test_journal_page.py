"""The journal for the audit administrator: in words, found by person, object and time."""

import ast
import io
import re
from pathlib import Path

import pytest
from django.test import Client
from openpyxl import load_workbook

import anxiao
from anxiao.foundation.access.actor import Actor
from anxiao.foundation.accounts.services import grant_post
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.journal.services import record
from anxiao.project.journal import JOURNAL
from anxiao.project.journal_words import (
    ACTIONS,
    KEYS,
    TOLD_ELSEWHERE,
    action_word,
    detail_words,
    state_word,
    subject_word,
)
from anxiao.project.journal_words import REGISTERS as NAMED
from anxiao.project.registers import REGISTERS
from tests.builders import AT, TODAY, actor_of, make_county, make_school, make_user, sign_in

pytestmark = pytest.mark.django_db
WRITERS = {"record", "_record", "_note", "_noted"}


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def school(county):
    return make_school(county, "第一小学")


@pytest.fixture
def auditor(county, time_machine):
    time_machine.move_to(AT, tick=False)
    return sign_in(Client(), make_user("审计员", (county, "audit_admin")))


@pytest.fixture
def lines(school):
    head = actor_of(make_user("程然", (school, "principal")))
    guard = make_user("石坚")
    grant_post(guard, school, "guard", TODAY, None, actor=head, at=AT)
    record("sign_in_failed", guard, actor=Actor(0), at=AT, org_path=school.path, detail={"ip": "1"})
    record("export", "hazards", actor=head, at=AT, org_path=school.path, detail={"rows": 3})
    return guard


def shown(client, **asked):
    page = client.get("/registers/journal/", asked)
    assert page.status_code == 200
    return page.content.decode()


def table(html):
    return re.sub(r"<[^>]*>", " ", html[html.index("<tbody") : html.index("</tbody")])


def test_lines_are_words(auditor, lines):
    body = table(shown(auditor))
    for word in ("安排岗位", "程然", "第一小学", "保安员", "登录失败", "导出", "行数：3"):
        assert word in body
    for code in ("grant", "membership", "sign_in_failed", "{"):
        assert code not in body


@pytest.mark.parametrize(
    ("asked", "there", "gone"),
    [
        ({"actor": "程然"}, "安排岗位", "登录失败"),
        ({"action": "export"}, "导出", "安排岗位"),
        ({"subject": "accounts.membership"}, "安排岗位", "登录失败"),
        ({"rights": "1"}, "安排岗位", "导出"),
        ({"failed": "1"}, "登录失败", "安排岗位"),
        ({"carried": "1"}, "行数", "登录失败"),
        ({"at_from": "2026-11-23", "at_until": "2026-11-23"}, "安排岗位", "没有这样的词"),
    ],
)
def test_lines_are_found(auditor, lines, asked, there, gone):
    body = table(shown(auditor, **asked))
    assert there in body
    assert gone not in body


def test_lines_are_found_by_object_and_number(auditor, lines):
    html = shown(auditor, subject="accounts.user", number=str(lines.pk))
    assert "登录失败" in table(html)
    assert "<tbody" not in shown(auditor, number="1" * 30)
    assert "<tbody" not in shown(auditor, at_until="2026-11-22")


def test_it_is_the_auditors_alone(auditor, county, school, lines):
    for role, org in (("principal", school), ("county_safety", county), ("security_admin", county)):
        client = sign_in(Client(), make_user("他人", (org, role)))
        assert client.get("/registers/journal/").status_code == 403


def test_the_export_is_complete_and_leaves_a_line(auditor, lines):
    answer = auditor.post("/registers/journal/export")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    told = [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert "安排岗位" in told
    assert Entry.objects.filter(action="export", actor_name="审计员").count() == 1


def test_the_page_costs_the_same_for_more_lines(auditor, lines, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        shown(auditor)
    for n in range(30):
        record("note", "test", actor=Actor(1, "某人"), at=AT, detail={"n": n})
    with django_assert_max_num_queries(12):
        shown(auditor)


def written():
    """Every action that some room writes: first words of ``record`` and names of steps."""
    for path in Path(anxiao.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in WRITERS or name == "Step":
                for each in ast.walk(node.args[0]):
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        yield each.value


def test_every_action_has_a_word():
    assert sorted(set(written()) - set(ACTIONS)) == []


def told():
    """Every key that some room writes into a line: of the dicts called ``detail`` or ``said``."""
    for path in Path(anxiao.__file__).parent.rglob("services/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            named = isinstance(node, ast.keyword) and node.arg in {"detail", "said"}
            if isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                named = any(getattr(each, "id", "") in {"detail", "said"} for each in targets)
            if named and node.value is not None:
                yield from keys_of(node.value)


def keys_of(value):
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mod):
        return  # what is put into a sentence is no key
    if isinstance(value, ast.Dict):
        yield from (key.value for key in value.keys if isinstance(key, ast.Constant))
    for each in ast.iter_child_nodes(value):
        yield from keys_of(each)


def test_every_key_of_a_detail_has_a_word():
    found = set(told())
    assert {"responsible", "reason", "files"} <= found
    assert sorted(found - set(KEYS) - TOLD_ELSEWHERE) == []


def test_every_register_has_its_own_name():
    assert sorted([*NAMED, JOURNAL.slug]) == sorted(each.slug for each in REGISTERS)
    for register in REGISTERS:
        assert subject_word(f"registers.{register.slug}") == str(register.title)


def test_one_code_is_two_words_where_two_things_are_meant():
    assert action_word("close", "hazards.hazard") == "销号"
    assert action_word("close", "orgs.org") == "停办"


def test_objects_bear_their_own_names(auditor, county, school):
    actor = actor_of(make_user("程然", (school, "principal")))
    record("rename", school, actor=actor, at=AT, org_path=school.path, detail={"from": "旧名"})
    body = table(shown(auditor, action="rename"))
    assert "单位 第一小学" in body
    assert f"单位 {school.pk}" not in body


@pytest.mark.parametrize(
    ("subject", "detail", "words"),
    [
        (
            "hazards.hazard",
            {"source": "self_check", "category": "fire"},
            "来源：自查；类别：消防安全",
        ),
        ("hazards.hazard", {"state": "closed", "row": 739}, "状态：已销号；原表行号：739"),
        (
            "hazards.hazard",
            {"to": "石门镇", "missing": ["due_on"]},
            "上报至：石门镇；尚缺：整改期限",
        ),
        ("inspections.inspection", {"checklist": "patrol", "kind": "patrol"}, "类型：巡查"),
        ("duties.evidence", {"kind": "roster.duty", "files": ["u", "v"]}, "文件数：2"),
        ("duties.evidence", {"source": "inspections.inspection:5"}, ""),
        ("orgs.org", {"into": 7, "into_name": "第二小学"}, "并入：第二小学"),
        ("orgs.org", {"changed": {"boarders": [1, 2]}}, "改动：寄宿生数 1、2"),
        ("registers.hazards", {"created": 1, "rejected": 2}, "新建行数：1；未收下行数：2"),
        ("registers.hazards", {"query": "?level=major"}, "筛选条件：等级 重大隐患"),
        ("registers.importbatch", {"register": "units"}, "台账：学校（幼儿园）基本情况统计表"),
    ],
)
def test_codes_are_words(subject, detail, words):
    assert detail_words(detail, subject) == words


def test_words_of_objects_states_and_details():
    assert subject_word("hazards.hazard") == "隐患"
    assert subject_word("nowhere.nothing") == "nowhere.nothing"
    assert state_word("hazards.hazard", "submitted") == "待复查"
    assert state_word("accounts.user", "x") == "x"
    detail = {"role": "guard", "until_on": None, "from_on": "2026-11-23", "n": 0, "way": "code"}
    told = "岗位：保安员；起于：2026年11月23日；n：0；方式：密码和动态码"
    assert detail_words(detail) == told
