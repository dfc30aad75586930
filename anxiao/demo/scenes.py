"""Hazards that the demo shows, in the words of a ledger. Nobody and nothing here exists."""

from dataclasses import dataclass

from anxiao.demo import names


@dataclass(frozen=True, slots=True)
class Scene:
    """One hazard that the demo shows on purpose, found ``ago`` days ago at a unit.

    ``criterion`` makes it a major one.
    """

    unit: str
    ago: int
    category: str
    place: str
    text: str
    due_in: int
    road: str
    criterion: str = ""


_SECOND, _FIRST, _GARDEN = names.SHOW_SCHOOL, names.SHOW_BOARDING, names.SHOW_KINDERGARTEN
SCENES = (
    Scene(_SECOND, 12, "stairs", "教学楼二楼东侧楼梯", "应急照明灯两盏不亮", 7, "closed"),
    Scene(_SECOND, 9, "fire", "综合楼一楼", "灭火器压力不足 3 具", 12, "submitted"),
    Scene(_SECOND, 11, "gate", "校门口", "防冲撞隔离墩缺失 2 个", 8, "assigned"),
    Scene(_SECOND, 6, "electricity", "201 室", "插座面板松动", 8, "rejected"),
    Scene(_SECOND, 1, "canteen", "食堂操作间", "留样记录缺少留样人签字", 3, "open"),
    Scene(_SECOND, 10, "gate", "门卫室", "防刺服少 1 件", 4, "extending"),
    Scene(_SECOND, 5, "gate", "校门口", "校门口隔离墩缺 2 个", 5, "merged"),
    Scene(_SECOND, 8, "building", "操场", "单杠旁地面积水", 5, "void"),
    Scene(_FIRST, 10, "fire", "2 号宿舍楼", "楼内为电动自行车充电", 5, "major", "fire-6"),
    Scene(_FIRST, 14, "building", "体育馆", "屋面局部渗漏", 20, "accepted"),
    Scene(_GARDEN, 8, "building", "操场", "滑梯地垫破损", 4, "assigned"),
    Scene("白塔中学", 3, "fire", "女生宿舍一楼", "北侧窗加装铁栅栏", 5, "open", "fire-9"),
    Scene("清河实验小学", 13, "fire", "食堂库房", "库房用彩钢夹芯板搭建", 9, "closed", "fire-3"),
    Scene("柳林中学", 13, "construction", "北围墙施工处", "施工围挡缺口约 1.5 米", 6, "assigned"),
    Scene("石门希望小学", 12, "heating", "一年级教室", "煤炉未装一氧化碳报警器", 5, "reported"),
    Scene("白塔第三小学", 11, "building", "西围墙", "围墙开裂约 2 厘米", 6, "beyond"),
)

EARLIER = (
    ("fire", "教学楼三楼", "安全出口指示灯不亮 2 处"),
    ("fire", "食堂操作间", "灭火毯过期未更换"),
    ("electricity", "微机室", "排插串接使用"),
    ("electricity", "配电间", "配电箱门锁损坏"),
    ("stairs", "教学楼一楼西侧楼梯", "踏步防滑条脱落 3 处"),
    ("stairs", "综合楼楼梯", "扶手螺栓松动"),
    ("gate", "校门口", "夜间校门口照明不足"),
    ("gate", "门卫室", "来访登记漏填离校时间"),
    ("canteen", "食堂库房", "食材未离地存放"),
    ("canteen", "食堂操作间", "晨检记录缺 1 天"),
    ("building", "教学楼外墙", "外墙瓷砖空鼓约 1 平方米"),
    ("building", "操场", "篮球架底座护垫破损"),
    ("heating", "教师值班室", "取暖器旁堆放纸箱"),
)
"""Category, place and words of what was found in the weeks before; most of it is struck off."""
