"""Pictures at the size of their place on the screen, many at once and to the device's pixel.

Two ways to enlarge: "crisp" keeps every picture element a rectangle of one colour, with the part of a device pixel
that two of them share mixed by area; "smooth" is Catmull-Rom. Both are separable, so a batch is two matrix products.
"""

from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from desktop_app.engine.requests import Pixels

Scaling = Literal["crisp", "smooth"]
Matrix = npt.NDArray[np.float32]


def resample(pictures: Pixels, height: int, width: int, scaling: Scaling) -> Pixels:
    """(N, H, W, C) uint8 -> (N, height, width, C) uint8."""
    n, h, w, c = pictures.shape
    if (h, w) == (height, width):
        return pictures
    rows, columns = weights(h, height, scaling), weights(w, width, scaling)
    wide = (pictures.transpose(0, 3, 1, 2).reshape(n * c * h, w).astype(np.float32) @ columns.T).reshape(
        n * c, h, width
    )
    tall = np.matmul(rows, wide)  # (N*C, height, width)
    np.clip(tall + 0.5, 0, 255, out=tall)
    return np.ascontiguousarray(tall.astype(np.uint8).reshape(n, c, height, width).transpose(0, 2, 3, 1))


@lru_cache(maxsize=64)
def weights(source: int, target: int, scaling: Scaling) -> Matrix:
    """(target, source): how much of each source element a target element takes; rows add up to 1."""
    matrix = _area(source, target) if scaling == "crisp" else _catmull_rom(source, target)
    matrix /= matrix.sum(axis=1, keepdims=True)
    return matrix.astype(np.float32)


def _area(source: int, target: int) -> npt.NDArray[np.float64]:
    edges = np.arange(target + 1) * source / target
    low, high = edges[:-1, None], edges[1:, None]
    elements = np.arange(source)[None, :]
    shared: npt.NDArray[np.float64] = np.minimum(high, elements + 1) - np.maximum(low, elements)
    return np.maximum(shared, 0)


def _catmull_rom(source: int, target: int) -> npt.NDArray[np.float64]:
    """Keys' cubic with a = -1/2; stretched where the picture is made smaller, so that nothing flickers."""
    stretch = max(1.0, source / target)
    centres = (np.arange(target) + 0.5) * source / target - 0.5
    reach = int(np.ceil(2 * stretch))
    taps = np.floor(centres)[:, None].astype(int) + np.arange(-reach, reach + 1)[None, :]
    x = np.abs(taps - centres[:, None]) / stretch
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    values = np.where(x <= 1, near, np.where(x < 2, far, 0.0))
    matrix = np.zeros((target, source))
    np.add.at(matrix, (np.arange(target)[:, None], np.clip(taps, 0, source - 1)), values)  # the edge goes on
    return matrix
