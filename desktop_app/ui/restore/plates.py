"""What is in view, as images at the device's resolution, kept until something changes.

From 1:1 on the layers are asked for exact pixels, and only for those that are not there yet: panning by a few pixels
asks for a strip. Below 1:1 they are asked for the whole view in one piece, at its size on the screen.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from desktop_app.ui.picture.pixels import to_image
from desktop_app.ui.restore.plane import Box, Extent, Plane, View

Kind = Literal["before", "after", "difference", "removed", "invented"]
Pixels = npt.NDArray[np.uint8]
QUICK_S, SLOW_S = 0.025, 0.1  # a view that takes longer is made anew less often, or not, while a hand moves it
MOSTLY = 0.7  # of a view: where more is missing, all of it is asked for at once
AROUND = 64  # pixels beside a part that the layers may have to look at for its fine structure
MAX_DIRTY = 8  # boxes that are mended one by one
ROUGH = 512  # pixels of the longer side of the image that stands in while a hand moves the view


class Layers(Protocol):
    """What the canvas shows: `desktop_app.studio.restore_view.Layers`, or a test's own."""

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the result."""

    def paint(self, kind: Kind, box: Box, out: Extent) -> Pixels | None:
        """(h, w, 3 or 4) uint8 sRGB of a part of the result, or None where it is not there yet."""


@dataclass(frozen=True)
class Plate:
    """An image of a part of the picture. `image` is None where the layers have nothing yet."""

    box: Box
    zoom: float
    out: Extent
    image: QImage | None
    pixels: Pixels | None = None  # the exact ones it was enlarged from


@dataclass
class Plates:
    layers: Layers | None = None
    _kept: dict[Kind, Plate] = field(default_factory=dict)
    _rough: dict[Kind, QImage] = field(default_factory=dict)
    _dirty: dict[Kind, list[Box]] = field(default_factory=dict)
    _pace: dict[Kind, tuple[float, float]] = field(default_factory=dict)  # when the last one was done, how long it took

    def set_layers(self, layers: Layers | None) -> None:
        self.layers = layers
        self._kept.clear()
        self._rough.clear()
        self._dirty.clear()

    def outdate(self, box: Box | None) -> None:
        """Something has changed in this part of the result, None: everywhere. The original never does."""
        self._rough = {kind: image for kind, image in self._rough.items() if kind == "before"}
        for kind, plate in list(self._kept.items()):
            if kind == "before" or (box is not None and common(box, plate.box) is None):
                continue
            dirty = self._dirty.setdefault(kind, [])
            dirty.append(plate.box if box is None else box)
            if len(dirty) > MAX_DIRTY:
                dirty[:] = [plate.box]

    def fresh(self, kind: Kind, plane: Plane, *, in_haste: bool) -> Plate | None:
        """The image of what is in view; None where there is only an older one and no time to make it."""
        view = plane.view
        kept = self._kept.get(kind)
        if kept is not None and self._is_current(kind, kept, plane, view):
            return kept
        if in_haste and self._is_too_slow(kind):
            return None
        return self._render(kind, plane, view)

    def stale(self, kind: Kind) -> list[Plate]:
        """Other images, the roughest first, to be shown until there is a fresh one."""
        kept = self._kept.get(kind)
        return [self._roughly(kind), *([kept] if kept is not None else [])]

    def _roughly(self, kind: Kind) -> Plate:
        """The whole picture, small."""
        assert self.layers is not None
        width, height = self.layers.size
        share = min(1.0, ROUGH / max(width, height))
        out = max(1, round(width * share)), max(1, round(height * share))
        if kind not in self._rough:
            painted = self.layers.paint(kind, (0, 0, width, height), out)
            if painted is None:
                return Plate((0, 0, width, height), share, out, None)
            self._rough[kind] = to_image(painted)
        return Plate((0, 0, width, height), share, out, self._rough[kind])

    def _is_too_slow(self, kind: Kind) -> bool:
        """To be made now, with a hand waiting: at most a third of the time goes into it."""
        done, seconds = self._pace.get(kind, (0.0, 0.0))
        return seconds > QUICK_S and (seconds > SLOW_S or time.monotonic() - done < 2 * seconds)

    def _is_current(self, kind: Kind, kept: Plate, plane: Plane, view: View) -> bool:
        same = kept.box == view.box and kept.zoom == plane.zoom and kept.out == view.out
        return same and not self._dirty.get(kind)

    def _render(self, kind: Kind, plane: Plane, view: View) -> Plate:
        assert self.layers is not None
        began = time.monotonic()
        if plane.zoom >= 1:
            pixels = self._exact(kind, view.box)
            image = None if pixels is None else enlarged(pixels, plane, view)
        else:
            painted, pixels = self.layers.paint(kind, view.box, view.out), None
            image = None if painted is None else to_image(painted)
        plate = self._kept[kind] = Plate(view.box, plane.zoom, view.out, image, pixels)
        self._dirty.pop(kind, None)
        done = time.monotonic()
        self._pace[kind] = done, done - began
        return plate

    def _exact(self, kind: Kind, box: Box) -> Pixels | None:
        """The pixels of a box, those that are known taken over."""
        assert self.layers is not None
        kept = self._kept.get(kind)
        if kept is None or kept.pixels is None:
            return self.layers.paint(kind, box, _extent(box))
        missing = [part for part in (*minus(box, kept.box), *self._dirty_in(kind, box)) if _area(part)]
        if sum(_effort(part) for part in missing) > MOSTLY * _area(box):
            return self.layers.paint(kind, box, _extent(box))
        pixels = np.empty((*_extent(box)[::-1], kept.pixels.shape[2]), np.uint8)
        _copy(pixels, box, kept.pixels, kept.box)
        for part in missing:
            painted = self.layers.paint(kind, part, _extent(part))
            if painted is None or painted.shape[2] != pixels.shape[2]:
                return self.layers.paint(kind, box, _extent(box))
            _copy(pixels, box, painted, part)
        return pixels

    def _dirty_in(self, kind: Kind, box: Box) -> Iterator[Box]:
        for dirty in self._dirty.get(kind, ()):
            part = common(dirty, box)
            if part is not None:
                yield part


def enlarged(pixels: Pixels, plane: Plane, view: View) -> QImage:
    """Exact pixels at the size of the view: each a rectangle of its own colour, on whole device pixels."""
    image = to_image(pixels)
    if plane.zoom == 1:
        return image
    return picked(image, *_sources(plane, view))


def enlarged_map(values: Pixels, plane: Plane, view: View) -> Pixels:
    """The same for one value a pixel, (h, w)."""
    rows, columns = _sources(plane, view)
    return values.take(rows, axis=0).take(columns, axis=1)


def picked(image: QImage, rows: npt.NDArray[Any], columns: npt.NDArray[Any]) -> QImage:
    """An image of these rows and columns of another of 32 bits a pixel."""
    words = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    found = np.ascontiguousarray(words.take(rows, axis=0).take(columns, axis=1))
    wrapped = QImage(found.data, len(columns), len(rows), 4 * len(columns), image.format())
    return wrapped.copy()


def _sources(plane: Plane, view: View) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Of each row and column of device pixels the row and column of the box."""
    width, height = _extent(view.box)
    return _along(view.out[1], plane.zoom, height), _along(view.out[0], plane.zoom, width)


def _along(count: int, zoom: float, length: int) -> npt.NDArray[np.intp]:
    found: npt.NDArray[np.intp] = np.floor((np.arange(count) + 0.5) / zoom).astype(np.intp)
    return np.minimum(found, length - 1, out=found)


# -- boxes -----------------------------------------------------------------------------------------------------------


def common(one: Box, other: Box) -> Box | None:
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


def minus(box: Box, other: Box) -> list[Box]:
    """What of a box lies outside another: up to four boxes."""
    inner = common(box, other)
    if inner is None:
        return [box]
    return [
        (box[0], box[1], box[2], inner[1]),
        (box[0], inner[3], box[2], box[3]),
        (box[0], inner[1], inner[0], inner[3]),
        (inner[2], inner[1], box[2], inner[3]),
    ]


def _extent(box: Box) -> Extent:
    return box[2] - box[0], box[3] - box[1]


def _area(box: Box) -> int:
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


def _effort(box: Box) -> int:
    return (box[2] - box[0] + AROUND) * (box[3] - box[1] + AROUND)


def _copy(pixels: Pixels, box: Box, source: Pixels, source_box: Box) -> None:
    """What both boxes hold, from one array to the other."""
    part = common(box, source_box)
    if part is not None:
        left, top, right, bottom = part
        known = source[top - source_box[1] : bottom - source_box[1], left - source_box[0] : right - source_box[0]]
        pixels[top - box[1] : bottom - box[1], left - box[0] : right - box[0]] = known
