"""Words from which the demo county is made. Nobody and nothing here exists."""

from dataclasses import dataclass

from anxiao.foundation.access.capabilities import Role

COUNTY = "云河区"
BUREAU_CODE = "YH"
PASSWORD = "Anxiao-Demo-2026"  # noqa: S105 - published on purpose, loopback only
SEED = 20261123

TOWNS = ("云桥街道", "清河街道", "石门镇", "柳林镇", "高桥镇", "白塔镇")
AGENCIES = (
    *("公安分局", "消防救援大队", "交警大队"),
    *("市场监督管理局", "卫生健康局", "住房和城乡建设局"),
)
DEPARTMENTS = ("基础教育科", "学前教育科", "职业教育科", "后勤管理科")

SURNAMES = "程黎石姚沈邹傅钟韩马方梁贺许龙王孔顾曾叶赖傅朱唐常秦乔薛邓魏蔡苏柳"
GIVEN = (
    *("文清", "雨桐", "志远", "秀兰", "建国", "晓梅", "海涛", "静怡"),
    *("国强", "丽华", "子涵", "春燕", "立新", "玉珍", "明轩", "桂英"),
    *("德胜", "思源", "永平", "佳宁", "振华", "红霞", "长青", "淑敏"),
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A demo school or kindergarten; head-counts are persons."""

    name: str
    town: str
    kind: str
    stages: tuple[str, ...]
    pupils: int
    staff: int
    boarders: int = 0
    private: bool = False
    canteen: bool = True
    buses: int = 0
    labs: bool = False
    heating: str = "air_conditioner"
    construction: bool = False


def _primary(name: str, town: str, pupils: int, **more: object) -> Unit:
    return Unit(name, town, "school", ("primary",), pupils, pupils // 16, **more)  # type: ignore[arg-type]


def _kindergarten(name: str, town: str, pupils: int, **more: object) -> Unit:
    stages = ("kindergarten",)
    return Unit(name, town, "kindergarten", stages, pupils, pupils // 10, **more)  # type: ignore[arg-type]


def _junior(name: str, town: str, pupils: int, **more: object) -> Unit:
    stages = ("junior",)
    return Unit(name, town, "school", stages, pupils, pupils // 14, labs=True, **more)  # type: ignore[arg-type]


SHOW_SCHOOL = "云桥第二小学"
SHOW_BOARDING = "云河区第一中学"
SHOW_KINDERGARTEN = "云桥中心幼儿园"
_STAFF = (
    *(Role.VICE_PRINCIPAL, Role.SECTION_HEAD, Role.CLASS_TEACHER, Role.STAFF),
    *(Role.GUARD_CAPTAIN, Role.GUARD, Role.CANTEEN_MANAGER, Role.MAINTAINER),
)
MORE_STAFF: dict[str, tuple[str, ...]] = {
    SHOW_SCHOOL: _STAFF,
    SHOW_BOARDING: (*_STAFF, Role.DORM_KEEPER),
    SHOW_KINDERGARTEN: (),
}
"""Units whose people can be signed in to, with their posts beside principal and safety officer."""

ALWAYS = (
    *(Role.VICE_PRINCIPAL, Role.SECTION_HEAD, Role.CLASS_TEACHER, Role.GUARD_CAPTAIN, Role.GUARD),
    *(Role.COUNSELLOR, Role.LAW_VICE_PRINCIPAL),
)
WITHOUT = {"石门希望小学": Role.COUNSELLOR, "柳林回民小学": Role.LAW_VICE_PRINCIPAL}
"""Posts that nobody holds, as happens: the board names them."""


UNITS = (
    _primary(SHOW_SCHOOL, "云桥街道", 1682, buses=2),
    _primary("云桥中心小学", "云桥街道", 1240),
    _junior("云桥中学", "云桥街道", 1375, heating="central"),
    _kindergarten(SHOW_KINDERGARTEN, "云桥街道", 286),
    _kindergarten("云桥童心幼儿园", "云桥街道", 168, private=True),
    _primary("清河实验小学", "清河街道", 1530),
    _junior("清河第二中学", "清河街道", 1120),
    _kindergarten("清河小太阳幼儿园", "清河街道", 214, private=True, heating="electric"),
    _kindergarten("清河中心幼儿园", "清河街道", 305),
    _primary("石门中心小学", "石门镇", 860, buses=3, heating="heat_pump"),
    _primary("石门希望小学", "石门镇", 212, heating="stove"),
    _junior("石门初级中学", "石门镇", 742, boarders=356),
    _kindergarten("石门中心幼儿园", "石门镇", 196, buses=1),
    _primary("柳林中心小学", "柳林镇", 830, buses=2),
    _primary("柳林回民小学", "柳林镇", 318, heating="coal_boiler"),
    _junior("柳林中学", "柳林镇", 655, boarders=402, construction=True),
    _kindergarten("柳林阳光幼儿园", "柳林镇", 142, private=True, heating="stove"),
    _primary("高桥中心小学", "高桥镇", 774),
    Unit(
        *("高桥学校", "高桥镇", "school", ("primary", "junior"), 1151, 82, 571),
        labs=True,
        buses=2,
    ),
    _kindergarten("高桥中心幼儿园", "高桥镇", 233),
    _primary("白塔中心小学", "白塔镇", 690, heating="coal_boiler"),
    _primary("白塔第三小学", "白塔镇", 264),
    _junior("白塔中学", "白塔镇", 810, boarders=298),
    _kindergarten("白塔阳光幼儿园", "白塔镇", 137, private=True, canteen=False),
    Unit(
        *(SHOW_BOARDING, "", "school", ("senior",), 3260, 268, 2410),
        labs=True,
        heating="central",
        construction=True,
    ),
    Unit(
        *("云河区职业中等专业学校", "", "school", ("vocational",), 1755, 125, 1079),
        labs=True,
        heating="central",
    ),
    Unit(
        *("云河区特殊教育学校", "", "school", ("special", "primary", "junior"), 101, 37, 46),
        heating="electric",
    ),
    Unit(
        *("云河区启明实验学校", "", "school", ("primary", "junior"), 1420, 96, 640),
        private=True,
        labs=True,
        buses=6,
    ),
)


def staff_of(unit: Unit) -> tuple[str, ...]:
    """Posts beside principal and safety officer, as far as the unit has what they look after."""
    wanted = {
        Role.DORM_KEEPER: unit.boarders > 0,
        Role.CANTEEN_MANAGER: unit.canteen,
        Role.BUS_ATTENDANT: unit.buses > 0,
        Role.BUS_DRIVER: unit.buses > 0,
    }
    posts = (*MORE_STAFF.get(unit.name, ()), *ALWAYS, *(role for role in wanted if wanted[role]))
    return tuple(dict.fromkeys(post for post in posts if post != WITHOUT.get(unit.name)))
