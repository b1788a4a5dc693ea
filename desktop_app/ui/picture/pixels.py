"""Arrays of pixels as Qt images. The copy here is the only one: nothing that Qt paints can change under it."""

import numpy as np
from PySide6.QtGui import QImage

from desktop_app.engine.requests import Pixels

_FORMATS = {
    1: QImage.Format.Format_Grayscale8,
    3: QImage.Format.Format_RGB888,
    4: QImage.Format.Format_RGBA8888,
}


def to_image(pixels: Pixels) -> QImage:
    """(H, W, C) uint8 -> an image that owns its pixels, in the format that paints fastest."""
    height, width, channels = pixels.shape
    data = np.ascontiguousarray(pixels)
    wrapped = QImage(data.data, width, height, width * channels, _FORMATS[channels])
    opaque = channels != 4
    return wrapped.convertToFormat(QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied)
