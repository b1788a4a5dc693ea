"""Evidence maps as pictures of numbers: enlarged to the picture, their strongest part, and what covering it does.

What is said of a map is measured: the part that it marks is covered, and so are parts of the same shape elsewhere.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.engine.covering import covered, covers, mean_fall
from desktop_app.engine.requests import Pixels
from desktop_app.studio.explaining import MapKind

Float32 = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

MARKED = 0.1  # of the picture: the part that is covered to try a map
PLACES = 16  # that a part of the same shape is moved to
LEAST_SCALE = 0.1  # nats: weaker maps are not stretched to full colour
_PLASTIC = 1.32471795724474602596  # of the R2 sequence (Roberts 2018), which spreads points evenly


@dataclass(frozen=True, eq=False)
class Answer:
    """What the engine says of a picture, of all classes."""

    probabilities: Float32  # (K,)
    every: Float32  # (K, rows, columns), see Explained
    falls: Float32 | None = None  # (M, K), see Explained; None while it is not known

    def map(self, kind: MapKind, label: int, size: tuple[int, int]) -> Float32 | None:
        """(H, W) of a picture of that size; None while it is not known."""
        if kind == "activation":
            return enlarged(self.every[label], size)
        return None if self.falls is None else mean_fall(self.falls[:, label], covers(*size))


@dataclass(frozen=True)
class Trial:
    """What covering the part that a map marks does to the probability of a class."""

    label: int
    kind: MapKind
    speaks_for: bool  # whether the part that speaks for the class was covered, or the one against it
    before: float
    after: float
    elsewhere: float  # mean over PLACES of the same shape


def enlarged(values: Float32, size: tuple[int, int]) -> Float32:
    """(h, w) -> (H, W), linear between the middles of the places and level beyond the outermost."""
    result: Float32 = (_weights(values.shape[0], size[0]) @ values @ _weights(values.shape[1], size[1]).T).astype(
        np.float32
    )
    return result


def _weights(source: int, target: int) -> Float32:
    """(target, source): rows add up to 1."""
    at = np.clip((np.arange(target) + 0.5) * source / target - 0.5, 0, source - 1)
    low = np.minimum(at.astype(int), source - 1)
    high, share = np.minimum(low + 1, source - 1), (at - low).astype(np.float32)
    matrix = np.zeros((target, source), np.float32)
    np.add.at(matrix, (np.arange(target), low), 1 - share)
    np.add.at(matrix, (np.arange(target), high), share)
    return matrix


def scale_of(values: Float32) -> float:
    """What full colour stands for: the largest value, for or against."""
    return max(float(np.abs(values).max(initial=0.0)), LEAST_SCALE)


# -- the trial -------------------------------------------------------------------------------------------------------


def strongest(values: Float32, *, speaks_for: bool) -> Mask:
    """(H, W): the MARKED part of the picture that speaks most for the class, or most against it."""
    order = np.argsort(-values.ravel() if speaks_for else values.ravel(), kind="stable")
    mask = np.zeros(values.size, bool)
    mask[order[: max(1, round(MARKED * values.size))]] = True
    return mask.reshape(values.shape)


def elsewhere(mask: Mask) -> Mask:
    """(PLACES, H, W): the same shape moved evenly over the picture; what leaves it comes in on the other side."""
    height, width = mask.shape
    steps = np.arange(1, PLACES + 1)
    down = (steps / _PLASTIC % 1 * height).astype(int)
    across = (steps / _PLASTIC**2 % 1 * width).astype(int)
    moved = [np.roll(mask, (y or 1, x or 1), (0, 1)) for y, x in zip(down, across, strict=True)]
    return np.stack(moved)


def trial_pictures(picture: Pixels, mask: Mask) -> Pixels:
    """(1 + PLACES, H, W, C): covered where the map marks, and elsewhere."""
    return covered(picture, np.concatenate([mask[None], elsewhere(mask)]))


def trial_of(before: Float32, probabilities: Float32, label: int, kind: MapKind, *, speaks_for: bool) -> Trial:
    """before: (K,); probabilities: (1 + PLACES, K) of what `trial_pictures` gave."""
    there, others = probabilities[0, label], probabilities[1:, label].mean()
    return Trial(label, kind, speaks_for, float(before[label]), float(there), float(others))
