"""The ledger of units as bureaus keep it (学校基本情况统计表), row by row."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from anxiao.foundation.kernel.calendar import school_year_start
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.spellings import (
    Unreadable,
    clean_name,
    clean_text,
    is_blank,
    read_bool,
    read_date,
    read_int,
    read_phone,
)
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.services.ledger import UnitRow, upsert_unit
from anxiao.foundation.orgs.states import Heating, OrgKind, Ownership, Stage
from anxiao.foundation.registers.declare import (
    ImportContext,
    ImportField,
    ImportSpec,
    Outcome,
    Row,
)

STAGE_WORDS: Mapping[str, tuple[Stage, ...]] = {
    "幼儿园": (Stage.KINDERGARTEN,),
    "学前": (Stage.KINDERGARTEN,),
    "小学": (Stage.PRIMARY,),
    "教学点": (Stage.PRIMARY,),
    "初中": (Stage.JUNIOR,),
    "初级中学": (Stage.JUNIOR,),
    "高中": (Stage.SENIOR,),
    "高级中学": (Stage.SENIOR,),
    "完全中学": (Stage.JUNIOR, Stage.SENIOR),
    "九年一贯": (Stage.PRIMARY, Stage.JUNIOR),
    "十二年一贯": (Stage.PRIMARY, Stage.JUNIOR, Stage.SENIOR),
    "中职": (Stage.VOCATIONAL,),
    "职业": (Stage.VOCATIONAL,),
    "技工": (Stage.VOCATIONAL,),
    "特教": (Stage.SPECIAL,),
    "特殊教育": (Stage.SPECIAL,),
}
HEATING_WORDS: Mapping[str, Heating] = {
    "集中供暖": Heating.CENTRAL,
    "集中供热": Heating.CENTRAL,
    "市政": Heating.CENTRAL,
    "燃煤锅炉": Heating.COAL_BOILER,
    "燃气": Heating.GAS_BOILER,
    "空气能": Heating.HEAT_PUMP,
    "空气源": Heating.HEAT_PUMP,
    "空调": Heating.AIR_CONDITIONER,
    "煤炉": Heating.STOVE,
    "炉": Heating.STOVE,
    "电": Heating.ELECTRIC,
}
NOTHING = "无"
SAYING_NOTHING = frozenset({"学校", "中小学"})


def read_stages(value: object) -> tuple[str, ...]:
    """Stages named in a text such as ``小学、初中`` or ``九年一贯制``, in their order."""
    text = clean_text(value)
    found = {stage for word, stages in STAGE_WORDS.items() if word in text for stage in stages}
    if not found:
        raise Unreadable(text, gettext_noop("请写明学段，如：小学、初中、高中、幼儿园。"))
    return tuple(stage for stage in Stage if stage in found)


def read_type(value: object) -> tuple[str, ...]:
    """Stages that a type of unit tells; 学校 alone tells none."""
    return () if clean_text(value) in SAYING_NOTHING else read_stages(value)


def read_ownership(value: object) -> str:
    """公办 or 民办."""
    text = clean_text(value)
    if "民" in text or "私" in text:
        return Ownership.PRIVATE
    if "公" in text:
        return Ownership.PUBLIC
    raise Unreadable(text, gettext_noop("请填写公办或民办。"))


def read_heating(value: object) -> str:
    """The kind of heating; ``无`` is a kind too."""
    text = clean_text(value)
    if text == NOTHING:
        return Heating.NONE
    for word, heating in HEATING_WORDS.items():
        if word in text:
            return heating
    raise Unreadable(
        text, gettext_noop("请填写集中供暖、空调、电暖、空气能、燃气锅炉、燃煤锅炉、煤炉或无。")
    )


def read_count(value: object) -> int | None:
    """A head-count; ``无`` is none, ``—`` is not reported."""
    return (
        read_int(value, nothing=0)
        if clean_text(value) == NOTHING
        else read_int(value, nothing=None)
    )


def read_presence(value: object) -> bool:
    """有 or 无, or how many there are: ``3间``."""
    try:
        return read_bool(value)
    except Unreadable as fault:
        try:
            return bool(read_int(value))
        except Unreadable:
            raise fault from None


def read_degrees(value: object) -> Decimal:
    """A position in degrees."""
    text = clean_text(value)
    try:
        return round(Decimal(text), 6)
    except InvalidOperation as fault:
        raise Unreadable(text, gettext_noop("请填写经纬度数值，如 35.413975。")) from fault


def read_remarks(value: object) -> str:
    """Remarks; ``无`` says nothing."""
    return "" if is_blank(value) else clean_text(value)


def _apply(row: Row, context: ImportContext) -> Outcome:
    under = context.memory["under"]
    unit = _unit(row, context)
    _org, outcome = upsert_unit(
        unit, under=under, actor=context.actor, at=context.at, create_missing_town=True
    )
    return Outcome(outcome.value)


def _prepare(_rows: Sequence[Row], context: ImportContext) -> None:
    context.memory["under"] = Org.objects.get(path=context.org_path)


def _unit(row: Row, context: ImportContext) -> UnitRow:
    types, stages = row.get("type") or (), row.get("stages") or ()
    name = clean_name(row["name"])
    known = tuple(s for s in Stage.values if s in {*types, *stages}) or _stages_by_name(name)
    kindergarten = known == (Stage.KINDERGARTEN,)
    values: dict[str, Any] = {
        key: row.get(key)
        for key in (
            *("ownership", "is_boarding", "pupils", "boarders", "staff", "principal", "phone"),
            *("has_canteen", "buses", "has_labs", "has_construction", "heating"),
            *("latitude", "longitude", "remarks"),
        )
    }
    return UnitRow(
        name=name,
        kind=OrgKind.KINDERGARTEN if kindergarten else OrgKind.SCHOOL,
        town=clean_name(row.get("town") or ""),
        code=clean_text(row.get("code") or ""),
        stages=known or None,
        # a unit in a ledger has stood at least so long
        opened_on=row.get("opened_on") or school_year_start(business_day(context.at)),
        **values,
    )


def _stages_by_name(name: str) -> tuple[str, ...]:
    try:
        return read_stages(name)
    except Unreadable:
        return ()


UNITS_IMPORT = ImportSpec(
    slug="units",
    title=_("学校（幼儿园）基本情况统计表"),
    capability="orgs.edit",
    apply=_apply,
    prepare=_prepare,
    identity=lambda row: (row.get("town"), clean_name(row["name"])),
    hint=_("按单位名称和所属镇街对应；已有的单位只更新表里填了的内容，缺少的镇街自动新建。"),
    fields=(
        ImportField(
            key="name",
            label=_("单位名称"),
            synonyms=(
                *("学校名称", "学校（园）名称", "学校全称", "单位全称", "幼儿园名称", "园所名称"),
                *("校名", "园名", "学校", "单位", "机构名称", "名称"),
            ),
            required=True,
        ),
        ImportField(
            key="town",
            label=_("所属镇街"),
            synonyms=(
                *("镇街", "乡镇", "乡镇街道", "所在镇街", "所在乡镇", "镇（街）", "镇办", "街道"),
                *("主管教委", "所属教委", "学区", "主管单位", "主管部门", "上级单位", "所属单位"),
            ),
        ),
        ImportField(
            key="code",
            label=_("单位代码"),
            synonyms=("学校代码", "机构代码", "学校标识码", "标识码", "代码"),
        ),
        ImportField(
            key="type",
            label=_("学校类型"),
            synonyms=("类型", "办学类型", "学校类别", "类别"),
            read=read_type,
        ),
        ImportField(
            key="stages",
            label=_("学段"),
            synonyms=("办学学段", "学段类别", "办学层次"),
            read=read_stages,
        ),
        ImportField(
            key="ownership",
            label=_("办学性质"),
            synonyms=("性质", "举办性质", "公办民办", "公/民办", "所有制"),
            read=read_ownership,
        ),
        ImportField(
            key="is_boarding",
            label=_("是否寄宿"),
            synonyms=("寄宿", "是否寄宿制", "寄宿制", "有无寄宿生"),
            read=read_bool,
        ),
        ImportField(
            key="pupils",
            label=_("在校生数"),
            synonyms=(
                *(
                    "学生数",
                    "在校学生数",
                    "在校生人数",
                    "学生人数",
                    "在园幼儿数",
                    "学生总数",
                    "人数",
                ),
                *("在校生", "在校学生", "在校（园）人数", "学生总人数", "幼儿数"),
            ),
            read=read_count,
        ),
        ImportField(
            key="boarders",
            label=_("寄宿生数"),
            synonyms=(
                *("住校生数", "寄宿学生数", "寄宿生人数", "住宿生数", "住宿人数", "寄宿人数"),
                *("寄宿生", "住校生", "住宿生", "其中寄宿生", "其中住校生", "其中住宿生"),
            ),
            read=read_count,
        ),
        ImportField(
            key="staff",
            label=_("教职工数"),
            synonyms=("教职工人数", "教师数", "教职工总数", "教职工", "教职员工数", "教职员工"),
            read=read_count,
        ),
        ImportField(
            key="principal",
            label=_("校（园）长"),
            synonyms=("校长", "园长", "校长姓名", "负责人", "法定代表人", "主要负责人"),
            max_length=40,
        ),
        ImportField(
            key="phone",
            label=_("联系电话"),
            synonyms=("电话", "手机", "手机号", "手机号码", "电话号码", "校长电话", "联系方式"),
            read=read_phone,
        ),
        ImportField(
            key="has_canteen",
            label=_("有无食堂"),
            synonyms=("食堂", "是否有食堂", "有食堂", "食堂数量"),
            read=read_presence,
        ),
        ImportField(
            key="buses", label=_("校车数量"), synonyms=("校车", "校车数", "校车辆数"), read=read_int
        ),
        ImportField(
            key="has_labs",
            label=_("有无实验室"),
            synonyms=("实验室", "是否有实验室", "实验室数量"),
            read=read_presence,
        ),
        ImportField(
            key="has_construction",
            label=_("有无在建工程"),
            synonyms=("在建工程", "是否有在建工程"),
            read=read_bool,
        ),
        ImportField(
            key="heating",
            label=_("取暖方式"),
            synonyms=("供暖方式", "取暖", "供暖形式", "取暖形式", "采暖方式"),
            read=read_heating,
        ),
        ImportField(
            key="latitude", label=_("纬度"), synonyms=("北纬", "纬度值"), read=read_degrees
        ),
        ImportField(
            key="longitude", label=_("经度"), synonyms=("东经", "经度值"), read=read_degrees
        ),
        ImportField(
            key="opened_on",
            label=_("启用日期"),
            synonyms=("建校日期", "成立日期", "启用时间"),
            read=read_date,
        ),
        ImportField(
            key="remarks", label=_("备注"), synonyms=("说明", "备注说明"), read=read_remarks
        ),
    ),
)
