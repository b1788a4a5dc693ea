"""Enlarging without a network."""

import numpy as np
from PIL import Image

from desktop_app.studio.photo_tags import Array


def bicubic(values: Array, scale: int) -> Array:
    """(H, W) uint8 or uint16 -> (scale H, scale W) of the same type."""
    if scale == 1:
        return values
    size = (scale * values.shape[1], scale * values.shape[0])
    image = Image.fromarray(np.ascontiguousarray(values) if values.dtype == np.uint8 else values.astype(np.float32))
    wide = np.asarray(image.resize(size, Image.Resampling.BICUBIC))
    return wide if values.dtype == np.uint8 else np.rint(np.clip(wide, 0, 65535)).astype(np.uint16)
