"""How a workbook of the hazard ledger is understood: columns by meaning, in any order."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from anxiao.foundation.kernel.spellings import (
    Unreadable,
    is_blank,
    read_bool,
    read_date,
    read_level,
    read_money,
    read_text,
)
from anxiao.foundation.registers.declare import (
    ImportField,
    ImportSpec,
)
from anxiao.loop.hazards.services.importing import import_ledger_row, write_ledger_lines
from anxiao.loop.hazards.services.ledger_lines import prepare_ledger_rows


def _day(value: object) -> date | None:
    return None if is_blank(value) else read_date(value)


def _yes(value: object) -> bool | None:
    return None if is_blank(value) else read_bool(value)


def _rectified(value: object) -> bool | str | None:
    """已整改 or 未整改; whatever else is said about it is kept as it stands."""
    if is_blank(value):
        return None
    try:
        return read_bool(value)
    except Unreadable:
        return read_text(value)[:LONGEST_STATUS]


def _deadline(value: object) -> object:
    """As it stands: what 7天内 means is known once the day of finding is."""
    return value if isinstance(value, date) else read_text(value)[:LONGEST_DEADLINE]


LONGEST_DEADLINE = 40
LONGEST_STATUS = 100

HAZARDS_IMPORT = ImportSpec(
    slug="hazards",
    title=_("隐患台账"),
    capability="hazards.open",
    apply=import_ledger_row,
    prepare=prepare_ledger_rows,
    finish=write_ledger_lines,
    identity=lambda row: (row["school"], row["found_on"], row["place"], row["description"]),
    hint=_("已销号的行按历史记录导入；重大隐患须填写临时防范措施、责任人和整改期限。"),
    fields=(
        ImportField(
            key="school",
            label=_("学校"),
            synonyms=(
                *("单位", "单位名称", "学校名称", "填报单位", "被检单位", "受检单位", "隐患单位"),
                *("学校（园）", "幼儿园", "所属学校", "受检学校", "被检查单位", "被检查学校"),
                *("学校全称", "单位全称"),
            ),
            required=True,
            max_length=80,
        ),
        ImportField(
            key="found_on",
            label=_("排查时间"),
            synonyms=(
                "排查日期",
                "发现时间",
                "发现日期",
                "检查时间",
                "检查日期",
                "登记时间",
                "日期",
            ),
            required=True,
            read=read_date,
        ),
        ImportField(
            key="found_by",
            label=_("排查人"),
            synonyms=(
                *("检查人", "发现人", "排查人员", "检查人员", "登记人", "检查组成员", "检查组"),
            ),
            max_length=60,
        ),
        ImportField(
            key="source",
            label=_("来源"),
            synonyms=("隐患来源", "检查类型", "排查类型"),
            max_length=20,
        ),
        ImportField(
            key="place",
            label=_("地点/部位"),
            synonyms=(
                *("地点", "部位", "隐患地点", "隐患部位", "存在部位", "位置", "场所"),
                *("具体部位", "具体位置", "隐患位置", "隐患点位"),
            ),
            max_length=120,
        ),
        ImportField(
            key="category",
            label=_("隐患类别"),
            synonyms=("类别", "隐患类型", "类型", "隐患分类", "分类"),
            max_length=60,
        ),
        ImportField(
            key="description",
            label=_("隐患描述"),
            synonyms=(
                *("隐患内容", "隐患情况", "存在问题", "存在的问题", "问题描述", "安全隐患"),
                *("隐患名称", "主要隐患", "问题隐患", "隐患问题", "检查发现的问题", "发现的问题"),
                *("发现问题", "存在问题及隐患", "存在的隐患", "具体问题", "隐患详情"),
            ),
            required=True,
            max_length=500,
        ),
        ImportField(
            key="level",
            label=_("等级"),
            synonyms=("隐患等级", "隐患级别", "级别", "风险等级"),
            read=read_level,
        ),
        ImportField(key="cause", label=_("原因"), synonyms=("隐患原因", "成因"), max_length=200),
        ImportField(
            key="measure",
            label=_("整改措施"),
            synonyms=(
                *("措施", "治理措施", "整改方案", "整改要求", "整改建议", "整改意见", "处理措施"),
                "整改情况",
            ),
            max_length=500,
        ),
        ImportField(
            key="unit",
            label=_("责任单位"),
            synonyms=("整改责任单位", "整改单位", "责任部门"),
            max_length=80,
        ),
        ImportField(
            key="person",
            label=_("责任人"),
            synonyms=("整改责任人", "整改人", "负责人", "责任人员", "责任人及电话", "责任人姓名"),
            max_length=60,
        ),
        ImportField(
            key="funds",
            label=_("资金"),
            synonyms=("整改资金", "投入资金", "资金（元）", "资金（万元）", "所需资金", "经费"),
            read=read_money,
            unit_aware=True,
        ),
        ImportField(
            key="due",
            label=_("整改期限"),
            synonyms=(
                *("整改时限", "期限", "时限", "完成期限", "完成时限", "限期", "整改截止时间"),
                *("计划完成时间", "要求完成时间", "整改完成时限", "整改完成期限"),
            ),
            read=_deadline,
        ),
        ImportField(
            key="contingency", label=_("应急预案"), synonyms=("预案", "应急措施"), max_length=300
        ),
        ImportField(
            key="interim",
            label=_("临时防范措施"),
            synonyms=("防范措施", "临时措施", "管控措施", "临时管控措施"),
            max_length=300,
        ),
        ImportField(
            key="finished_on",
            label=_("完成时间"),
            synonyms=("整改完成时间", "完成日期", "整改时间", "实际完成时间"),
            read=_day,
        ),
        ImportField(
            key="verifier",
            label=_("验收人"),
            synonyms=("复查人", "验收人员", "复查人员", "核查人"),
            max_length=60,
        ),
        ImportField(
            key="verified_on",
            label=_("验收时间"),
            synonyms=("复查时间", "销号时间", "销号日期", "验收日期"),
            read=_day,
        ),
        ImportField(
            key="closed",
            label=_("是否销号"),
            synonyms=("销号情况", "销号", "销号状态"),
            read=_yes,
        ),
        ImportField(
            key="done",
            label=_("是否整改"),
            synonyms=(
                *("是否完成", "整改状态", "是否整改到位", "是否已整改", "完成情况", "整改进度"),
                *("整改结果", "整改落实情况", "整改情况"),
            ),
            read=_rectified,
        ),
        ImportField(key="remarks", label=_("备注"), synonyms=("说明", "其他说明"), max_length=250),
    ),
)
