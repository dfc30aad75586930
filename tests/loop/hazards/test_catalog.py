"""Criteria and categories: strict, with the line of every fault."""

import pytest

from anxiao.foundation.kernel.errors import Forbidden, Invalid
from anxiao.loop.hazards import services
from anxiao.loop.hazards.catalog import (
    BadCatalog,
    category_choices,
    category_code,
    parse_criteria,
    parse_words,
    shipped_criteria,
)
from anxiao.loop.hazards.models import Criterion
from tests.builders import AT

GOOD = """
[[criterion]]
code = "fire-1"
domain = "消防"
method = "direct"
text = "安全出口锁闭"
source = "指南第三条"
confirm = false
"""


def faults_of(text, parse=parse_criteria):
    with pytest.raises(BadCatalog) as bad:
        parse(text)
    return [(fault.line, fault.message) for fault in bad.value.faults]


def test_shipped_criteria_are_sound_and_named_with_their_source():
    entries = shipped_criteria()
    assert {entry.domain for entry in entries} >= {"消防", "校舍", "食品", "水电气热"}
    assert all(entry.source for entry in entries)
    assert all(entry.text or entry.is_open for entry in entries)
    assert sum(not entry.is_open for entry in entries) >= 10


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('method = "direct"', 'method = "guess"', 5, "直接判定"),
        ('code = "fire-1"', 'code = "消防"', 3, "小写字母"),
        ('text = "安全出口锁闭"', 'text = ""', 6, "open = true"),
        ('source = "指南第三条"', 'source = " "', 7, "依据"),
        ('domain = "消防"', "", 2, "缺少“domain”"),
        ("confirm = false", "confirm = 1", 8, "true 或 false"),
        ("confirm = false", "colour = 'red'", 8, "不认识“colour”"),
        ('domain = "消防"', 'domain = "消防', 4, "不是合法的 TOML"),
    ],
)
def test_a_fault_is_told_with_its_line(old, new, line, words):
    found = faults_of(GOOD.replace(old, new))
    assert (found[0][0], words in found[0][1]) == (line, True), found


def test_every_fault_is_told_at_once():
    text = GOOD.replace("direct", "guess").replace("指南第三条", "")
    assert [line for line, _message in faults_of(text)] == [5, 7]


def test_doubles_unknown_sections_and_empty_files_are_refused():
    assert "重复" in faults_of(GOOD + GOOD)[0][1]
    assert "没有“rule”这一节" in faults_of(GOOD + "\n[[rule]]\na = 1\n")[0][1]
    assert "至少写一条" in faults_of("")[0][1]
    assert "双方括号" in faults_of("[criterion]\ncode = 'x'\n")[0][1]


def test_shipped_categories_cover_what_ledgers_write():
    codes = {category_code(word) for word in ("消防安全", "食堂食品", "门卫安保", "校车交通")}
    assert None not in codes
    assert category_code("楼梯 通道") == "stairs"
    assert category_code("飞碟") is None
    assert category_choices()[-1][0] == "other"


def test_a_word_belongs_to_one_category():
    one = '[[category]]\ncode = "{}"\nlabel = "{}"\nclause = "1.b"\nsynonyms = ["{}"]\n'
    cause = '[[cause]]\ncode = "other"\nlabel = "其他"\nsynonyms = []\n'
    text = one.format("other", "其他", "综合") + one.format("fire", "消防", "综合") + cause
    (line, message), *_rest = faults_of(text, parse_words)
    assert line == 10
    assert "一种写法只归一类" in message
    assert (
        "缺少代码为 other"
        in faults_of(one.format("fire", "消防", "防火") + cause, parse_words)[0][1]
    )


def test_loading_twice_changes_nothing_and_keeps_what_a_bureau_changed(world):
    first = services.load_criteria(at=AT)
    assert first == len(shipped_criteria()) == Criterion.objects.count()
    assert services.load_criteria(at=AT) == 0
    services.import_criteria(GOOD, actor=world.bureau, at=AT)
    assert services.load_criteria(at=AT) == 0
    assert Criterion.objects.get(code="fire-1").text == "安全出口锁闭"


def test_importing_criteria_needs_the_right_and_a_good_file(world):
    with pytest.raises(Forbidden):
        services.import_criteria(GOOD, actor=world.principal, at=AT)
    with pytest.raises(Invalid, match="第 5 行"):
        services.import_criteria(GOOD.replace("direct", "x"), actor=world.bureau, at=AT)
    assert not Criterion.objects.exists()


def test_a_retired_criterion_is_not_chosen_any_more(world):
    services.import_criteria(GOOD, actor=world.bureau, at=AT)
    criterion = Criterion.objects.get()
    services.retire_criterion(criterion, actor=world.bureau, at=AT)
    assert not Criterion.objects.visible_to(world.officer).in_force().exists()
    assert not Criterion.objects.visible_to(world.auditor).exists()


@pytest.mark.parametrize(
    ("line", "words"),
    [("a" + ".a" * 5 + " = 1", "点太多"), ("x = '" + "a" * 4_000 + "'", "超过 4000 字")],
)
def test_what_is_dear_to_parse_is_refused_before(line, words):
    ((number, message),) = faults_of(GOOD + line)
    assert (number, words in message) == (9, True)
