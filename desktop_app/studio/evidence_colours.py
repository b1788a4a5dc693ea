"""The colours of evidence: orange speaks for a class, blue against it; where neither does, the picture is as it was.

Orange and blue of one lightness stay apart for the colour-blind. Colours are mixed in OKLab (Ottosson 2020), where
equal steps of evidence are equal steps to the eye on whatever ground they lie.
"""

import math

import numpy as np
import numpy.typing as npt

from desktop_app.engine.requests import Pixels

Float32 = npt.NDArray[np.float32]

LIGHTNESS, CHROMA = 0.72, 0.14
HUE_FOR, HUE_AGAINST = 52.0, 252.0  # degrees
_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def tinted(picture: Pixels, values: Float32, opacity: float) -> Pixels:
    """(H, W, C) uint8 under (H, W) evidence from -1 to 1 -> (H, W, 3) uint8. Opacity 0 is the picture itself."""
    plain = as_rgb(picture)
    share = (np.clip(np.abs(values), 0, 1) * opacity)[..., None]
    ends = np.where((values >= 0)[..., None], _end(HUE_FOR), _end(HUE_AGAINST))
    mixed = to_srgb(to_oklab(plain) * (1 - share) + ends * share)
    return np.where(share > 0, mixed, plain)


def as_rgb(picture: Pixels) -> Pixels:
    """Grey and RGBA as RGB; what is transparent lies on middle grey."""
    channels = picture.shape[-1]
    if channels == 4:
        alpha = picture[..., 3:].astype(np.float32) / 255
        result: Pixels = np.rint(picture[..., :3] * alpha + 128 * (1 - alpha)).astype(np.uint8)
        return result
    return np.repeat(picture, 3, axis=-1) if channels == 1 else picture


def ramp(length: int, ground: int, opacity: float) -> Pixels:
    """(1, length, 3): from all against to all for, over a grey ground of 0 to 255."""
    values = np.linspace(-1, 1, length, dtype=np.float32)[None]
    return tinted(np.full((1, length, 1), ground, np.uint8), values, opacity)


def _end(hue: float) -> npt.NDArray[np.float64]:
    turn = math.radians(hue)
    return np.array([LIGHTNESS, CHROMA * math.cos(turn), CHROMA * math.sin(turn)])


def to_oklab(srgb: Pixels) -> npt.NDArray[np.float64]:
    """(..., 3) uint8 -> (..., 3): lightness 0 to 1, and two axes of colour."""
    x = srgb.astype(np.float64) / 255
    linear = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    lab: npt.NDArray[np.float64] = np.cbrt(linear @ _LMS.T) @ _LAB.T
    return lab


def to_srgb(lab: npt.NDArray[np.float64]) -> Pixels:
    """The way back; colours that a screen cannot show are clipped."""
    linear = np.clip((lab @ np.linalg.inv(_LAB).T) ** 3 @ np.linalg.inv(_LMS).T, 0, 1)
    x = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    result: Pixels = np.rint(x * 255).astype(np.uint8)
    return result
