"""Parts of a large picture at the size of the screen: each pixel of the screen the mean of those that it shows.

A copy at a quarter of the sides is kept beside the picture, so that all of it can be seen without reading all of it.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Array = npt.NDArray[Any]
Region = tuple[float, float, float, float]  # left, top, right, bottom in pixels

REDUCED = 4  # the sides of the picture over those of the copy
AT_ONCE = 2**21  # pixels that are looked at in one go
WORTH_A_COPY = 2**21  # pixels: a smaller picture needs none


class Overview:
    """(H, W, C) uint8 or uint16, in memory or in a file, and its copy at a quarter."""

    def __init__(self, array: Array) -> None:
        self.array = array
        height, width, channels = array.shape
        self.is_worth_a_copy = height * width > WORTH_A_COPY
        shape = (-(-height // REDUCED), -(-width // REDUCED), channels) if self.is_worth_a_copy else (0, 0, channels)
        self._copy: Array = np.zeros(shape, array.dtype)
        self._has_copy = False

    def came(self, left: int, top: int, right: int, bottom: int) -> None:
        """These pixels are new: the copy learns of them. From now on nobody asks for what has not come."""
        self._learn(left, top, right, bottom)
        self._has_copy = True

    def prepare(self) -> None:
        """Make the whole copy: a quarter of a second for 100 megapixels, more where the disk is slow."""
        height, width = self.array.shape[:2]
        self._learn(0, 0, width, height)
        self._has_copy = True

    def _learn(self, left: int, top: int, right: int, bottom: int) -> None:
        if not self.is_worth_a_copy:
            return
        first, last = left // REDUCED, -(-right // REDUCED)
        rows = max(1, AT_ONCE // (REDUCED * REDUCED * (last - first)))
        for start in range(top // REDUCED, -(-bottom // REDUCED), rows):
            end = min(start + rows, -(-bottom // REDUCED))
            part = self.array[start * REDUCED : end * REDUCED, first * REDUCED : last * REDUCED]
            self._copy[start:end, first:last] = means(part, REDUCED)

    def read(self, region: Region, out: tuple[int, int]) -> Array:
        """(h, w, C) of a part at the size out = (w, h): means where it is made smaller, bicubic where larger."""
        factor = min((region[2] - region[0]) / out[0], (region[3] - region[1]) / out[1])
        if factor >= REDUCED and self.is_worth_a_copy:
            return self._from_copy(region, out) if self._has_copy else self._spot_checks(region, out)
        return resized(self.array, region, out)

    def _from_copy(self, region: Region, out: tuple[int, int]) -> Array:
        """The last row and column of the copy may stand for less than a whole cell, which moves nothing one can see."""
        left, top, right, bottom = (x / REDUCED for x in region)
        height, width = self._copy.shape[:2]
        return resized(self._copy, (left, top, min(right, width), min(bottom, height)), out)

    def _spot_checks(self, region: Region, out: tuple[int, int]) -> Array:
        """One pixel for each of the screen, until there is a copy."""
        rows, columns = nearest(region[1], region[3], out[1]), nearest(region[0], region[2], out[0])
        part: Array = np.stack([self.array[row, columns] for row in rows])
        return part


def nearest(start: float, end: float, count: int) -> npt.NDArray[np.intp]:
    """The pixel under the middle of each of `count` equal parts from start to end."""
    return (start + (np.arange(count) + 0.5) * (end - start) / count).astype(np.intp)


def means(part: Array, factor: int) -> Array:
    """(h, w, C) -> cells of factor x factor pixels, rounded; a cell that the edge cuts is the mean of what it holds."""
    if part.dtype == np.uint8:
        return _from_image(_image(part).reduce(factor), part)
    return _joined([_image(part[..., c : c + 1]).reduce(factor) for c in range(part.shape[2])], part)


def resized(array: Array, region: Region, out: tuple[int, int]) -> Array:
    """(h, w, C) of a part of an array at the size out = (w, h), in strips so that large parts are never copied."""
    left, top, right, bottom = region
    if _is_whole(region) and (right - left, bottom - top) == out:
        return np.ascontiguousarray(array[int(top) : int(bottom), int(left) : int(right)])
    made: Array = np.empty((out[1], out[0], array.shape[2]), array.dtype)
    step = (bottom - top) / out[1]
    rows = max(1, int(AT_ONCE / max(1.0, right - left) / step))
    for first in range(0, out[1], rows):
        last = min(out[1], first + rows)
        strip = (left, top + first * step, right, top + last * step)
        made[first:last] = _strip(array, strip, (out[0], last - first))
    return made


def _is_whole(region: Region) -> bool:
    return all(float(x).is_integer() for x in region)


def _strip(array: Array, region: Region, out: tuple[int, int]) -> Array:
    """A part with as many pixels around it as the filter looks at."""
    left, top, right, bottom = region
    across, down = (right - left) / out[0], (bottom - top) / out[1]
    x, y = max(0, math.floor(left - 3 * max(1, across))), max(0, math.floor(top - 3 * max(1, down)))
    part = array[y : math.ceil(bottom + 3 * max(1, down)), x : math.ceil(right + 3 * max(1, across))]
    box = (left - x, top - y, right - x, bottom - y)
    filter = Image.Resampling.HAMMING if across > 1 or down > 1 else Image.Resampling.BICUBIC
    if array.dtype == np.uint8:
        return _from_image(_image(part).resize(out, filter, box=box, reducing_gap=1.0), part)
    channels = [_image(part[..., c : c + 1]) for c in range(part.shape[2])]
    return _joined([image.resize(out, filter, box=box, reducing_gap=1.0) for image in channels], part)


def _image(part: Array) -> Image.Image:
    """L or RGB of bytes; F of one plane of 16 bits."""
    if part.dtype != np.uint8:
        return Image.fromarray(part[..., 0].astype(np.float32))
    return Image.fromarray(np.ascontiguousarray(part[..., 0] if part.shape[2] == 1 else part))


def _from_image(image: Image.Image, like: Array) -> Array:
    made: Array = np.asarray(image).reshape(image.height, image.width, like.shape[2])
    return made


def _joined(channels: list[Image.Image], like: Array) -> Array:
    """F images of each channel -> (h, w, C) of 16 bits."""
    made: Array = np.empty((channels[0].height, channels[0].width, len(channels)), like.dtype)
    for number, image in enumerate(channels):
        made[..., number] = np.rint(np.clip(np.asarray(image), 0, 65535))
    return made
