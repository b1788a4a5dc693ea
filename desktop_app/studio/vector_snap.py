"""Straight edges along the axes move to the lines of a grid, and what lies between them moves along.

As in the hinting of fonts: each axis gets a map from old to new coordinates that is straight between the edges, so a
curve between two edges keeps its place between them. Edges that would fall onto one line keep their distance instead.
"""

import bisect
import itertools
import math
from dataclasses import dataclass, replace

from desktop_app.studio.vector_path import Arc, Cubic, Line, Outline, Path, Point, Segment

Edge = tuple[float, int]  # a coordinate, and on which side of it the ink lies: 1 towards larger ones, -1

WIDEST = 3.5  # of the grid: what is narrower is a stroke, whose width is kept
SAME = 0.02  # of the grid: edges nearer than that are one edge
LEVEL = 1e-6  # units: a line that rises no more lies along an axis


def snapped(outline: Outline, grid: float) -> Outline:
    """The outline with its axis-parallel edges on multiples of `grid` units."""
    ways = [_edges(path) for path in outline.paths]
    maps = tuple(_Map.of([value for way in ways for value in way[axis]], grid) for axis in (0, 1))
    return replace(outline, paths=tuple(_moved(path, maps[0], maps[1]) for path in outline.paths))


@dataclass(frozen=True)
class _Map:
    """Old coordinates and where they go; straight between them, shifted beyond them."""

    old: tuple[float, ...]
    new: tuple[float, ...]
    same: float  # units: what is so near to an edge lies on it

    @classmethod
    def of(cls, edges: list[Edge], grid: float) -> "_Map":
        groups = _groups(sorted(edges), SAME * grid)
        old = [sum(place for place, _ in group) / len(group) for group in groups]
        sides = [sum(side for _, side in group) for group in groups]
        new: list[float] = []
        for place, wish in zip(old, _wishes(old, sides, grid), strict=True):
            free = not new or wish > new[-1] + 1e-9
            new.append(wish if free else new[-1] + place - old[len(new) - 1])
        return cls(tuple(old), tuple(new), SAME * grid)

    def __call__(self, value: float) -> float:
        if not self.old:
            return value
        nearest = min(range(len(self.old)), key=lambda at: abs(self.old[at] - value))
        if abs(self.old[nearest] - value) <= self.same:
            return self.new[nearest]
        at = bisect.bisect(self.old, value)
        if at == 0 or at == len(self.old):
            end = min(at, len(self.old) - 1)
            return value + self.new[end] - self.old[end]
        share = (value - self.old[at - 1]) / (self.old[at] - self.old[at - 1])
        return self.new[at - 1] + share * (self.new[at] - self.new[at - 1])


def _groups(edges: list[Edge], gap: float) -> list[list[Edge]]:
    """Edges, in order, that lie within a gap of the one before."""
    groups: list[list[Edge]] = []
    for edge in edges:
        if groups and edge[0] - groups[-1][-1][0] <= gap:
            groups[-1].append(edge)
        else:
            groups.append([edge])
    return groups


def _wishes(places: list[float], sides: list[int], grid: float) -> list[float]:
    """The grid's line for every edge. Both edges of a stroke keep its width, rounded, so equal strokes stay equal."""
    wishes: list[float] = []
    for at, place in enumerate(places):
        if len(wishes) > at:
            continue  # the second edge of a stroke
        width = places[at + 1] - place if at + 1 < len(places) else math.inf
        if sides[at] > 0 > sides[min(at + 1, len(sides) - 1)] and width < WIDEST * grid:
            wide = max(1, round(width / grid)) * grid
            start = round((place + (width - wide) / 2) / grid) * grid
            wishes += [start, start + wide]
        else:
            wishes.append(round(place / grid) * grid)
    return wishes


def _edges(path: Path) -> tuple[list[Edge], list[Edge]]:
    """Where a path runs along an axis, across and down: its lines, and the outermost of a whole circle."""
    across: list[Edge] = []
    down: list[Edge] = []
    for start, segment in zip(_starts(path), path.segments, strict=True):
        if isinstance(segment, Line) and math.dist(start, segment.end) > LEVEL:
            if abs(start[0] - segment.end[0]) < LEVEL:
                across.append((start[0], 1 if segment.end[1] < start[1] else -1))
            elif abs(start[1] - segment.end[1]) < LEVEL:
                down.append((start[1], 1 if segment.end[0] > start[0] else -1))
    if _is_ring(path):
        (left, middle), (right, _) = path.start, path.segments[0].end
        outer = isinstance(path.segments[0], Arc) and path.segments[0].clockwise
        side, half = 1 if outer else -1, (right - left) / 2
        across += [(left, side), (right, -side)]
        down += [(middle - half, side), (middle + half, -side)]
    return across, down


def _is_ring(path: Path) -> bool:
    """Whether a path is a circle of two half arcs, from its left to its right and back."""
    return (
        len(path.segments) == 2
        and all(isinstance(segment, Arc) for segment in path.segments)
        and abs(path.start[1] - path.segments[0].end[1]) < LEVEL
    )


def _starts(path: Path) -> list[Point]:
    return [path.start, *(segment.end for segment in path.segments[:-1])]


def _moved(path: Path, across: _Map, down: _Map) -> Path:
    if _is_ring(path):
        return _ring(path, across, down)
    starts = _starts(path)
    places = [(across(x), down(y)) for x, y in starts]
    for at, segment in enumerate(path.segments):
        if isinstance(segment, Arc) and _is_fillet(path, starts, at):
            after = (at + 1) % len(places)
            level = _along(starts[at - 1], starts[at]) == 1
            places[at], places[after] = _square(places[at], places[after], level)
    segments: list[Segment] = []
    for start, segment, (here, there) in zip(
        starts, path.segments, itertools.pairwise([*places, places[0]]), strict=True
    ):
        if isinstance(segment, Arc):
            grown = math.dist(here, there) / max(math.dist(start, segment.end), LEVEL)
            segments.append(replace(segment, radius=segment.radius * grown, end=there))
        elif isinstance(segment, Cubic):
            first, second = [(across(x), down(y)) for x, y in (segment.first, segment.second)]
            segments.append(Cubic(first, second, there))
        else:
            segments.append(Line(there))
    return Path(places[0], tuple(segments))


def _ring(path: Path, across: _Map, down: _Map) -> Path:
    """A circle stays one: as wide as the edges left and right of it say."""
    (left, middle), (right, _) = path.start, path.segments[0].end
    half = (right - left) / 2
    level = (down(middle - half) + down(middle + half)) / 2
    ends = [(across(right), level), (across(left), level)]
    radius = (across(right) - across(left)) / 2
    arcs = zip(path.segments, ends, strict=True)
    return Path(ends[1], tuple(replace(arc, radius=radius, end=end) for arc, end in arcs if isinstance(arc, Arc)))


def _is_fillet(path: Path, starts: list[Point], at: int) -> bool:
    """Whether an arc is a quarter of a circle between a level and an upright line."""
    before, after = at - 1, (at + 1) % len(starts)
    (left, top), (right, bottom) = starts[at], path.segments[at].end
    return (
        abs(abs(right - left) - abs(bottom - top)) < 1e-3 * abs(right - left)
        and isinstance(path.segments[before], Line)
        and isinstance(path.segments[after], Line)
        and _along(starts[before], starts[at]) * _along(path.segments[at].end, path.segments[after].end) == -1
    )


def _along(one: Point, two: Point) -> int:
    """1 for a level line, -1 for an upright one, 0 for others."""
    if abs(one[1] - two[1]) < LEVEL:
        return 1
    return -1 if abs(one[0] - two[0]) < LEVEL else 0


def _square(here: Point, there: Point, level: bool) -> tuple[Point, Point]:
    """The ends of a fillet moved along their lines, away from the corner no more than the nearer one is.

    level: whether the line before it is.
    """
    wide, high = there[0] - here[0], there[1] - here[1]
    least = min(abs(wide), abs(high))
    wide, high = math.copysign(least, wide), math.copysign(least, high)
    if level:
        return (there[0] - wide, here[1]), (there[0], here[1] + high)
    return (here[0], there[1] - high), (here[0] + wide, there[1])
