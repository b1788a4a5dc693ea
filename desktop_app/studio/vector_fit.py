"""A closed polygon becomes a path of lines, arcs and cubic curves."""

from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.studio.vector_cubics import cubics
from desktop_app.studio.vector_path import Cubic, Path

Array = npt.NDArray[Any]
Points = npt.NDArray[np.float64]


def fitted(loop: Points, tolerance: float, scale: float) -> Path:
    """A closed polygon in pixels -> a path, `scale` units a pixel, within a tolerance in pixels."""
    closed = np.concatenate([loop, loop[:1]])
    way = loop[1] - loop[-1]
    way /= np.hypot(*way)
    curves = cubics(closed, way, -way, tolerance)
    segments = tuple(Cubic(*(tuple((scale * p).tolist()) for p in curve[1:])) for curve in curves)
    return Path(tuple((scale * loop[0]).tolist()), segments)
