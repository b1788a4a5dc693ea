"""How much noise a picture holds, told by the picture alone.

Liu, Tanaka and Okutomi, “Single-image noise level estimation for blind denoising”, IEEE Transactions on Image
Processing 22 (2013): among small patches those are chosen whose slopes noise alone explains, and the noise's variance
is read from the smallest eigenvalues of their covariance, where the picture itself leaves no trace. Here the median of
a dozen of them is read instead of the very smallest, which is biased; for strong noise, where few patches are left that
are not cut at black or white, those that agree with each other (Chen, Zhu and Heng 2015).
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.studio import wavelet

Array = npt.NDArray[Any]
Rows = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]

SIDE = 7  # pixels of a patch
PATCHES = 40_000  # looked at, over all channels
SLOPES = 90.0  # how strong slopes of noise of variance 1 are at most (79.4 in all but one patch of a million)
ROUNDS = 4
LOWEST = 12  # eigenvalues
FEWEST = 500  # patches that say something: with fewer their smallest eigenvalues are too small
WEAK, STRONG = 25.0, 40.0  # between them one way of reading the eigenvalues takes the place of the other


def noise_level(pixels: Array) -> float:
    """Standard deviation of the noise in 8-bit steps, over all channels. pixels: (H, W, C) uint8 or uint16."""
    channels = pixels.shape[2]
    steps = np.float32(1 if pixels.dtype == np.uint8 else 257)
    parts = [pixels[part] for part in wavelet.samples(pixels.shape[:2])]
    found = [_of_plane([part[..., c].astype(np.float32) / steps for part in parts], channels) for c in range(channels)]
    return float(np.sqrt(np.mean(np.square(found))))


def in_words(sigma: float) -> str:
    """How a picture with this noise looks."""
    for limit, words in ((1.5, "clean"), (4.0, "hardly noisy"), (9.0, "a little noisy"), (18.0, "noisy")):
        if sigma < limit:
            return words
    return "very noisy" if sigma < 35 else "full of noise"


def _of_plane(parts: list[Rows], channels: int) -> float:
    patches = np.concatenate(list(_patches(parts, PATCHES // channels)))
    if len(patches) <= SIDE * SIDE:
        return 0.0
    slopes, means = _slopes(patches), patches.mean(axis=1)
    values = _eigenvalues(patches)
    variance = float(values[0])
    for _ in range(ROUNDS):
        values = _eigenvalues(patches[_chosen(slopes, means, variance)])
        before, variance = variance, float(np.median(values[:LOWEST]))
        if abs(variance - before) < 1e-3 * before:
            break
    return _read(values)


def _patches(parts: list[Rows], most: int) -> Iterator[Rows]:
    """(n, SIDE²) of each part, at most so many together, spread evenly."""
    count = sum(max(0, part.shape[0] - SIDE + 1) * max(0, part.shape[1] - SIDE + 1) for part in parts)
    step = max(1, int(np.ceil(np.sqrt(count / most))))
    for part in parts:
        if min(part.shape) >= SIDE:
            seen = np.lib.stride_tricks.sliding_window_view(part, (SIDE, SIDE))[::step, ::step]
            yield seen.reshape(-1, SIDE * SIDE)
        else:
            yield np.empty((0, SIDE * SIDE), np.float32)


def _slopes(patches: Rows) -> Rows:
    """The energy of central differences along both sides."""
    p = patches.reshape(-1, SIDE, SIDE)
    across, down = p[:, :, 2:] - p[:, :, :-2], p[:, 2:] - p[:, :-2]
    made: Rows = (np.square(across).sum(axis=(1, 2)) + np.square(down).sum(axis=(1, 2))) / 4
    return made


def _chosen(slopes: Rows, means: Rows, variance: float) -> npt.NDArray[np.bool_]:
    """Patches that are flat but for noise of this variance, away from black and white where noise is cut."""
    chosen: npt.NDArray[np.bool_] = slopes < SLOPES * variance
    away = 2 * np.sqrt(variance)
    inside: npt.NDArray[np.bool_] = chosen & (means > away) & (means < 255 - away)
    if inside.sum() >= FEWEST:
        return inside
    if chosen.sum() >= FEWEST:
        return chosen
    count = min(FEWEST, len(slopes))
    limit = np.partition(slopes, count - 1)[count - 1]
    flattest: npt.NDArray[np.bool_] = slopes <= limit
    return flattest


def _eigenvalues(patches: Rows) -> Numbers:
    """Of the covariance, the smallest first."""
    centred = patches - patches.mean(axis=0)
    covariance = (centred.T @ centred).astype(np.float64) / len(centred)
    return np.asarray(np.maximum(np.linalg.eigvalsh(covariance), 0))


def _read(values: Numbers) -> float:
    """The standard deviation."""
    low = float(np.sqrt(np.median(values[:LOWEST])))
    share = min(1.0, max(0.0, (low - WEAK) / (STRONG - WEAK)))
    return low if not share else (1 - share) * low + share * float(np.sqrt(_agreeing(values)))


def _agreeing(values: Numbers) -> float:
    """The mean of the most of the smallest values whose mean is no more than their median."""
    for count in range(len(values), 1, -1):
        mean = float(values[:count].mean())
        if mean <= np.median(values[:count]):
            return mean
    return float(values[0])
