"""What is painted over a picture: the mask as a tint with an edge, local strength as a hatch. Arrays in, images out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage

from desktop_app.studio.restoration import RestoreState, Stroke, local_map, mask_map
from desktop_app.ui.restore.plane import Box, Extent

Map = npt.NDArray[np.uint8]
Overlay = Callable[[Box, Extent], Map]  # a box in pixels of the original, the size asked for -> (h, w)
OverlayKind = Literal["mask", "local"]


@dataclass(frozen=True)
class MaskOverlay:
    """What is to be filled in; equal to another one of the same strokes, so that it is not painted anew."""

    strokes: tuple[Stroke, ...]
    inverted: bool
    grow: int

    def __call__(self, box: Box, out: Extent) -> Map:
        return mask_map(RestoreState(mask=self.strokes, inverted=self.inverted, grow=self.grow), box, out)


@dataclass(frozen=True)
class LocalOverlay:
    """Strength in places."""

    strokes: tuple[Stroke, ...]

    def __call__(self, box: Box, out: Extent) -> Map:
        return local_map(self.strokes, box, out)


TINT_ALPHA, INNER_ALPHA, OUTER_ALPHA = 136, 235, 150
HATCH_ALPHA = 140
HATCH_STEP, HATCH_WIDTH = 9, 2  # pixels of the view
HALF = 128


def mask_image(mask: Map, tint: str, *, line: int) -> QImage:
    """255 is tinted; a light and a dark line of `line` device pixels around it can be seen on any picture."""
    inside = mask >= HALF
    inner, outer = inside & ~_shrunk(inside, line), _grown(inside, line) & ~inside
    colours = np.zeros(mask.shape, np.uint32)
    colours[inside] = _premultiplied(QColor(tint), TINT_ALPHA)
    colours[outer] = _premultiplied(QColor("black"), OUTER_ALPHA)
    colours[inner] = _premultiplied(QColor("white"), INNER_ALPHA)
    return _image(colours)


def hatch_image(local: Map, *, unit: float, origin: tuple[int, int]) -> QImage:
    """A hatch that is the stronger the less is left of the strength; nothing where it is 255.

    unit: device pixels a pixel of the view; origin: the device pixel of the picture that lies at the array's corner, so
    that the hatch stays with the picture.
    """
    height, width = local.shape
    step, thick = max(4, round(HATCH_STEP * unit)), max(1, round(HATCH_WIDTH * unit))
    phase = (np.arange(width)[None, :] + np.arange(height)[:, None] + origin[0] + origin[1]) % step
    light, dark = phase < thick, (phase >= thick) & (phase < 2 * thick)
    alpha = (255 - local.astype(np.uint32)) * HATCH_ALPHA // 255
    colours = np.zeros(local.shape, np.uint32)
    colours[light] = (alpha * 0x01010101)[light]
    colours[dark] = (alpha << 24)[dark]
    return _image(colours)


def _premultiplied(colour: QColor, alpha: int) -> int:
    red, green, blue = (value * alpha // 255 for value in (colour.red(), colour.green(), colour.blue()))
    return alpha << 24 | red << 16 | green << 8 | blue


def _image(colours: npt.NDArray[np.uint32]) -> QImage:
    height, width = colours.shape
    words = np.ascontiguousarray(colours)
    return QImage(words.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()


def _grown(inside: npt.NDArray[np.bool_], pixels: int) -> npt.NDArray[np.bool_]:
    """By so many pixels to all four sides. Beyond the array nothing is inside."""
    for _ in range(pixels):
        grown = inside.copy()
        grown[1:] |= inside[:-1]
        grown[:-1] |= inside[1:]
        grown[:, 1:] |= inside[:, :-1]
        grown[:, :-1] |= inside[:, 1:]
        inside = grown
    return inside


def _shrunk(inside: npt.NDArray[np.bool_], pixels: int) -> npt.NDArray[np.bool_]:
    """The edge of the array is no edge of what is inside."""
    return ~_grown(~inside, pixels)
