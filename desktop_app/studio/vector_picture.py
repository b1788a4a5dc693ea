"""Pictures of the designer's own become vectors: their ink as one outline, or areas of colour.

Ink is what differs from the ground, in tones that Otsu's threshold parts (Otsu 1979), or what is not transparent. Areas
of colour are found by vtracer, after the picture was brought to a few colours.
"""

import io
import math
import re

import numpy as np
import vtracer  # type: ignore[import-untyped]
from PIL import Image, ImageFilter

from desktop_app.engine.errors import RequestError
from desktop_app.engine.requests import Pixels
from desktop_app.studio.vector import BLANK

LARGEST = 768  # pixels a side that are traced; larger pictures are made smaller
SPECKLE = 8  # pixels across: smaller areas are dust
LEAST_CONTRAST = 24  # of 255, between ink and ground
COLOURS = 16
MOST_BYTES = 8 * 2**20  # of an SVG of areas: what is larger is a photograph
ONE_TONE = "Nothing can be traced: the picture is blank, of one tone all over. Choose one with ink on a ground."
_AREAS = re.compile(r"<path[^<>]*/>")


def ink_of(pixels: Pixels, *, light: bool | None = None) -> Pixels:
    """(H, W, 3) or (H, W, 4) uint8 -> (h, w) uint8: how much of each pixel is ink, sides at most LARGEST.

    light: whether the ink is what is light; None: what the picture's border is not. A picture that is transparent in
    places shows its ink by that, where nothing else is said. Raises RequestError where there is no telling.
    """
    small = _smaller(Image.fromarray(pixels))
    if small.mode == "RGBA" and light is None and int(np.asarray(small.getchannel("A")).min()) < 128:
        return np.asarray(small.getchannel("A"))
    tones = np.asarray(_on_ground(small, light=light).convert("L")).astype(np.float32)
    low, high = _two_tones(tones)
    if high - low < LEAST_CONTRAST:
        raise RequestError(ONE_TONE)
    share = np.clip((tones - low) / (high - low), 0, 1)
    is_light = float(np.median(_border(share))) < 0.5 if light is None else light
    ink: Pixels = np.rint(255 * (share if is_light else 1 - share)).astype(np.uint8)
    return ink


def colour_svg(pixels: Pixels, *, colours: int = COLOURS) -> str:
    """(H, W, 3) or (H, W, 4) uint8 -> an SVG document of areas, in the picture's own size. Raises RequestError."""
    height, width = pixels.shape[:2]
    small = _smaller(Image.fromarray(pixels))
    buffer = io.BytesIO()
    _few_colours(small, colours).save(buffer, "PNG")
    made = vtracer.convert_raw_image_to_svg(
        buffer.getvalue(),
        img_format="png",
        colormode="color",
        hierarchical="stacked",
        mode="spline",
        filter_speckle=SPECKLE,
        color_precision=8,
        layer_difference=0,
        path_precision=1,
    )
    areas = _AREAS.findall(made)
    if not areas:
        raise RequestError(BLANK)
    if len(made) > MOST_BYTES:
        raise RequestError("This picture has too many areas of colour for a drawing. Ask for fewer colours.")
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
    return f'{head} viewBox="0 0 {small.width} {small.height}">{"".join(areas)}</svg>\n'


def _smaller(image: Image.Image) -> Image.Image:
    factor = math.ceil(max(image.size) / LARGEST)
    return image.reduce(factor) if factor > 1 else image


def _on_ground(image: Image.Image, *, light: bool | None) -> Image.Image:
    """Without alpha: light ink lies on black, other ink on white."""
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGBA", image.size, "black" if light else "white")
    return Image.alpha_composite(ground, image)


def _two_tones(tones: np.ndarray) -> tuple[float, float]:
    """The mean tones on both sides of the threshold that parts them best."""
    counts = np.bincount(np.rint(tones).astype(np.int64).ravel(), minlength=256).astype(np.float64)
    below, total = np.cumsum(counts), counts.sum()
    sums = np.cumsum(counts * np.arange(256))
    inside = (below > 0) & (below < total)
    if not inside.any():
        return float(tones.mean()), float(tones.mean())
    low = sums[inside] / below[inside]
    high = (sums[-1] - sums[inside]) / (total - below[inside])
    best = int(np.argmax(below[inside] * (total - below[inside]) * (high - low) ** 2))
    return float(low[best]), float(high[best])


def _border(values: np.ndarray) -> np.ndarray:
    return np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])


def _few_colours(image: Image.Image, colours: int) -> Image.Image:
    """No more than so many, and no seams of mixed colours between them; a half transparent pixel becomes one or the
    other."""
    few = image.convert("RGB").quantize(colours, Image.Quantize.MEDIANCUT, kmeans=2, dither=Image.Dither.NONE)
    numbers = Image.fromarray(np.asarray(few)).filter(ImageFilter.ModeFilter(3))
    palette = np.array(few.getpalette(), np.uint8).reshape(-1, 3)
    areas = Image.fromarray(palette[np.asarray(numbers)])
    if image.mode == "RGBA":
        areas.putalpha(image.getchannel("A").point(lambda alpha: 255 if alpha > 127 else 0))
    return areas
