"""Where a picture lies in a pane, and the images that are kept of it: pure values and arrays."""

import math
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage

from desktop_app.ui.restore import plane as planes
from desktop_app.ui.restore.plane import Box, Extent, Plane, View
from desktop_app.ui.restore.plates import Kind, Plates, common, enlarged_map, minus

EXTENTS = st.tuples(st.integers(1, 20000), st.integers(1, 20000))
PANES = st.tuples(st.integers(100, 3000), st.integers(100, 2000))


def started(picture: Extent, pane: Extent, margin: int = 12) -> Plane:
    return planes.fitted(Plane(picture, pane, margin=margin))


@given(EXTENTS, PANES)
def test_fitted_is_whole_and_as_large_as_it_can_be(picture: Extent, pane: Extent) -> None:
    plane = started(picture, pane)
    assert plane.is_whole
    assert plane.view.box == (0, 0, *picture)
    sides = [length * plane.zoom for length in picture]
    assert all(side <= max(1, room - 24) + 1e-6 for side, room in zip(sides, pane, strict=True))
    assert plane.zoom == 64 or any(
        side == pytest.approx(max(1, room - 24)) for side, room in zip(sides, pane, strict=True)
    )


@given(EXTENTS, PANES, st.lists(st.tuples(st.floats(0.2, 5), st.floats(-400, 400)), max_size=8))
def test_something_is_always_in_view_and_covers_what_it_can(
    picture: Extent, pane: Extent, hands: list[tuple[float, float]]
) -> None:
    plane = started(picture, pane)
    for factor, way in hands:
        plane = planes.panned(planes.zoomed_by(plane, factor, (pane[0] / 3, pane[1] / 4)), way, -way)
        left, top, right, bottom = plane.view.box
        assert 0 <= left < right <= picture[0]
        assert 0 <= top < bottom <= picture[1]
        for low, high, length, room, axis in (
            (left, right, picture[0], pane[0], 0),
            (top, bottom, picture[1], pane[1], 1),
        ):
            first, last = (plane.place(value, value)[axis] for value in (low, high))
            if length * plane.zoom >= room:
                assert first <= 0
                assert last >= room
            else:
                assert first >= -1
                assert last <= room + 1


@given(EXTENTS, PANES)
def test_one_to_one_is_exact(picture: Extent, pane: Extent) -> None:
    plane = planes.one_to_one(started(picture, pane))
    box, out = plane.view.box, plane.view.out
    assert plane.zoom == 1.0
    assert out == (box[2] - box[0], box[3] - box[1])
    assert plane.place(box[0], box[1]) == (box[0] + plane.place(0, 0)[0], box[1] + plane.place(0, 0)[1])


def test_one_to_one_keeps_the_middle() -> None:
    plane = planes.zoomed_by(started((4000, 3000), (800, 600)), 3, (100, 100))
    middle = plane.point(400, 300)
    assert planes.one_to_one(plane).point(400, 300) == pytest.approx(middle, abs=2)


@given(st.floats(0.3, 3.5), st.tuples(st.floats(100, 700), st.floats(100, 500)))
def test_zooming_keeps_the_point_under_the_mouse(factor: float, at: tuple[float, float]) -> None:
    plane = planes.zoomed_by(planes.one_to_one(started((40000, 30000), (800, 600))), 2.0)
    zoomed = planes.zoomed_by(plane, factor, at)
    assert zoomed.point(*at) == pytest.approx(plane.point(*at), abs=1 / zoomed.zoom + 1 / plane.zoom)


def test_a_step_stops_at_one_to_one_and_the_next_goes_on() -> None:
    plane = replace(started((4000, 3000), (800, 600)), margin=0)
    zooms = []
    for _ in range(14):
        plane = planes.zoomed_by(plane, 1.2)
        zooms.append(plane.zoom)
    assert 1.0 in zooms
    assert zooms == sorted(set(zooms))
    assert planes.zoomed_by(planes.zoomed_by(plane, 1.2), 1 / 9).zoom == 1.0


def test_panning_by_parts_of_pixels_loses_nothing() -> None:
    plane = planes.one_to_one(started((4000, 3000), (800, 600)))
    moved = plane
    for _ in range(100):
        moved = planes.panned(moved, 0.5, 0.25)
    assert moved.transform.x - plane.transform.x == pytest.approx(50)
    assert moved.transform.y - plane.transform.y == pytest.approx(25)


def test_a_fitted_picture_is_not_panned() -> None:
    plane = started((400, 300), (800, 600))
    assert planes.panned(plane, 30, 30) == plane


def test_another_pane_keeps_the_middle_or_fits_again() -> None:
    plane = planes.one_to_one(started((4000, 3000), (800, 600)))
    middle = plane.point(400, 300)
    half = planes.resized(plane, (399, 600))
    assert half.point(199.5, 300) == pytest.approx(middle, abs=1)
    assert planes.resized(started((4000, 3000), (800, 600)), (400, 600)).is_whole


def test_the_same_picture_in_more_pixels_stays_where_it_was() -> None:
    plane = planes.zoomed_by(planes.one_to_one(started((4000, 3000), (800, 600))), 1.3, (10, 20))
    double = planes.with_picture(plane, (8000, 6000))
    assert double.zoom == pytest.approx(plane.zoom / 2)
    assert double.point(400, 300) == pytest.approx([2 * value for value in plane.point(400, 300)], abs=2)


# -- boxes -------------------------------------------------------------------------------------------------------------

BOXES = st.builds(
    lambda x, y, w, h: (x, y, x + w, y + h),
    st.integers(0, 20),
    st.integers(0, 20),
    st.integers(1, 20),
    st.integers(1, 20),
)


@given(BOXES, BOXES)
def test_what_is_left_of_a_box_covers_it_once(box: Box, other: Box) -> None:
    count = np.zeros((40, 40), int)
    inner = common(box, other)
    for left, top, right, bottom in [*minus(box, other), *([inner] if inner else [])]:
        count[top:bottom, left:right] += 1
    wanted = np.zeros((40, 40), int)
    wanted[box[1] : box[3], box[0] : box[2]] = 1
    assert np.array_equal(count, wanted)


# -- plates ------------------------------------------------------------------------------------------------------------


class FakeLayers:
    """Noise, and a record of what was asked for."""

    def __init__(self, width: int, height: int) -> None:
        rng = np.random.default_rng(3)
        self.arrays = {kind: rng.integers(0, 256, (height, width, 3), dtype=np.uint8) for kind in ("before", "after")}
        self.size = (width, height)
        self.asked: list[tuple[Kind, Box, Extent]] = []
        self.is_late = False

    def paint(self, kind: Kind, box: Box, out: Extent):  # type: ignore[no-untyped-def]
        self.asked.append((kind, box, out))
        if self.is_late and kind != "before":
            return None
        left, top, right, bottom = box
        part = self.arrays[kind][top:bottom, left:right]
        rows, columns = (np.arange(n) * side // n for n, side in zip(out[::-1], part.shape, strict=False))
        return part[rows][:, columns].copy()


def rgb(image: QImage) -> np.ndarray:
    found = image.convertToFormat(QImage.Format.Format_RGBX8888)
    return np.frombuffer(found.constBits(), np.uint8).reshape(found.height(), found.width(), 4)[..., :3].copy()


def fresh(plates: Plates, plane: Plane, kind: Kind = "after") -> np.ndarray:
    plate = plates.fresh(kind, plane, in_haste=False)
    assert plate is not None
    assert plate.image is not None
    return rgb(plate.image)


def exact(layers: FakeLayers, view: View, kind: Kind = "after") -> np.ndarray:
    left, top, right, bottom = view.box
    return layers.arrays[kind][top:bottom, left:right]


def test_an_image_is_made_once() -> None:
    layers = FakeLayers(900, 700)
    plates = Plates(layers)
    plane = started((900, 700), (400, 300))
    first = fresh(plates, plane)
    assert np.array_equal(fresh(plates, plane), first)
    assert layers.asked == [("after", (0, 0, 900, 700), plane.view.out)]


def test_panning_asks_for_the_strips_alone_and_shows_the_same() -> None:
    layers = FakeLayers(900, 700)
    plates = Plates(layers)
    plane = planes.one_to_one(started((900, 700), (400, 300)))
    fresh(plates, plane)
    for way in ((13, -7), (-40, 3), (0, 50)):
        layers.asked.clear()
        plane = planes.panned(plane, *way)
        assert np.array_equal(fresh(plates, plane), exact(layers, plane.view))
        asked = sum((box[2] - box[0]) * (box[3] - box[1]) for _, box, _ in layers.asked)
        assert asked < 0.25 * 400 * 300


def test_a_leap_asks_for_all_of_it() -> None:
    layers = FakeLayers(9000, 700)
    plates = Plates(layers)
    plane = planes.one_to_one(started((9000, 700), (400, 300)))
    fresh(plates, plane)
    plane = planes.panned(plane, -390, 0)
    layers.asked.clear()
    assert np.array_equal(fresh(plates, plane), exact(layers, plane.view))
    assert [box for _, box, _ in layers.asked] == [plane.view.box]


def test_only_what_changed_is_asked_for_again_and_never_the_original() -> None:
    layers = FakeLayers(900, 700)
    plates = Plates(layers)
    plane = planes.one_to_one(started((900, 700), (400, 300)))
    left, top, right, bottom = plane.view.box
    for kind in ("before", "after"):
        fresh(plates, plane, kind)
    layers.asked.clear()
    layers.arrays["after"][:] = 255 - layers.arrays["after"]
    plates.outdate((left + 10, top + 10, left + 60, top + 30))
    plates.outdate((right + 5, bottom + 5, right + 50, bottom + 50))  # out of sight
    found = fresh(plates, plane)
    fresh(plates, plane, "before")
    assert [box for _, box, _ in layers.asked] == [(left + 10, top + 10, left + 60, top + 30)]
    wanted = 255 - exact(layers, plane.view)
    wanted[10:30, 10:60] = exact(layers, plane.view)[10:30, 10:60]
    assert np.array_equal(found, wanted)
    asked = len(layers.asked)
    fresh(plates, plane)
    assert len(layers.asked) == asked  # mended once
    plates.outdate(None)
    assert np.array_equal(fresh(plates, plane), exact(layers, plane.view))


def test_zooming_in_asks_for_nothing_and_out_again_for_all() -> None:
    layers = FakeLayers(900, 700)
    plates = Plates(layers)
    plane = planes.one_to_one(started((900, 700), (400, 300)))
    fresh(plates, plane)
    layers.asked.clear()
    plane = planes.zoomed_by(plane, 3)
    assert np.array_equal(fresh(plates, plane), exact(layers, plane.view).repeat(3, axis=0).repeat(3, axis=1))
    assert layers.asked == []
    plane = planes.zoomed_by(plane, 2 / 3)
    assert np.array_equal(fresh(plates, plane), exact(layers, plane.view).repeat(2, axis=0).repeat(2, axis=1))
    assert [box for _, box, _ in layers.asked] == [plane.view.box]  # the rim is nearly as much work


@pytest.mark.parametrize("zoom", [2, 3, 7])
def test_whole_multiples_repeat_every_pixel(zoom: int) -> None:
    layers = FakeLayers(900, 700)
    plane = planes.zoomed_by(planes.one_to_one(started((900, 700), (400, 300))), zoom)
    assert plane.zoom == zoom
    wanted = exact(layers, plane.view).repeat(zoom, axis=0).repeat(zoom, axis=1)
    assert np.array_equal(fresh(Plates(layers), plane), wanted)


def test_between_multiples_pixels_stay_crisp() -> None:
    layers = FakeLayers(900, 700)
    plane = planes.zoomed_by(planes.one_to_one(started((900, 700), (400, 300))), 2.6)
    found = fresh(Plates(layers), plane)
    wanted = exact(layers, plane.view)
    rows, columns = (np.floor((np.arange(n) + 0.5) / 2.6).astype(int) for n in found.shape[:2])
    assert np.array_equal(found, wanted[rows.clip(max=len(wanted) - 1)][:, columns.clip(max=wanted.shape[1] - 1)])
    assert enlarged_map(wanted[..., 0], plane, plane.view).shape == found.shape[:2]


def test_below_one_to_one_the_layers_reduce() -> None:
    layers = FakeLayers(1800, 1400)
    plane = planes.zoomed_by(started((1800, 1400), (400, 300)), 1.7)
    fresh(Plates(layers), plane)
    (_, box, out) = layers.asked[0]
    assert (box, out) == (plane.view.box, plane.view.out)
    assert out[0] == pytest.approx((box[2] - box[0]) * plane.zoom, abs=1)
    assert math.prod(out) < 1.1 * 400 * 300 + 2000


def test_what_is_not_there_yet_is_asked_for_when_it_has_come() -> None:
    layers = FakeLayers(900, 700)
    layers.is_late = True
    plates = Plates(layers)
    plane = planes.one_to_one(started((900, 700), (400, 300)))
    plate = plates.fresh("after", plane, in_haste=False)
    assert plate is not None
    assert plate.image is None
    layers.is_late = False
    plates.outdate((0, 0, 900, 20))
    plates.outdate((plane.view.box[0], plane.view.box[1], plane.view.box[2], plane.view.box[3]))
    assert np.array_equal(fresh(plates, plane), exact(layers, plane.view))


def test_a_slow_view_is_not_made_anew_while_a_hand_moves_it() -> None:
    layers = FakeLayers(1800, 1400)
    plates = Plates(layers)
    plane = planes.zoomed_by(started((1800, 1400), (400, 300)), 1.7)
    fresh(plates, plane)
    plates._pace["after"] = (0.0, 1.0)
    moved = planes.panned(plane, 5, 5)
    assert plates.fresh("after", moved, in_haste=True) is None
    rough, old = plates.stale("after")
    assert (rough.box, rough.out) == ((0, 0, 1800, 1400), (512, 398))
    assert old.box == plane.view.box
    assert plates.fresh("after", moved, in_haste=False) is not None
    for pace, is_made in (((0.0, 0.001), True), ((0.0, 0.05), True), ((time.monotonic() + 9, 0.05), False)):
        plates._pace["after"] = pace
        moved = planes.panned(moved, 5, 5)
        assert (plates.fresh("after", moved, in_haste=True) is not None) == is_made
