"""Which tiles of a picture are done, and which part of it is asked for next: what is in view before all else."""

import itertools
import math

import numpy as np
import numpy.typing as npt

from desktop_app.engine.requests import Window
from desktop_app.studio.restoration import Box

Flags = npt.NDArray[np.bool_]


class TilePlan:
    """A picture in tiles on one grid from its corner, so that tiles of any part are those of the whole."""

    def __init__(self, size: tuple[int, int], side: int) -> None:
        """size: (height, width) in pixels."""
        self.size, self.side = size, side
        self.done: Flags = np.zeros((-(-size[0] // side), -(-size[1] // side)), bool)

    @property
    def is_whole(self) -> bool:
        return bool(self.done.all())

    @property
    def share(self) -> float:
        return float(self.done.mean())

    @property
    def missing(self) -> int:
        return int((~self.done).sum())

    def has(self, box: Box) -> bool:
        """Whether all of a part (left, top, right, bottom in pixels) is done."""
        return bool(self.done[self._cells(box)].all())

    def mark(self, window: Window) -> None:
        """A part that was asked for has come."""
        top, left, bottom, right = window
        self.done[self._cells((left, top, right, bottom))] = True

    def forget(self, window: Window) -> None:
        top, left, bottom, right = window
        self.done[self._cells((left, top, right, bottom))] = False

    def next(self, visible: Box | None, count: int) -> Window | None:
        """A part of at most `count` tiles (and at least one), or None where all is done."""
        wanted = ~self.done
        if visible is not None:
            seen = np.zeros_like(wanted)
            seen[self._cells(visible)] = True
            wanted = wanted & seen if (wanted & seen).any() else wanted
        if not wanted.any():
            return None
        row, column = divmod(int(wanted.argmax()), wanted.shape[1])
        wide = _run(wanted[row, column:], count)
        whole_rows: Flags = np.all(wanted[row:, column : column + wide], axis=1)
        high = _run(whole_rows, max(1, count // wide))
        return self._window(row, column, high, wide)

    def tiles(self) -> list[Window]:
        rows, columns = self.done.shape
        return [self._window(row, column, 1, 1) for row, column in itertools.product(range(rows), range(columns))]

    def _window(self, row: int, column: int, high: int, wide: int) -> Window:
        bottom, right = (row + high) * self.side, (column + wide) * self.side
        return row * self.side, column * self.side, min(bottom, self.size[0]), min(right, self.size[1])

    def _cells(self, box: Box) -> tuple[slice, slice]:
        left, top, right, bottom = box
        rows = slice(max(0, top // self.side), math.ceil(bottom / self.side))
        return rows, slice(max(0, left // self.side), math.ceil(right / self.side))


def _run(flags: Flags, longest: int) -> int:
    """How many of the first flags are set, at least the first one."""
    part = flags[: max(1, longest)]
    return len(part) if part.all() else max(1, int(part.argmin()))
