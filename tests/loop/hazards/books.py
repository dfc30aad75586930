"""Hazard ledgers as workbooks, written cell by cell."""

from openpyxl import Workbook

HEADINGS = (
    *("序号", "学校", "排查时间", "排查人", "地点/部位", "隐患类别", "隐患描述", "等级"),
    *("整改措施", "责任人", "资金（元）", "整改期限", "临时防范措施", "完成时间", "验收人"),
    *("是否销号", "备注"),
)
ROW = {
    "学校": "石门镇第一小学",
    "排查时间": "2026-10-11",
    "排查人": "程然",
    "地点/部位": "3号楼二楼",
    "隐患类别": "消防安全",
    "隐患描述": "灭火器压力不足",
    "等级": "一般",
    "整改措施": "更换",
    "责任人": "孙师傅",
    "资金（元）": "500元",
    "整改期限": "2026-10-20",
    "是否销号": "否",
}
DONE = {"完成时间": "2026.10.15", "验收人": "钱一鸣", "是否销号": "√"}
MAJOR = {"等级": "重大隐患", "临时防范措施": "停用"}


def write_ledger(path, *rows, headings=HEADINGS, title="学校安全隐患排查整改台账"):
    """A ledger with its title, unit line and headings; each row changes ``ROW``."""
    book = Workbook()
    sheet = book.active
    sheet.append([title])
    sheet.append(["填报单位：云河区教育和体育局"])
    sheet.append(list(headings))
    for number, changes in enumerate(rows, 1):
        row = {"序号": number, "隐患描述": f"灭火器压力不足{number}", **changes}
        values = {**ROW, **row}
        sheet.append([values.get(heading) for heading in headings])
    book.save(path)
    return path
