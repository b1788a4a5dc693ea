"""Directions in a latent space from samples of it: principal axes and regressions, in plain numpy.

All of them are scaled alike: a direction is as long as the standard deviation of the samples along it, so that a push
of 1 is one standard deviation. A regression's direction is not its slope but the slope times the covariance: where the
mean of the samples goes as the regression's value rises. The slope itself would lead out of the cloud, along axes on
which hardly anything varies.
"""

import dataclasses

import numpy as np

# what is shipped, see export/directions.py
MIN_CHANGE = 4.0  # steps of 8 bit, mean over all pixels, the empty ones too
MIN_FIT = 0.2  # R^2
MIN_REACHED = 0.4  # share of the designs of other classes

KEPT_VARIANCE = 0.999  # axes beyond that share of the variance are noise for a regression
RIDGE = 1e-2  # beside the 1 that every whitened axis has as its variance
ALIKE = 0.8  # cosine (of whitened directions) from which two named directions are one
TANGLED = 0.25  # from which the later one is made orthogonal to the earlier


@dataclasses.dataclass(frozen=True)
class Cloud:
    """Samples w (n, S) about a centre each, and their principal axes."""

    offsets: np.ndarray  # (n, S), w less its centre
    basis: np.ndarray  # (k, S) orthonormal rows, largest variance first
    deviation: np.ndarray  # (k,) standard deviations along them
    share: np.ndarray  # (k,) of the variance

    @property
    def white(self) -> np.ndarray:
        """(n, k): the samples with variance 1 along every axis."""
        return self.offsets @ self.basis.T / self.deviation

    def out(self, direction: np.ndarray) -> np.ndarray:
        """(k,) a direction among the whitened samples -> (S,) in the space itself, one standard deviation long."""
        way = (direction * self.deviation) @ self.basis
        unit = way / max(float(np.linalg.norm(way)), 1e-12)
        return unit * (self.offsets @ unit).std()


def cloud(w: np.ndarray, centres: np.ndarray) -> Cloud:
    """w (n, S); centres (n, S) or (S,): the mean, or the mean of each sample's class for what varies within classes."""
    offsets = (w - centres).astype(np.float64)
    values, vectors = np.linalg.eigh(offsets.T @ offsets / len(offsets))
    values, vectors = np.maximum(values[::-1], 0), vectors[:, ::-1].T
    share = values / values.sum()
    kept = max(1, int(np.searchsorted(np.cumsum(share), KEPT_VARIANCE)) + 1)
    vectors = vectors[:kept] * _sign(vectors[:kept])[:, None]
    return Cloud(offsets, vectors, np.sqrt(values[:kept]), share[:kept])


def class_means(w: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(K, S) for classes 0 to K - 1; all of them must be there."""
    return np.stack([w[labels == k].mean(axis=0) for k in range(labels.max() + 1)])


def regress(white: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The whitened direction (k,), of length 1, along which the target (n,) rises best (ridge regression)."""
    centred = target - target.mean()
    x = white - white.mean(axis=0)
    slope = np.linalg.solve(x.T @ x / len(x) + RIDGE * np.eye(x.shape[1]), x.T @ centred / len(x))
    return slope / max(float(np.linalg.norm(slope)), 1e-12)


def fit_of(white: np.ndarray, target: np.ndarray, direction: np.ndarray) -> float:
    """R^2 of the target on the place along the direction: their correlation squared."""
    along = white @ direction
    if along.std() < 1e-12 or target.std() < 1e-12:
        return 0.0
    return float(np.corrcoef(along, target)[0, 1] ** 2)


def untangle(direction: np.ndarray, earlier: list[np.ndarray]) -> np.ndarray | None:
    """Orthogonal to those earlier ones that it is tangled with; None where it is one of them but for the name."""
    tangled = [other for other in earlier if abs(direction @ other) > TANGLED]
    if any(abs(direction @ other) > ALIKE for other in tangled):
        return None
    if not tangled:
        return direction
    basis, _ = np.linalg.qr(np.stack(tangled).T)  # (k, number)
    rest = direction - basis @ (basis.T @ direction)
    length = float(np.linalg.norm(rest))
    return rest / length if length > 0.5 else None


def _sign(rows: np.ndarray) -> np.ndarray:
    """1 or -1 a row, so that its largest number is positive: eigenvectors come with either sign."""
    largest = np.take_along_axis(rows, np.abs(rows).argmax(axis=1)[:, None], axis=1)[:, 0]
    return np.where(largest < 0, -1.0, 1.0)
