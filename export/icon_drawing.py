"""A vector icon becomes a field: its signed distance to the outline, 64 x 64, and its coverage beside it."""

from typing import Any

import cv2
import numpy as np
import resvg_py

from export.icon_sets import svg_of

SIDE = 64
DRAWN = 256  # pixels, where distances are measured
REACH = 4.0  # pixels of the 64, at which distances end
STEPS = 127 / REACH  # a field is kept as int8 in these steps
THICK = 3.2  # pixels: a drawing with ink deeper than this is filled


def draw(icon: dict[str, Any], side: int = DRAWN) -> np.ndarray | None:
    """(side, side) uint8: the ink's coverage; None where nothing can be drawn."""
    try:
        png = resvg_py.svg_to_bytes(svg_string=svg_of(icon, side), width=side, height=side, skip_system_fonts=True)
    except (ValueError, OverflowError):
        return None
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim != 3 or picture.shape[2] != 4:
        return None
    return _centred(picture[..., 3], side)


def _centred(ink: np.ndarray, side: int) -> np.ndarray:
    """A drawing that is not square lies at the top left; it is put into the middle."""
    height, width = ink.shape
    if (height, width) == (side, side):
        return ink
    square = np.zeros((max(height, width),) * 2, np.uint8)
    top, left = (square.shape[0] - height) // 2, (square.shape[1] - width) // 2
    square[top : top + height, left : left + width] = ink
    return cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA)


def distances(ink: np.ndarray) -> np.ndarray:
    """(64, 64) float32: signed distance in pixels of the 64, positive in the ink, from a larger drawing's coverage.

    As `engine.fields.field_of` measures them, with OpenCV's exact distances, which are quicker for many drawings.
    """
    scale = ink.shape[0] // SIDE
    mask = np.pad((ink > 127).astype(np.uint8), 8 * scale)
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    outside = cv2.distanceTransform(1 - mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    signed = np.where(mask > 0, inside - 0.5, 0.5 - outside)[8 * scale : -8 * scale, 8 * scale : -8 * scale]
    return np.clip(_mean_of_cells(signed, scale) / scale, -REACH, REACH).astype(np.float32)


def _mean_of_cells(values: np.ndarray, cell: int) -> np.ndarray:
    return values.reshape(SIDE, cell, SIDE, cell).mean((1, 3))


def field_and_coverage(icon: dict[str, Any]) -> tuple[np.ndarray, np.ndarray] | None:
    """(int8 field, uint8 coverage), 64 x 64 each; None for what is blank, full or cannot be drawn."""
    ink = draw(icon)
    if ink is None or not 0.005 < (ink > 127).mean() < 0.9:
        return None
    field = np.rint(distances(ink) * STEPS).astype(np.int8)
    return field, np.rint(_mean_of_cells(ink.astype(np.float32), DRAWN // SIDE)).astype(np.uint8)
