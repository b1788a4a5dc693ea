"""Cubic curves through points, as few as a tolerance allows.

P. J. Schneider, “An algorithm for automatically fitting digitized curves”, Graphics Gems (1990): the two handles'
lengths by least squares, the points' parameters improved by Newton's method, cut in two where the error is largest.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Points = npt.NDArray[np.float64]
Curve = tuple[Points, Points, Points, Points]

ROUNDS = 4  # of Newton's method


def cubics(points: Points, first: Points, last: Points, tolerance: float) -> list[Curve]:
    """(n, 2) points, unit directions at the start (onwards) and at the end (backwards) -> curves end to end."""
    if len(points) < 4:
        return [_plain(points[0], points[-1], first, last)]
    curve, off, worst = _fitted(points, first, last, tolerance)
    if off <= tolerance or len(points) < 8:
        return [curve]
    cut = min(max(worst, 3), len(points) - 4)
    middle = _direction(points, cut)
    return [
        *cubics(points[: cut + 1], first, -middle, tolerance),
        *cubics(points[cut:], middle, last, tolerance),
    ]


def _fitted(points: Points, first: Points, last: Points, tolerance: float) -> tuple[Curve, float, int]:
    """The best curve found, its largest distance from a point, and which point that is."""
    at = _lengths(points)
    for _ in range(ROUNDS):
        curve = _least_squares(points, at, first, last)
        gaps = _at(curve, at) - points
        squares = (gaps * gaps).sum(1)
        worst = int(squares.argmax())
        off = float(np.sqrt(squares[worst]))
        if off <= tolerance or off > 12 * tolerance:
            break
        at = _improved(curve, points, at)
    return curve, off, worst


def _lengths(points: Points) -> Array:
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    shares: Array = along / along[-1]
    return shares


def _least_squares(points: Points, at: Array, first: Points, last: Points) -> Curve:
    """The handles' lengths that bring the curve nearest to the points at their parameters."""
    start, end = points[0], points[-1]
    rest = 1 - at
    inner, outer = 3 * at * rest * rest, 3 * at * at * rest
    near = (rest**3 + inner)[:, None] * start + (at**3 + outer)[:, None] * end
    gaps = points - near
    a, b, c = inner @ inner, (inner @ outer) * float(first @ last), outer @ outer
    u, v = inner @ (gaps @ first), outer @ (gaps @ last)
    determinant = a * c - b * b
    chord = float(np.hypot(*(end - start)))
    if determinant < 1e-12 * a * c:
        return _plain(start, end, first, last)
    one, two = (u * c - v * b) / determinant, (a * v - b * u) / determinant
    if one < 1e-3 * chord or two < 1e-3 * chord:
        return _plain(start, end, first, last)
    return start, start + one * first, end + two * last, end


def _plain(start: Points, end: Points, first: Points, last: Points) -> Curve:
    third = float(np.hypot(*(end - start))) / 3
    return start, start + third * first, end + third * last, end


def _at(curve: Curve, at: Array) -> Points:
    one, two, three, four = curve
    rest, at = (1 - at)[:, None], at[:, None]
    placed: Points = rest**3 * one + 3 * at * rest * (rest * two + at * three) + at**3 * four
    return placed


def _improved(curve: Curve, points: Points, at: Array) -> Array:
    """Parameters moved towards the curve's nearest points, one step of Newton's method."""
    one, two, three, four = curve
    slopes = 3 * np.stack([two - one, three - two, four - three])
    bends = 2 * np.diff(slopes, axis=0)
    rest, now = (1 - at)[:, None], at[:, None]
    slope = rest**2 * slopes[0] + 2 * now * rest * slopes[1] + now**2 * slopes[2]
    bend = rest * bends[0] + now * bends[1]
    gap = _at(curve, at) - points
    down = (slope * slope).sum(1) + (gap * bend).sum(1)
    step = (gap * slope).sum(1) / np.where(np.abs(down) > 1e-9, down, np.inf)
    better: Array = np.clip(at - step, 0.0, 1.0)
    return better


def _direction(points: Points, at: int) -> Points:
    """The unit direction of travel at a point, from the points around it."""
    way = points[min(at + 3, len(points) - 1)] - points[max(at - 3, 0)]
    unit: Points = way / max(float(np.hypot(*way)), 1e-12)
    return unit
