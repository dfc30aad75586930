"""Ledgers of units as bureaus keep them, written cell by cell."""

from openpyxl import Workbook

HEADINGS = (
    *("序号", "单位名称", "所属镇街", "学校类型", "学段", "办学性质", "是否寄宿", "在校生数"),
    *("寄宿生数", "教职工数", "校（园）长", "联系电话", "有无食堂", "校车数量", "取暖方式"),
    *("纬度", "经度", "备注"),
)
PLACE = (35.413975, 116.943387)
BLANK = (None,) * len(HEADINGS)
UNITS = (
    (
        *(1, "石门第一中学", "石门镇", "高中", "高中", "公办", "1", "1437", 466, "119人"),
        *("程然", "18091390996", "1", "无", "空调", *PLACE, "含教学点1处"),
    ),
    (
        *(2, "高桥阳光幼儿园 ", "高桥镇", "幼儿园", "幼儿园", "民办", "×", " 187 ", None),
        *(14, "石娜雨", 13895559797, "√", None, "燃煤锅炉", *PLACE, "无"),
    ),
    BLANK,
    (
        *(3, "云桥回民小学\u3000", "云桥街道", "小学", "小学", "公办", None, "２,３５５"),
        *("—", "１０５", "姚娟", "17236671276", "否", "2人", "无", *PLACE, None),
    ),
    (
        *(4, "永丰学校", "石门镇", "九年一贯制", "小学、初中", "公办", "是", "2,123"),
        *("1,803", "８人", "唐曦", "15373441979", "有", "９", "集中供暖", *PLACE, None),
    ),
    (
        *(5, "新安特殊教育学校", "高桥镇", "特教学校", "小学、初中", "公办", "无", "67"),
        *("无", " 6 ", "韩刚", "17267797747", "是", 0, "电暖", *PLACE, None),
    ),
)
TOTAL = ("合计", *(None,) * 6, 6169, *(None,) * 10)
SIGNED = ("填报人：王某某        审核人：李某某        （盖章）", *(None,) * 17)
WRONG = (6, "望湖小学", "望湖街道", "小学", "小学", "合办", "否", "约百人", None, 9, "邵红")


def write_units(path, *more, rows=UNITS, headings=HEADINGS):
    """The bureau's workbook: merged title and note, headings, units, a total and signatures."""
    book = Workbook()
    sheet = book.active
    sheet.title = "学校基本情况"
    sheet.append(["云河区学校（幼儿园）基本情况统计表"])
    sheet.append(["填报单位：云河区教育和体育局          填报日期：2026年9月15日"])
    sheet.append(list(headings))
    for row in (*rows, *more, TOTAL, SIGNED):
        sheet.append(list(row))
    for merge in ("A1:R1", "A2:R2"):
        sheet.merge_cells(merge)
    book.save(path)
    return path


def write_table(path, *rows, merges=()):
    """Any table, cell by cell."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    for merge in merges:
        book.active.merge_cells(merge)
    book.save(path)
    return path
