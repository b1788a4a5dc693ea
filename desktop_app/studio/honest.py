"""What a network did to a picture, told by the picture itself: what it took away, and what it put in.

A result may hold no more fine structure than the original supports. Both are divided into the same bands (à-trous B3
wavelets of lightness); around each pixel, with windows that grow with the band,

    E_y = mean(y²)      the energy of the result's band
    E_xy = mean(x y)    what the original's band x shares with it
    E_x = mean(x²)      the energy of the original's band, noise with it
    n                   the noise's standard deviation in the band, by what was taken away

Structure that the result keeps is in the original at its full height, so E_xy is at least E_y; what the result made up
shares nothing with the original but by chance. And where the original's energy is no more than the noise's own there
is nothing to keep. So what is supported is the lesser of the two,

    supported   = min(E_xy + a n √E_y,  max(0, E_x - n²) + b n²)
    unsupported = max(0, E_y - supported)

with a and b for what chance alone does in a window, three standard deviations of it. The map is the unsupported share
of the result's energy, faint structures below VISIBLE left out: 0 where all is supported, 1 where all is made up. A
network that sharpens is told too, for the part that is more than was there. What it cannot tell: noise that a network
took for a structure, where that is weaker than chance allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.studio import restored, wavelet

Array = npt.NDArray[Any]
Plane = npt.NDArray[np.float32]

BANDS = 3  # the finest ones: details of up to about 8 pixels
SHARED, ALONE = 0.2, 0.45  # a and b, measured on white noise
VISIBLE = 1.5  # 8-bit steps: a structure below is not seen


@dataclass(frozen=True)
class Evidence:
    """Energies (h, w) around each pixel, bands added up, so that the map of any blend is a matter of a few sums."""

    unsupported: Plane  # of the network's answer, as the module tells
    original: Plane
    common: Plane
    clean: Plane

    def part(self, inside: tuple[slice, slice]) -> "Evidence":
        return Evidence(self.unsupported[inside], self.original[inside], self.common[inside], self.clean[inside])

    def share(self, strength: "float | Plane" = 1.0) -> Plane:
        """(h, w) from 0 to 1 for original + strength (clean - original)."""
        s = np.asarray(strength, np.float32)
        rest = 1 - s
        energy = rest * rest * self.original + 2 * s * rest * self.common + s * s * self.clean
        made: Plane = s * s * self.unsupported / (np.maximum(energy, 0) + np.float32(VISIBLE**2))
        return np.minimum(made, 1, out=made)


def evidence(original: Array, clean: Array, noise: Sequence[float]) -> Evidence:
    """Of (h, w, C) parts of the same size. noise: `restored.band_noise` of the picture, BANDS of them or fewer."""
    sums = tuple(np.zeros(original.shape[:2], np.float32) for _ in range(4))
    pairs = zip(
        wavelet.bands(restored.luma(original), len(noise)), wavelet.bands(restored.luma(clean), len(noise)), strict=True
    )
    for number, (x, y) in enumerate(pairs):
        xx, xy, yy = (_around(product, number) for product in (x * x, x * y, y * y))
        for total, part in zip(sums, (_unsupported(xx, xy, yy, noise[number]), xx, xy, yy), strict=True):
            total += part
    return Evidence(*sums)


def _unsupported(xx: Plane, xy: Plane, yy: Plane, n: float) -> Plane:
    shared = xy + np.float32(SHARED * n) * np.sqrt(yy)
    there = np.maximum(xx - np.float32(n * n), 0) + np.float32(ALONE * n * n)
    made: Plane = np.maximum(yy - np.minimum(shared, there), 0)
    return made


def invented(original: Array, clean: Array, noise: Sequence[float] | None = None) -> Plane:
    """(H, W) from 0 to 1: how much of the result's fine structure the original does not support."""
    if noise is None:
        noise = restored.band_noise(restored.samples(original, clean), BANDS)
    return evidence(original, clean, noise).share()


def _around(product: Plane, number: int) -> Plane:
    for step in (1, 2, 4):
        product = wavelet.smoothed(product, step << number)
    return product


# -- what was taken away -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Removed:
    """What was taken away, by samples of the picture. Noise has no neighbours and follows no edges."""

    sigma: float  # its standard deviation in 8-bit steps, over all channels
    neighbours: float  # correlation of a pixel with the next one, -1 to 1; that of white noise is 0
    structure: float  # 0 to 1: how much of its energy stands out from noise as texture or edges do
    edges: float  # correlation of its local strength with that of the result's edges, -1 to 1

    def in_words(self) -> str:
        if self.sigma < 0.3:
            return "Next to nothing was taken away."
        if self.structure > MUCH_STRUCTURE:
            return (
                "Fine structure of the picture was taken away with the noise. Less strength, or more detail, keeps it."
            )
        if self.structure > SOME_STRUCTURE or self.edges > FOLLOWS_EDGES:
            return "What was taken away is mostly noise, with some fine structure of the picture in it."
        if self.neighbours > HAS_NEIGHBOURS:
            return "What was taken away is noise as far as can be told: a coarse one, of grains larger than a pixel."
        return "What was taken away is noise as far as can be told: nothing of the picture stands out in it."


SOME_STRUCTURE, MUCH_STRUCTURE, FOLLOWS_EDGES, HAS_NEIGHBOURS = 0.03, 0.12, 0.5, 0.25


def removed(original: Array, clean: Array) -> Removed:
    """original, clean: (H, W, C) uint8 or uint16 of the same size."""
    pairs = list(restored.samples(original, clean))
    noise = restored.band_noise(pairs)
    sums = np.zeros(3)  # values, squares, how many
    parts = []
    for before, after in pairs:
        change = np.subtract(before, after, dtype=np.int32) / np.float32(1 if before.dtype == np.uint8 else 257)
        sums += change.sum(dtype=np.float64), np.square(change).sum(dtype=np.float64), change.size
        parts.append(_removed_part(before, after, noise))
    lag, energy, structure = (sum(part[i] for part in parts) for i in range(3))
    strengths = [np.concatenate([part[i].ravel() for part in parts]) for i in (3, 4)]
    sigma = float(np.sqrt(max(0.0, sums[1] / sums[2] - (sums[0] / sums[2]) ** 2)))
    whole = max(float(energy), 1e-9)
    return Removed(sigma, float(lag) / whole, min(1.0, float(structure) / whole), _correlation(*strengths))


def _removed_part(before: Array, after: Array, noise: Sequence[float]) -> tuple[Any, ...]:
    """Sums of neighbours' products, of squares and of structure; local strength of what is gone and of edges."""
    gone, result = restored.removed_luma(before, after), restored.luma(after)
    gone = gone - gone.mean()
    lag = sum(_products(gone, axis) for axis in (0, 1)) / 2
    structure = restored.structure(before, after, noise).astype(np.float32) / restored.UNIT
    slope = np.square(np.gradient(result, axis=0) if len(result) > 1 else np.zeros_like(result))
    slope = slope + np.square(np.gradient(result, axis=1) if result.shape[1] > 1 else np.zeros_like(result))
    local = [np.sqrt(wavelet.smoothed(wavelet.smoothed(x, 1), 2))[::4, ::4] for x in (gone * gone, slope)]
    return lag, float(np.square(gone).sum()), float(np.square(structure).sum()), *local


def _products(plane: Plane, axis: int) -> float:
    """The sum of neighbours' products, as many as there are pixels."""
    if plane.shape[axis] < 2:
        return 0.0
    first, second = (np.take(plane, range(i, plane.shape[axis] - 1 + i), axis=axis) for i in (0, 1))
    return float(np.mean(first * second)) * plane.size


def _correlation(a: Plane, b: Plane) -> float:
    spread = float(a.std()) * float(b.std())
    return 0.0 if spread < 1e-6 else float(np.mean((a - a.mean()) * (b - b.mean()))) / spread
