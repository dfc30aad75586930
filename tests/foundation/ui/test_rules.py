"""Charts hold what they promise."""

import pytest

from anxiao.foundation.ui.rules import Chart, Series


def chart(*series, **more):
    return Chart("k", "哪类最多？", "bar", ("消防", "用电"), series, **more)


def test_table_and_picture_show_the_same_numbers():
    one = chart(Series("超期", (3, None), tone="late"), Series("在办", (1, 2)), unit="项")
    assert one.rows == [("消防", [3, 1]), ("用电", [None, 2])]
    assert one.payload["series"][0] == {"name": "超期", "values": [3, None], "tone": "late"}
    assert one.payload["labels"] == ["消防", "用电"]
    assert one.data_id == "chart-k-data"


def test_a_series_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="one value per label"):
        chart(Series("超期", (3,)))
