"""A picture of an icon becomes a field again."""

import numpy as np
import pytest

from desktop_app.engine.fields import coverage_of, field_of

REACH = 4.0
INNER = np.s_[4:-4]  # rows: a bar ends at the picture's edge, where its field goes on


def disc(radius: float, x: float, y: float) -> np.ndarray:
    rows, columns = np.mgrid[0:64, 0:64] + 0.5
    return np.clip(radius - np.hypot(columns - x, rows - y), -REACH, REACH).astype(np.float32)


def bar(left: float, right: float) -> np.ndarray:
    columns = np.arange(64) + 0.5
    across = np.clip(np.minimum(columns - left, right - columns), -REACH, REACH)
    return np.tile(across, (64, 1)).astype(np.float32)


@pytest.mark.parametrize("side", [64, 128, 256])
@pytest.mark.parametrize(
    "field", [disc(20, 32, 32), disc(5.3, 20.2, 41.7), bar(10.25, 30.6)], ids=["disc", "dot", "bar"]
)
def test_a_field_comes_back_from_its_picture(field: np.ndarray, side: int):
    back = field_of(coverage_of(field, side), 64, REACH)
    inner = back[INNER] - field[INNER]
    assert np.abs(inner).max() < 0.3
    assert np.abs(inner).mean() < 0.05


def test_beyond_the_picture_there_is_no_ink():
    full = field_of(np.full((128, 128), 255, np.uint8), 64, REACH)
    assert full[32, 0] == pytest.approx(0.5, abs=0.2)
    assert full[32, 2] == pytest.approx(2.5, abs=0.2)
    assert full[4:-4, 4:-4].min() == REACH


def test_a_blank_picture_is_far_from_any_outline():
    assert (field_of(np.zeros((128, 128), np.uint8), 64, REACH) == -REACH).all()


def test_distances_are_euclidean_and_end_at_the_reach():
    dot = np.zeros((128, 128), np.uint8)
    dot[64:66, 64:66] = 255  # one pixel of the field, at (32.5, 32.5)
    field = field_of(dot, 64, REACH)
    assert field[32, 32] > 0 > field[32, 33]
    assert field[34, 34] - field[33, 33] == pytest.approx(-np.sqrt(2), abs=0.15)
    assert field[40, 40] == -REACH


@pytest.mark.parametrize("side", [16, 48])
def test_fields_of_other_sizes(side: int):
    field = field_of(coverage_of(disc(16, 32, 32), 128), side, 2.0)
    assert field.shape == (side, side)
    assert (field > 0).mean() == pytest.approx(np.pi * 16**2 / 64**2, abs=0.03)
    assert np.abs(field).max() <= 2.0
