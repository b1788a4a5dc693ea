"""Where things lie on the pad: pure values."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.ui.blend.pad_geometry import LARGE_STEP, STEP, PadGeometry, letter, per_cents, stepped

SIZES = st.integers(220, 1600)
UNIT = st.floats(0.0, 1.0)


@given(SIZES, SIZES, UNIT, UNIT)
def test_a_point_comes_back_from_the_view(width: int, height: int, x: float, y: float) -> None:
    geometry = PadGeometry(width, height)
    back = geometry.to_pad(*geometry.to_view((x, y)))
    assert back == pytest.approx((x, y), abs=1e-9)


@given(SIZES, SIZES, UNIT, UNIT)
def test_an_anchor_is_whole_wherever_it_lies(width: int, height: int, x: float, y: float) -> None:
    box = PadGeometry(width, height).anchor_box((x, y))
    assert box.x >= 0
    assert box.y >= 0
    assert box.x + box.side <= width
    assert box.y + box.side <= height


@given(SIZES, SIZES, st.sampled_from([3, 5, 7]))
def test_cells_fill_the_square_without_touching(width: int, height: int, size: int) -> None:
    geometry = PadGeometry(width, height)
    boxes = [geometry.cell(index, size) for index in range(size * size)]
    for box, right in pairwise(boxes):
        if right.y == box.y:
            assert 1 <= right.x - (box.x + box.side) <= 3
    left, top = geometry.corner
    assert boxes[0].x == left + 1
    assert boxes[-1].y + boxes[-1].side <= top + geometry.side
    assert boxes[0].side == geometry.cell_px(size)


def test_the_pin_lies_over_anchors_and_later_anchors_over_earlier_ones() -> None:
    geometry = PadGeometry(500, 500)
    anchors = [(0.3, 0.3), (0.3, 0.34), (0.9, 0.9)]
    x, y = geometry.to_view((0.3, 0.34))
    assert geometry.hit(x, y, anchors, (0.3, 0.34)).part == "pin"
    assert geometry.hit(x, y, anchors, (0.6, 0.6)) == ("anchor", 1)
    assert geometry.hit(*geometry.to_view((0.6, 0.6)), anchors, None).part == "pad"
    assert geometry.hit(1, 1, anchors, None).part == "outside"


def test_the_cross_counts_on_the_marked_anchor_alone() -> None:
    geometry = PadGeometry(500, 500)
    box = geometry.close_box((0.5, 0.5))
    spot = box.x + 5, box.y + 5
    assert geometry.hit(*spot, [(0.5, 0.5)], None) == ("anchor", 0)
    assert geometry.hit(*spot, [(0.5, 0.5)], None, marked=0) == ("close", 0)


def test_a_place_beside_the_pad_is_its_nearest_point() -> None:
    geometry = PadGeometry(500, 400)
    assert geometry.to_pad(-50, 9000) == (0.0, 1.0)


def test_steps_stay_on_the_pad() -> None:
    assert stepped((0.5, 0.5), 1, 0, large=False) == (0.5 + STEP, 0.5)
    assert stepped((0.5, 0.5), 0, -1, large=True) == (0.5, 0.5 - LARGE_STEP)
    assert stepped((0.99, 0.0), 1, -1, large=True) == (1.0, 0.0)


def test_letters() -> None:
    assert [letter(number) for number in (0, 7)] == ["A", "H"]


@given(st.lists(st.floats(0.001, 1.0), min_size=1, max_size=8))
def test_per_cents_sum_to_a_hundred_and_are_near(values: list[float]) -> None:
    weights = [value / sum(values) for value in values]
    found = per_cents(weights)
    assert sum(found) == 100
    assert all(abs(share - 100 * weight) < 1 for share, weight in zip(found, weights, strict=True))
