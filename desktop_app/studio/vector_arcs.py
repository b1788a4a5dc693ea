"""Circles and circular arcs along an outline. Points are complex numbers, x + iy."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Plane = npt.NDArray[np.complex128]

LARGEST = 200.0  # pixels: a flatter arc is not worth the name


@dataclass(frozen=True)
class Circle:
    centre: complex
    radius: float


@dataclass(frozen=True)
class Bow:
    """An arc from one point to another. clockwise: on the screen, where y points down."""

    start: complex
    end: complex
    radius: float
    large: bool
    clockwise: bool

    @property
    def middle(self) -> complex:
        """The point half-way along."""
        half = (self.end - self.start) / 2
        inner = math.sqrt(max(self.radius**2 - abs(half) ** 2, 0.0))
        height = self.radius + inner if self.large else self.radius - inner
        outward = half / max(abs(half), 1e-12) * (-1j if self.clockwise else 1j)
        return (self.start + self.end) / 2 + height * outward

    def reversed(self) -> "Bow":
        return Bow(self.end, self.start, self.radius, self.large, not self.clockwise)


def circle(points: Plane) -> tuple[Circle, float]:
    """The circle of least squared algebraic distance (Kåsa 1976), and the largest distance of a point from it."""
    middle = complex(points.mean())
    rest = points - middle
    squares = (rest * rest.conj()).real
    xx, yy, xy = float((rest.real**2).sum()), float((rest.imag**2).sum()), float(rest.real @ rest.imag)
    right = complex(rest @ squares) / 2
    determinant = xx * yy - xy * xy
    if determinant < 1e-9 * (xx + yy) ** 2:
        return Circle(middle, math.inf), math.inf
    centre = complex(right.real * yy - right.imag * xy, right.imag * xx - right.real * xy) / determinant
    radius = math.sqrt(abs(centre) ** 2 + float(squares.mean()))
    off = float(np.abs(np.abs(rest - centre) - radius).max())
    return Circle(middle + centre, radius), off


def bow(
    points: Plane, start: complex, end: complex, ways: tuple[complex | None, complex | None], tolerance: float
) -> Bow | None:
    """The arc past points; None where that is more than the tolerance away from one.

    It starts and ends on the circle near the places given: on the neighbours' lines if there are such (ways: their
    directions), else as near as can be.
    """
    if len(points) < 5:
        return None
    found, off = circle(points)
    if off > tolerance or found.radius > LARGEST:
        return None
    ends = [_onto(found, place, way) for place, way in zip((start, end), ways, strict=True)]
    if any(abs(moved - place) > 3 * tolerance for moved, place in zip(ends, (start, end), strict=True)):
        return None
    swept = _swept(points, found.centre, *ends)
    if not 0.1 < abs(swept) < 2 * math.pi - 0.1:
        return None
    return Bow(ends[0], ends[1], found.radius, abs(swept) > math.pi, swept > 0)


def _onto(found: Circle, place: complex, way: complex | None) -> complex:
    """The point of a circle that is nearest to a place, or where the line through it crosses the circle."""
    spoke = place - found.centre
    if way is not None:
        along, beside = (way.conjugate() * spoke).real, (way.conjugate() * spoke).imag
        inner = math.sqrt(max(found.radius**2 - beside**2, 0.0))
        if inner > 0.3 * found.radius:
            return place + (math.copysign(inner, along) - along) * way
    return found.centre + found.radius * spoke / max(abs(spoke), 1e-12)


def _swept(points: Plane, centre: complex, start: complex, end: complex) -> float:
    """The angle from start to end as seen from the centre, the way the points go."""
    spokes = np.concatenate([[start], points, [end]]) - centre
    return float(np.angle(spokes[1:] / spokes[:-1]).sum())


def fillet(points: Plane, one: complex, first: complex, two: complex, second: complex, tolerance: float) -> Bow | None:
    """The arc that touches two lines (point, direction of travel) and lies along the points between them.

    None where no such arc stays within the tolerance.
    """
    turn = math.atan2((first.conjugate() * second).imag, (first.conjugate() * second).real)
    if abs(turn) > math.pi - 0.02:
        return _cap(points, one, first, two, tolerance)
    vertex = meeting(one, first, two, second)
    if abs(turn) < 0.05 or vertex is None:
        return None
    half = complex(math.cos(turn / 2), math.sin(turn / 2))
    inward = first * half * (1j if turn > 0 else -1j)  # the centre lies there, radius / cos(turn / 2) away
    radius = 0.0
    kept = points
    for _ in range(2):
        radius = _radius(kept - vertex, inward, half.real)
        reach = radius * math.tan(abs(turn) / 2)
        bow = Bow(vertex - reach * first, vertex + reach * second, radius, False, turn > 0)
        along = ((points - bow.start) * first.conjugate()).real > 0
        kept = points[along & (((points - bow.end) * second.conjugate()).real < 0)]
        if radius <= 0.05 or not len(kept):
            return None
    centre = vertex + radius / half.real * inward
    beside = np.minimum(np.where(along, np.inf, from_line(points, one, first)), from_line(points, two, second))
    beside[along & (((points - bow.end) * second.conjugate()).real < 0)] = 0
    off = max(float(np.abs(np.abs(kept - centre) - radius).max()), float(beside.max()))
    return bow if off <= tolerance else None


def from_line(points: Plane, point: complex, way: complex) -> Array:
    """Distances of points from a line."""
    distances: Array = np.abs((way.conjugate() * (points - point)).imag)
    return distances


def meeting(one: complex, first: complex, two: complex, second: complex) -> complex | None:
    """Where two lines (point, unit direction) meet; None where they are as good as parallel."""
    sine = (first.conjugate() * second).imag
    if abs(sine) < 0.02:
        return None
    return one + ((two - one).conjugate() * second).imag / sine * first


def tangent(
    points: Plane, line: tuple[complex, complex], end: complex, across: complex | None, tolerance: float
) -> Bow | None:
    """The arc that leaves a line (a point, its direction of travel), lies along points and ends near a place.

    across: the direction of the line in which it ends, if it does in one.
    """
    found, _ = circle(points)
    if len(points) < 5 or found.radius > LARGEST:
        return None
    touching = _touching(points, line, found)
    if touching is None:
        return None
    start, centre, radius, off = touching
    ending = _onto(Circle(centre, radius), end, across)
    if off > tolerance or abs(ending - end) > 4 * tolerance:
        return None
    clockwise = (line[1].conjugate() * (centre - start)).imag > 0
    swept = _swept(points, centre, start, ending) * (1 if clockwise else -1)
    if not 0.05 < swept < 2 * math.pi - 0.1:
        return None
    return Bow(start, ending, radius, swept > math.pi, clockwise)


def _touching(
    points: Plane, line: tuple[complex, complex], guess: Circle
) -> tuple[complex, complex, float, float] | None:
    """The circle nearest to points that touches a line: where, its centre, its radius, and how far a point is off.

    Gauss and Newton's method on the place of contact and the signed radius. Points before that place lie on the line.
    """
    foot, way = line
    spoke = (guess.centre - foot) * way.conjugate()
    at, radius = spoke.real, spoke.imag
    rest = (points - foot) * way.conjugate()
    for _ in range(4):
        away = rest - complex(at, radius)
        length = np.maximum(np.abs(away), 1e-9)
        past = rest.real > at
        gap = np.where(past, length - abs(radius), 0)
        over, up = -away.real / length * past, (-away.imag / length - math.copysign(1, radius)) * past
        a, b, c = float(over @ over) + 1e-9, float(over @ up), float(up @ up) + 1e-9
        u, v, determinant = float(over @ gap), float(up @ gap), a * c - b * b
        at, radius = at - (u * c - v * b) / determinant, radius - (v * a - u * b) / determinant
        if not 0.2 < abs(radius) < LARGEST:
            return None
    gap = np.abs(rest - complex(at, radius)) - abs(radius)
    off = float(np.abs(np.where(rest.real > at, gap, rest.imag)).max())
    return foot + at * way, foot + complex(at, radius) * way, abs(radius), off


def _radius(rest: Plane, inward: complex, cosine: float) -> float:
    """Least squares of |point - r inward / cosine| = r, by Newton's method from the nearest point's answer."""
    along = (rest * inward.conjugate()).real
    squares = (rest * rest.conj()).real
    nearest = int(squares.argmin())
    radius = math.sqrt(float(squares[nearest])) / max(1 / cosine - 1, 1e-6)
    for _ in range(5):
        away = np.sqrt(np.maximum(squares - 2 * radius / cosine * along + (radius / cosine) ** 2, 1e-12))
        slope = (radius / cosine**2 - along / cosine) / away - 1
        radius -= float((away - radius) @ slope) / max(float(slope @ slope), 1e-12)
        if not 0 < radius < LARGEST:
            return 0.0
    return radius


def _cap(points: Plane, one: complex, first: complex, two: complex, tolerance: float) -> Bow | None:
    """The half circle that joins two parallel lines."""
    across = 1j * first
    radius = ((two - one) * across.conjugate()).real / 2
    clockwise = radius > 0
    if abs(radius) <= 0.05:
        return None
    axis = one + radius * across
    reach = ((points - axis) * first.conjugate()).real
    beside = ((points - axis) * across.conjugate()).real
    far = np.abs(beside) < 0.7 * abs(radius)
    if not far.any():
        return None
    centre = axis + float((reach - np.sqrt(np.maximum(radius**2 - beside**2, 0)))[far].mean()) * first
    round_it = ((points - centre) * first.conjugate()).real > 0
    away = np.where(round_it, np.abs(points - centre) - abs(radius), np.abs(beside) - abs(radius))
    if float(np.abs(away).max()) > tolerance:
        return None
    return Bow(centre - radius * across, centre + radius * across, abs(radius), False, clockwise)
