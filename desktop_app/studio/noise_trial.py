"""A model put to the test on the picture that is open: noise is added, the model takes it out again, and what comes
back is compared with the picture as it was.

    trial = NoiseTrial(scratch, pixels, package)
    for update in run(trial.request): trial.take(update)
    verdict = trial.verdict()

The picture holds noise of its own, which counts as the truth here: a model that takes that out as well scores lower
than it deserves. So the figures are a floor, the nearer to the truth the stronger the added noise is beside it.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Frozen, Restored
from desktop_app.studio import metrics
from desktop_app.studio.noise_level import noise_level
from desktop_app.studio.restored import blend, luma
from desktop_app.studio.restoring import Restoring
from desktop_app.studio.scratch import Scratch

Array = npt.NDArray[Any]

MOST = 768  # pixels across and down: the middle of the picture
LEAST_SIGMA, MOST_SIGMA = 5.0, 100.0  # 8-bit steps: less would drown in what the picture holds already
STRENGTHS = tuple(number / 10 for number in range(11))


class Verdict(Frozen, frozen=True):
    """What came of it, for each of STRENGTHS; 0 is the noisy picture, 1 what the model says."""

    sigma: float  # of the added noise, in 8-bit steps
    own_sigma: float  # of the noise that the picture held before
    psnr: tuple[float, ...]  # dB, over all channels
    ssim: tuple[float, ...]  # of lightness
    best: float  # the strength with the highest PSNR, 0 to 1

    def in_words(self) -> str:
        gained = (
            f"With noise of σ = {self.sigma:.0f} added, the model brings {self.psnr[0]:.1f} dB to {self.psnr[-1]:.1f}"
        )
        if self.best < 0.95:
            gained += f"; {100 * self.best:.0f} % of its strength is best"
        if self.own_sigma > self.sigma / 3:
            return f"{gained}. The picture is noisy itself, and that counts as right here: the true gain is larger."
        return f"{gained}."


class NoiseTrial:
    def __init__(
        self,
        scratch: Scratch,
        pixels: Array,
        package: Package,
        *,
        sigma: float | None = None,
        seed: int = 0,
    ) -> None:
        """pixels: (H, W, C) uint8 or uint16. sigma: of the noise, in 8-bit steps; None is as much as the picture seems
        to hold, and LEAST_SIGMA at least. Raises FileError where there is no room."""
        restoration = package.manifest.restoration
        assert restoration is not None
        assert restoration.scale == 1
        self.picture = np.ascontiguousarray(middle(pixels, restoration.side or 1))
        self.own_sigma = noise_level(self.picture)
        asked = self.own_sigma if sigma is None else sigma
        self.sigma = min(MOST_SIGMA, max(LEAST_SIGMA, asked) if sigma is None else asked)
        self.noisy = with_noise(self.picture, self.sigma, seed)
        self._scratch, self._file = scratch, scratch.save(self.noisy)
        self._restoring = Restoring(scratch, self._file, package)
        self.request = self._restoring.request

    def take(self, update: Restored) -> None:
        self._restoring.take(update)

    def verdict(self) -> Verdict:
        """After the last update. Takes a second or two: for a thread that nobody waits for."""
        clean = np.asarray(self._restoring.result)
        start, slope, bend = _parabola(self.picture, self.noisy, clean)
        whole = float(np.iinfo(self.picture.dtype).max)
        psnr = tuple(_decibels(start + 2 * slope * s + bend * s * s, whole) for s in STRENGTHS)
        truth = _lightness(self.picture)
        ssim = tuple(metrics.ssim(_lightness(blend(self.noisy, clean, strength=s)), truth) for s in STRENGTHS)
        best = min(1.0, max(0.0, -slope / bend)) if bend else 0.0
        return Verdict(self.sigma, self.own_sigma, psnr, ssim, best)

    def close(self) -> None:
        """Its working copies are not needed any more."""
        self._restoring.drop()
        self._scratch.drop(self._file)


def middle(pixels: Array, side: int) -> Array:
    """The middle of a picture, MOST pixels across and down at most, in whole multiples of `side`."""
    height, width = (max(side, min(length, MOST) // side * side) for length in pixels.shape[:2])
    top, left = ((pixels.shape[i] - n) // 2 // side * side for i, n in ((0, height), (1, width)))
    return pixels[top : top + height, left : left + width]


def with_noise(pixels: Array, sigma: float, seed: int) -> Array:
    """Gaussian noise of sigma 8-bit steps, added in floating point, rounded and cut at black and white."""
    whole = int(np.iinfo(pixels.dtype).max)
    random = np.random.Generator(np.random.Philox(seed))
    noise = random.standard_normal(pixels.shape, np.float32) * np.float32(sigma * whole / 255)
    made: Array = np.rint(np.clip(pixels + noise, 0, whole)).astype(pixels.dtype)
    return made


def _parabola(truth: Array, noisy: Array, clean: Array) -> tuple[float, float, float]:
    """The mean squared error of noisy + s (clean - noisy) is the first + 2 s the second + s² the third."""
    error, change = np.subtract(noisy, truth, dtype=np.float64), np.subtract(clean, noisy, dtype=np.float64)
    return float(np.mean(error * error)), float(np.mean(error * change)), float(np.mean(change * change))


def _decibels(error: float, whole: float) -> float:
    return math.inf if error <= 0 else 10 * math.log10(whole * whole / error)


def _lightness(pixels: Array) -> npt.NDArray[np.float32]:
    """(h, w) from 0 to 1."""
    made: npt.NDArray[np.float32] = luma(pixels) / np.float32(255)
    return made
