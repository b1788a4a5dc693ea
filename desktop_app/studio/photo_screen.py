"""A photograph's own colours as those of the screen."""

import io
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from desktop_app.studio.photo_tags import Array, Tags

MAX_PROFILE_BYTES = 8 * 2**20


def to_srgb(pixels: Array, tags: Tags) -> npt.NDArray[np.uint8]:
    """(h, w, C) uint8 or uint16 in the picture's own colours -> (h, w, 3) uint8 for the screen.

    Through the picture's profile where it holds one that fits; without one its colours count as sRGB.
    """
    eight = rounded(pixels)
    mode = "L" if eight.shape[2] == 1 else "RGB"
    transform = _transform(tags.icc, mode) if 0 < len(tags.icc) <= MAX_PROFILE_BYTES else None
    if transform is None:
        return np.repeat(eight, 3, axis=2) if mode == "L" else np.ascontiguousarray(eight)
    image = Image.fromarray(np.ascontiguousarray(eight[..., 0] if mode == "L" else eight))
    made = ImageCms.applyTransform(image, transform)
    assert made is not None
    return np.asarray(made)


def rounded(pixels: Array) -> npt.NDArray[np.uint8]:
    """Of 16 bits the nearest of 8."""
    if pixels.dtype == np.uint8:
        return pixels
    return ((pixels.astype(np.uint32) * 255 + 32895) >> 16).astype(np.uint8)  # x / 257, rounded, for all of 0 to 65535


@lru_cache(maxsize=4)
def _transform(icc: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """None where there is nothing to do: the profile does not fit, or is sRGB by another hand, as most are."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except Exception:  # a profile that is damaged, or of other colours than the picture
        return None
    return None if _changes_nothing(transform, mode) else transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether colours all over the range come back within one step of 8 bit."""
    levels = np.arange(0, 256, 15 if mode == "RGB" else 1, dtype=np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(len(levels), -1, 3)
    colours = grid if mode == "RGB" else levels[None]
    made = ImageCms.applyTransform(Image.fromarray(colours), transform)
    wanted = colours if mode == "RGB" else np.repeat(colours[..., None], 3, axis=2)
    return made is not None and bool(np.abs(np.asarray(made).astype(np.int16) - wanted).max() <= 1)
