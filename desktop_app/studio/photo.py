"""Photographs in and out, so that whatever a network does not change comes back as it was.

`read` gives the pixels upright and otherwise as they lie in the file: in their own colours, with 8 or 16 bits a
channel. What belongs to them besides (profile, EXIF, resolution, texts, transparency) travels in `Photo` and is written
again by `write`. Nothing is converted for the networks; `to_srgb` is for the screen alone.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]  # (H, W, C) uint8 or uint16, C is 1 (grey) or 3 (RGB)

MAX_PIXELS = 200_000_000


@dataclass(frozen=True)
class Tags:
    """All that is written back as it was."""

    format: str = "PNG"  # as Pillow names it
    depth: int = 8  # bits a channel in the file
    icc: bytes = b""
    exif: bytes = b""  # a TIFF block, without the six bytes before it in a JPEG
    xmp: bytes = b""
    orientation: int = 1  # as EXIF counts: the file's pixels lie so, Photo's are upright
    dpi: tuple[float, float] | None = None
    text: tuple[tuple[str, str], ...] = ()
    parts: tuple[bytes, ...] = ()  # of the file itself, written again as they are where the format is the same
    lossless: bool = True
    compression: str = ""  # of a TIFF


@dataclass(frozen=True, eq=False)
class Photo:
    name: str  # of the file
    path: Path | None
    sha256: str  # of the file
    pixels: Array  # (H, W, C) uint8 or uint16, upright
    alpha: Array | None  # (H, W) of the same type
    tags: Tags
    notes: tuple[str, ...] = ()  # sentences on what was done to it


def read(path: Path) -> Photo:
    """A picture from a file; of several frames the first. Raises FileError with a sentence."""
    raise NotImplementedError


def read_bytes(data: bytes, name: str) -> Photo:
    """A picture that was pasted or dropped. Raises FileError with a sentence."""
    raise NotImplementedError


def write(path: Path, photo: Photo, pixels: Array, *, scale: int = 1) -> tuple[str, ...]:
    """Write upright pixels (scale H, scale W, C) with all that belongs to the photo, in the format of path's ending.

    Returns sentences on what the format could not keep. The file is there whole or not at all. Raises FileError.
    """
    raise NotImplementedError


def to_srgb(pixels: Array, tags: Tags) -> npt.NDArray[np.uint8]:
    """(h, w, C) uint8 or uint16 in the picture's own colours -> (h, w, 3) uint8 for the screen."""
    raise NotImplementedError
