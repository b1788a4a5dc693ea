"""Density and coverage (Naeem et al. 2020, arXiv 2002.09797), in plain numpy.

Both ask, in the feature space of a classifier, for the ball around each real picture that reaches to its k-th
nearest real neighbour. Density: in how many balls a generated picture lies on average, over k (1 where the two
distributions agree; above 1 where generated pictures crowd the dense places). Coverage: the share of real pictures
in whose ball at least one generated picture lies (near 1 - 1/2^k where the two agree).
"""

import numpy as np

BLOCK = 500  # rows of the distance matrix at a time


def density_coverage(
    real: np.ndarray, fake: np.ndarray, *, k: int = 5, radii: np.ndarray | None = None
) -> tuple[float, float]:
    """real (n, d), fake (m, d) features -> (density, coverage); eq. 6 and 7 of the paper.

    radii: `neighbour_distances(real, k=k)`, for who asks several times about the same real pictures.
    """
    if len(real) <= k:
        raise ValueError(f"{len(real)} real pictures have no {k}-th neighbour each")
    radii = neighbour_distances(real, k=k) if radii is None else radii  # (n,) squared
    hits = np.zeros(len(fake), np.int64)
    covered = np.zeros(len(real), bool)
    for start in range(0, len(real), BLOCK):
        block = slice(start, start + BLOCK)
        inside = squared_distances(real[block], fake) <= radii[block, None]  # (b, m)
        hits += inside.sum(axis=0)
        covered[block] = inside.any(axis=1)
    return float(hits.mean() / k), float(covered.mean())


def neighbour_distances(real: np.ndarray, *, k: int) -> np.ndarray:
    """(n,) squared distance from each row to its k-th nearest other row."""
    radii = []
    for start in range(0, len(real), BLOCK):
        distances = squared_distances(real[start : start + BLOCK], real)  # (b, n); the nearest is the row itself
        radii.append(np.partition(distances, k, axis=1)[:, k])
    return np.concatenate(radii)


def squared_distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(n, d), (m, d) -> (n, m), float32: |a|^2 - 2ab + |b|^2, which far from the origin would lose its digits."""
    centre = b.mean(axis=0, dtype=np.float64)
    a, b = (a - centre).astype(np.float32), (b - centre).astype(np.float32)
    squares = a @ b.T
    squares *= -2
    squares += (a * a).sum(axis=1)[:, None]
    squares += (b * b).sum(axis=1)[None, :]
    return np.maximum(squares, 0, out=squares)


def class_balance(labels: np.ndarray, reference: np.ndarray, *, num_classes: int) -> float:
    """1 - total variation distance of two class histograms: 1 where every class comes as often."""
    p = np.bincount(labels, minlength=num_classes) / len(labels)
    q = np.bincount(reference, minlength=num_classes) / len(reference)
    return float(1 - 0.5 * np.abs(p - q).sum())
