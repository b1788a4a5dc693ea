"""The `d` of a path as closed contours of lines and Bézier curves, whatever commands it is written in."""

from typing import Any

import numpy as np
import numpy.typing as npt
from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path

from desktop_app.engine.errors import RequestError

Contour = list[tuple[str, tuple[Any, ...]]]  # the commands of a pen of fontTools and their points
Polygon = npt.NDArray[np.float64]  # (n, 2)
STEPS = 8  # points on a curve


def contours_of(path: str) -> list[Contour]:
    """Contours that enclose something; arcs become cubic curves. Raises RequestError for what is no path."""
    recording = RecordingPen()
    try:
        parse_path(path, recording)
    except (ValueError, IndexError, TypeError, AssertionError, NotImplementedError, ArithmeticError):
        raise RequestError("An icon's path cannot be read. Draw it anew, and export it again.") from None
    contours: list[Contour] = []
    for command, arguments in recording.value:
        if command == "moveTo":
            contours.append([])
        contours[-1].append(("closePath" if command == "endPath" else command, arguments))
    return [contour for contour in contours if len(contour) > 2]


def polygon(contour: Contour) -> Polygon:
    """Points along a contour: ends of lines, and STEPS on each curve."""
    points: list[Polygon] = []
    t = np.linspace(0, 1, STEPS + 1)[1:, None]
    for _, arguments in contour:
        if arguments:
            around = np.array(arguments, np.float64)
            points.append(around if len(around) == 1 else _along(np.vstack([points[-1][-1:], around]), t))
    return np.vstack(points)


def _along(control: Polygon, t: npt.NDArray[np.float64]) -> Polygon:
    """A Bézier curve of any degree at t, by de Casteljau's construction."""
    ways = np.repeat(control[None], len(t), axis=0)
    while ways.shape[1] > 1:
        ways = ways[:, :-1] * (1 - t[:, None]) + ways[:, 1:] * t[:, None]
    points: Polygon = ways[:, 0]
    return points


def area(points: Polygon) -> float:
    """Signed: positive where the points run clockwise in a view box, which counts downwards."""
    x, y = points.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def lies_in(one: Polygon, other: Polygon) -> bool:
    """Whether most points of a polygon lie in another, by even-odd: those where the two touch do not decide."""
    if (one.min(0) < other.min(0) - 1e-9).any() or (one.max(0) > other.max(0) + 1e-9).any():
        return False
    x, y = one[:, 0, None], one[:, 1, None]
    (x1, y1), (x2, y2) = other.T, np.roll(other, -1, axis=0).T
    crosses = (y1 > y) != (y2 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        right = x < x1 + (y - y1) * (x2 - x1) / (y2 - y1)
    return bool(((crosses & right).sum(axis=1) % 2).mean() > 0.5)
