import numpy as np
import pytest

from desktop_app.engine import images
from desktop_app.engine.errors import DeviceError
from desktop_app.engine.manifest import Picture

SIGNED = Picture(1, 1, 5, -1.0, 1.0)


def test_the_range_of_the_manifest_becomes_0_to_255():
    x = np.array([-2, -1, 0, 1, 2], np.float32).reshape(1, 1, 1, 5)
    assert images.to_pixels(x, SIGNED).ravel().tolist() == [0, 0, 128, 255, 255]


def test_halves_are_rounded_to_even():
    picture = Picture(1, 1, 4, 0.0, 255.0)
    x = np.array([0.5, 1.5, 2.5, 3.5], np.float32).reshape(1, 1, 1, 4)
    assert images.to_pixels(x, picture).ravel().tolist() == [0, 2, 2, 4]


def test_channels_come_last():
    x = np.zeros((2, 3, 4, 5), np.float32)
    x[1, 2] = 1
    pixels = images.to_pixels(x, Picture(3, 4, 5, 0.0, 1.0))
    assert pixels.shape == (2, 4, 5, 3)
    assert pixels.flags.c_contiguous
    assert (pixels[1, ..., 2] == 255).all()
    assert pixels.sum() == 4 * 5 * 255


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_said(bad):
    x = np.zeros((1, 1, 1, 5), np.float32)
    x[..., 3] = bad
    with pytest.raises(DeviceError, match="NaN"):
        images.to_pixels(x, SIGNED)
