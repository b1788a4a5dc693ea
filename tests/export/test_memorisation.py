"""Pictures learnt by heart are found, wherever they were moved to."""

import numpy as np
import pytest

from export.memorisation import NEAR, SHIFT, closest


def blots(count: int, *, seed: int, side: int = 20) -> np.ndarray:
    """(count, side, side, 1): no two alike, dark around."""
    rng = np.random.default_rng(seed)
    pictures = np.zeros((count, side, side, 1), np.uint8)
    pictures[:, 5:-5, 5:-5, 0] = rng.integers(0, 256, (count, 5, 5)).repeat(2, axis=1).repeat(2, axis=2)
    return pictures


def test_planted_copies_are_found() -> None:
    train, samples = blots(300, seed=0), blots(40, seed=1)
    copies = {3: (7, 0, 0), 11: (250, SHIFT, -1), 20: (99, -SHIFT, SHIFT)}
    for place, (index, down, right) in copies.items():
        samples[place] = np.roll(train[index], (down, right), axis=(0, 1))
    found = closest(samples, train)
    assert {place: found.nearest[place] for place in copies} == {p: i for p, (i, _, _) in copies.items()}
    assert set(np.flatnonzero(found.ratios < NEAR)) == set(copies)
    assert found.share(NEAR) == pytest.approx(3 / 40)


def test_a_copy_with_a_little_noise_is_still_near() -> None:
    train, samples = blots(200, seed=0), blots(20, seed=1)
    noise = np.random.default_rng(2).integers(-8, 9, train[0].shape)
    samples[0] = np.clip(train[5].astype(int) + noise, 0, 255)
    found = closest(samples, train)
    assert found.nearest[0] == 5
    assert found.ratios[0] < 0.2


def test_pictures_of_the_same_law_are_as_far_as_training_pictures_are_from_one_another() -> None:
    found = closest(blots(60, seed=1), blots(300, seed=0))
    assert found.share(NEAR) == 0
    assert np.median(found.ratios) == pytest.approx(1, abs=0.15)


def test_the_ratio_by_hand() -> None:
    """Levels on one pixel: the sample lies 10 from the training picture, which lies 40 from its own nearest."""
    train = np.zeros((3, 8, 8, 1), np.uint8)
    train[:, 4, 4, 0] = (100, 140, 250)
    sample = np.zeros((1, 8, 8, 1), np.uint8)
    sample[0, 4, 4, 0] = 90
    found = closest(sample, train)
    assert found.nearest[0] == 0
    assert found.ratios[0] == pytest.approx(10 / 40, rel=1e-3)


def test_of_two_equal_training_pictures_nothing_is_a_copy_but_they_themselves() -> None:
    train = blots(50, seed=0)
    train[1] = train[0]
    found = closest(np.stack([train[0], blots(1, seed=5)[0]]), train)
    assert found.ratios[1] > NEAR
