"""The ladder of damage: what it does to pictures, and that every distance climbs it."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchmetrics")

from export import generator_scores as scores
from export.errors import ExportError
from export.evaluation import Figure, Rung
from export.judges import GROUPS, Look
from export.ladder import Damage, Pool, blurred, steps, stumbles

CLASSES, COUNT = 6, 240


def pool(*, count: int = COUNT, seed: int = 0) -> Pool:
    """Blocks of light on dark, a class for each of six places and sizes."""
    rng = np.random.default_rng(seed)
    labels = np.arange(3 * count) % CLASSES
    images = np.zeros((3 * count, 16, 16, 1), np.uint8)
    for image, label, level in zip(images, labels, rng.integers(120, 255, 3 * count), strict=True):
        size = 3 + label % 3 + int(rng.integers(2))
        y, x = int(rng.integers(1, 4)), 1 + 7 * (label // 3) + int(rng.integers(2))
        image[y : y + 2 * size, x : x + size] = level
    return Pool(images, labels, rng.permutation(3 * count), count, seed)


def look(pictures: np.ndarray) -> Look:
    """Two sets of features: means of cells, and differences of neighbours, which see blur and noise."""
    x = pictures[..., 0].astype(np.float32) / 255
    cells = x.reshape(len(x), 8, 2, 8, 2).mean(axis=(2, 4))
    edges = [np.abs(np.diff(x, axis=axis)).reshape(len(x), -1, 8).mean(axis=2) for axis in (1, 2)]
    coarse = cells[:, ::2, ::2].reshape(len(x), -1)
    fine = np.concatenate([x.std(axis=2), *edges], axis=1)[:, ::4]
    return Look(
        np.zeros((len(x), CLASSES), np.float32), {GROUPS[0]: np.concatenate([coarse, fine], 1), GROUPS[1]: fine}
    )


def climb(damage: Damage, amounts: tuple[float, ...]) -> list[scores.Measured]:
    there = pool()
    test = pool(seed=1)
    real = scores.real_side(look(test.images[test.chosen]), test.labels[test.chosen])
    rungs = [there.images[there.chosen], *(damage.apply(there, amount) for amount in amounts)]
    return [scores.distances(look(pictures), real, seed=0, subsets=3) for pictures in rungs]


@pytest.mark.parametrize(("damage", "amounts"), steps(CLASSES), ids=lambda x: getattr(x, "name", ""))
def test_every_distance_climbs(damage: Damage, amounts: tuple[float, ...]) -> None:
    found = climb(damage, amounts)
    for name in (scores.named(what, group) for what in scores.LOWER[:3] for group in GROUPS):
        values = [measured[name] for measured in found]
        assert values == sorted(values), (name, values)
        assert values[-1] > 2 * values[0], (name, values)
    for group in GROUPS:
        covered = [measured[scores.named(scores.COVERAGE, group)] for measured in found]
        assert covered[-1] < covered[0] - 0.1


def test_a_figure_that_does_not_climb_is_named() -> None:
    rung = Rung("blur", "pixels", (0, 1, 2), {"down": (1, 2, 2), "up": (0.9, 0.5, 0.1)})
    figures = (Figure("down", 0, higher_is_better=False), Figure("up", 0))
    assert stumbles((rung,), figures) == ["The down does not see blur from 1 to 2: 2, then 2."]


def test_blur_keeps_what_is_even_and_the_mean() -> None:
    even = np.full((2, 9, 9, 3), 77, np.uint8)
    assert (blurred(even, sigma=1.5) == 77).all()
    point = np.zeros((1, 31, 31, 1), np.uint8)
    point[0, 15, 15] = 255
    soft = blurred(point, sigma=1.0)[0, ..., 0]
    assert soft[15, 15] == round(255 / (2 * np.pi))
    assert np.array_equal(soft, soft.T)
    assert np.array_equal(soft, soft[::-1])


def test_noise_is_of_its_size_and_of_its_seed() -> None:
    damage = next(d for d, _ in steps(CLASSES) if d.name == "noise")
    grey = pool()
    grey = Pool(np.full_like(grey.images, 128), grey.labels, grey.order, grey.count, 0)
    noisy = damage.apply(grey, 16)
    assert noisy.std() == pytest.approx(16, rel=0.02)
    assert np.array_equal(noisy, damage.apply(grey, 16))


def test_classes_left_out_are_made_up_for_by_the_others() -> None:
    there = pool()
    left = there.without(2)
    assert len(left) == COUNT
    assert set(there.labels[left]) == {0, 1, 2, 3}
    with pytest.raises(ExportError, match="smaller --count"):
        there.without(5)


def test_at_least_two_classes_stay() -> None:
    amounts = {damage.name: amounts for damage, amounts in steps(3)}
    assert amounts["classes left out"] == (1,)
