"""Where things lie on the map."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.ui.blend.map_layout import (
    LADDER,
    MAX_ZOOM,
    MIN_ZOOM,
    Cell,
    MapLayout,
    enclosed,
    nearest,
    thinned,
)

layouts = st.builds(
    lambda low, size, width, height, zoom, at: MapLayout(
        low,
        (low[0] + size[0], low[1] + size[1]),
        width,
        height,
        zoom,
        (low[0] + at[0] * size[0], low[1] + at[1] * size[1]),
    ),
    low=st.tuples(st.floats(-5, 5), st.floats(-5, 5)),
    size=st.tuples(st.floats(0.5, 20), st.floats(0.5, 20)),
    width=st.integers(200, 2000),
    height=st.integers(200, 1500),
    zoom=st.integers(MIN_ZOOM, 24),
    at=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
view_points = st.tuples(st.floats(0, 200), st.floats(0, 200))


@given(layouts, view_points)
def test_from_the_view_to_the_map_and_back(layout: MapLayout, point: tuple[float, float]) -> None:
    spot = layout.to_map(*point)
    assert layout.to_view(spot) == pytest.approx(point, abs=1e-6)
    assert layout.to_view_all(np.array([spot]))[0] == pytest.approx(point, abs=1e-6)


@given(layouts)
def test_up_is_up(layout: MapLayout) -> None:
    assert layout.to_view((0.0, 1.0))[1] < layout.to_view((0.0, 0.0))[1]
    assert layout.spot_of(Cell(1, 0, 0))[1] > layout.spot_of(Cell(1, 0, 1))[1]


@given(layouts)
def test_the_cells_in_view_cover_it_where_the_map_is(layout: MapLayout) -> None:
    cells = layout.visible()
    assert len(set(cells)) == len(cells)
    assert len(cells) <= (layout.width / LADDER[0] + 2) * (layout.height / LADDER[0] + 2)
    for x in np.linspace(0, layout.width - 1, 7):
        for y in np.linspace(0, layout.height - 1, 7):
            spot = layout.to_map(x + 0.5, y + 0.5)
            inside = (low + 1e-6 < v < high - 1e-6 for low, v, high in zip(layout.low, spot, layout.high, strict=True))
            if all(inside):
                left, top = layout.origin
                column, row = int((x + 0.5 - left) // layout.cell_px), int((y + 0.5 - top) // layout.cell_px)
                assert Cell(layout.level, column, row) in cells


@given(layouts)
def test_the_cells_nearest_to_the_middle_come_first(layout: MapLayout) -> None:
    middle = np.array([layout.width / 2, layout.height / 2])
    cells = layout.visible()
    far = []
    for cell in cells:
        left, top, side = layout.rect(cell)
        far.append(float(((np.array([left, top]) + side / 2 - middle) ** 2).sum()))
    assert far == pytest.approx(sorted(far), rel=1e-6, abs=1e-3)


@given(layouts)
def test_a_cell_lies_where_its_spot_lies(layout: MapLayout) -> None:
    for cell in layout.visible()[:5]:
        left, top, side = layout.rect(cell)
        assert side == layout.cell_px
        assert (left, top) == (int(left), int(top))
        assert layout.to_view(layout.spot_of(cell)) == pytest.approx((left + side / 2, top + side / 2), abs=1e-6)


@given(layouts)
def test_four_children_fill_their_parent(layout: MapLayout) -> None:
    cell = layout.visible()[0] if layout.visible() else Cell(layout.level, 0, 0)
    left, top, side = layout.rect(cell)
    for child in cell.children:
        assert child.parent == cell
        x, y, half = layout.rect(child)
        assert half == side / 2
        assert left <= x < left + side
        assert top <= y < top + side


@given(layouts, st.integers(-3, 3), view_points)
def test_what_lies_under_the_cursor_stays_there(layout: MapLayout, steps: int, at: tuple[float, float]) -> None:
    spot = layout.to_map(*at)
    after = layout.zoomed(steps, at)
    x, y = spot[0] - (at[0] - layout.width / 2) / after.scale, spot[1] + (at[1] - layout.height / 2) / after.scale
    if layout.within((x, y)) == (x, y):  # else the map would leave the view
        assert after.to_view(spot) == pytest.approx(at, abs=1.0)


@given(layouts, st.integers(-100, 100))
def test_zooming_stays_within_its_limits(layout: MapLayout, steps: int) -> None:
    after = layout.zoomed(steps, (10, 10))
    assert MIN_ZOOM <= after.zoom <= MAX_ZOOM
    assert after.cell_px in LADDER


def test_four_steps_are_a_level_and_cells_keep_their_sizes() -> None:
    layout = MapLayout((0, 0), (1, 1), 400, 400)
    assert layout.zoomed(4, (0, 0)).level == layout.level + 1
    assert layout.zoomed(4, (0, 0)).cell_px == layout.cell_px
    assert layout.zoomed(4, (0, 0)).scale == pytest.approx(2 * layout.scale)
    assert layout.zoomed(-1, (0, 0)).level == layout.level - 1


@given(layouts, st.floats(-5000, 5000), st.floats(-5000, 5000))
def test_the_map_cannot_be_lost(layout: MapLayout, dx: float, dy: float) -> None:
    after = layout.panned(dx, dy)
    assert after.within(after.centre) == after.centre


@given(layouts)
def test_fitted_shows_every_cell_in_the_middle_and_no_larger_one_would(layout: MapLayout) -> None:
    fitted = layout.fitted(8)
    columns, rows = fitted.counts(fitted.level)
    wide, high = columns * fitted.cell_px, rows * fitted.cell_px
    left, top = fitted.origin
    assert abs(2 * left + wide - layout.width) <= 1
    assert abs(2 * top + high - layout.height) <= 1
    if fitted.zoom > MIN_ZOOM:
        assert wide <= layout.width - 16
        assert high <= layout.height - 16
    for zoom in range(fitted.zoom + 1, fitted.zoom + 9):
        larger = replace(fitted, zoom=zoom)
        columns, rows = larger.counts(larger.level)
        assert columns * larger.cell_px > layout.width - 16 or rows * larger.cell_px > layout.height - 16


@given(layouts, st.floats(0, 1), st.floats(0, 1))
def test_a_spot_is_brought_into_view(layout: MapLayout, x: float, y: float) -> None:
    spot = layout.low[0] + x * (layout.high[0] - layout.low[0]), layout.low[1] + y * (layout.high[1] - layout.low[1])
    shown = layout.showing(spot).to_view(spot)
    assert -1 <= shown[0] <= layout.width + 1
    assert -1 <= shown[1] <= layout.height + 1
    again = layout.showing(spot).showing(spot)
    assert again.to_view(spot) == pytest.approx(shown, abs=1.01)


def test_the_nearest_within_reach() -> None:
    points = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 5.0]])
    assert nearest(points, 9, 1, 4) == 1
    assert nearest(points, 5, 0, 4) is None
    assert nearest(np.zeros((0, 2)), 0, 0, 9) is None


def test_a_lasso_takes_what_is_inside_even_of_an_hourglass() -> None:
    points = np.array([[1, 5], [5, 4], [9, 5], [5, 1], [20, 20]], float)
    assert enclosed(points, [(0, 0), (10, 0), (10, 10), (0, 10)]).tolist() == [True, True, True, True, False]
    hourglass = [(0, 0), (10, 10), (10, 0), (0, 10)]
    assert enclosed(points, hourglass).tolist() == [True, False, True, False, False]
    assert not enclosed(points, [(0, 0), (9, 9)]).any()


@given(st.integers(0, 500), st.integers(2, 64))
def test_thinned_keeps_the_ends_and_no_more_than_allowed(count: int, most: int) -> None:
    kept = thinned(range(count), most)
    assert len(kept) == min(count, most) == len(set(kept))
    if count:
        assert (kept[0], kept[-1]) == (0, count - 1)
