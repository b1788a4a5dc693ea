"""The line between before and after: where it lies, what a hand takes hold of, where its labels go. Pure values."""

import math
from dataclasses import dataclass, replace
from typing import Literal

Point = tuple[float, float]
Size = tuple[float, float]  # width, height of the view, in its pixels
Part = Literal["handle", "turn", "line"]

HANDLE_RADIUS, TURN_RADIUS = 16.0, 9.0
HANDLE_REACH, TURN_REACH, LINE_REACH = 20.0, 15.0, 7.0  # how near a press takes hold
TURN_INSET = 26.0  # of the handles that turn, from the ends of the line
TURN_DISTANCE = 56.0  # from the round handle, at least
EDGE = 10.0  # the round handle stays so far inside the view
SNAP = 15.0  # degrees
STICKY = 1.5  # degrees around upright and level in which the line is drawn to them
STEP, LARGE_STEP = 0.01, 0.1  # of the view
TURN_STEP = 1.0  # degrees; the large one is SNAP
CHIP_GAP = 12.0


@dataclass(frozen=True)
class Wipe:
    """A line through (x, y), given as fractions of the view. At 0 degrees it is upright with "before" on its left;
    the angle turns it clockwise."""

    x: float = 0.5
    y: float = 0.5
    angle: float = 0.0

    def centre(self, size: Size) -> Point:
        return self.x * size[0], self.y * size[1]

    @property
    def normal(self) -> Point:
        """Of length one, from before to after."""
        turned = math.radians(self.angle)
        return math.cos(turned), math.sin(turned)

    @property
    def direction(self) -> Point:
        """Along the line, downward where it is upright."""
        turned = math.radians(self.angle)
        return -math.sin(turned), math.cos(turned)


def signed_distance(wipe: Wipe, size: Size, point: Point) -> float:
    """From the line, below zero on the side of before."""
    x, y = wipe.centre(size)
    nx, ny = wipe.normal
    return (point[0] - x) * nx + (point[1] - y) * ny


def region(wipe: Wipe, size: Size, *, after: bool) -> list[Point]:
    """The corners of the part of the view on one side of the line; empty where there is none."""
    corners: list[Point] = [(0.0, 0.0), (size[0], 0.0), size, (0.0, size[1])]
    sign = 1.0 if after else -1.0
    kept: list[Point] = []
    for corner, following in zip(corners, [*corners[1:], corners[0]], strict=True):
        here = sign * signed_distance(wipe, size, corner)
        there = sign * signed_distance(wipe, size, following)
        if here >= 0:
            kept.append(corner)
        if here * there < 0:
            share = here / (here - there)
            kept.append(tuple(a + share * (b - a) for a, b in zip(corner, following, strict=True)))  # type: ignore[arg-type]
    return kept if len(kept) > 2 else []


def _reach(wipe: Wipe, size: Size) -> tuple[float, float]:
    """How far the line goes inside the view, back and forth from its centre."""
    low, high = -math.inf, math.inf
    for place, way, length in zip(wipe.centre(size), wipe.direction, size, strict=True):
        if abs(way) > 1e-9:
            one, other = sorted((-place / way, (length - place) / way))
            low, high = max(low, one), min(high, other)
    return low, high


def _along(wipe: Wipe, size: Size, distance: float) -> Point:
    x, y = wipe.centre(size)
    dx, dy = wipe.direction
    return x + distance * dx, y + distance * dy


def ends(wipe: Wipe, size: Size) -> tuple[Point, Point]:
    """Where the line leaves the view."""
    low, high = _reach(wipe, size)
    return _along(wipe, size, low), _along(wipe, size, high)


def turning_handles(wipe: Wipe, size: Size) -> list[Point]:
    """One towards each end of the line that lies far enough from the round handle."""
    low, high = _reach(wipe, size)
    places = low + TURN_INSET, high - TURN_INSET
    return [_along(wipe, size, place) for place in places if abs(place) >= TURN_DISTANCE and low < place < high]


def hit(wipe: Wipe, size: Size, point: Point) -> Part | None:
    """What a press at this point takes hold of."""
    if math.dist(point, wipe.centre(size)) <= HANDLE_REACH:
        return "handle"
    if any(math.dist(point, handle) <= TURN_REACH for handle in turning_handles(wipe, size)):
        return "turn"
    return "line" if abs(signed_distance(wipe, size, point)) <= LINE_REACH else None


# -- what hands do ---------------------------------------------------------------------------------------------------


def moved_to(wipe: Wipe, size: Size, point: Point) -> Wipe:
    """The round handle at this point, or as near as the view allows."""
    x, y = (_inside(value, length) / length for value, length in zip(point, size, strict=True))
    return replace(wipe, x=x, y=y)


def shifted(wipe: Wipe, size: Size, way: Point) -> Wipe:
    """The line taken along by a hand: only what goes across it counts."""
    nx, ny = wipe.normal
    across = way[0] * nx + way[1] * ny
    x, y = wipe.centre(size)
    return moved_to(wipe, size, (x + across * nx, y + across * ny))


def turned_to(wipe: Wipe, size: Size, point: Point, *, forth: bool, snap: bool) -> Wipe:
    """Turned around its centre until one of its ends, the one `forth` or the one back, points to `point`."""
    x, y = wipe.centre(size)
    dx, dy = point[0] - x, point[1] - y
    if math.hypot(dx, dy) < 1.0:
        return wipe
    angle = math.degrees(math.atan2(-dx, dy)) + (0.0 if forth else 180.0)
    return replace(wipe, angle=_angle(SNAP * round(angle / SNAP) if snap else _drawn(angle)))


def is_forth(wipe: Wipe, size: Size, point: Point) -> bool:
    """Whether a point lies towards the end of the line that its direction points to."""
    x, y = wipe.centre(size)
    dx, dy = wipe.direction
    return (point[0] - x) * dx + (point[1] - y) * dy >= 0


def stepped(wipe: Wipe, size: Size, dx: int, dy: int, *, large: bool) -> Wipe:
    """One press of an arrow key."""
    step = LARGE_STEP if large else STEP
    x, y = wipe.centre(size)
    return moved_to(wipe, size, (x + dx * step * size[0], y + dy * step * size[1]))


def turned(wipe: Wipe, way: int, *, large: bool) -> Wipe:
    """One press of an arrow key that turns; the large step goes to the next multiple of 15 degrees."""
    if not large:
        return replace(wipe, angle=_angle(wipe.angle + way * TURN_STEP))
    steps = wipe.angle / SNAP
    following = math.floor(steps + 1 + 1e-6) if way > 0 else math.ceil(steps - 1 - 1e-6)
    return replace(wipe, angle=_angle(SNAP * following))


def _inside(value: float, length: float) -> float:
    edge = min(EDGE, length / 2)
    return min(max(value, edge), length - edge)


def _drawn(angle: float) -> float:
    near = 90.0 * round(angle / 90.0)
    return near if abs(angle - near) <= STICKY else angle


def _angle(degrees: float) -> float:
    """In (-180, 180]."""
    turned = degrees % 360.0
    return turned - 360.0 if turned > 180.0 else turned


# -- labels and words ------------------------------------------------------------------------------------------------


def chip_place(wipe: Wipe, size: Size, chip: Size, *, after: bool) -> Point | None:
    """The corner of the view in which a label of this size lies wholly on its own side; None where none is.

    Top corners come first. The line, its handles and the middle of the view stay free.
    """
    left, right = CHIP_GAP, size[0] - chip[0] - CHIP_GAP
    top, bottom = CHIP_GAP, size[1] - chip[1] - CHIP_GAP
    if right <= left or bottom <= top:
        return None
    order = [(right, top), (right, bottom), (left, bottom), (left, top)]
    if not after:
        order = [(left, top), (left, bottom), (right, top), (right, bottom)]
    sign = 1.0 if after else -1.0
    for x, y in order:
        corners = [(x + dx, y + dy) for dx in (0.0, chip[0]) for dy in (0.0, chip[1])]
        if all(sign * signed_distance(wipe, size, corner) > CHIP_GAP / 2 for corner in corners):
            return x, y
    return None


def words(wipe: Wipe) -> str:
    """Where the line is, for a screen reader."""
    place = f"{100 * wipe.x:.0f} per cent from the left, {100 * wipe.y:.0f} per cent from the top"
    if abs(wipe.angle) < 0.5:
        return f"Line upright, {place}"
    return f"Line turned by {round(wipe.angle)} degrees, {place}"
