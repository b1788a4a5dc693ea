"""Weights of a point among anchors on a plane: natural neighbour coordinates (Sibson 1981).

A point weighs each anchor by the area that its own Voronoi cell would take from that anchor's. So an anchor itself
has weight one there, a point on the line of two has its share of both, and weights change smoothly in between.

Outside the convex hull of the anchors a point weighs them as the nearest point of the hull does: nothing is ever
extrapolated, two anchors (or several on one line) work like a slider, and all is continuous across the rim. Of
anchors that lie on one another, the first counts.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import hypot

Point = tuple[float, float]
Polygon = list[Point]

_SAME = 1e-9  # anchors as near as this, in extents of all anchors, are one
_RIM = 1e-7  # a point as near as this to the hull is on it: its cell would reach far beyond all use


def weights(anchors: Sequence[Point], point: Point) -> list[float]:
    """One weight an anchor, summing to one; exactly one for an anchor that lies on the point."""
    return list(_weights(tuple(anchors), point))


@lru_cache(maxsize=512)  # the same place is asked for several times while it is drawn
def _weights(anchors: tuple[Point, ...], point: Point) -> tuple[float, ...]:
    if not anchors:
        raise ValueError("weights need an anchor")
    found = [0.0] * len(anchors)
    extent = max(max(axis) - min(axis) for axis in zip(*anchors, strict=True))
    if extent <= 0.0:
        found[0] = 1.0
        return tuple(found)
    # seen from the point, in extents, so that nothing below depends on where the anchors are or how far apart
    seen = [((x - point[0]) / extent, (y - point[1]) / extent) for x, y in anchors]
    numbers = _distinct(seen)
    at = next((number for number in numbers if hypot(*seen[number]) <= _SAME), None)
    if at is not None:
        found[at] = 1.0
        return tuple(found)
    shares = _shares([seen[number] for number in numbers])
    total = sum(shares)
    for number, share in zip(numbers, shares, strict=True):
        found[number] = share / total
    return tuple(found)


def _distinct(points: list[Point]) -> list[int]:
    """Numbers of the points without those that lie on one before them."""
    kept: list[int] = []
    for number, (x, y) in enumerate(points):
        if all(hypot(x - points[other][0], y - points[other][1]) > _SAME for other in kept):
            kept.append(number)
    return kept


def _shares(points: list[Point]) -> list[float]:
    """Shares of distinct points, none of them the origin, in the origin: not negative, not yet summing to one."""
    rim = _hull(points)
    edges = list(zip(rim, rim[1:] + rim[:1], strict=True))
    depths = [_depth(start, end) for start, end in edges]
    if len(rim) > 2 and min(depths) > _RIM:
        return _areas(points, box=4.0 + 4.0 / min(depths))  # larger than the cell, no larger than rounding allows
    return _on_edge(points, *min(edges, key=lambda edge: hypot(*_foot(*edge))))


def _areas(points: list[Point], *, box: float) -> list[float]:
    """What the origin's cell takes from each point's cell; the origin lies within the hull."""
    cell: Polygon = [(-box, -box), (box, -box), (box, box), (-box, box)]
    for x, y in points:
        cell = _clipped(cell, x, y, (x * x + y * y) / 2)
    shares = []
    for x, y in points:
        part = cell
        for other_x, other_y in points:
            dx, dy = other_x - x, other_y - y
            if part and (dx or dy):
                part = _clipped(part, dx, dy, (dx * (other_x + x) + dy * (other_y + y)) / 2)
        shares.append(max(_area(part), 0.0))
    return shares


def _clipped(polygon: Polygon, nx: float, ny: float, limit: float) -> Polygon:
    """The part of a convex polygon where nx * x + ny * y is at most limit."""
    heights = [nx * x + ny * y - limit for x, y in polygon]
    if max(heights, default=0.0) <= 0.0:
        return polygon
    kept: Polygon = []
    for number, height in enumerate(heights):
        before = heights[number - 1]
        if (height < 0.0 < before) or (before < 0.0 < height):
            (x0, y0), (x1, y1) = polygon[number - 1], polygon[number]
            step = before / (before - height)
            kept.append((x0 + (x1 - x0) * step, y0 + (y1 - y0) * step))
        if height <= 0.0:
            kept.append(polygon[number])
    return kept if len(kept) > 2 else []


def _area(polygon: Polygon) -> float:
    """Area of a polygon that runs against the clock, by triangles from its first corner."""
    if not polygon:
        return 0.0
    x0, y0 = polygon[0]
    legs = [(x - x0, y - y0) for x, y in polygon[1:]]
    return sum(ax * by - ay * bx for (ax, ay), (bx, by) in pairwise(legs)) / 2


def _on_edge(points: list[Point], start: Point, end: Point) -> list[float]:
    """Shares of the two points between which the foot of the origin lies, among all that lie on an edge of the hull."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = hypot(dx, dy)
    along = [((x - start[0]) * dx + (y - start[1]) * dy) / length for x, y in points]
    beside = [abs((x - start[0]) * dy - (y - start[1]) * dx) / length for x, y in points]
    on_it = sorted((along[number], number) for number in range(len(points)) if beside[number] <= _RIM)
    foot = min(max(-(start[0] * dx + start[1] * dy) / length, on_it[0][0]), on_it[-1][0])
    shares = [0.0] * len(points)
    for (low, first), (high, second) in pairwise(on_it):
        if low <= foot <= high:
            shares[second] = (foot - low) / (high - low)
            shares[first] = 1.0 - shares[second]
            break
    return shares


def _hull(points: list[Point]) -> Polygon:
    """Corners of the convex hull against the clock; two where all points lie on a line (Andrew 1979)."""
    ordered = sorted(points)
    if len(ordered) < 3:
        return ordered
    return _half_hull(ordered) + _half_hull(ordered[::-1])


def _half_hull(ordered: list[Point]) -> Polygon:
    half: Polygon = []
    for x, y in ordered:
        while len(half) > 1:
            (ax, ay), (bx, by) = half[-2:]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0.0:
                break
            half.pop()
        half.append((x, y))
    return half[:-1]


def _depth(start: Point, end: Point) -> float:
    """Distance of the origin from the line of an edge, positive on its left."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    return (dy * start[0] - dx * start[1]) / hypot(dx, dy)


def _foot(start: Point, end: Point) -> Point:
    """The point of an edge nearest to the origin."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    step = min(max(-(start[0] * dx + start[1] * dy) / (dx * dx + dy * dy), 0.0), 1.0)
    return start[0] + dx * step, start[1] + dy * step
