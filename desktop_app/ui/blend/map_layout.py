"""Where things lie on the map: pure arithmetic over frozen values. x grows to the right, y upwards.

The map is cut into square cells, a level's half as wide as those of the level before; cell (0, 0) is at the top left.
A zoom step is one of four a level, so that a cell has one of four sizes on the screen and pictures made for one level
fit the next.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

Spot = tuple[float, float]
Points = npt.NDArray[np.floating]
T = TypeVar("T")

ACROSS = 8  # cells of level 0 along the longer side of the map
LADDER = (30, 36, 42, 50)  # px of a cell
STEPS = len(LADDER)
MIN_ZOOM, MAX_ZOOM = -2 * STEPS, 12 * STEPS


class Cell(NamedTuple):
    level: int
    column: int
    row: int

    @property
    def parent(self) -> "Cell":
        return Cell(self.level - 1, self.column >> 1, self.row >> 1)

    @property
    def children(self) -> tuple["Cell", ...]:
        return tuple(Cell(self.level + 1, 2 * self.column + i, 2 * self.row + j) for j in (0, 1) for i in (0, 1))


@dataclass(frozen=True)
class MapLayout:
    """A map from `low` to `high` in a view of width x height, with `centre` in its middle."""

    low: Spot
    high: Spot
    width: int
    height: int
    zoom: int = 0
    centre: Spot = (0.0, 0.0)

    # -- measures --------------------------------------------------------------------------------------------------

    @cached_property
    def level(self) -> int:
        return self.zoom // STEPS

    @cached_property
    def cell_px(self) -> int:
        return LADDER[self.zoom % STEPS]

    def cell_units(self, level: int) -> float:
        return float(max(self.high[0] - self.low[0], self.high[1] - self.low[1]) / ACROSS * 2.0**-level)

    @cached_property
    def scale(self) -> float:
        """px to a unit of the map."""
        return self.cell_px / self.cell_units(self.level)

    @cached_property
    def origin(self) -> tuple[int, int]:
        """The top left corner of the map in the view, on a whole pixel."""
        x = self.width / 2 + (self.low[0] - self.centre[0]) * self.scale
        y = self.height / 2 - (self.high[1] - self.centre[1]) * self.scale
        return round(x), round(y)

    def counts(self, level: int) -> tuple[int, int]:
        """Columns and rows of a level."""
        unit = self.cell_units(level)
        wide, high = self.high[0] - self.low[0], self.high[1] - self.low[1]
        return max(1, math.ceil(wide / unit - 1e-9)), max(1, math.ceil(high / unit - 1e-9))

    # -- to and fro ------------------------------------------------------------------------------------------------

    def to_view(self, spot: Spot) -> tuple[float, float]:
        x, y = self.origin
        return x + (spot[0] - self.low[0]) * self.scale, y + (self.high[1] - spot[1]) * self.scale

    def to_map(self, x: float, y: float) -> Spot:
        left, top = self.origin
        return self.low[0] + (x - left) / self.scale, self.high[1] - (y - top) / self.scale

    def to_view_all(self, spots: Points) -> npt.NDArray[np.float64]:
        """(n, 2) -> (n, 2)"""
        left, top = self.origin
        offset = np.array([left - self.low[0] * self.scale, top + self.high[1] * self.scale])
        return np.asarray(spots * np.array([self.scale, -self.scale]) + offset, np.float64)

    def within(self, spot: Spot) -> Spot:
        """The nearest spot of the map."""
        return _between(self.low[0], spot[0], self.high[0]), _between(self.low[1], spot[1], self.high[1])

    # -- cells -----------------------------------------------------------------------------------------------------

    def spot_of(self, cell: Cell) -> Spot:
        """The middle of a cell: the same numbers whenever they are asked for."""
        unit = self.cell_units(cell.level)
        return self.low[0] + (cell.column + 0.5) * unit, self.high[1] - (cell.row + 0.5) * unit

    def rect(self, cell: Cell) -> tuple[float, float, float]:
        """Left, top and side in the view; whole pixels for cells of the level in view."""
        side = self.cell_px * 2.0 ** (self.level - cell.level)
        left, top = self.origin
        return left + cell.column * side, top + cell.row * side, side

    def visible(self, ahead: int = 0) -> list[Cell]:
        """The cells in view, and `ahead` px around it, those nearest to the middle first."""
        left, top = self.origin
        columns, rows = self.counts(self.level)
        first_column = max(0, math.floor((-ahead - left) / self.cell_px))
        last_column = min(columns - 1, math.floor((self.width - 1 + ahead - left) / self.cell_px))
        first_row = max(0, math.floor((-ahead - top) / self.cell_px))
        last_row = min(rows - 1, math.floor((self.height - 1 + ahead - top) / self.cell_px))
        middle_column = (self.width / 2 - left) / self.cell_px - 0.5
        middle_row = (self.height / 2 - top) / self.cell_px - 0.5
        cells = [
            ((c - middle_column) ** 2 + (r - middle_row) ** 2, c, r)
            for r in range(first_row, last_row + 1)
            for c in range(first_column, last_column + 1)
        ]
        return [Cell(self.level, c, r) for _, c, r in sorted(cells)]

    # -- moving ----------------------------------------------------------------------------------------------------

    def resized(self, width: int, height: int) -> "MapLayout":
        return replace(self, width=width, height=height)

    def panned(self, dx: float, dy: float) -> "MapLayout":
        """Moved by px; the middle of the view stays on the map."""
        x, y = self.centre[0] - dx / self.scale, self.centre[1] + dy / self.scale
        return replace(self, centre=self.within((x, y)))

    def zoomed(self, steps: int, at: tuple[float, float]) -> "MapLayout":
        """By so many steps; what lies at a point of the view stays there."""
        zoom = min(max(self.zoom + steps, MIN_ZOOM), MAX_ZOOM)
        spot = self.to_map(*at)
        after = replace(self, zoom=zoom)
        x = spot[0] - (at[0] - self.width / 2) / after.scale
        y = spot[1] + (at[1] - self.height / 2) / after.scale
        return replace(after, centre=self.within((x, y)))

    def fitted(self, margin: int = 0) -> "MapLayout":
        """All cells of the map in the view, as large as it goes."""
        room = max(1, self.width - 2 * margin), max(1, self.height - 2 * margin)
        for zoom in range(MAX_ZOOM, MIN_ZOOM, -1):
            made = replace(self, zoom=zoom)
            columns, rows = made.counts(made.level)
            if columns * made.cell_px <= room[0] and rows * made.cell_px <= room[1]:
                break
        else:
            made = replace(self, zoom=MIN_ZOOM)
        columns, rows = made.counts(made.level)
        unit = made.cell_units(made.level)
        return replace(made, centre=(self.low[0] + columns * unit / 2, self.high[1] - rows * unit / 2))

    def showing(self, spot: Spot, margin: int = 48) -> "MapLayout":
        """Moved no further than it takes to bring a spot into view."""
        x, y = self.to_view(spot)
        dx = _into(x, margin, self.width - margin)
        dy = _into(y, margin, self.height - margin)
        is_near = max(abs(dx), abs(dy)) <= 1  # the view stands on whole pixels: more exact it does not get
        return self if is_near else self.panned(dx, dy)


def nearest(points: npt.NDArray[np.float64], x: float, y: float, reach: float) -> int | None:
    """The number of the point (n, 2) nearest to (x, y) within a reach."""
    if not len(points):
        return None
    far = ((points - (x, y)) ** 2).sum(axis=1)
    best = int(np.argmin(far))
    return best if far[best] <= reach * reach else None


def enclosed(points: Points, loop: Sequence[tuple[float, float]]) -> npt.NDArray[np.bool_]:
    """(n,): which points (n, 2) lie inside a closed line, by the even-odd rule."""
    inside = np.zeros(len(points), np.bool_)
    if len(loop) < 3 or not len(points):
        return inside
    x, y = points[:, 0], points[:, 1]
    for (x0, y0), (x1, y1) in zip(loop, (*loop[1:], loop[0]), strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        inside ^= crosses & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    return inside


def thinned(items: Sequence[T], most: int) -> list[T]:
    """At most so many of them, evenly spread."""
    if len(items) <= most or most < 2:
        return list(items[:most])
    return [items[round(n * (len(items) - 1) / (most - 1))] for n in range(most)]


def _between(low: float, value: float, high: float) -> float:
    return min(max(value, low), high)


def _into(value: float, low: float, high: float) -> float:
    """How far a value is to be moved to lie between two others."""
    if low > high:
        return (low + high) / 2 - value
    return _between(low, value, high) - value
