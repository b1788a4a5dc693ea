"""What belongs to a photograph besides its pixels, and a picture as a reader of one format finds it."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.studio import exif_block

Array = npt.NDArray[Any]

_IN_XMP = re.compile(rb"""tiff:Orientation(?:="|>|=')\s*([1-8])""")


@dataclass(frozen=True)
class Tags:
    """All that is written back as it was."""

    format: str = "PNG"  # as Pillow names it
    depth: int = 8  # bits a channel in the file
    icc: bytes = b""
    exif: bytes = b""  # a TIFF block, without the six bytes before it in a JPEG
    xmp: bytes = b""
    orientation: int = 1  # as EXIF counts: the file's pixels lie so, a Photo's are upright
    dpi: tuple[float, float] | None = None
    parts: tuple[bytes, ...] = ()  # of a PNG or a JPEG, written again as they are where the format is the same
    lossless: bool = True
    compression: int = 1  # of a TIFF, by its number
    extra: int = (
        2  # what a TIFF says its fourth channel is: 0 it does not say, 1 alpha that colours hold already, 2 alpha
    )


@dataclass(frozen=True, eq=False)
class Found:
    """A picture as it lies in its file: not turned yet."""

    pixels: Array  # (H, W, C) uint8 or uint16, C is 1 or 3
    alpha: Array | None  # (H, W)
    tags: Tags
    notes: tuple[str, ...] = ()


def divided(values: Array) -> tuple[Array, Array | None]:
    """(H, W) or (H, W, C) with or without alpha as pixels (H, W, 1 or 3) and alpha; nothing is copied."""
    if values.ndim == 2:
        return values[..., None], None
    if values.shape[2] in (2, 4):
        return values[..., :-1], values[..., -1]
    return values, None


def joined(pixels: Array, alpha: Array | None) -> Array:
    """(h, w, C) with alpha as one more channel, in rows that follow one another in memory."""
    if alpha is None:
        return np.ascontiguousarray(pixels)
    return np.concatenate((pixels, alpha[..., None]), axis=2)


def orientation_in(exif: bytes, xmp: bytes) -> int:
    """1 to 8, by the EXIF data, or by XMP where they are silent; 1 where neither can be read."""
    try:
        found = exif_block.parse(exif).number(exif_block.ORIENTATION, 0) if exif else 0
    except ValueError:
        found = 0
    if found == 0 and (match := _IN_XMP.search(xmp)):
        found = int(match[1])
    return found if 1 <= found <= 8 else 1


def turned(values: Array, orientation: int) -> Array:
    """A view of (H, W, …) as it stands upright."""
    if orientation in (5, 6, 7, 8):
        values = values.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        values = values[:, ::-1]
    if orientation in (3, 4, 7, 8):
        values = values[::-1]
    return values


def turned_back(values: Array, orientation: int) -> Array:
    """The inverse of `turned`: as it lies in the file."""
    return turned(values, {6: 8, 8: 6}.get(orientation, orientation))
