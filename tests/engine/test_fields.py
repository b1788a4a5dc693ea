"""Fields are drawn by bicubic interpolation: exact where it must be, the same alone and in a batch, at any size."""

import numpy as np
import pytest

from desktop_app.engine.fields import coverage_of, interpolated

Y, X = np.mgrid[:64, :64] + 0.5
DISC = np.clip(20.3 - np.hypot(X - 31, Y - 33), -4, 4).astype(np.float32)


def test_quadratics_are_read_exactly_and_lines_beyond_the_picture_too():
    places = np.linspace(2, 62, 37)
    field = 0.01 * X * X - 0.3 * Y + 0.02 * X * Y
    read = interpolated(field, places, places)
    exact = 0.01 * places**2 - 0.3 * places[:, None] + 0.02 * places * places[:, None]
    np.testing.assert_allclose(read, exact, atol=1e-4)
    np.testing.assert_allclose(interpolated(Y, np.array([-0.5, 64.25]), np.array([5.0])), [[-0.5], [64.25]], atol=1e-4)


@pytest.mark.parametrize("side", [16, 24, 64, 100, 128, 512])
def test_the_ink_of_a_disc_is_as_large_as_the_disc(side):
    picture = coverage_of(DISC, side)
    assert picture.shape == (side, side)
    assert picture.dtype == np.uint8
    area = picture.sum() / 255 * (64 / side) ** 2
    assert area == pytest.approx(np.pi * 20.3**2, rel=0.003)


def test_a_batch_gives_the_same_pixels_as_one_alone():
    fields = np.stack([DISC, -DISC, np.roll(DISC, 7, 0)])
    together = coverage_of(fields[:, None], 96)
    assert together.shape == (3, 1, 96, 96)
    for field, picture in zip(fields, together[:, 0], strict=True):
        np.testing.assert_array_equal(coverage_of(field, 96), picture)


def test_edges_are_smooth_over_one_pixel_and_no_more():
    picture = coverage_of((X - 20.25).astype(np.float32), 64)[30]
    assert picture[:20].max() == 0
    assert picture[20] == pytest.approx(0.75 * 255, abs=1)
    assert picture[21:].min() == 255


def test_blank_and_full_fields_are_blank_and_full():
    assert coverage_of(np.full((64, 64), -4, np.float32), 48).max() == 0
    assert coverage_of(np.full((64, 64), 4, np.float32), 200).min() == 255
