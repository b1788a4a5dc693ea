"""Whether samples are training pictures learnt by heart.

For each sample x with its nearest training picture t, the ratio d(x, t) / d(t, t') is told, where t' is the training
picture nearest to t: below 1 the sample lies nearer to a training picture than that does to its own kind, near 0 it is
a copy. The same for pictures of the test split, which nobody can have learnt by heart, is the floor.

d is the Euclidean distance of pixels after the best shift by at most SHIFT pixels each way. All pairs shifted all ways
would take hours, so candidates are found first, by the distance of centred, blurred pictures of half the size.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from export.ladder import blurred
from export.scores import squared_distances

SHIFT = 2  # pixels
CANDIDATES = 20
BLOCK = 250
NEAR = 0.5  # a ratio below this is nearer than like pictures are

Told = Callable[[int, int], None]


@dataclasses.dataclass(frozen=True)
class Closest:
    """The training picture nearest to each of n pictures."""

    ratios: np.ndarray  # (n,) float32
    nearest: np.ndarray  # (n,) indices into the training pictures

    def share(self, below: float) -> float:
        return float((self.ratios < below).mean())


def closest(pictures: np.ndarray, train: np.ndarray, *, tell: Told = lambda done, total: None) -> Closest:
    """pictures (n, H, W, C), train (m, H, W, C) uint8, m of at least 2."""
    coarse = _coarse(train)
    distances, nearest = _nearest(pictures, train, coarse, tell=lambda done, total: tell(done, 2 * total))
    found, places = np.unique(nearest, return_inverse=True)
    own, _ = _nearest(train[found], train, coarse, own=found, tell=lambda done, total: tell(total + done, 2 * total))
    ratios = distances / np.maximum(own[places], 1e-6)  # of two equal training pictures every sample is far
    return Closest(ratios.astype(np.float32), nearest)


def _nearest(
    pictures: np.ndarray, train: np.ndarray, coarse: np.ndarray, *, tell: Told, own: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """(distances (n,), indices (n,)); own: which training pictures these are, which do not count."""
    distances, indices = np.empty(len(pictures), np.float32), np.empty(len(pictures), np.int64)
    for start in range(0, len(pictures), BLOCK):
        part = slice(start, start + BLOCK)
        apart = squared_distances(_coarse(pictures[part]), coarse)
        if own is not None:
            apart[np.arange(len(apart)), own[part]] = np.inf
        count = min(CANDIDATES, apart.shape[1] - 1)
        candidates = np.argpartition(apart, count - 1, axis=1)[:, :count]  # (b, count)
        aligned = _aligned(pictures[part], train[candidates])
        best = aligned.argmin(axis=1)
        rows = np.arange(len(best))
        distances[part], indices[part] = aligned[rows, best], candidates[rows, best]
        tell(min(start + BLOCK, len(pictures)), len(pictures))
    return distances, indices


def _coarse(pictures: np.ndarray) -> np.ndarray:
    """(n, H, W, C) -> (n, numbers) float32: the centre of what it shows in the middle, blurred, half the size."""
    centred = _centred(pictures)
    return blurred(centred, sigma=1)[:, ::2, ::2].reshape(len(pictures), -1).astype(np.float32) / 255


def _centred(pictures: np.ndarray) -> np.ndarray:
    """Each picture rolled by whole pixels: the centre of mass of what differs from its edge comes into the middle."""
    edge = np.concatenate([pictures[:, 0], pictures[:, -1], pictures[:, :, 0], pictures[:, :, -1]], axis=1)
    mass = np.abs(pictures - np.median(edge, axis=1)[:, None, None]).sum(axis=3) + 1e-6  # (n, H, W)
    moves = [_to_middle(mass.sum(axis=2)), _to_middle(mass.sum(axis=1))]  # down, right
    centred = pictures
    for axis, move in enumerate(moves):
        size = pictures.shape[1 + axis]
        at = (np.arange(size)[None] - move[:, None]) % size  # (n, size)
        at = at[:, :, None, None] if axis == 0 else at[:, None, :, None]
        centred = np.take_along_axis(centred, at, axis=1 + axis)
    return centred


def _to_middle(profile: np.ndarray) -> np.ndarray:
    """(n, size) masses -> (n,) whole pixels from their centre to the middle."""
    size = profile.shape[1]
    centre = (profile * np.arange(size)).sum(axis=1) / profile.sum(axis=1)
    return np.rint((size - 1) / 2 - centre).astype(int)


def _aligned(pictures: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """(b, H, W, C), (b, k, H, W, C) -> (b, k): the distance at the best shift, edges repeated."""
    padded = np.pad(pictures, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)), mode="edge")
    height, width = pictures.shape[1:3]
    ways = [(y, x) for y in range(2 * SHIFT + 1) for x in range(2 * SHIFT + 1)]
    shifted = np.stack([padded[:, y : y + height, x : x + width] for y, x in ways], axis=1)
    a, b = (p.reshape(*p.shape[:2], -1).astype(np.float32) / 255 for p in (shifted, candidates))
    squares = (a * a).sum(axis=2)[:, :, None] + (b * b).sum(axis=2)[:, None] - 2 * a @ b.transpose(0, 2, 1)
    return np.sqrt(np.maximum(squares, 0).min(axis=1))
