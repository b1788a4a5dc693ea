"""Icons as fields: drawn at any size by bicubic interpolation.

A field holds signed distances to the outline, in its own pixels, positive inside the ink; sample [r, c] lies at
(c + 0.5, r + 0.5). Between the samples it is read with Keys' cubic convolution (Keys 1981, a = -1/2), which is exact
for quadratics; beyond the picture it goes on in a straight line. Both directions are matrices, so that a whole batch is
drawn with two products.
"""

import functools
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Float32 = npt.NDArray[np.float32]
UInt8 = npt.NDArray[np.uint8]

FINER = 4  # places in a pixel of a field, where distances are measured
FINE_ENOUGH = 96  # pixels a side from which one look at the field a pixel is enough


def interpolated(fields: Array, rows: Array, columns: Array) -> Float32:
    """(..., H, W) fields read at the places rows x columns, in pixels from the upper left corner -> (..., R, C)."""
    down = reading(fields.shape[-2], tuple(rows.tolist()))
    across = down if _same(fields, rows, columns) else reading(fields.shape[-1], tuple(columns.tolist()))
    read: Float32 = down @ (fields.astype(np.float32, copy=False) @ across.T)
    return read


def coverage_of(fields: Array, side: int) -> UInt8:
    """(..., H, W) fields -> (..., side, side) uint8: anti-aliased pictures, 255 where all of a pixel is ink.

    The distance to the outline, in the picture's pixels, says how much of a pixel is covered. Small pictures are drawn
    larger and averaged.
    """
    finer = -(-FINE_ENOUGH // side)
    places = [(np.arange(side * finer) + 0.5) * (size / (side * finer)) for size in fields.shape[-2:]]
    signed = interpolated(fields, *places)
    signed *= np.float32(255 * side * finer / max(fields.shape[-2:]))
    signed += np.float32(128)  # half a pixel, and what rounds
    np.clip(signed, 0.5, 255.5, out=signed)
    return _mean_of_cells(signed, finer).astype(np.uint8)


def field_of(coverage: UInt8, side: int, reach: float) -> Float32:
    """(H, H) coverage, 255 all ink -> (side, side): the field whose picture that is; no ink lies beyond it.

    Distances are measured on a picture of four places a pixel of the field, between the places where ink begins, as
    the training's fields were (export/icon_drawing.py, with OpenCV): the encoder is to see what it learnt. Tracing a
    picture, where fractions of a pixel count, measures otherwise (studio/vector_field.py).
    """
    fine = FINER * side
    places = (np.arange(fine) + 0.5) * (len(coverage) / fine)
    margin = int(np.ceil(reach)) * FINER + 1
    ink = np.pad(interpolated(coverage, places, places) > 127.5, margin)
    signed = np.where(ink, _distances(~ink, margin) - 0.5, 0.5 - _distances(ink, margin))
    cells = _mean_of_cells(signed[margin:-margin, margin:-margin].astype(np.float32), FINER)
    return np.asarray(np.clip(cells / np.float32(FINER), -reach, reach), np.float32)


def _distances(there: Array, farthest: int) -> Array:
    """(H, W) bool -> (H, W): Euclidean distance to the nearest place that is there, or about `farthest` without one.

    Along the columns, then across them (Saito and Toriwaki 1994), within a window of `farthest`.
    """
    nearest = np.where(there, 0, 2 * farthest * farthest).astype(np.int32)
    for axis in (0, 1):
        padded = np.pad(nearest, [(farthest, farthest) if axis == n else (0, 0) for n in (0, 1)], mode="edge")
        size = there.shape[axis]
        shifts = range(-farthest, farthest + 1)
        moved = (padded.take(range(farthest + d, farthest + d + size), axis) + d * d for d in shifts)
        nearest = functools.reduce(np.minimum, moved)
    return np.sqrt(nearest)


@functools.lru_cache(maxsize=32)
def reading(size: int, places: tuple[float, ...]) -> Float32:
    """(len(places), size): the matrix that reads `size` samples, two or more, at places in pixels."""
    at = np.asarray(places) - 0.5
    first = np.floor(at).astype(int)
    weights = _keys(at - first)
    matrix = np.zeros((len(places), size + 4))
    for tap in range(4):
        matrix[np.arange(len(places)), np.clip(first + tap + 1, 0, size + 3)] += weights[tap]
    return _without_ghosts(matrix).astype(np.float32)


def _keys(t: Array) -> Array:
    """(4, n): weights of the samples at -1, 0, 1 and 2 for places 0 <= t < 1 (Keys 1981, equation 15)."""
    squared, cubed = t * t, t * t * t
    return np.stack(
        [
            (-cubed + 2 * squared - t) / 2,
            (3 * cubed - 5 * squared + 2) / 2,
            (-3 * cubed + 4 * squared + t) / 2,
            (cubed - squared) / 2,
        ]
    )


def _without_ghosts(matrix: Array) -> Array:
    """Two samples before the first and two after the last lie on the straight line through the two at that end."""
    own: Array = matrix[:, 2:-2].copy()
    for column, beyond in ((1, 1), (0, 2)):
        for ghost, end, inner in ((matrix[:, column], 0, 1), (matrix[:, -1 - column], -1, -2)):
            own[:, end] += (1 + beyond) * ghost
            own[:, inner] -= beyond * ghost
    return own


def _same(fields: Array, rows: Array, columns: Array) -> bool:
    return fields.shape[-2] == fields.shape[-1] and np.array_equal(rows, columns)


def _mean_of_cells(values: Float32, cell: int) -> Float32:
    if cell == 1:
        return values
    lines = sum(values[..., start::cell, :] for start in range(1, cell)) + values[..., ::cell, :]
    means: Float32 = sum(lines[..., start::cell] for start in range(1, cell)) + lines[..., ::cell]
    means /= np.float32(cell * cell)
    return means
