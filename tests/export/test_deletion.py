# ruff: noqa: E402 (without torch these tests are skipped)
"""The deletion test on a planted judge, and maps under shuffled weights."""

import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchmetrics")

from desktop_app.studio.evidence import enlarged
from export.deletion import Case, drawn, orders, probability_left, top
from export.shuffled import layers_of, likeness, shuffle_last
from tests import tiny_classifier

SIDE, PLACES = 28, 7


def planted_judge(pictures: np.ndarray) -> np.ndarray:
    """(N, 2): sure of class 1 as long as the square in the upper left corner is lit, whatever else there is."""
    share = (pictures[:, :8, :8] > 100).mean(axis=(1, 2, 3))
    return np.stack([1 - share, share], axis=1)


def case(*, honest: bool) -> Case:
    """A picture that is lit in two corners; an honest map marks the one that counts."""
    picture = np.zeros((SIDE, SIDE, 1), np.uint8)
    picture[:8, :8] = picture[-8:, -8:] = 255
    sign = np.float32(1 if honest else -1)
    activation, occlusion = np.zeros((PLACES, PLACES), np.float32), np.zeros((SIDE, SIDE), np.float32)
    activation[:2, :2], activation[-2:, -2:] = sign, -sign
    occlusion[:8, :8], occlusion[-8:, -8:] = sign, -sign
    return Case(picture, 1, activation, occlusion)


def left(*cases: Case) -> dict[str, float]:
    found = probability_left(planted_judge, list(cases), enlarged, seed=0, tell=lambda done, total: None)
    return {name: mean for name, (mean, _) in found.items()}


@pytest.mark.parametrize("way", ["activation", "occlusion"])
def test_a_map_that_knows_is_told_from_one_that_does_not(way: str) -> None:
    honest, liar = left(case(honest=True)), left(case(honest=False))
    assert honest[f"10 % of the picture, {way}"] < 0.1
    assert honest[f"30 % of the drawn part, {way}"] == pytest.approx(1 - 38 / 64)
    assert liar[f"10 % of the picture, {way}"] == 1
    for of in ("of the picture", "of the drawn part"):
        random = honest[f"30 % {of}, random blobs"]
        assert honest[f"30 % {of}, {way}"] < random - 0.1 < random < liar[f"30 % {of}, {way}"]


def test_random_pixels_are_those_that_are_drawn_first() -> None:
    planted = case(honest=True)
    ways = orders(planted, enlarged, np.random.default_rng(0))
    ink = drawn(planted.picture)
    assert ink.sum() == 128
    masks = top(ways["random pixels"], 60)
    assert (masks.sum(axis=(1, 2)) == 60).all()
    assert not (masks & ~ink).any()
    assert not np.array_equal(masks[0], masks[1])


def test_the_same_seed_gives_the_same_figures() -> None:
    assert left(case(honest=True)) == left(case(honest=True))


def test_the_largest_are_taken_and_so_many_of_them() -> None:
    maps = np.array([[[3.0, 1.0], [2.0, 2.0]]])
    assert top(maps, 1).tolist() == [[[True, False], [False, False]]]
    assert top(maps, 3).tolist() == [[[True, False], [True, True]]]
    assert not top(maps, 0).any()


# -- shuffled weights --------------------------------------------------------------------------------------------------


def test_only_the_last_layers_are_shuffled(tmp_path) -> None:
    model = tiny_classifier.graph()
    assert layers_of(model) == [["head"]]
    other = shuffle_last(model, 1, seed=0)
    before, after = ({i.name: onnx.numpy_helper.to_array(i) for i in m.graph.initializer} for m in (model, other))
    assert not np.array_equal(before["head"], after["head"])
    np.testing.assert_array_equal(np.sort(before["head"].ravel()), np.sort(after["head"].ravel()))
    assert all(np.array_equal(before[name], after[name]) for name in before if name != "head")
    assert shuffle_last(model, 1, seed=0) == other
    assert shuffle_last(model, 0, seed=0) == model


def test_likeness_is_one_for_the_same_order_and_minus_one_for_the_opposite() -> None:
    maps = np.random.default_rng(0).normal(size=(5, 7, 7))
    assert likeness(maps, np.exp(maps)) == pytest.approx(1)
    assert likeness(maps, -maps) == pytest.approx(-1)
    assert abs(likeness(maps, np.random.default_rng(1).normal(size=(5, 7, 7)))) < 0.3
