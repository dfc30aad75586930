"""Periods of a board, its weeks, and how squares add up."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from anxiao.boards.cockpit.rules import Span, Square, pressure, section_of, spans, total, weeks_of

DAY = date(2026, 11, 25)
squares = st.builds(
    lambda met, left, late: Square(met, met + left, min(left, late)),
    st.integers(0, 50),
    st.integers(0, 50),
    st.integers(0, 50),
)


def test_what_a_board_may_be_narrowed_to():
    found = spans(DAY, (date(2026, 9, 1), date(2027, 1, 22)))
    assert found == {
        "recent": Span("recent", date(2026, 10, 26), date(2026, 11, 26)),
        "week": Span("week", date(2026, 11, 23), date(2026, 11, 30)),
        "month": Span("month", date(2026, 11, 1), date(2026, 12, 1)),
        "last_month": Span("last_month", date(2026, 10, 1), date(2026, 11, 1)),
        "term": Span("term", date(2026, 9, 1), date(2027, 1, 22)),
    }
    assert "term" not in spans(DAY, None)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_present_periods_hold_today_and_last_month_touches_this_one(day):
    found = spans(day, None)
    for key in ("recent", "week", "month"):
        assert found[key].start <= day < found[key].end
    assert found["last_month"].end == found["month"].start


def test_a_trend_shows_a_quarter_at_least_and_never_more_than_thirty_weeks():
    def span(days):
        return Span("", DAY - timedelta(days=days), DAY)

    assert [weeks_of(span(days)) for days in (7, 100, 140, 400)] == [12, 15, 20, 30]


@given(st.lists(st.one_of(st.none(), squares)))
def test_a_sum_is_late_if_any_part_is_and_done_only_if_all_are(parts):
    whole = total(parts)
    there = [each for each in parts if each]
    if any(each.late for each in there):
        assert whole.tone == "late"
    elif all(each.tone == "done" for each in there):
        assert whole.tone == "done"
    else:
        assert whole.tone == "soon"


def test_late_stands_before_due_and_due_before_done():
    late, later, due, done = (Square(0, 1, 1), Square(0, 3, 3), Square(0, 1, 0), Square(1, 1, 0))
    assert sorted([done, due, late, later], key=pressure) == [later, late, due, done]
    assert [each.word for each in (late, due, done)] == ["超期", "待履行", "已履行"]


def test_sections_of_clauses():
    assert [section_of(code) for code in ("2.2.g", "1.a", "1", "3.4.g")] == ["2.2", "1", "1", "3.4"]
