"""Covers: parts of a picture painted over, and what the falls under them say of each pixel. Pure; no network runs here.

Occlusion maps (Zeiler and Fergus 2014, section 4.2) and the deletion test both cover, so both do it in the same way.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Masks = npt.NDArray[np.bool_]
Pixels = npt.NDArray[np.uint8]

COVER = 4  # a cover is this part of the picture's sides
STEP = 14  # covers along a side


def covers(height: int, width: int) -> Masks:
    """(M, height, width): squares a COVER-th of the picture, close together, each pixel under several of them."""
    rows, columns = _spans(height), _spans(width)
    return (rows[:, None, :, None] & columns[None, :, None, :]).reshape(-1, height, width)


def _spans(length: int) -> Masks:
    """(n, length): intervals of a COVER-th of the length, from the one that ends on the first pixel."""
    side, step = max(1, length // COVER), max(1, length // STEP)
    starts = np.arange(1 - side, length, step)[:, None]
    at = np.arange(length)
    return (at >= starts) & (at < starts + side)


def covered(picture: Pixels, masks: Masks) -> Pixels:
    """(H, W, C) with each of (M, H, W) painted over in the picture's ground -> (M, H, W, C)."""
    return np.where(masks[..., None], ground_of(picture), picture[None])


def ground_of(picture: Pixels) -> Pixels:
    """(C,): what the picture lies on, the median of its outermost pixels."""
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    ground: Pixels = np.median(edge, axis=0).astype(np.uint8)
    return ground


def mean_fall(falls: npt.NDArray[Any], masks: Masks) -> Float32:
    """(M,) falls under (M, H, W) covers -> (H, W): of each pixel, the mean over all covers that hide it."""
    summed = np.tensordot(falls, masks, axes=1)
    result: Float32 = (summed / masks.sum(axis=0)).astype(np.float32)
    return result
