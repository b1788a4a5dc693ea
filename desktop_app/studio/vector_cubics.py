"""Cubic curves through points, as few as a tolerance allows.

P. J. Schneider, “An algorithm for automatically fitting digitized curves”, Graphics Gems (1990): the handles by least
squares, the points' parameters improved by Newton's method, cut in two where the error is largest. At a corner a handle
is free; where a line or another curve goes on, its direction is given. Points are complex numbers, x + iy.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Plane = npt.NDArray[np.complex128]
Curve = tuple[complex, complex, complex, complex]

ROUNDS = 3  # of Newton's method
HOPELESS = 3  # times the tolerance: no round brings that down


def cubics(points: Plane, first: complex | None, last: complex | None, tolerance: float) -> list[Curve]:
    """(n,) points -> curves end to end, no farther from them than the tolerance if that can be had.

    first, last: unit directions of travel at the start and at the end; None where the handle is free.
    """
    if len(points) < 5:
        return [_plain(points, first, last)]
    curve, off, worst = _fitted(points, first, last, tolerance)
    if off <= tolerance or len(points) < 9:
        return [curve]
    cut = min(max(worst, 4), len(points) - 5)
    middle = direction(points, cut)
    return [
        *cubics(points[: cut + 1], first, middle, tolerance),
        *cubics(points[cut:], middle, last, tolerance),
    ]


def direction(points: Plane, at: int) -> complex:
    """The unit direction of travel at a point, from the points around it."""
    way = complex(points[min(at + 3, len(points) - 1)] - points[max(at - 3, 0)])
    return way / max(abs(way), 1e-12)


def _fitted(points: Plane, first: complex | None, last: complex | None, tolerance: float) -> tuple[Curve, float, int]:
    """The best curve found, its largest distance from a point, and which point that is."""
    at = _lengths(points)
    for _ in range(ROUNDS):
        curve = _least_squares(points, at, first, last)
        gaps = np.abs(_at(curve, at) - points)
        worst = int(gaps.argmax())
        off = float(gaps[worst])
        if off <= tolerance or off > HOPELESS * tolerance:
            break
        at = _improved(curve, points, at)
    return curve, off, worst


def _lengths(points: Plane) -> Array:
    along = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(points)))])
    shares: Array = along / along[-1]
    return shares


def _least_squares(points: Plane, at: Array, first: complex | None, last: complex | None) -> Curve:
    """The handles that bring the curve nearest to the points at their parameters, or a third where none is nearest."""
    start, end = complex(points[0]), complex(points[-1])
    rest = 1 - at
    inner, outer = 3 * at * rest * rest, 3 * at * at * rest
    gaps = points - ((rest**3 + inner) * start + (at**3 + outer) * end)
    a, b, c = float(inner @ inner), float(inner @ outer), float(outer @ outer)
    u, v = complex(inner @ gaps), complex(outer @ gaps)
    determinant = a * c - b * b
    if determinant <= 1e-9 * a * c:  # Newton's steps have driven all parameters but one to the ends
        return _plain(points, first, last)
    one, two = (u * c - v * b) / determinant, (a * v - b * u) / determinant
    if first is not None and last is not None:
        one, two = _both_given(a, b, c, u, v, first, -last)
    elif first is not None:
        one, two = _one_given(a, b, c, u, v, first)
    elif last is not None:
        two, one = _one_given(c, b, a, v, u, -last)
    return start, start + one, end + two, end


def _both_given(
    a: float, b: float, c: float, u: complex, v: complex, first: complex, last: complex
) -> tuple[complex, complex]:
    """Handles along two directions: 2 x 2 normal equations in their lengths."""
    b *= (first.conjugate() * last).real
    right, left = (u * first.conjugate()).real, (v * last.conjugate()).real
    determinant = a * c - b * b
    one, two = (right * c - left * b) / determinant, (a * left - b * right) / determinant
    if one < 0:
        one, two = 0.0, max(left / c, 0.0)
    elif two < 0:
        one, two = max(right / a, 0.0), 0.0
    return one * first, two * last


def _one_given(a: float, b: float, c: float, u: complex, v: complex, first: complex) -> tuple[complex, complex]:
    """One handle along a direction, the other free: the free one is put in terms of the first."""
    length = ((u - b / c * v) * first.conjugate()).real / (a - b * b / c)
    one = max(length, 0.0) * first
    return one, (v - b * one) / c


def _plain(points: Plane, first: complex | None, last: complex | None) -> Curve:
    start, end = complex(points[0]), complex(points[-1])
    third = (end - start) / 3
    one = third if first is None else abs(third) * first
    two = third if last is None else abs(third) * last
    return start, start + one, end - two, end


def _at(curve: Curve, at: Array) -> Plane:
    one, two, three, four = curve
    rest = 1 - at
    placed: Plane = rest * rest * (rest * one + 3 * at * two) + at * at * (3 * rest * three + at * four)
    return placed


def _improved(curve: Curve, points: Plane, at: Array) -> Array:
    """Parameters moved towards the curve's nearest points, one step of Newton's method."""
    one, two, three, four = curve
    p, q, r = 3 * (two - one), 3 * (three - two), 3 * (four - three)
    rest = 1 - at
    slope = rest * (rest * p + 2 * at * q) + at * at * r
    bend = 2 * (rest * (q - p) + at * (r - q))
    gap = (_at(curve, at) - points).conj()
    down = (slope * slope.conj()).real + (gap * bend).real
    step = (gap * slope).real / np.where(np.abs(down) > 1e-9, down, np.inf)
    better: Array = np.clip(at - step, 0.0, 1.0)
    return better
