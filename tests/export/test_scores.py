import numpy as np
import pytest

pytest.importorskip("torch")

from export.scores import class_balance, density_coverage, squared_distances


def normal(count: int, seed: int, *, shift: float = 0.0) -> np.ndarray:
    return (np.random.default_rng(seed).standard_normal((count, 8)) + shift).astype(np.float32)


def test_the_same_distribution_scores_as_the_paper_says() -> None:
    density, coverage = density_coverage(normal(1200, 0), normal(1200, 1))
    assert density == pytest.approx(1.0, abs=0.06)
    assert coverage == pytest.approx(1 - 0.5**5, abs=0.02)  # eq. 11 for large sets


def test_a_distribution_elsewhere_scores_nothing() -> None:
    assert density_coverage(normal(300, 0), normal(300, 1, shift=50)) == (0.0, 0.0)


def test_a_collapsed_generator_has_density_but_no_coverage() -> None:
    real = normal(600, 0)
    density, coverage = density_coverage(real, np.zeros((600, 8), np.float32))
    assert density > 2
    assert coverage < 0.3


def test_a_missing_half_halves_coverage() -> None:
    real = np.concatenate([normal(400, 0), normal(400, 1, shift=40)])
    _, coverage = density_coverage(real, normal(800, 2))
    assert coverage == pytest.approx(0.5, abs=0.03)


def test_by_hand() -> None:
    real = np.array([[0.0], [1.0], [3.0]], np.float32)  # radii for k = 1: 1, 1, 2
    fake = np.array([[0.5], [1.5], [9.0]], np.float32)  # in the balls of 0 and 1; of 1 and 3; of none
    assert density_coverage(real, fake, k=1) == (pytest.approx(4 / 3), 1.0)


def test_distances_far_from_the_origin_keep_their_digits() -> None:
    a = np.array([[10_000.0], [10_001.0]], np.float32)
    assert squared_distances(a, a) == pytest.approx(np.array([[0.0, 1.0], [1.0, 0.0]]))


def test_class_balance() -> None:
    assert class_balance(np.array([0, 1, 0, 1]), np.array([1, 0]), num_classes=2) == 1.0
    assert class_balance(np.array([0, 0]), np.array([0, 1]), num_classes=2) == 0.5
