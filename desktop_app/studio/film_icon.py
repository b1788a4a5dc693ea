"""Frames of icons: as the engine draws them, black on white, or in colours and on a tile; crisp at any size."""

import numpy as np
from PIL import Image

from desktop_app.engine.requests import Pixels
from desktop_app.studio.icon_style import IconStyle, icon_picture

STEEPEST = 8.0


def icon_frame(frame: Pixels, style: IconStyle, side: int) -> Pixels:
    """(H, H, 1) uint8, black on white -> (side, side, 4) uint8 with straight alpha, or 3 where a tile fills all."""
    picture = icon_picture(enlarged(255 - frame[..., 0], side), style, side)
    return np.ascontiguousarray(picture[..., :3]) if is_opaque(style) else picture


def is_opaque(style: IconStyle) -> bool:
    """Whether the tile fills the whole frame."""
    return style.background is not None and not style.radius


def enlarged(coverage: Pixels, side: int) -> Pixels:
    """A mask, (H, H) uint8, enlarged to a side: its soft edge, a pixel wide, stays a pixel wide."""
    factor = side / len(coverage)
    if factor <= 1:
        return coverage
    large = Image.fromarray(coverage).resize((side, side), Image.Resampling.BICUBIC)
    steep = (np.asarray(large, np.float32) - 127.5) * min(factor, STEEPEST) + 127.5
    crisp: Pixels = np.clip(np.rint(steep), 0, 255).astype(np.uint8)
    return crisp
