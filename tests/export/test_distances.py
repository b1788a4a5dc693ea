"""Distances of sets of features, against what can be worked out by hand."""

import sys

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchmetrics")

from export.distances import (
    frechet_distance,
    inception_score,
    kernel_distance,
    limit_over_count,
    sliced_wasserstein,
)

D = 8


def normal(count: int, seed: int, *, d: int = D) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, d))


def exactly(mean: np.ndarray, covariance: np.ndarray, *, count: int, seed: int) -> np.ndarray:
    """Rows with just this mean and this covariance, no sampling error left."""
    x = normal(count, seed, d=len(mean))
    x -= x.mean(axis=0)
    white = x @ np.linalg.inv(np.linalg.cholesky(np.atleast_2d(np.cov(x, rowvar=False)))).T
    return white @ np.linalg.cholesky(covariance).T + mean


def covariance(seed: int, d: int = D) -> np.ndarray:
    a = normal(2 * d, seed, d=d)
    return a.T @ a / d + 0.1 * np.eye(d)


def root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(values)) @ vectors.T


# -----------------------------------------------------------------------------
# Fréchet


@pytest.mark.parametrize(("d", "offset"), [(1, 0.0), (8, 0.0), (32, 0.0), (8, 1e4)])
def test_frechet_distance_of_two_gaussians(d: int, offset: float) -> None:
    m1, m2 = normal(2, 3, d=d) + offset
    c1, c2 = covariance(1, d), covariance(2, d)
    cross = root(root(c1) @ c2 @ root(c1))
    expected = ((m1 - m2) ** 2).sum() + np.trace(c1 + c2 - 2 * cross)
    real, fake = exactly(m1, c1, count=200, seed=4), exactly(m2, c2, count=300, seed=5)
    assert frechet_distance(real, fake) == pytest.approx(expected, rel=1e-5)
    assert frechet_distance(fake, real) == pytest.approx(expected, rel=1e-5)


def test_frechet_distance_of_commuting_gaussians_by_hand() -> None:
    """N(0, 1) and N(3, 4) in each of 8 dimensions: 8 (3^2 + (2 - 1)^2)."""
    ones = np.eye(D)
    real, fake = exactly(np.zeros(D), ones, count=99, seed=0), exactly(np.full(D, 3.0), 4 * ones, count=99, seed=1)
    assert frechet_distance(real, fake) == pytest.approx(80, rel=1e-6)
    assert frechet_distance(real, real) == pytest.approx(0, abs=1e-5)


# -----------------------------------------------------------------------------
# kernel


def test_kernel_distance_has_no_bias() -> None:
    """Of equal distributions it is 0 in the mean, below and above, where a biased one would be of the order 1 / n."""
    found = [kernel_distance(normal(200, n), normal(200, n + 50), subsets=1, subset=200)[0] for n in range(20)]
    error = np.std(found) / np.sqrt(len(found))
    assert abs(np.mean(found)) < 3 * error
    assert min(found) < 0 < max(found)


def test_kernel_distance_of_points_by_hand() -> None:
    """Two sets of two points: k(x, y) = (x y / 1 + 1)^3, pairs with themselves left out."""
    real, fake = np.array([[0.0], [1.0]]), np.array([[2.0], [3.0]])
    expected = 1 + 343 - 2 * (1 + 1 + 27 + 64) / 4
    assert kernel_distance(real, fake, subsets=3)[0] == pytest.approx(expected)


def test_kernel_distance_of_a_shift_and_of_its_seed() -> None:
    real, fake = normal(500, 0), normal(500, 1) + 1
    near, far = (kernel_distance(real, fake * s, subsets=10, subset=300)[0] for s in (1, 2))
    assert 0 < near < far
    once = kernel_distance(real, fake, seed=3, subsets=5, subset=100)
    assert kernel_distance(real, fake, seed=3, subsets=5, subset=100) == once
    assert kernel_distance(real, fake, seed=4, subsets=5, subset=100) != once


# -----------------------------------------------------------------------------
# sliced Wasserstein


def test_sliced_wasserstein_of_a_shift() -> None:
    """Each projection moves by v.u, and the mean square of v.u over directions is |v|^2 / d."""
    x, v = normal(400, 0), np.array([3.0, 4, 0, 0, 0, 0, 0, 0])
    assert sliced_wasserstein(x, x + v) == pytest.approx(5 / np.sqrt(D), rel=0.05)
    assert sliced_wasserstein(x, x) == 0
    assert sliced_wasserstein(x, np.random.default_rng(1).permutation(x)) == pytest.approx(0, abs=1e-6)


def test_sliced_wasserstein_of_a_scale_and_of_another_number_of_rows() -> None:
    """Projections of s x lie s times as far out: the root of the mean square of (s - 1) x.u, about s - 1."""
    x = normal(4000, 0)
    assert sliced_wasserstein(x, 3 * x) == pytest.approx(2, rel=0.05)
    assert sliced_wasserstein(x, np.repeat(x, 2, axis=0)) == pytest.approx(0, abs=1e-6)


# -----------------------------------------------------------------------------
# Inception Score, extrapolation


def test_inception_score_by_hand() -> None:
    sure = 50 * np.eye(5)[np.arange(500) % 5]
    assert inception_score(sure, splits=1)[0] == pytest.approx(5, rel=1e-6)
    assert inception_score(np.zeros((500, 5)), splits=1)[0] == pytest.approx(1)
    assert inception_score(50 * np.eye(5)[np.zeros(500, int)], splits=10) == pytest.approx((1, 0), abs=1e-9)


def test_a_line_over_one_by_n_is_found_again() -> None:
    counts = np.array([2500, 5000, 7500, 10000])
    assert limit_over_count(counts, 0.7 + 300 / counts) == pytest.approx(0.7)


def test_a_frechet_distance_extrapolated_is_nearer_to_the_truth() -> None:
    """Of one distribution it is 0; with few rows much more, and the line over 1/N takes most of that away."""
    real = exactly(np.zeros(D), np.eye(D), count=400, seed=9)
    counts = np.array([100, 200, 400, 800])
    values = [np.mean([frechet_distance(real, normal(n, s)) for s in range(6)]) for n in counts]
    assert abs(limit_over_count(counts, np.array(values))) < 0.4 * values[-1]


def test_torchmetrics_brought_no_network_along() -> None:
    assert "torch_fidelity" not in sys.modules
