"""One half of an outline makes the whole: it is cut at the axis, and its left or upper part joined to its reflection.

So both halves are equal to the last decimal. Curves that cross the axis almost squarely are made to do so exactly, so
that no kink appears there.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np

from desktop_app.studio.vector_path import Arc, Cubic, Line, Path, Point, Segment, arc_circle

Axis = Literal["upright", "level"]

NEAR = 5e-4  # of the extent: what is nearer to the axis lies on it
SQUARE = 0.35  # slope against the axis's normal, up to which a curve is meant to cross the axis squarely
LEVEL = 1e-9


def mirrored(paths: list[Path], axis: Axis, extent: float) -> list[Path]:
    """Closed paths made symmetric. extent: units of the whole width (upright axis) or height (level axis)."""
    if axis == "level":
        return [_swapped(path) for path in mirrored([_swapped(path) for path in paths], "upright", extent)]
    return [made for path in paths for made in _whole(path, extent / 2, NEAR * extent)]


def _swapped(path: Path) -> Path:
    """x and y exchanged."""

    def segment(part: Segment) -> Segment:
        if isinstance(part, Cubic):
            return Cubic(part.first[::-1], part.second[::-1], part.end[::-1])
        if isinstance(part, Arc):
            return replace(part, clockwise=not part.clockwise, end=part.end[::-1])
        return Line(part.end[::-1])

    return Path(path.start[::-1], tuple(map(segment, path.segments)))


def _whole(path: Path, axis: float, near: float) -> Iterator[Path]:
    """A path left of the axis and its reflection; or one path for each part between two visits to the axis."""
    cut = [part for start, segment in _steps(path) for part in _cut(start, segment, axis, near)]
    left = [_middle(start, segment)[0] < axis - near / 2 for start, segment in cut]
    if all(left):
        yield path
        yield Path(_across(path.start, axis), tuple(_back(cut, axis)))
    elif any(left):
        first = left.index(False)
        chain: list[tuple[Point, Segment]] = []
        for at in range(first, first + len(cut) + 1):
            if left[at % len(cut)]:
                chain.append(cut[at % len(cut)])
            elif chain:
                yield _closed(chain, axis)
                chain = []


def _steps(path: Path) -> Iterator[tuple[Point, Segment]]:
    """The segments with their starts."""
    start = path.start
    for segment in path.segments:
        yield start, segment
        start = segment.end


# ---- cutting


def _cut(start: Point, segment: Segment, axis: float, near: float) -> list[tuple[Point, Segment]]:
    """A segment's parts on one side of the axis each; ends that are near the axis lie on it."""

    def onto(point: Point) -> Point:
        return (axis, point[1]) if abs(point[0] - axis) < near else point

    start, segment = onto(start), replace(segment, end=onto(segment.end))
    if isinstance(segment, Line):
        parts = _cut_line(start, segment, axis)
    elif isinstance(segment, Arc):
        parts = _cut_arc(start, segment, axis)
    else:
        parts = _cut_cubic(start, segment, axis)
    starts = [start, *(onto(part.end) for part in parts[:-1])]
    ends = [*starts[1:], segment.end]
    return [(here, replace(part, end=there)) for here, part, there in zip(starts, parts, ends, strict=True)]


def _cut_line(start: Point, line: Line, axis: float) -> list[Segment]:
    if (start[0] - axis) * (line.end[0] - axis) >= 0:
        return [line]
    share = (axis - start[0]) / (line.end[0] - start[0])
    return [Line((axis, start[1] + share * (line.end[1] - start[1]))), line]


def _cut_arc(start: Point, arc: Arc, axis: float) -> list[Segment]:
    if start == arc.end:
        return [arc]
    centre, turned = arc_circle(arc, complex(*start))
    height = arc.radius**2 - (axis - centre.real) ** 2
    if height <= 0:
        return [arc]
    spoke = complex(*start) - centre
    shares = []
    for y in (math.sqrt(height), -math.sqrt(height)):
        angle = math.atan2(y, axis - centre.real) - math.atan2(spoke.imag, spoke.real)
        share = (angle if turned > 0 else -angle) % (2 * math.pi) / abs(turned)
        if 1e-3 < share < 1 - 1e-3:
            shares.append((share, (axis, centre.imag + y)))
    marks = [(0.0, start), *sorted(shares), (1.0, arc.end)]
    return [
        replace(arc, large=(after - before) * abs(turned) > math.pi, end=end)
        for (before, _), (after, end) in itertools.pairwise(marks)
    ]


def _cut_cubic(start: Point, curve: Cubic, axis: float) -> list[Segment]:
    xs = [start[0] - axis, curve.first[0] - axis, curve.second[0] - axis, curve.end[0] - axis]
    if min(xs) >= 0 or max(xs) <= 0:
        return [curve]
    powers = [xs[3] - 3 * xs[2] + 3 * xs[1] - xs[0], 3 * (xs[2] - 2 * xs[1] + xs[0]), 3 * (xs[1] - xs[0]), xs[0]]
    roots = np.roots(powers)
    shares = sorted(float(root.real) for root in roots if abs(root.imag) < 1e-9 and 1e-3 < root.real < 1 - 1e-3)
    parts: list[Segment] = []
    rest, done = curve, 0.0
    for share in shares:
        part, rest = _halves(start, rest, (share - done) / (1 - done))
        parts.append(part)
        start, done = part.end, share
    return [*parts, rest]


def _halves(start: Point, curve: Cubic, share: float) -> tuple[Cubic, Cubic]:
    """A curve cut in two by de Casteljau's construction."""
    a, b, c, d = (complex(*point) for point in (start, curve.first, curve.second, curve.end))
    ab, bc, cd = a + share * (b - a), b + share * (c - b), c + share * (d - c)
    abc, bcd = ab + share * (bc - ab), bc + share * (cd - bc)
    at = abc + share * (bcd - abc)
    points = [(place.real, place.imag) for place in (ab, abc, at, bcd, cd)]
    return Cubic(points[0], points[1], points[2]), Cubic(points[3], points[4], curve.end)


def _middle(start: Point, segment: Segment) -> Point:
    """A point half-way along."""
    if isinstance(segment, Cubic):
        return _halves(start, segment, 0.5)[0].end
    if isinstance(segment, Arc) and start != segment.end:
        centre, turned = arc_circle(segment, complex(*start))
        place = centre + (complex(*start) - centre) * complex(math.cos(turned / 2), math.sin(turned / 2))
        return place.real, place.imag
    return (start[0] + segment.end[0]) / 2, (start[1] + segment.end[1]) / 2


# ---- joining


def _closed(chain: list[tuple[Point, Segment]], axis: float) -> Path:
    """From the axis to the axis, and back on the other side."""
    only = chain[0][1] if len(chain) == 1 else None
    if isinstance(only, Arc):
        chain = [_half_circle(chain[0][0], only)]
    else:
        chain[-1] = _squared(*chain[-1], axis)
        chain[0] = _turned_round(_squared(*_turned_round(chain[0]), axis))
    start, segments = chain[0][0], [segment for _, segment in chain]
    back = _back(chain, axis)
    if _goes_straight_on(*chain[-1]):
        segments.pop()
    if _goes_straight_on(*chain[0]) and len(chain) > 1:
        start = chain[0][1].end
        return Path(start, (*segments[1:], *back[:-1], Line(start)))
    return Path(start, (*segments, *back))


def _half_circle(start: Point, arc: Arc) -> tuple[Point, Segment]:
    half = abs(arc.end[1] - start[1]) / 2
    is_half = abs(arc.radius - half) < 0.1 * arc.radius
    return start, replace(arc, radius=half, large=False) if is_half else arc


def _squared(start: Point, segment: Segment, axis: float) -> tuple[Point, Segment]:
    """A curve that ends on the axis, made square to it if it almost is."""
    if isinstance(segment, Cubic):
        (x, y), end = segment.second, segment.end
        if abs(y - end[1]) <= SQUARE * abs(x - end[0]):
            segment = replace(segment, second=(x, end[1]))
    elif isinstance(segment, Arc):
        centre, _ = arc_circle(segment, complex(*start))
        height = segment.radius**2 - (start[0] - axis) ** 2
        if abs(centre.real - axis) <= SQUARE * segment.radius and height > 0:
            level = start[1] + math.copysign(math.sqrt(height), centre.imag - start[1])
            top = level + math.copysign(segment.radius, segment.end[1] - centre.imag)
            segment = replace(segment, end=(axis, top))
    return start, segment


def _turned_round(step: tuple[Point, Segment]) -> tuple[Point, Segment]:
    """A segment drawn from its end to its start."""
    start, segment = step
    if isinstance(segment, Cubic):
        return segment.end, Cubic(segment.second, segment.first, start)
    if isinstance(segment, Arc):
        return segment.end, replace(segment, clockwise=not segment.clockwise, end=start)
    return segment.end, Line(start)


def _back(chain: list[tuple[Point, Segment]], axis: float) -> list[Segment]:
    """The reflection of segments, the other way round."""
    return [_reflected(_turned_round(step)[1], axis) for step in reversed(chain)]


def _reflected(segment: Segment, axis: float) -> Segment:
    if isinstance(segment, Cubic):
        return Cubic(*(_across(point, axis) for point in (segment.first, segment.second, segment.end)))
    if isinstance(segment, Arc):
        return replace(segment, clockwise=not segment.clockwise, end=_across(segment.end, axis))
    return Line(_across(segment.end, axis))


def _across(point: Point, axis: float) -> Point:
    return 2 * axis - point[0], point[1]


def _goes_straight_on(start: Point, segment: Segment) -> bool:
    """Whether a line is square to the axis, so that it and its reflection are one."""
    return isinstance(segment, Line) and abs(start[1] - segment.end[1]) < LEVEL
