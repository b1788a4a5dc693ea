"""Weights among anchors: exact on anchors and lines, never negative, smooth, and true to Sibson's areas."""

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.studio.pad import weights

unit = st.floats(0.0, 1.0)
points = st.tuples(unit, unit)
places = st.tuples(st.floats(-2.0, 3.0), st.floats(-2.0, 3.0))
corners = st.tuples(st.integers(0, 8), st.integers(0, 8)).map(lambda at: (at[0] / 8, at[1] / 8))
anchor_sets = st.lists(points, min_size=1, max_size=8) | st.lists(corners, min_size=1, max_size=8)
SQUARE = [(0.08, 0.08), (0.92, 0.08), (0.08, 0.92), (0.92, 0.92)]


@given(anchor_sets, places)
def test_weights_are_a_share_each(anchors, point):
    found = weights(anchors, point)
    assert len(found) == len(anchors)
    assert all(math.isfinite(weight) and 0.0 <= weight <= 1.0 for weight in found)
    assert abs(sum(found) - 1.0) <= 1e-12


@given(anchor_sets, st.integers(0, 7))
def test_an_anchor_has_all_the_weight_on_itself(anchors, number):
    number %= len(anchors)
    found = weights(anchors, anchors[number])
    assert sorted(found) == [0.0] * (len(anchors) - 1) + [1.0]
    at = anchors[found.index(1.0)]
    assert math.dist(at, anchors[number]) <= 1e-8


@given(points, points, st.floats(0.0, 1.0), st.floats(-1.0, 1.0))
def test_two_anchors_are_a_slider(first, second, share, aside):
    length = math.dist(first, second)
    if length < 1e-3:
        return
    dx, dy = second[0] - first[0], second[1] - first[1]
    point = (first[0] + share * dx - aside * dy, first[1] + share * dy + aside * dx)
    assert weights([first, second], point) == pytest.approx([1 - share, share], abs=1e-8)


@given(st.lists(corners, min_size=3, max_size=8), points)
def test_a_point_of_the_hull_is_the_mean_of_the_anchors_with_its_weights(anchors, point):
    """The local coordinates property, which Sibson's weights have and few others do."""
    inner = weights(anchors, point)
    x, y = (sum(weight * at[axis] for weight, at in zip(inner, anchors, strict=True)) for axis in (0, 1))
    again = weights(anchors, (x, y))  # (x, y) is in the hull for sure
    back = [sum(weight * at[axis] for weight, at in zip(again, anchors, strict=True)) for axis in (0, 1)]
    assert back == pytest.approx([x, y], abs=2e-6)


@given(st.lists(corners, min_size=1, max_size=8), places, st.floats(0, 2 * math.pi))
def test_a_short_move_changes_little(anchors, point, angle):
    step = 1e-5
    moved = (point[0] + step * math.cos(angle), point[1] + step * math.sin(angle))
    before, after = weights(anchors, point), weights(anchors, moved)
    assert max(abs(a - b) for a, b in zip(before, after, strict=True)) < 0.01


@given(anchor_sets, places, st.randoms())
def test_the_order_of_distinct_anchors_does_not_matter(anchors, point, random):
    anchors = [at for number, at in enumerate(anchors) if all(math.dist(at, o) > 1e-3 for o in anchors[:number])]
    found = dict(zip(anchors, weights(anchors, point), strict=True))
    random.shuffle(anchors)
    assert weights(anchors, point) == pytest.approx([found[at] for at in anchors], abs=1e-4)


@given(st.lists(corners, min_size=3, max_size=8, unique=True), points)
def test_areas_are_those_counted_in_a_picture(anchors, point):
    """Against a count of the cells of a fine grid, where the point's cell lies within the grid."""
    found = weights(anchors, point)
    fine = [((x + 0.5) / 60 * 9 - 4, (y + 0.5) / 60 * 9 - 4) for x in range(60) for y in range(60)]
    mine = [at for at in fine if math.dist(at, point) < min(math.dist(at, anchor) for anchor in anchors)]
    if any(max(abs(at[0] - 0.5), abs(at[1] - 0.5)) > 4 for at in mine) or len(mine) < 400:
        return  # it is outside the hull or near its rim, or too small to count
    owners = [min(range(len(anchors)), key=lambda n: math.dist(at, anchors[n])) for at in mine]
    counted = [owners.count(number) / len(mine) for number in range(len(anchors))]
    assert found == pytest.approx(counted, abs=0.1)


def test_known_values():
    assert weights(SQUARE, (0.5, 0.5)) == pytest.approx([0.25] * 4, abs=1e-12)
    assert weights(SQUARE, (0.5, 0.08)) == pytest.approx([0.5, 0.5, 0, 0], abs=1e-9)
    triangle = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]
    assert weights(triangle, (0.25, 0.25)) == pytest.approx([0.5, 0.25, 0.25], abs=1e-12)
    assert weights(triangle, (1.0, 1.0)) == pytest.approx([0.0, 0.5, 0.5], abs=1e-12), "outside: the rim's"
    assert weights(triangle, (-0.5, -0.5)) == [1.0, 0.0, 0.0]
    assert weights([(0.0, 0.5), (0.5, 0.5), (1.0, 0.5)], (0.75, 0.1)) == pytest.approx([0.0, 0.5, 0.5], abs=1e-12)
    assert weights([(0.3, 0.3), (0.3, 0.3), (0.8, 0.3)], (0.3, 0.3)) == [1.0, 0.0, 0.0], "the first of two counts"
    assert weights([(0.3, 0.3)], (0.9, 0.1)) == [1.0]


def test_no_anchor_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="anchor"):
        weights([], (0.5, 0.5))


def test_a_lattice_among_eight_anchors_takes_less_than_a_frame():
    anchors = [*SQUARE, (0.5, 0.5), (0.5, 0.08), (0.4, 0.92), (0.08, 0.6)]
    times = []
    for turn in range(20):
        spots = [((x + 0.5) / 5 + turn / 1000, (y + 0.5) / 5) for y in range(5) for x in range(5)]  # never known yet
        start = time.perf_counter()
        for spot in spots:
            weights(anchors, spot)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.015
