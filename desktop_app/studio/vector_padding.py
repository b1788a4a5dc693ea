"""Ink of any shape is scaled and moved so that icons beside each other look equally big and well placed.

What looks big is the area that a shape takes up, its convex hull. The key lines of icon sets say the same: in a view
box of 24 units they give a square 18, a circle 20 and an oblong 20 by 16, areas of 324, 314 and 320.
"""

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from desktop_app.studio.vector_path import Arc, Cubic, Outline, Path, Point, Segment, places_along

Points = npt.NDArray[np.float64]

CENTRED = 0.5  # of the way from the middle of the bounding box to the middle of the hull


def padded(outline: Outline, padding: float) -> Outline:
    """The ink, as big as a circle that leaves `padding` units around it, and nowhere nearer to the border than that."""
    hull = _hull(np.concatenate([places_along(path) for path in outline.paths]))
    room = np.array([outline.width, outline.height]) - 2 * padding
    low, high = hull.min(0), hull.max(0)
    size = high - low
    scale = float(min(*(room / size), math.sqrt(math.pi / 4 * room[0] * room[1] / _area_and_middle(hull)[0])))
    middle = (low + high) / 2 * (1 - CENTRED) + _area_and_middle(hull)[1] * CENTRED
    corner = np.clip(padding + room / 2 - scale * (middle - low), padding, padding + room - scale * size)
    return _moved(outline, scale, corner - scale * low)


def _hull(points: Points) -> Points:
    """The convex hull, by Andrew's monotone chain (1979)."""
    ordered = sorted(set(map(tuple, np.round(points, 4).tolist())))
    halves = [_half(ordered), _half(ordered[::-1])]
    return np.array(halves[0][:-1] + halves[1][:-1])


def _half(ordered: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
    chain: list[tuple[float, ...]] = []
    for x, y in ordered:
        while len(chain) > 1 and (chain[-1][0] - chain[-2][0]) * (y - chain[-2][1]) <= (chain[-1][1] - chain[-2][1]) * (
            x - chain[-2][0]
        ):
            chain.pop()
        chain.append((x, y))
    return chain


def _area_and_middle(hull: Points) -> tuple[float, Points]:
    """Of a convex polygon."""
    after = np.roll(hull, -1, 0)
    crosses = hull[:, 0] * after[:, 1] - hull[:, 1] * after[:, 0]
    twice = float(crosses.sum())
    middle: Points = ((hull + after) * crosses[:, None]).sum(0) / (3 * twice)
    return abs(twice) / 2, middle


def _moved(outline: Outline, scale: float, shift: Points) -> Outline:
    def move(point: Point) -> Point:
        return point[0] * scale + float(shift[0]), point[1] * scale + float(shift[1])

    def segment(part: Segment) -> Segment:
        if isinstance(part, Cubic):
            return Cubic(move(part.first), move(part.second), move(part.end))
        if isinstance(part, Arc):
            return replace(part, radius=part.radius * scale, end=move(part.end))
        return replace(part, end=move(part.end))

    paths = tuple(Path(move(path.start), tuple(map(segment, path.segments))) for path in outline.paths)
    return replace(outline, paths=paths)
