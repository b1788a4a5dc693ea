"""From what a graph gives to pixels, and pixels side by side."""

from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.engine.errors import DeviceError
from desktop_app.engine.manifest import Picture
from desktop_app.engine.requests import Pixels


def to_pixels(x: npt.NDArray[Any], picture: Picture) -> Pixels:
    """(N, C, H, W) in [low, high] -> (N, H, W, C) uint8, rounded half to even. Raises DeviceError on NaN."""
    if not np.isfinite(x).all():
        raise DeviceError("The model answered with numbers that are none (NaN). Its file may be damaged: verify it.")
    scaled = (x.astype(np.float32, copy=False) - np.float32(picture.low)) * np.float32(
        255 / (picture.high - picture.low)
    )
    pixels: Pixels = np.rint(np.clip(scaled, 0, 255)).astype(np.uint8).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(pixels)


def contact_sheet(pictures: Pixels, *, columns: int, gap: int = 2, background: int = 255) -> Pixels:
    """(N, H, W, C) -> one picture (rows (H + gap) + gap, columns (W + gap) + gap, C)."""
    count, height, width, channels = pictures.shape
    rows = -(-count // columns)
    sheet = np.full((rows * (height + gap) + gap, columns * (width + gap) + gap, channels), background, np.uint8)
    for i, picture in enumerate(pictures):
        top = gap + (i // columns) * (height + gap)
        left = gap + (i % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = picture
    return sheet
