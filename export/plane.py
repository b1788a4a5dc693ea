"""The map of a package: a plane of the space that the decoder reads."""

import itertools
from collections.abc import Callable

import numpy as np

from export.axes import class_means, cloud
from export.measures import ClassReader

AXES = 6  # of the means of the classes, from which pairs are tried
RANDOM = 60  # further planes among all of those axes
GRID = 12  # spots a side on which a plane is tried
ROOM = 1.5  # how far beyond the samples a plane of classes reaches: near the mean of them all it shows few
READ = 0.5  # a score from which on a class counts as read

Draw = Callable[[np.ndarray], np.ndarray]  # w (n, S) -> pictures (n, H, W) in 0..1


def plane_of_classes(
    w: np.ndarray, labels: np.ndarray, *, reader: ClassReader, draw: Draw
) -> tuple[np.ndarray, np.ndarray]:
    """(origin (S,), axes (2, S)): of many planes through the mean the one on which the classes are shown most evenly.

    Tried: pairs of the main axes of the means of the classes, and random planes in the span of those means. Where one
    class lies far from all others the first pair alone shows little else than that class.
    """
    origin = w.mean(axis=0).astype(np.float64)
    means = class_means(w, labels)
    basis = cloud(means, means.mean(axis=0)).basis  # (K - 1, S)
    rng = np.random.Generator(np.random.Philox(key=0))
    turns = rng.standard_normal((RANDOM if len(basis) > 2 else 0, len(basis), 2))
    planes = [basis[list(pair)] for pair in itertools.combinations(range(min(AXES, len(basis))), 2)]
    planes += [np.linalg.qr(turn)[0].T @ basis for turn in turns]
    best = max(planes, key=lambda units: evenness(w, origin, scaled(w, origin, units), reader=reader, draw=draw))
    return origin, scaled(w, origin, best)


def scaled(w: np.ndarray, origin: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Each axis as long as the standard deviation of the samples along it."""
    return units * ((w - origin) @ units.T).std(axis=0)[:, None]


def evenness(w: np.ndarray, origin: np.ndarray, axes: np.ndarray, *, reader: ClassReader, draw: Draw) -> float:
    """Entropy in nats of the classes read on a grid over the plane, times the share of spots where one is read."""
    (x0, y0), (x1, y1) = extent(on_plane(w, origin, axes), room=ROOM)
    x, y = np.meshgrid(np.linspace(x0, x1, GRID), np.linspace(y0, y1, GRID))
    scores = reader.scores(draw(origin + x.reshape(-1, 1) * axes[0] + y.reshape(-1, 1) * axes[1]))
    read = scores.argmax(axis=1)[scores.max(axis=1) > READ]
    shares = np.bincount(read, minlength=scores.shape[1]) / max(len(read), 1)
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum() * len(read) / len(scores))


def plane_of_directions(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(origin, axes) through 0, of length 1 and orthogonal: for normal noise, where no spot is more at home."""
    first = first / np.linalg.norm(first)
    second = second - first * (first @ second)
    return np.zeros(len(first)), np.stack([first, second / np.linalg.norm(second)])


def on_plane(w: np.ndarray, origin: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """(n, S) -> (n, 2): the nearest spots."""
    return (w - origin) @ axes.T / (axes**2).sum(axis=1)


def extent(spots: np.ndarray, *, room: float = 1.0) -> tuple[tuple[float, float], tuple[float, float]]:
    """(low, high) of the middle 99 % along each axis, which hold about 98 % of the spots, times the room."""
    low, high = np.percentile(spots, (0.5, 99.5), axis=0)
    middle, half = (low + high) / 2, room * (high - low) / 2
    (x0, y0), (x1, y1) = (middle - half).round(3).tolist(), (middle + half).round(3).tolist()
    return (x0, y0), (x1, y1)
