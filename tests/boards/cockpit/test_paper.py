"""The board on paper: every section, every unit, every column in a table that fits."""

import re
from dataclasses import replace
from datetime import date
from html import unescape

from django.urls import reverse

from anxiao.boards.cockpit import queries
from tests.boards.cockpit.wednesday import BOARD, PAPER, asked, prove, texts


def test_the_board_on_paper_has_every_column_in_a_table_that_fits(later, plan, clerk):
    found = queries.matrix(asked(later, plan, later.county), whole=True)
    cut = list(queries.tables(found))
    assert [column.clause.code for table in cut for column in table.columns] == [
        *("2.1.f", "2.1.g", "2.2.a", "3.2.a"),
    ]
    assert [(table.code, len(table.columns)) for table in cut] == [
        *(("2.1", 2), ("2.2", 1), ("3.2", 1)),
    ]
    narrow = list(queries.tables(replace(found, columns=found.columns[:1] * 33, lines=())))
    assert [(len(table.columns), table.number) for table in narrow] == [(15, 1), (15, 2), (3, 3)]
    answer = clerk.get(reverse("cockpit:print"), {"org": later.county.pk, "period": "month"})
    paper = texts(answer)
    for words in ("云河区校园安全职责履行情况表", "本月", "2.2.a 巡查", "云河区石门镇", "盖章"):
        assert words in paper
    assert 'href="/board/print?' in clerk.get(BOARD).content.decode()


def test_the_board_on_paper_has_every_section_and_every_unit(later, plan, clerk):
    prove(later.school, date(2026, 11, 23), 2)
    board = clerk.get(BOARD, {"org": later.town.pk})
    assert board.context["asked"].paper_url in unescape(board.content.decode())
    found = board.context["matrix"]
    answer = clerk.get(PAPER, {"org": later.town.pk})
    sheets = answer.context["tables"]
    assert [sheet.code for sheet in sheets] == [section.code for section in found.sections]
    shown = {column.clause.code: column.square for sheet in sheets for column in sheet.columns}
    assert shown == {column.clause.code: column.square for column in found.columns}
    assert sum(sheet.late for sheet in sheets) == found.late
    assert sum(line.late for sheet in sheets for line in sheet.lines) == found.late
    said = texts(answer)
    for words in (f"{later.town.name}校园安全职责履行情况表", "填报单位：", "2026年11月25日"):
        assert words in said
    narrowed = clerk.get(PAPER, {"org": later.town.pk, "section": "2.2"})
    assert [sheet.code for sheet in narrowed.context["tables"]] == ["2.2"]


def test_the_board_of_a_school_is_a_list_of_clauses_on_paper(later, plan, clerk):
    answer = clerk.get(PAPER, {"org": later.school.pk})
    codes = [column.clause.code for column in answer.context["matrix"].columns]
    assert re.findall(r'<td class="mid">(\d\.[\d.]*\w)</td>', answer.content.decode()) == codes
    assert codes == ["2.1.f", "2.2.a", "2.1.g"]
