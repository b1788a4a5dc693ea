"""The outline of a field as closed polygons: marching squares on the field that bicubic interpolation makes finer.

Only the cells through which the outline goes are looked at (Lorensen and Cline 1987, in the plane); a cell with ink in
two opposite corners is joined or cut by what its middle says. The ink lies on the right of the way, so outer outlines
run clockwise on the screen and holes the other way round.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.engine.fields import interpolated

Array = npt.NDArray[Any]
Points = npt.NDArray[np.float64]

FINE = 192  # cells a side that are enough for any icon
TOP, RIGHT, BOTTOM, LEFT = range(4)
# by which corners of a cell hold ink (1 upper left, 2 upper right, 4 lower right, 8 lower left): entered by, left by
_WAYS = {
    1: (TOP, LEFT),
    2: (RIGHT, TOP),
    3: (RIGHT, LEFT),
    4: (BOTTOM, RIGHT),
    6: (BOTTOM, TOP),
    7: (BOTTOM, LEFT),
    8: (LEFT, BOTTOM),
    9: (TOP, BOTTOM),
    11: (RIGHT, BOTTOM),
    12: (LEFT, RIGHT),
    13: (TOP, RIGHT),
    14: (LEFT, TOP),
}
_SADDLES = {
    (5, False): ((TOP, LEFT), (BOTTOM, RIGHT)),
    (5, True): ((BOTTOM, LEFT), (TOP, RIGHT)),
    (10, False): ((RIGHT, TOP), (LEFT, BOTTOM)),
    (10, True): ((LEFT, TOP), (RIGHT, BOTTOM)),
}


def outlines(field: Array, spacing: float, smallest: float) -> list[Points]:
    """(H, W) field -> closed polygons (n, 2) of evenly spaced points (x, y), in pixels from the upper left corner.

    spacing: pixels between two points. smallest: square pixels; polygons that enclose less are left out.
    """
    finer = max(1, round(FINE / max(field.shape)))
    grid = _clipped(field, finer)
    polygons = [(loop - 0.5) / finer for loop in _loops(grid)]
    return [_evenly(loop, spacing) for loop in polygons if abs(area(loop)) >= smallest]


def area(loop: Points) -> float:
    """Square pixels that a polygon encloses; positive where it runs clockwise on the screen."""
    x, y = loop[:, 0], loop[:, 1]
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def _clipped(field: Array, finer: int) -> Array:
    """The field on a finer grid with one more ring around it. Ink that reaches the border ends there."""
    rows, columns = [(np.arange(-1, size * finer + 1) + 0.5) / finer for size in field.shape]
    down, across = [np.minimum(at, size - at) for at, size in zip((rows, columns), field.shape, strict=True)]
    read = interpolated(field, rows, columns).astype(np.float64)
    grid = np.minimum(read, np.minimum(down[:, None], across))
    return np.where(np.abs(grid) < 1e-6, -1e-6, grid)


def _loops(grid: Array) -> list[Points]:
    """Polygons in steps of the grid, counted from its first sample."""
    entered, left = _ways(grid)
    order = np.argsort(entered)
    numbers = entered[order]  # each edge that the outline crosses is entered once and left once
    after = np.searchsorted(numbers, left[order])
    crossings = _crossings(grid, numbers)
    return [crossings[cycle] for cycle in _cycles(after.tolist())]


def _ways(grid: Array) -> tuple[Array, Array]:
    """By which edge of the grid each piece of outline enters its cell, and by which it leaves."""
    ink = (grid > 0).astype(np.uint8)
    case = ink[:-1, :-1] | ink[:-1, 1:] << 1 | ink[1:, 1:] << 2 | ink[1:, :-1] << 3
    rows, columns = np.nonzero((case > 0) & (case < 15))
    kinds = case[rows, columns]
    edges = _edges(rows, columns, grid.shape)
    plain = np.array([_WAYS.get(kind, (0, 0)) for kind in range(16)])[kinds]
    which = np.arange(len(kinds))
    simple = (kinds != 5) & (kinds != 10)
    found = [np.stack([edges[plain[:, side], which] for side in (0, 1)])[:, simple]]
    for cell in np.nonzero(~simple)[0]:
        r, c = rows[cell], columns[cell]
        joined = bool(grid[r : r + 2, c : c + 2].sum() > 0)
        found += [edges[list(way), cell][:, None] for way in _SADDLES[int(kinds[cell]), joined]]
    entered, left = np.concatenate(found, 1)
    return entered, left


def _edges(rows: Array, columns: Array, shape: tuple[int, ...]) -> Array:
    """(4, n): numbers of the edges above, right, below and left of cells; even ones lie along rows."""
    at = rows * shape[1] + columns
    return np.stack([2 * at, 2 * (at + 1) + 1, 2 * (at + shape[1]), 2 * at + 1])


def _crossings(grid: Array, edges: Array) -> Points:
    """(n, 2): where the outline crosses edges, (x, y) in steps of the grid."""
    upright, at = edges % 2, edges // 2
    values = grid.ravel()
    first = values[at]
    second = values[at + np.where(upright == 1, grid.shape[1], 1)]
    share = first / (first - second)
    x, y = at % grid.shape[1] + share * (1 - upright), at // grid.shape[1] + share * upright
    return np.stack([x, y], 1)


def _cycles(after: list[int]) -> list[list[int]]:
    """The cycles of a permutation, in order of their smallest members."""
    seen = bytearray(len(after))
    cycles = []
    for start in range(len(after)):
        if seen[start]:
            continue
        cycle = []
        here = start
        while not seen[here]:
            seen[here] = 1
            cycle.append(here)
            here = after[here]
        cycles.append(cycle)
    return cycles


def _evenly(loop: Points, spacing: float) -> Points:
    """The same polygon with points at equal distances along it."""
    closed = np.concatenate([loop, loop[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    count = max(8, round(along[-1] / spacing))
    at = np.arange(count) * (along[-1] / count)
    return np.stack([np.interp(at, along, closed[:, axis]) for axis in (0, 1)], 1)
