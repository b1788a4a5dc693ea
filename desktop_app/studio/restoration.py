"""What the designer decided about one picture in Restore: which model, how much of it, where, and what to fill in.

Strokes are kept as they were drawn, in pixels of the upright picture; maps are made of them where they are needed, for
a part of the picture and at any scale.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from desktop_app.engine.requests import Frozen

Map = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels

SOFTNESS = 0.2  # of a stroke's radius: the deviation of the blur in which local strength fades
MAX_GROW = 64  # pixels
MAX_RADIUS = 4096.0  # pixels


class Stroke(Frozen, frozen=True):
    """A line drawn with a round brush; a single point is a dab."""

    points: tuple[tuple[float, float], ...]  # (x, y) in pixels of the upright picture
    radius: float
    amount: float  # 0 to 1


class RestoreState(Frozen, frozen=True):
    picture: str = ""  # path of the original; empty where there is none
    sha256: str = ""  # of its file
    package: str = ""  # name
    strength: float = 1.0  # 0 is the original, 1 what the network says
    detail: float = 0.0  # how much of the fine structure in what was taken away comes back, 0 to 1
    local: tuple[Stroke, ...] = ()  # where the strength is another: a map that starts at 1
    mask: tuple[Stroke, ...] = ()  # what is to be filled in: a map that starts at 0; amount 0 erases
    inverted: bool = False
    grow: int = 0  # pixels by which the mask is grown


def for_picture(state: RestoreState, picture: str, sha256: str) -> RestoreState:
    """Another picture, the same model and settings; what was painted belongs to the picture before."""
    return RestoreState(picture, sha256, state.package, state.strength, state.detail)


def local_map(strokes: Sequence[Stroke], box: Box, out: tuple[int, int]) -> Map:
    """(h, w) uint8, 255 where the strength is as set, of the part `box` of the picture at the size out = (w, h)."""
    image = Image.new("L", out, 255)
    for stroke in strokes:
        _lay(image, stroke, box, softness=SOFTNESS)
    return np.asarray(image).copy()


def mask_map(state: RestoreState, box: Box, out: tuple[int, int]) -> Map:
    """(h, w) uint8, 255 where the picture is to be filled in, of the part `box` at the size out = (w, h).

    With box the whole picture and out its size this is the mask that the network gets, for any part of it the same.
    """
    scale = out[0] / max(1, box[2] - box[0])
    reach = math.ceil(state.grow * scale)
    wide = (out[0] + 2 * reach, out[1] + 2 * reach)
    edge = reach / scale
    around = (box[0] - edge, box[1] - edge, box[2] + edge, box[3] + edge)
    image = Image.new("L", wide, 0)
    for stroke in state.mask:
        _lay(image, stroke, around, softness=0.0)
    if state.inverted:
        image = ImageChops.invert(image)
    mask = grown(np.asarray(image) > 127, reach)[reach : reach + out[1], reach : reach + out[0]]
    return mask.astype(np.uint8) * np.uint8(255)


def has_mask(state: RestoreState) -> bool:
    return state.inverted or any(stroke.amount > 0 for stroke in state.mask)


def _lay(image: Image.Image, stroke: Stroke, box: tuple[float, float, float, float], *, softness: float) -> None:
    """Paint a stroke's amount onto an L image that shows `box` of the picture."""
    scale = image.width / max(1e-9, box[2] - box[0])
    points = [((x - box[0]) * scale, (y - box[1]) * scale) for x, y in stroke.points]
    radius = min(stroke.radius, MAX_RADIUS) * scale
    blur = softness * radius
    margin = math.ceil(4 * blur)  # what lies outside still blurs into view
    region = _bounds(points, radius + margin + 1, image.size, margin)
    if region is None:
        return
    shape = Image.new("L", (region[2] - region[0], region[3] - region[1]), 0)
    _draw(shape, [(x - region[0], y - region[1]) for x, y in points], radius - blur)
    if blur >= 0.5:
        shape = shape.filter(ImageFilter.GaussianBlur(blur))
    image.paste(round(255 * min(1.0, max(0.0, stroke.amount))), region, shape)


def _draw(shape: Image.Image, points: list[tuple[float, float]], radius: float) -> None:
    """A pixel is painted where its middle lies within the radius, as far as Pillow's lines go by that."""
    draw = ImageDraw.Draw(shape)
    if len(points) > 1:
        draw.line(points, fill=255, width=max(1, round(2 * radius)), joint="curve")
    for x, y in points:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


def _bounds(points: list[tuple[float, float]], reach: float, size: tuple[int, int], margin: int) -> Box | None:
    """The pixels that a stroke can touch in an image with a margin, or None where it lies outside or nowhere."""
    if not points or not all(math.isfinite(value) for point in points for value in point):
        return None
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, top = max(-margin, math.floor(min(xs) - reach)), max(-margin, math.floor(min(ys) - reach))
    right, bottom = min(size[0] + margin, math.ceil(max(xs) + reach)), min(size[1] + margin, math.ceil(max(ys) + reach))
    return (left, top, right, bottom) if left < right and top < bottom else None


def grown(mask: npt.NDArray[np.bool_], pixels: int) -> npt.NDArray[np.bool_]:
    """Larger by so many pixels on all sides, eight-sided: near enough to round."""
    for step in range(pixels):
        wide = mask.copy()
        wide[:, 1:] |= mask[:, :-1]
        wide[:, :-1] |= mask[:, 1:]
        tall = (wide if step % 2 else mask).copy()
        source = wide if step % 2 else mask
        tall[1:] |= source[:-1]
        tall[:-1] |= source[1:]
        mask = tall | wide
    return mask
