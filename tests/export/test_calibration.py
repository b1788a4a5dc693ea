# ruff: noqa: E402 (without torch these tests are skipped)
"""Temperature and calibration on cases with known answers, pictures kept back, and rectangles that hide."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from export.calibration import (
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
    reliability,
    softmax,
)
from export.classifier import erase
from export.data import Dataset, hold_out


def drawn_from(logits: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Labels that are as probable as the logits say."""
    return (softmax(logits).cumsum(axis=1) > rng.random((len(logits), 1))).argmax(axis=1)


@pytest.mark.parametrize("temperature", [0.6, 1.0, 2.5])
def test_a_known_temperature_is_found_again(temperature: float) -> None:
    rng = np.random.default_rng(3)
    true = rng.normal(0, 2, (8000, 5))
    labels = drawn_from(true, rng)
    assert fit_temperature(true * temperature, labels) == pytest.approx(temperature, rel=0.05)


def test_where_all_is_right_the_temperature_stays_in_its_bounds() -> None:
    logits = np.eye(4) * 0.5
    assert fit_temperature(logits, np.arange(4)) == pytest.approx(0.05, rel=1e-3)
    assert fit_temperature(logits, (np.arange(4) + 1) % 4) == pytest.approx(20, rel=1e-3)


def test_calibration_error_by_hand() -> None:
    """Two bins: 0.9 with 3 of 4 right, 0.6 with 1 of 2 right: (4 * 0.15 + 2 * 0.1) / 6."""
    confidence = np.array([0.9] * 4 + [0.6] * 2)
    p = np.stack([confidence, 1 - confidence], axis=1)
    labels = np.array([0, 0, 0, 1, 0, 1])
    table = reliability(p, labels)
    assert expected_calibration_error(table) == pytest.approx((4 * 0.15 + 2 * 0.1) / 6)
    np.testing.assert_allclose(table[[8, 13]], [[0.6, 0.5, 2 / 6], [0.9, 0.75, 4 / 6]])
    assert table[:, 2].sum() == pytest.approx(1)


def test_calibration_error_is_that_of_torchmetrics() -> None:
    metrics = pytest.importorskip("torchmetrics.functional.classification")
    rng = np.random.default_rng(0)
    p = softmax(rng.normal(0, 2, (2000, 6)))
    labels = rng.integers(0, 6, 2000)
    theirs = metrics.multiclass_calibration_error(torch.from_numpy(p), torch.from_numpy(labels), 6, n_bins=15)
    assert expected_calibration_error(reliability(p, labels)) == pytest.approx(theirs.item(), abs=1e-6)


def test_log_loss_by_hand() -> None:
    p = np.array([[0.5, 0.5], [0.2, 0.8]])
    assert negative_log_likelihood(p, np.array([0, 1])) == pytest.approx(-(np.log(0.5) + np.log(0.8)) / 2)
    assert np.isfinite(negative_log_likelihood(np.array([[0.0, 1.0]]), np.array([0])))


# -- pictures kept back ------------------------------------------------------------------------------------------------


def test_what_is_kept_back_is_disjoint_and_always_the_same() -> None:
    images = np.arange(600, dtype=np.uint16).astype(">u2").view(np.uint8).reshape(600, 1, 2, 1)
    dataset = Dataset(images, np.arange(600), {})
    rest, held = hold_out(dataset, 50)
    assert (len(rest.images), len(held.images)) == (550, 50)
    assert not set(rest.labels) & set(held.labels)
    assert set(rest.labels) | set(held.labels) == set(range(600))
    np.testing.assert_array_equal(held.images, images[held.labels])
    np.testing.assert_array_equal(hold_out(dataset, 50)[1].labels, held.labels)
    assert len(hold_out(dataset, 5000)[1].images) == 100  # at most a sixth


# -- random erasing ----------------------------------------------------------------------------------------------------


def test_erasing_hides_a_rectangle_of_one_grey_in_that_share_of_the_pictures() -> None:
    torch.manual_seed(0)
    x = torch.full((1500, 1, 28, 28), 5.0)
    changed = (erase(x, share=0.3) != x)[:, 0]
    hit = changed.flatten(1).any(dim=1)
    assert hit.float().mean().item() == pytest.approx(0.3, abs=0.04)
    rows, columns = changed.any(dim=2), changed.any(dim=1)
    torch.testing.assert_close(changed, rows[:, :, None] & columns[:, None, :])  # a rectangle
    heights = rows.sum(dim=1)[hit]
    assert heights.min() >= 3
    assert heights.max() <= 15
    assert bool((erase(x, share=0.0) == x).all())


def test_an_erased_rectangle_has_one_grey_within_the_pictures_range() -> None:
    torch.manual_seed(1)
    x = torch.full((64, 2, 28, 28), 5.0)
    made = erase(x, share=1.0)
    for picture in made:
        greys = picture[picture != 5].unique()
        assert len(greys) == 1
        assert -1 <= greys.item() <= 1
