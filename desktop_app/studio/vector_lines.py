"""Straight lines along an outline: fitted, found inside curves, and put upright where they almost are.

Points are complex numbers, x + iy; `SPACING` of a pixel apart.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Plane = npt.NDArray[np.complex128]

HALF = 6  # points to both sides over which straightness is seen: three pixels
SAGITTA = 0.035  # pixels by which the middle of that may lie beside its chord
BEND = 0.025  # pixels between a line's middle and its ends, above which it is a flat curve
SHORTEST = 12  # points of a line inside a curve
EASED = 3  # points at a line's ends that may already belong to a curve
AXIS_TURN = math.radians(1.2)  # by which any line is turned to lie along an axis or a diagonal
LOOSE = math.radians(8)  # by which a short one is, as long as its points stay near


@dataclass(frozen=True)
class Straight:
    """A line through `point` with a unit direction, along the points first…last of a side."""

    point: complex
    way: complex
    first: int
    last: int


def straight(points: Plane, first: int, last: int) -> tuple[Straight, float]:
    """Total least squares through points first…last, both included; and the largest distance of one."""
    part = points[first : last + 1]
    middle = complex(part.mean())
    rest = part - middle
    way = complex(np.sqrt((rest * rest).sum() + 1e-18))
    way /= abs(way)
    if (way.conjugate() * complex(part[-1] - part[0])).real < 0:
        way = -way
    return Straight(middle, way, first, last), float(np.abs((way.conjugate() * rest).imag).max())


def straights(points: Plane, tolerance: float) -> list[Straight]:
    """The lines within a curve, in order, which do not overlap."""
    if len(points) < SHORTEST + 1:
        return []
    beside = _sagittas(points) <= SAGITTA
    edges = np.flatnonzero(np.diff(np.concatenate([[False], beside, [False]]).astype(np.int8)))
    found: list[Straight] = []
    spans = sorted(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True), key=lambda span: span[0] - span[1])
    for start, stop in spans:
        line = _grown(points, start, stop - 1 + 2 * HALF, tolerance)
        if line is not None and all(line.first >= other.last or line.last <= other.first for other in found):
            found.append(line)
    return sorted(found, key=lambda line: line.first)


def _sagittas(points: Plane) -> Array:
    """How far points lie beside the chord between those `HALF` before and after."""
    chords = points[2 * HALF :] - points[: -2 * HALF]
    middles = points[HALF:-HALF] - (points[2 * HALF :] + points[: -2 * HALF]) / 2
    beside: Array = np.abs((chords.conj() * middles).imag) / np.abs(chords)
    return beside


def _grown(points: Plane, first: int, last: int, tolerance: float) -> Straight | None:
    """The longest stretch around a line's middle that stays on the line; fitted without what may bend at its ends."""
    line, off = straight(points, first, last)
    if off > tolerance:
        inner = (last - first) // 4
        line, off = straight(points, first + inner, last - inner)
        if off > tolerance:
            return None
    for _ in range(2):
        away = np.abs((line.way.conjugate() * (points - line.point)).imag) > tolerance
        middle = (line.first + line.last) // 2
        before, after = np.flatnonzero(away[:middle]), np.flatnonzero(away[middle:])
        first = int(before[-1]) + 1 if len(before) else 0
        last = middle + int(after[0]) - 1 if len(after) else len(points) - 1
        if last - first < SHORTEST:
            return None
        eased = EASED if last - first >= SHORTEST + 2 * EASED else (last - first - SHORTEST + 4) // 2
        line, _ = straight(points, first + (eased if first else 0), last - (eased if last < len(points) - 1 else 0))
    return None if _bend(points[line.first : line.last + 1], line) > BEND else line


def _bend(part: Plane, line: Straight) -> float:
    """How far the middle third of a line's points lies beside the outer thirds, on average: little, but for a curve."""
    beside = (line.way.conjugate() * (part - line.point)).imag
    third = len(part) // 3
    return abs(1.5 * float(beside[third:-third].mean()) - 1.5 * float(beside.mean()))


def upright(line: Straight, points: Plane, tolerance: float) -> Straight:
    """The line turned to an axis or a diagonal, if it almost lies along one."""
    turn = math.atan2(line.way.imag, line.way.real)
    eighth = round(turn / (math.pi / 4))
    off = abs(turn - eighth * math.pi / 4)
    length = abs(complex(points[line.last] - points[line.first])) / 2
    if off > AXIS_TURN and (off > LOOSE or eighth % 2 or off * length > tolerance):
        return line
    return Straight(line.point, EIGHTHS[eighth % 8], line.first, line.last)


_DIAGONAL = math.sqrt(0.5)
EIGHTHS = (
    complex(1, 0),
    complex(_DIAGONAL, _DIAGONAL),
    complex(0, 1),
    complex(-_DIAGONAL, _DIAGONAL),
    complex(-1, 0),
    complex(-_DIAGONAL, -_DIAGONAL),
    complex(0, -1),
    complex(_DIAGONAL, -_DIAGONAL),
)
