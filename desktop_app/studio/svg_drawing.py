"""SVG becomes pixels, through resvg. For texts that the program wrote; those of others go through `svg_reading` first.

No fonts, no files, no addresses: what a text refers to outside itself is not looked for.
"""

import io

import numpy as np
import resvg_py
from PIL import Image

from desktop_app.engine.errors import RequestError
from desktop_app.engine.requests import Pixels

LARGEST = 4096  # pixels a side


def draw_png(svg: str, width: int, height: int) -> bytes:
    """A PNG with alpha; the drawing keeps its proportions and touches two sides. Raises RequestError."""
    if not (0 < width <= LARGEST and 0 < height <= LARGEST):
        raise RequestError(f"A picture of {width} × {height} pixels cannot be drawn: sides go from 1 to {LARGEST}.")
    try:
        return resvg_py.svg_to_bytes(svg_string=svg, width=width, height=height, skip_system_fonts=True)
    except (ValueError, OverflowError) as error:
        raise RequestError(f"This SVG cannot be drawn: {error}.") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how Rust's failures arrive, which no module exports
            raise
        raise RequestError("This SVG cannot be drawn: its numbers are beyond all bounds.") from None


def draw(svg: str, width: int, height: int) -> Pixels:
    """The same as (height, width, 4) uint8 with straight alpha, in the middle where the proportions differ."""
    with Image.open(io.BytesIO(draw_png(svg, width, height)), formats=("PNG",)) as image:
        drawn = np.asarray(image.convert("RGBA"))
    picture = np.zeros((height, width, 4), np.uint8)
    top, left = (height - drawn.shape[0]) // 2, (width - drawn.shape[1]) // 2
    picture[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    return picture
