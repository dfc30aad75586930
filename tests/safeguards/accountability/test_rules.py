"""The rules as data: what is shipped, and that nothing wrong is taken."""

import pytest

from anxiao.safeguards.accountability.catalog import FILE, BadRule, parse_rules, shipped_rules

TEXT = FILE.read_text(encoding="utf-8")


def test_four_rules_are_shipped_in_the_order_of_the_notice():
    told = [(rule.clause, rule.limit, rule.unit) for rule in shipped_rules().values()]
    assert told == [
        ("3.4.d", 7, "days"),
        ("3.4.e", 1, "days"),
        ("3.4.f", 3, "days"),
        ("3.4.g", 24, "hours"),
    ]


def test_limits_the_notice_does_not_name_are_marked_to_be_confirmed():
    assert all(rule.confirm for rule in shipped_rules().values())


def test_titles_say_facts_and_quote_the_notice_apart():
    for rule in shipped_rules().values():
        said = rule.title + rule.statement
        assert not [word for word in ("失职", "责任心", "不细致", "不力", "瞒报") if word in said]
        assert rule.notice


def test_another_county_sets_its_own_limits():
    assert parse_rules(TEXT.replace("limit = 24", "limit = 48"))["3.4.g"].limit == 48


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("limit = 24", "limit = 0", "major_without_four：岗位或天数不正确"),
        ("limit = 24", 'limit = "24"', "limit 的类型不正确"),
        ("limit = 24", "limit = true", "limit 的类型不正确"),
        ("limit = 24\n", "", "缺少或不认识 limit"),
        ("limit = 24", "limit = 24\npoints = 3", "缺少或不认识 points"),
        ('unit = "hours"', 'unit = "weeks"', "条款或计时单位不正确"),
        ('unit = "hours"', 'unit = "days"', "条款或计时单位不正确"),
        ('clause = "3.4.g"', 'clause = "3.4.f"', "条款或计时单位不正确|重复"),
        ('clause = "3.4.e"', 'clause = "3.4.d"', "条款 3.4.d 重复"),
        ('clause = "3.4.g"', 'clause = "3.4.z"', "条款或计时单位不正确"),
        ('who = "principal"', 'who = "headmaster"', "岗位或天数不正确"),
    ],
)
def test_a_bad_rule_is_refused_by_name(old, new, told):
    with pytest.raises(BadRule, match=told):
        parse_rules(TEXT.replace(old, new))


def test_a_missing_rule_is_refused():
    with pytest.raises(BadRule, match=r"缺少条款 3\.4\.g"):
        parse_rules(TEXT[: TEXT.rindex("[[rule]]")])
