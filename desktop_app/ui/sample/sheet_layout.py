"""Where the tiles of a contact sheet lie: pure arithmetic over frozen values, in the sheet's own coordinates."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

MIN_TILE, MAX_TILE = 32, 384
MARGIN = 16

Step = Literal["left", "right", "up", "down", "page-up", "page-down", "home", "end"]


@dataclass(frozen=True)
class SheetLayout:
    """`count` tiles of `tile` px in a view of `width` x `height`. The grid is centred; rows go on below the view."""

    width: int
    height: int
    tile: int
    count: int

    @cached_property
    def gap(self) -> int:
        return 4 if self.tile < 64 else 8 if self.tile < 160 else 12

    @cached_property
    def pitch(self) -> int:
        return self.tile + self.gap

    @cached_property
    def columns(self) -> int:
        return max(1, (self.width - 2 * MARGIN + self.gap) // self.pitch)

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)

    @cached_property
    def left(self) -> int:
        return max(0, (self.width - self.columns * self.pitch + self.gap) // 2)

    @property
    def content_height(self) -> int:
        return 2 * MARGIN + self.rows * self.pitch - self.gap if self.count else 0

    @property
    def max_scroll(self) -> int:
        return max(0, self.content_height - self.height)

    @property
    def page_rows(self) -> int:
        return max(1, (self.height - self.gap) // self.pitch)

    def origin(self, index: int) -> tuple[int, int]:
        """The top left corner of a tile."""
        row, column = divmod(index, self.columns)
        return self.left + column * self.pitch, MARGIN + row * self.pitch

    def visible(self, scroll: float, ahead: float = 0.0) -> range:
        """The tiles that a view at `scroll` shows, and those up to `ahead` view heights before and after it."""
        extra = ahead * self.height
        first = int((scroll - extra - MARGIN + self.gap) // self.pitch)
        last = int((scroll + self.height + extra - MARGIN) // self.pitch)
        low = max(0, first) * self.columns
        return range(min(low, self.count), min(max(low, (last + 1) * self.columns), self.count))

    def tile_at(self, x: float, y: float) -> int | None:
        """The tile under a point of the sheet; None in the gaps and beside them."""
        column, across = divmod(x - self.left, self.pitch)
        row, down = divmod(y - MARGIN, self.pitch)
        inside = 0 <= column < self.columns and row >= 0 and across < self.tile and down < self.tile
        index = int(row) * self.columns + int(column)
        return index if inside and index < self.count else None

    def nearest(self, x: float, y: float) -> int:
        """The tile closest to a point of the sheet."""
        column = min(max(0, int((x - self.left) // self.pitch)), self.columns - 1)
        row = max(0, int((y - MARGIN) // self.pitch))
        return min(row * self.columns + column, max(0, self.count - 1))

    def scroll_to_show(self, index: int, scroll: float) -> float:
        """The nearest scroll position at which a tile is whole in view."""
        _, top = self.origin(index)
        low, high = top + self.tile + MARGIN - self.height, top - MARGIN
        return self.clamp(high if high < low else min(max(scroll, low), high))

    def clamp(self, scroll: float) -> float:
        return min(max(0.0, scroll), float(self.max_scroll))

    def step(self, index: int, step: Step) -> int:
        """The tile that a key moves to; the same one at an edge."""
        distances = {
            "left": -1,
            "right": 1,
            "up": -self.columns,
            "down": self.columns,
            "page-up": -self.columns * self.page_rows,
            "page-down": self.columns * self.page_rows,
        }
        if step in ("home", "end"):
            return 0 if step == "home" else max(0, self.count - 1)
        target = index + distances[step]
        if step in ("page-up", "page-down"):
            column = index % self.columns
            last_row = (self.count - 1 - column) // self.columns
            row = min(max(0, target // self.columns), max(0, last_row))
            return row * self.columns + column
        return target if 0 <= target < self.count else index


def zoomed_scroll(before: SheetLayout, after: SheetLayout, scroll: float, view_x: float, view_y: float) -> float:
    """The scroll position at which the tile under the cursor stays under it when the tiles change their size."""
    index = before.nearest(view_x, view_y + scroll)
    _, top = before.origin(index)
    part = (view_y + scroll - top) / before.pitch
    _, new_top = after.origin(index)
    return after.clamp(new_top + part * after.pitch - view_y)


def span(one: int, other: int) -> range:
    """All tiles from one to the other, both included."""
    return range(min(one, other), max(one, other) + 1)
