"""The line between before and after: pure values."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.ui.restore import wipe as wiping
from desktop_app.ui.restore.wipe import Wipe

SIZE = (800.0, 600.0)
WIPES = st.builds(Wipe, st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.floats(-179.0, 180.0))
POINTS = st.tuples(st.floats(0.0, 800.0), st.floats(0.0, 600.0))


def area(corners: list[wiping.Point]) -> float:
    pairs = zip(corners, [*corners[1:], corners[0]], strict=True)
    return abs(sum(x * v - u * y for (x, y), (u, v) in pairs)) / 2


def test_at_first_before_is_the_left_half() -> None:
    assert wiping.region(Wipe(), SIZE, after=False) == [(0, 0), (400, 0), (400, 600), (0, 600)]
    assert wiping.signed_distance(Wipe(), SIZE, (390, 17)) == pytest.approx(-10)


def test_a_quarter_turn_clockwise_puts_before_above() -> None:
    wipe = Wipe(angle=90)
    assert wiping.signed_distance(wipe, SIZE, (3, 290)) == pytest.approx(-10)
    assert area(wiping.region(wipe, SIZE, after=False)) == pytest.approx(800 * 300)


@given(WIPES)
def test_the_two_sides_are_the_view(wipe: Wipe) -> None:
    sides = [wiping.region(wipe, SIZE, after=after) for after in (False, True)]
    assert sum(area(side) for side in sides if side) == pytest.approx(800 * 600)


@given(WIPES)
def test_the_line_ends_at_the_edge_of_the_view(wipe: Wipe) -> None:
    for x, y in wiping.ends(wipe, SIZE):
        assert abs(wiping.signed_distance(wipe, SIZE, (x, y))) < 1e-6
        assert min(abs(x), abs(x - 800), abs(y), abs(y - 600)) < 1e-6
        assert -1e-6 <= x <= 800 + 1e-6
        assert -1e-6 <= y <= 600 + 1e-6


# -- what a press takes hold of ----------------------------------------------------------------------------------------


@given(WIPES)
def test_every_part_is_found_where_it_is_drawn(wipe: Wipe) -> None:
    assert wiping.hit(wipe, SIZE, wipe.centre(SIZE)) == "handle"
    for handle in wiping.turning_handles(wipe, SIZE):
        assert wiping.hit(wipe, SIZE, handle) == "turn"
        assert math.dist(handle, wipe.centre(SIZE)) >= wiping.TURN_DISTANCE - 1e-6


def test_beside_the_line_is_nothing() -> None:
    assert wiping.hit(Wipe(), SIZE, (400 + wiping.LINE_REACH, 150)) == "line"
    assert wiping.hit(Wipe(), SIZE, (400 + wiping.LINE_REACH + 1, 150)) is None
    assert wiping.hit(Wipe(), SIZE, (400 + wiping.HANDLE_REACH - 1, 300)) == "handle"


def test_there_is_always_a_handle_to_turn_by_where_there_is_room() -> None:
    for y in (0.02, 0.5, 0.98):
        assert wiping.turning_handles(Wipe(y=y), SIZE)
    assert wiping.turning_handles(Wipe(), (100.0, 100.0)) == []


# -- what hands do -----------------------------------------------------------------------------------------------------


@given(WIPES, st.tuples(st.floats(-500, 1500), st.floats(-500, 1500)))
def test_the_round_handle_goes_where_it_is_put_and_stays_in_reach(wipe: Wipe, point: wiping.Point) -> None:
    x, y = wiping.moved_to(wipe, SIZE, point).centre(SIZE)
    assert (x, y) == pytest.approx((min(max(point[0], 10), 790), min(max(point[1], 10), 590)))


@given(st.floats(-179, 180), st.tuples(st.floats(-80, 80), st.floats(-80, 80)))
def test_a_line_goes_with_the_hand_across_itself_alone(angle: float, way: wiping.Point) -> None:
    wipe = Wipe(angle=angle)
    shifted = wiping.shifted(wipe, SIZE, way)
    moved = tuple(b - a for a, b in zip(wipe.centre(SIZE), shifted.centre(SIZE), strict=True))
    nx, ny = wipe.normal
    assert moved[0] * nx + moved[1] * ny == pytest.approx(way[0] * nx + way[1] * ny, abs=1e-6)
    assert moved[0] * ny - moved[1] * nx == pytest.approx(0, abs=1e-6)


@given(WIPES, POINTS, st.booleans())
def test_a_turned_line_points_to_the_hand(wipe: Wipe, point: wiping.Point, forth: bool) -> None:
    centre = wipe.centre(SIZE)
    if math.dist(point, centre) < 40:
        return
    turned = wiping.turned_to(wipe, SIZE, point, forth=forth, snap=False)
    off = abs(wiping.signed_distance(turned, SIZE, point)) / math.dist(point, centre)
    assert off <= math.sin(math.radians(wiping.STICKY)) + 1e-6
    assert wiping.is_forth(turned, SIZE, point) == forth


@given(WIPES, POINTS)
def test_snapping_turns_by_fifteen_degrees(wipe: Wipe, point: wiping.Point) -> None:
    turned = wiping.turned_to(wipe, SIZE, point, forth=True, snap=True)
    if turned != wipe:
        assert turned.angle % 15 == pytest.approx(0, abs=1e-9)
    assert -180 < turned.angle <= 180


def test_a_turn_to_the_centre_itself_is_none() -> None:
    assert wiping.turned_to(Wipe(angle=20), SIZE, (400, 300), forth=True, snap=False) == Wipe(angle=20)


def test_nearly_upright_is_upright() -> None:
    assert wiping.turned_to(Wipe(angle=20), SIZE, (402, 590), forth=True, snap=False).angle == 0


def test_arrow_keys_step_and_turn() -> None:
    assert wiping.stepped(Wipe(), SIZE, 1, 0, large=False).x == pytest.approx(0.51)
    assert wiping.stepped(Wipe(), SIZE, 0, -1, large=True).y == pytest.approx(0.4)
    assert wiping.turned(Wipe(), 1, large=False).angle == 1
    assert [wiping.turned(Wipe(angle=a), 1, large=True).angle for a in (0, 1, 14.9, 15)] == [15, 15, 15, 30]
    assert [wiping.turned(Wipe(angle=a), -1, large=True).angle for a in (0, 1, 15)] == [-15, 0, 0]
    assert wiping.turned(Wipe(angle=180), 1, large=False).angle == -179


# -- labels ------------------------------------------------------------------------------------------------------------

CHIP = (60.0, 22.0)


@given(WIPES, st.booleans())
def test_a_label_lies_on_its_own_side_inside_the_view_and_off_the_middle(wipe: Wipe, after: bool) -> None:
    place = wiping.chip_place(wipe, SIZE, CHIP, after=after)
    if place is None:
        return
    x, y = place
    for corner in ((x, y), (x + 60, y), (x, y + 22), (x + 60, y + 22)):
        assert (wiping.signed_distance(wipe, SIZE, corner) > 0) == after
    assert 0 <= x <= 740
    assert 0 <= y <= 578
    assert not (x < 500 and x + 60 > 300 and y < 400 and y + 22 > 200)


def test_labels_where_one_looks_for_them() -> None:
    assert wiping.chip_place(Wipe(), SIZE, CHIP, after=False) == (12, 12)
    assert wiping.chip_place(Wipe(), SIZE, CHIP, after=True) == (728, 12)
    assert wiping.chip_place(Wipe(angle=90), SIZE, CHIP, after=True) == (728, 566)
    assert wiping.chip_place(Wipe(x=0.05), SIZE, CHIP, after=False) is None


def test_words_say_where_the_line_is() -> None:
    assert wiping.words(Wipe()) == "Line upright, 50 per cent from the left, 50 per cent from the top"
    assert wiping.words(replace(Wipe(), angle=-30.2)).startswith("Line turned by -30 degrees")
