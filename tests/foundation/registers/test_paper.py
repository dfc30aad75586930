"""Columns on paper: what must stay on one line does, and the others share what is left."""

import pytest

from anxiao.foundation.registers.declare import Column
from anxiao.foundation.registers.queries.paper import LANDSCAPE, PORTRAIT, shares, width_of

NUMBER = Column(key="number", label="台账编号", value="number", whole=True)
DAY = Column(key="day", label="整改期限", value="day", kind="date")
WHAT = Column(key="what", label="隐患描述", value="what", wide=True)
PLACE = Column(key="place", label="地点", value="place")
ROW = ("2026-0004", "2026-11-23", "围墙开裂" * 20, "西围墙一侧")


@pytest.mark.parametrize("room", [LANDSCAPE, PORTRAIT])
def test_numbers_and_days_have_room_for_themselves_on_one_line(room):
    serial, number, day, what, place = shares((NUMBER, DAY, WHAT, PLACE), [ROW], room=room)
    for share, text in ((number, ROW[0]), (day, ROW[1]), (serial, "1")):
        assert share / 100 * room > width_of(text)
    assert what > place
    assert sum((serial, number, day, what, place)) == pytest.approx(100, abs=0.1)


def test_an_overlong_number_does_not_eat_the_paper():
    shown = shares((NUMBER, WHAT), [("9" * 200, ROW[2])], room=LANDSCAPE)
    assert shown[1] < shown[2]


def test_a_column_too_many_leaves_every_column_a_width():
    many = tuple(Column(key=f"d{n}", label="期限", value="d", kind="date") for n in range(40))
    assert min(shares(many, [("2026-11-23",) * 40], room=LANDSCAPE)) > 1
