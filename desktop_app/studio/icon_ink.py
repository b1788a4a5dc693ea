"""What of a drawing or picture of one's own is ink: an icon has one colour, and what people drop has many.

`own_icon` reads an SVG or a picture file; the engine makes a field of its mask (fields.field_of).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from desktop_app.engine.errors import FileError, RequestError
from desktop_app.engine.requests import Pixels
from desktop_app.studio import own_picture, svg_reading, vector_picture
from desktop_app.studio.colorimetry import linear_light

SIDE = 256  # pixels of a mask, four to each of a field
OPAQUE = 250  # alpha
FLAT = 0.05  # of a channel: a picture with less difference in it is blank
DARK, LIGHT = 0.4, 0.75  # luminance: up to here ink, from here paper, where a drawing has both
LEAST = 0.01  # of what can be seen: less than this is no colour of its own

Grey = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OwnIcon:
    name: str  # of the file, without its ending
    coverage: Pixels  # (SIDE, SIDE) uint8, 255 where all is ink
    notes: tuple[str, ...] = ()  # sentences on what was done


def own_icon(path: Path) -> OwnIcon:
    """An SVG, or a picture that `own_picture` reads, as the mask of an icon. Raises FileError with a sentence."""
    if is_svg(path):
        drawing = svg_reading.read(path)
        pixels, notes = svg_reading.drawn(drawing, SIDE), drawing.notes
    else:
        picture = own_picture.read(path)
        pixels, notes = _squared(picture.pixels), picture.notes
    coverage, done = ink_of(pixels)
    if not (coverage > 127).any():
        raise FileError(
            f"“{path.name}” holds no ink: all of it has one colour, or it is too faint. Choose another one."
        )
    if (coverage > 127).all():
        raise FileError(f"“{path.name}” is ink from edge to edge. Leave some air around the icon.")
    return OwnIcon(path.stem, coverage, (*notes, *done))


def is_svg(path: Path) -> bool:
    return path.suffix.lower() in (".svg", ".svgz")


def ink_of(pixels: Pixels) -> tuple[Pixels, tuple[str, ...]]:
    """(H, W, 4) uint8 with straight alpha -> (H, W) uint8, and sentences on what counted as ink.

    On a ground that shows at the border, ink is what differs from it, in tone (as `maquette trace` has it) or, where
    tones are alike, in colour; otherwise what is not transparent, without parts that are as light as paper where there
    are dark ones too.
    """
    if (_border(pixels[..., 3]) >= OPAQUE).mean() > 0.9:
        return _off_ground(pixels), ("What differs from its ground was taken as the icon.",)
    alpha = pixels[..., 3] / 255
    light = linear_light(pixels[..., :3] / 255) @ np.array([0.2126, 0.7152, 0.0722])
    seen = alpha > 0.5
    shares = [(light[seen] <= DARK).mean(), (light[seen] >= LIGHT).mean()] if seen.any() else [0.0, 0.0]
    if min(shares) < LEAST:
        return _levels(alpha), ()
    ink = alpha * np.clip((LIGHT - light) / (LIGHT - DARK), 0, 1)
    return _levels(ink), ("Its light parts were taken as holes.",)


def _border(values: Pixels) -> Pixels:
    return np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])


def _off_ground(pixels: Pixels) -> Pixels:
    try:
        return vector_picture.ink_of(pixels[..., :3])
    except RequestError:  # all of one tone
        ground = np.median(_border(pixels[..., :3]), axis=0)
        away = np.abs(pixels[..., :3] - ground).max(axis=-1) / 255
        far = float(np.percentile(away, 99.5))
        return _levels(away / far if far > FLAT else np.zeros_like(away))


def _levels(share: Grey) -> Pixels:
    levels: Pixels = np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)
    return levels


def _squared(pixels: Pixels) -> Pixels:
    """(SIDE, SIDE, 4): all of the picture in the middle of a square, whose rest is like the picture's edge."""
    image = Image.fromarray(np.squeeze(pixels)).convert("RGBA")
    small = image.copy()
    small.thumbnail((SIDE, SIDE), Image.Resampling.BOX if max(image.size) > SIDE else Image.Resampling.BICUBIC)
    if max(image.size) < SIDE:
        factor = SIDE / max(image.size)
        small = image.resize((max(1, round(image.width * factor)), max(1, round(image.height * factor))))
    values = np.asarray(small)
    down, across = SIDE - values.shape[0], SIDE - values.shape[1]
    room = ((down // 2, down - down // 2), (across // 2, across - across // 2), (0, 0))
    return np.pad(values, room, mode="edge") if (values[..., 3] >= OPAQUE).all() else np.pad(values, room)
