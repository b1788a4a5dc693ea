"""Where things lie on the pad, and what a hand takes hold of. Pure values, in pixels of the widget."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor, hypot
from typing import Literal, NamedTuple

Point = tuple[float, float]

SMALLEST_ANCHOR, LARGEST_ANCHOR = 44, 84
ANCHOR_SHARE = 0.17  # of the pad's side
PIN_REACH = 15.0  # how near to the pin a press takes hold of it
CLOSE_SIDE = 20.0
STEP, LARGE_STEP = 0.02, 0.1  # of the arrow keys


class Box(NamedTuple):
    x: float
    y: float
    side: float

    def holds(self, x: float, y: float) -> bool:
        return self.x <= x < self.x + self.side and self.y <= y < self.y + self.side


class Hit(NamedTuple):
    part: Literal["pin", "anchor", "close", "pad", "outside"]
    number: int = -1  # of the anchor


@dataclass(frozen=True)
class PadGeometry:
    """A square as large as the widget allows, with room around it for the half of an anchor."""

    width: int
    height: int

    @cached_property
    def anchor_px(self) -> int:
        share = min(self.width, self.height) / (1 + ANCHOR_SHARE) * ANCHOR_SHARE
        return round(min(max(share, SMALLEST_ANCHOR), LARGEST_ANCHOR))

    @cached_property
    def side(self) -> float:
        """Of the square; a whole number, so that lattices have no seams."""
        return max(40.0, float(min(self.width, self.height) - self.anchor_px - 4))

    @cached_property
    def corner(self) -> Point:
        return (self.width - self.side) // 2, (self.height - self.side) // 2

    def to_view(self, point: Point) -> Point:
        left, top = self.corner
        return left + point[0] * self.side, top + point[1] * self.side

    def to_pad(self, x: float, y: float) -> Point:
        """A point of the pad, the nearest one for a place beside it."""
        left, top = self.corner
        return _unit((x - left) / self.side), _unit((y - top) / self.side)

    def cell(self, index: int, size: int) -> Box:
        """A thumbnail of the lattice, row by row, with a gap of two pixels to the next."""
        row, column = divmod(index, size)
        left, top = self.corner
        edges = [round(number * self.side / size) for number in range(size + 1)]
        side = min(edges[column + 1] - edges[column], edges[row + 1] - edges[row]) - 2
        return Box(left + edges[column] + 1, top + edges[row] + 1, side)

    def cell_px(self, size: int) -> int:
        return max(1, int(self.cell(0, size).side))

    def anchor_box(self, point: Point) -> Box:
        x, y = self.to_view(point)
        side = self.anchor_px
        return Box(round(x - side / 2), round(y - side / 2), side)

    def close_box(self, point: Point) -> Box:
        """The small cross in an anchor's corner."""
        box = self.anchor_box(point)
        return Box(box.x + box.side - CLOSE_SIDE - 2, box.y + 2, CLOSE_SIDE)

    def hit(self, x: float, y: float, anchors: Sequence[Point], pin: Point | None, marked: int = -1) -> Hit:
        """What lies under a point. marked: the anchor that shows its cross, -1 for none."""
        if 0 <= marked < len(anchors) and self.close_box(anchors[marked]).holds(x, y):
            return Hit("close", marked)
        if pin is not None:
            pin_x, pin_y = self.to_view(pin)
            if hypot(x - pin_x, y - pin_y) <= PIN_REACH:
                return Hit("pin")
        number = self.anchor_at(x, y, anchors)
        if number is not None:
            return Hit("anchor", number)
        left, top = self.corner
        inside = left <= x <= left + self.side and top <= y <= top + self.side
        return Hit("pad" if inside else "outside")

    def anchor_at(self, x: float, y: float, anchors: Sequence[Point]) -> int | None:
        """The one on top: later anchors lie over earlier ones."""
        found = [number for number, point in enumerate(anchors) if self.anchor_box(point).holds(x, y)]
        return found[-1] if found else None


def stepped(point: Point, dx: int, dy: int, *, large: bool) -> Point:
    """One press of an arrow key."""
    step = LARGE_STEP if large else STEP
    return _unit(round(point[0] + dx * step, 4)), _unit(round(point[1] + dy * step, 4))


def letter(number: int) -> str:
    """What an anchor is called."""
    return chr(ord("A") + number)


def per_cents(weights: Sequence[float]) -> list[int]:
    """Whole per cents of weights that sum to one; they sum to a hundred (largest remainders get what is left)."""
    shares = [100 * weight for weight in weights]
    whole = [floor(share) for share in shares]
    ranked = sorted(range(len(shares)), key=lambda number: whole[number] - shares[number])
    for number in ranked[: round(sum(shares)) - sum(whole)]:
        whole[number] += 1
    return whole


def _unit(value: float) -> float:
    return min(max(value, 0.0), 1.0)
