"""Colours as numbers: sRGB, CIE Lab, differences, contrast, and what the colour-blind see.

A colour is a text, "#rrggbb", wherever it is kept or shown; arrays are uint8 with the channels last. Lab has one white
in all of the program, D50, as in Adobe's files and in CSS.
"""

import re
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.engine.errors import RequestError
from desktop_app.engine.requests import Pixels

Float64 = npt.NDArray[np.float64]
Rgb = tuple[int, int, int]

# linear sRGB to XYZ under D50, adapted by Bradford's method (CSS Color 4, section 18, sample code)
_TO_XYZ = np.array(
    [
        [0.4360657468742936, 0.3851515095901596, 0.1430784196513868],
        [0.2224931771105651, 0.7168870130994483, 0.0606197053616630],
        [0.0139242639270805, 0.0970812326645368, 0.7140993584005155],
    ]
)
_FROM_XYZ = np.linalg.inv(_TO_XYZ)
_WHITE = np.array([0.3457 / 0.3585, 1.0, (1.0 - 0.3457 - 0.3585) / 0.3585])
_EPSILON, _KAPPA = 216 / 24389, 24389 / 27
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


# -- texts ---------------------------------------------------------------------------------------------------------


def rgb_of(colour: str) -> Rgb:
    """(red, green, blue), 0 to 255 each, of "#rrggbb" or "#rgb". Raises RequestError for anything else."""
    if not _HEX.fullmatch(colour):
        raise RequestError(f"“{colour[:40]}” is no colour. Write it as #rrggbb, for example #1e88e5.")
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def hex_of(rgb: npt.ArrayLike) -> str:
    """ "#rrggbb" of three channels of 0 to 255; they are rounded and clipped."""
    red, green, blue = np.clip(np.rint(np.asarray(rgb, np.float64)), 0, 255).astype(int).tolist()
    return f"#{red:02x}{green:02x}{blue:02x}"


# -- light and Lab -------------------------------------------------------------------------------------------------


def linear_light(srgb: npt.ArrayLike) -> Float64:
    """sRGB of 0 to 1 -> light (IEC 61966-2-1)."""
    x = np.asarray(srgb, np.float64)
    light: Float64 = np.where(x <= 0.04045, x / 12.92, ((np.maximum(x, 0) + 0.055) / 1.055) ** 2.4)
    return light


def encoded(light: npt.ArrayLike) -> Float64:
    """The way back; what a screen cannot show is clipped."""
    x = np.clip(np.asarray(light, np.float64), 0, 1)
    srgb: Float64 = np.where(x <= 0.0031308, x * 12.92, 1.055 * x ** (1 / 2.4) - 0.055)
    return srgb


def to_lab(rgb: npt.ArrayLike) -> Float64:
    """(..., 3) of 0 to 255 -> CIE 1976 L*a*b* under D50, lightness 0 to 100."""
    x = linear_light(np.asarray(rgb, np.float64) / 255) @ _TO_XYZ.T / _WHITE
    f = np.where(x > _EPSILON, np.cbrt(x), (_KAPPA * x + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def from_lab(lab: npt.ArrayLike) -> Pixels:
    """(..., 3) L*a*b* under D50 -> uint8 sRGB; colours outside sRGB are clipped."""
    lightness, a, b = np.moveaxis(np.asarray(lab, np.float64), -1, 0)
    fy = (lightness + 16) / 116
    f = np.stack([fy + a / 500, fy, fy - b / 200], axis=-1)
    x = np.where(f**3 > _EPSILON, f**3, (116 * f - 16) / _KAPPA)
    rgb: Pixels = np.rint(encoded((x * _WHITE) @ _FROM_XYZ.T) * 255).astype(np.uint8)
    return rgb


def delta_e(one: npt.ArrayLike, other: npt.ArrayLike) -> Float64:
    """CIEDE2000, the difference of two colours in L*a*b*, (..., 3) each; 1 is about what is just noticed.

    Source: Sharma, Wu and Dalal, The CIEDE2000 color-difference formula (2005), equations 2 to 22.
    """
    (l1, a1, b1), (l2, a2, b2) = (np.moveaxis(np.asarray(lab, np.float64), -1, 0) for lab in (one, other))
    mean_c = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7))  # 1 + G, equation 4
    c1, c2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, stretch * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    is_grey = c1 * c2 == 0
    turn = h2 - h1
    turn = np.where(is_grey, 0.0, turn - 360 * (turn > 180) + 360 * (turn < -180))  # equation 10
    big_h = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2)  # equation 11
    mean_h = np.where(is_grey, h1 + h2, _mean_hue(h1, h2))
    return _weighed(l2 - l1, c2 - c1, big_h, (l1 + l2) / 2, (c1 + c2) / 2, mean_h)


def _mean_hue(h1: Float64, h2: Float64) -> Float64:
    """Equation 14."""
    middle = (h1 + h2) / 2
    far = np.abs(h1 - h2) > 180
    hue: Float64 = np.where(far, np.where(h1 + h2 < 360, middle + 180, middle - 180), middle)
    return hue


def _weighed(dl: Any, dc: Any, dh: Any, lightness: Any, chroma: Any, hue: Any) -> Float64:
    """Equations 15 to 22, with all three factors at 1."""
    cosines = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    t = 1 + sum(weight * np.cos(np.radians(times * hue + offset)) for weight, times, offset in cosines)
    s_l = 1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2)
    s_c, s_h = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    angle = np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2)))
    r_t = -np.sin(angle) * 2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    dl, dc, dh = dl / s_l, dc / s_c, dh / s_h
    difference: Float64 = np.sqrt(np.maximum(dl**2 + dc**2 + dh**2 + r_t * dc * dh, 0))
    return difference


# -- contrast ------------------------------------------------------------------------------------------------------


def contrast_ratio(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    return float(linear_light(np.array(rgb_of(colour)) / 255) @ [0.2126, 0.7152, 0.0722])


def contrast_words(ratio: float) -> str:
    """What a ratio is enough for: WCAG 2.2, success criteria 1.4.3, 1.4.6 and 1.4.11."""
    if ratio >= 7:
        return "enough for everything (AAA)"
    if ratio >= 4.5:
        return "enough for icons and text (AA)"
    return "enough for icons and large text (AA)" if ratio >= 3 else "too little for an icon (AA asks for 3 : 1)"


# -- colour blindness ----------------------------------------------------------------------------------------------


class Vision(StrEnum):
    """The kinds of colour blindness, each at its full strength."""

    PROTANOPIA = "protanopia"
    DEUTERANOPIA = "deuteranopia"
    TRITANOPIA = "tritanopia"


# Machado, Oliveira and Fernandes, A Physiologically-based Model for Simulation of Color Vision Deficiency (2009),
# table 1 at severity 1.0; for linear light
_SEEN = {
    Vision.PROTANOPIA: [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    Vision.DEUTERANOPIA: [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    Vision.TRITANOPIA: [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def as_seen(pixels: Pixels, vision: Vision) -> Pixels:
    """(..., 3) or, with alpha, (..., 4) uint8 as somebody with a colour blindness sees it. Alpha stays."""
    seen = pixels.copy()
    light = linear_light(pixels[..., :3] / 255) @ np.array(_SEEN[vision]).T
    seen[..., :3] = np.rint(encoded(light) * 255)
    return seen


def colour_as_seen(colour: str, vision: Vision) -> str:
    return hex_of(as_seen(np.array(rgb_of(colour), np.uint8), vision))
