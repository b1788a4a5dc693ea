"""How near two pictures are: PSNR, and SSIM after Wang, Bovik, Sheikh and Simoncelli, “Image quality assessment: from
error visibility to structural similarity”, IEEE Transactions on Image Processing 13 (2004).

Both take (H, W) or (H, W, C) of one type, uint8, uint16 or floating point from 0 to 1, and work in bands of rows, so
that a large picture takes no more memory than a band.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Float64 = npt.NDArray[np.float64]

SIDE, SIGMA = 11, 1.5  # of SSIM's Gaussian window
K1, K2 = 0.01, 0.03
BAND_PIXELS = 2**18


def psnr(a: Array, b: Array) -> float:
    """Peak signal to noise ratio in dB over all channels; infinite for equal pictures. Raises ValueError."""
    _check(a, b)
    total = sum(float(np.square(_values(a[band]) - _values(b[band])).sum()) for band in _bands(a))
    return math.inf if total == 0 else 10 * math.log10(a.size / total)


def ssim(a: Array, b: Array) -> float:
    """Structural similarity, at most 1: the mean over all windows that lie inside the picture, and over the channels.

    The window is the paper's, 11 x 11 Gaussian of sigma 1.5, with K1 = 0.01 and K2 = 0.03; a picture that is smaller
    than a window gets one as large as itself. Colours are compared channel by channel, not as luma. Raises ValueError.
    """
    _check(a, b)
    height, width = a.shape[:2]
    down, across = _window(min(SIDE, height)), _window(min(SIDE, width))
    total, count, reach = 0.0, 0, len(down) - 1
    for band in _bands(a, rows=height - reach):
        rows = slice(band.start, band.stop + reach)
        likeness = _likeness(_values(a[rows]), _values(b[rows]), down, across)
        total, count = total + float(likeness.sum()), count + likeness.size
    return total / count


def _check(a: Array, b: Array) -> None:
    if a.shape != b.shape or a.ndim not in (2, 3) or not a.size or a.dtype != b.dtype:
        raise ValueError(f"{a.shape} {a.dtype} and {b.shape} {b.dtype} cannot be compared")


def _values(pixels: Array) -> Float64:
    """As numbers from 0 to 1."""
    values: Float64 = np.asarray(pixels, np.float64)
    return values / np.iinfo(pixels.dtype).max if pixels.dtype.kind in "iu" else values


def _bands(picture: Array, *, rows: int | None = None) -> Iterator[slice]:
    height = picture.shape[0] if rows is None else rows
    step = max(1, BAND_PIXELS // picture.shape[1])
    return (slice(start, min(start + step, height)) for start in range(0, height, step))


def _window(length: int) -> Float64:
    """A Gaussian that sums to one."""
    x = np.arange(length) - (length - 1) / 2
    weights = np.exp(-(x**2) / (2 * SIGMA**2))
    normal: Float64 = weights / weights.sum()
    return normal


def _likeness(a: Float64, b: Float64, down: Float64, across: Float64) -> Float64:
    """SSIM at every window of two bands of rows."""

    def mean(x: Float64) -> Float64:
        return _smoothed(_smoothed(x, down, axis=0), across, axis=1)

    mean_a, mean_b = mean(a), mean(b)
    of_a, of_b, of_both = mean(a * a) - mean_a**2, mean(b * b) - mean_b**2, mean(a * b) - mean_a * mean_b
    c1, c2 = K1**2, K2**2
    brightness = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    structure = (2 * of_both + c2) / (of_a + of_b + c2)
    likeness: Float64 = brightness * structure
    return likeness


def _smoothed(x: Float64, weights: Float64, *, axis: int) -> Float64:
    """Weighted sums of neighbours along an axis, where all of them are inside."""
    length = x.shape[axis] - len(weights) + 1
    parts = ((x[:, n : n + length] if axis else x[n : n + length]) for n in range(len(weights)))
    total: Float64 = sum(weight * part for weight, part in zip(weights, parts, strict=True))
    return total
