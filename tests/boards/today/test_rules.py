"""The order of the day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from anxiao.boards.today.rules import Task, arrange

TODAY = date(2026, 11, 23)


def task(days, minutes=5, title="x"):
    due_on = None if days is None else TODAY + timedelta(days=days)
    return Task(title, "", due_on, minutes, "/", "办理")


def test_late_first_then_today_then_what_comes():
    day = arrange([task(0), task(2), task(-3), task(None), task(-1)], TODAY)
    assert [len(day.late), len(day.now), len(day.soon)] == [2, 2, 1]
    assert day.late[0].due_on == TODAY - timedelta(days=3)
    assert (day.count, day.minutes) == (4, 20)


def test_of_two_due_together_the_shorter_comes_first():
    day = arrange([task(0, 30, "长"), task(0, 2, "短")], TODAY)
    assert [t.title for t in day.now] == ["短", "长"]


@given(st.lists(st.one_of(st.none(), st.integers(-400, 400))))
def test_every_task_stands_in_exactly_one_place(offsets):
    day = arrange([task(offset) for offset in offsets], TODAY)
    assert len(day.late) + len(day.now) + len(day.soon) == len(offsets)
