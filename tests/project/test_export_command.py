"""``anxiao export``: every register, the filters of its page, journalled, whole or not at all."""

import pytest
from openpyxl import load_workbook

from anxiao.foundation.journal.models import Entry
from anxiao.project.registers import REGISTERS
from tests.builders import make_county, make_kindergarten, make_school, make_town

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    county = make_county()
    town, other = make_town(county, "石门镇教委"), make_town(county, "高桥镇教委")
    make_school(town, "石门中学", pupils=900, is_boarding=True, boarders=300)
    make_school(town, "石门小学", pupils=500)
    make_kindergarten(other, "高桥幼儿园", pupils=100)
    return county


def cells(file):
    """Rows below title, unit line and heads, as serial number and the first column."""
    rows = load_workbook(file).active.iter_rows(values_only=True)
    return [row[:2] for row in rows if isinstance(row[0], int)]


def test_a_register_as_it_stands(say, county, tmp_path):
    file = tmp_path / "units.xlsx"
    told = say("export", "units", file)
    assert (told.code, told.out) == (0, f"已导出 3 行到 {file}。\n")
    assert cells(file) == [(1, "石门中学"), (2, "石门小学"), (3, "高桥幼儿园")]
    line = Entry.objects.get(action="export")
    assert (line.subject, line.actor_name, line.detail["rows"]) == ("registers.units", "系统", 3)
    assert [path.name for path in tmp_path.iterdir()] == ["units.xlsx"]


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        (["kind=kindergarten"], ["高桥幼儿园"]),
        (["学校类型=学校", "寄宿=是"], ["石门中学"]),
        (["q=石门", "sort=pupils"], ["石门小学", "石门中学"]),
        (["所属镇街=高桥镇教委"], ["高桥幼儿园"]),
        (["是否寄宿=是"], None),
        (["kind=zoo"], None),
        (["寄宿"], None),
        (["after=x"], None),
    ],
)
def test_filters_are_those_of_the_page(say, county, tmp_path, filters, left):
    file = tmp_path / "units.xlsx"
    told = say("export", "units", file, "--filter", *filters)
    if left is None:
        assert (told.code, file.exists()) == (2, False)
        return
    assert told.code == 0
    assert [name for _serial, name in cells(file)] == left


def test_only_below_the_unit_named(say, county, tmp_path):
    town = county.children.get(name="高桥镇教委")
    assert say("export", "units", tmp_path / "one.xlsx", "--under", town.code).code == 0
    assert cells(tmp_path / "one.xlsx") == [(1, "高桥幼儿园")]
    assert say("export", "units", tmp_path / "two.xlsx", "--under", "X1").code == 2


def test_every_register_is_exported(say, county, tmp_path):
    codes = {
        one.slug: say("export", one.slug, tmp_path / f"{one.slug}.xlsx").code for one in REGISTERS
    }
    assert codes == {one.slug: 0 for one in REGISTERS}


def test_a_file_is_not_overwritten_unasked_nor_left_half(say, county, tmp_path, monkeypatch):
    file = tmp_path / "units.xlsx"
    file.write_bytes(b"old")
    assert say("export", "units", file).code == 1
    assert file.read_bytes() == b"old"

    def break_off(*_args):
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr("anxiao.project.management.commands.export.export", break_off)
        assert say("export", "units", file, "--force").code == 1
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [
        ("units.xlsx", b"old")
    ]
    assert say("export", "units", file, "--force").code == 0
    assert len(cells(file)) == 3
    assert say("export", "units", tmp_path / "nowhere" / "units.xlsx").code == 1
    assert say("export", "units", tmp_path / "units.csv").code == 2


def test_the_help_lists_registers_and_filters(say):
    told = say("export", "--help")
    assert told.code == 0
    for one in REGISTERS:
        assert f"  {one.slug}" in told.out
        assert str(one.title) in told.out
    assert "超期（overdue）" in told.out
    assert "退出码：0 已导出" in told.out
