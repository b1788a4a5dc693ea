"""Evidence maps: enlarged without moving, their strongest tenth, and the trial of it, on pictures one can work out."""

import numpy as np
import pytest

from desktop_app.engine.covering import covers, mean_fall
from desktop_app.studio.evidence import (
    LEAST_SCALE,
    PLACES,
    Answer,
    elsewhere,
    enlarged,
    scale_of,
    strongest,
    trial_of,
    trial_pictures,
)


def random_map(height: int = 7, width: int = 5) -> np.ndarray:
    return np.random.default_rng(3).normal(size=(height, width)).astype(np.float32)


def test_an_enlarged_map_is_level_where_it_was_level():
    assert np.allclose(enlarged(np.full((7, 7), 3.5, np.float32), (28, 30)), 3.5)


def test_an_enlarged_slope_is_a_slope():
    slope = np.arange(7, dtype=np.float32)[None].repeat(7, axis=0)
    found = enlarged(slope, (28, 28))
    inner = found[:, 2:-2]
    assert np.allclose(np.diff(inner, axis=1), 0.25, atol=1e-5)
    assert np.allclose(found.mean(), slope.mean(), atol=1e-5)  # nothing has moved to a side


def test_a_map_of_the_pictures_size_stays_as_it_is():
    values = random_map()
    assert np.allclose(enlarged(values, values.shape), values)


def test_a_map_that_is_larger_than_the_picture_still_fits():
    assert enlarged(random_map(7, 7), (3, 4)).shape == (3, 4)


def test_the_strongest_tenth_is_the_strongest_on_the_side_asked_for():
    values = random_map(28, 28)
    for speaks_for in (True, False):
        mask = strongest(values, speaks_for=speaks_for)
        assert mask.sum() == 78
        sign = 1 if speaks_for else -1
        assert (sign * values)[mask].min() >= (sign * values)[~mask].max()


def test_a_tiny_picture_has_a_strongest_part():
    assert strongest(np.array([[1.0, 2.0]], np.float32), speaks_for=True).tolist() == [[False, True]]


def test_elsewhere_is_the_same_shape_in_other_places():
    mask = np.zeros((28, 28), bool)
    mask[3:9, 4:12] = True
    moved = elsewhere(mask)
    assert moved.shape == (PLACES, 28, 28)
    assert set(moved.sum(axis=(1, 2))) == {48}
    assert not any(np.array_equal(mask, other) for other in moved)
    assert len({other.tobytes() for other in moved}) == PLACES
    assert moved.any(axis=0).mean() > 0.5  # all over the picture


def test_a_trial_covers_the_marked_part_and_then_the_others():
    picture = np.full((28, 28, 1), 200, np.uint8)
    picture[0] = picture[-1] = picture[:, 0] = picture[:, -1] = 10
    mask = np.zeros((28, 28), bool)
    mask[10:15, 10:15] = True
    pictures = trial_pictures(picture, mask)
    assert pictures.shape == (1 + PLACES, 28, 28, 1)
    assert (pictures[0][mask] == 10).all()
    assert np.array_equal(pictures[0][~mask], picture[~mask])
    assert (pictures[1][elsewhere(mask)[0]] == 10).all()


def test_a_trial_tells_one_part_from_the_mean_of_the_others():
    before = np.array([0.9, 0.1], np.float32)
    after = np.stack([[0.2, 0.8], *[[0.8, 0.2], [0.6, 0.4]] * (PLACES // 2)]).astype(np.float32)
    trial = trial_of(before, after, 0, "occlusion", speaks_for=True)
    assert (trial.before, trial.after, trial.elsewhere) == pytest.approx((0.9, 0.2, 0.7))


def test_an_answer_has_a_map_of_each_class_and_each_kind():
    every = np.random.default_rng(1).normal(size=(3, 7, 7)).astype(np.float32)
    masks = covers(28, 28)
    falls = np.random.default_rng(2).normal(size=(len(masks), 3)).astype(np.float32)
    answer = Answer(np.array([0.2, 0.5, 0.3], np.float32), every, falls)
    assert np.array_equal(answer.map("activation", 2, (28, 28)), enlarged(every[2], (28, 28)))
    assert np.array_equal(answer.map("occlusion", 1, (28, 28)), mean_fall(falls[:, 1], masks))
    assert Answer(answer.probabilities, every).map("occlusion", 1, (28, 28)) is None


def test_a_map_of_almost_nothing_is_not_blown_up():
    assert scale_of(np.full((3, 3), -1e-5, np.float32)) == LEAST_SCALE
    assert scale_of(np.array([[-4.0, 2.0]], np.float32)) == 4.0
