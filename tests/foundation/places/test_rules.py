"""What labels and places say."""

import pytest

from anxiao.foundation.places.rules import joined


@pytest.mark.parametrize(
    ("place", "spot", "said"),
    [
        ("教学楼 二楼", "教学楼二楼东侧楼梯", "教学楼二楼东侧楼梯"),
        ("门卫室", "门卫室", "门卫室"),
        ("教学楼 二楼", "东侧楼梯", "教学楼 二楼 东侧楼梯"),
        ("", "西门", "西门"),
        ("西门", "", "西门"),
        ("教学楼 配电间", "配电间", "教学楼 配电间"),
        ("操场", "", "操场"),
    ],
)
def test_a_place_is_said_once(place, spot, said):
    assert joined(place, spot) == said
