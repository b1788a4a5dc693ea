"""Which parts of a picture are there: rectangles that come one after the other."""

import numpy as np
import numpy.typing as npt

from desktop_app.studio.restoration import Box

Mask = npt.NDArray[np.bool_]


class Coverage:
    def __init__(self, size: tuple[int, int]) -> None:
        """size: (width, height)."""
        self.size = size
        self.is_whole = False
        self._boxes: dict[Box, None] = {}  # in order
        self._area = 0

    def add(self, box: Box) -> None:
        if self.is_whole or box in self._boxes:
            return
        self._boxes[box] = None
        self._area += (box[2] - box[0]) * (box[3] - box[1])
        if self._area >= self.size[0] * self.size[1] and self.has((0, 0, *self.size)):
            self.is_whole = True
            self._boxes.clear()

    def has(self, box: Box) -> bool:
        """Whether all of a part is there."""
        if self.is_whole:
            return True
        left = [box]
        for known in reversed(self._boxes):
            left = [rest for part in left for rest in minus(part, known)]
            if not left:
                return True
        return False

    def mask(self, box: Box, out: tuple[int, int]) -> Mask:
        """(h, w): which pixels of a part at the size out = (w, h) are wholly there.

        Where the part is made smaller, one pixel less: their filter looks at what lies around them.
        """
        if self.is_whole:
            return np.ones((out[1], out[0]), bool)
        shares = np.zeros((out[1], out[0]), np.float32)
        for known in self._boxes:
            rows, down = _shares(known[1], known[3], box[1], box[3], out[1])
            columns, across = _shares(known[0], known[2], box[0], box[2], out[0])
            shares[rows, columns] += np.outer(down, across)
        made: Mask = shares > 0.999
        return made if out == (box[2] - box[0], box[3] - box[1]) else _eroded(made)


def minus(box: Box, other: Box) -> list[Box]:
    """What of a box lies outside another: up to four boxes."""
    left, top = max(box[0], other[0]), max(box[1], other[1])
    right, bottom = min(box[2], other[2]), min(box[3], other[3])
    if left >= right or top >= bottom:
        return [box]
    around = (
        (box[0], box[1], box[2], top),
        (box[0], bottom, box[2], box[3]),
        (box[0], top, left, bottom),
        (right, top, box[2], bottom),
    )
    return [part for part in around if part[0] < part[2] and part[1] < part[3]]


def _eroded(mask: Mask) -> Mask:
    """Without the pixels beside one that is not set; the edge of the part counts as set."""
    around = np.pad(mask, 1, constant_values=True)
    rows = around[:-2] & around[1:-1] & around[2:]
    made: Mask = rows[:, :-2] & rows[:, 1:-1] & rows[:, 2:]
    return made


def _shares(start: int, end: int, first: int, last: int, count: int) -> tuple[slice, npt.NDArray[np.float32]]:
    """How much of each of `count` equal parts of first…last lies in start…end, for those of which anything does."""
    unit = (last - first) / count
    low, high = max(0.0, (start - first) / unit), min(float(count), (end - first) / unit)
    if low >= high:
        return slice(0, 0), np.zeros(0, np.float32)
    begin, stop = int(low), int(np.ceil(high))
    edges = np.arange(begin, stop + 1)
    shared = np.minimum(high, edges[1:]) - np.maximum(low, edges[:-1])
    return slice(begin, stop), shared.astype(np.float32)
