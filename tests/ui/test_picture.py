"""Pixels on the screen: resampling, images, transforms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage

from desktop_app.ui.picture.pixels import to_image
from desktop_app.ui.picture.resample import resample, weights
from desktop_app.ui.picture.view_transform import ViewTransform, centred, fit, kept_in_view, zoomed

rng = np.random.default_rng(5)


@pytest.mark.parametrize("scaling", ["crisp", "smooth"])
@pytest.mark.parametrize("size", [(7, 7), (28, 28), (96, 50), (333, 333)])
def test_a_flat_picture_stays_flat(scaling, size) -> None:  # type: ignore[no-untyped-def]
    flat = np.full((2, 28, 28, 3), 177, np.uint8)
    assert (resample(flat, *size, scaling) == 177).all()


def test_crisp_at_a_whole_factor_repeats_every_element() -> None:
    pictures = rng.integers(0, 256, (3, 28, 28, 1), dtype=np.uint8)
    assert np.array_equal(resample(pictures, 84, 84, "crisp"), pictures.repeat(3, axis=1).repeat(3, axis=2))


def test_crisp_smaller_is_the_mean_of_what_a_pixel_covers() -> None:
    pictures = rng.integers(0, 256, (2, 28, 28, 3), dtype=np.uint8)
    means = pictures.reshape(2, 14, 2, 14, 2, 3).mean(axis=(2, 4))
    assert np.abs(resample(pictures, 14, 14, "crisp") - means).max() <= 0.51


def test_smooth_follows_a_slope_without_steps() -> None:
    slope = np.tile(np.arange(0, 224, 8, dtype=np.uint8), (28, 1))[None, :, :, None]
    row = resample(slope, 28, 280, "smooth")[0, 14, 20:-20, 0].astype(int)
    assert np.diff(row).min() >= 0
    assert np.diff(row).max() <= 2


@given(st.integers(1, 64), st.integers(1, 200), st.sampled_from(["crisp", "smooth"]))
def test_weights_add_up_to_one(source: int, target: int, scaling) -> None:  # type: ignore[no-untyped-def]
    assert np.allclose(weights(source, target, scaling).sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_an_image_has_the_pixels_and_does_not_share_them(channels: int) -> None:
    pixels = rng.integers(0, 256, (5, 31, channels), dtype=np.uint8)  # 31: rows that are not whole words
    if channels == 4:
        pixels[..., 3] = 255
    image = to_image(pixels)
    before = pixels.copy()
    pixels[:] = 0
    found = image.convertToFormat(QImage.Format.Format_RGBA8888)
    shown = np.frombuffer(found.constBits(), np.uint8).reshape(5, found.bytesPerLine() // 4, 4)[:, :31]
    assert np.array_equal(shown[..., :3], before[..., :3] if channels > 1 else before.repeat(3, axis=2))


def test_a_transposed_array_is_shown_right() -> None:
    pixels = rng.integers(0, 256, (6, 9, 1), dtype=np.uint8)
    turned = pixels.transpose(1, 0, 2)
    image = to_image(turned)
    assert image.width(), image.height() == (6, 9)
    assert image.pixelColor(5, 2).red() == pixels[5, 2, 0]


# -- the view --------------------------------------------------------------------------------------------------------

sizes = st.tuples(st.integers(1, 3000).map(float), st.integers(1, 3000).map(float))


@given(sizes, sizes)
def test_fit_is_whole_and_touches(picture, view) -> None:  # type: ignore[no-untyped-def]
    transform = fit(picture, view)
    if 0.05 < transform.scale < 64:
        lengths = [length * transform.scale for length in picture]
        assert all(length <= room + 0.01 for length, room in zip(lengths, view, strict=True))
        assert any(abs(length - room) < 0.01 for length, room in zip(lengths, view, strict=True))


@given(st.floats(0.1, 30), st.floats(0.3, 3), st.tuples(st.floats(0, 900), st.floats(0, 900)))
def test_zoom_leaves_the_point_under_the_cursor(scale: float, factor: float, at: tuple[float, float]) -> None:
    before = ViewTransform(scale, 13.0, -40.0)
    after = zoomed(before, factor, at)
    for axis, offsets in enumerate(((before.x, after.x), (before.y, after.y))):
        point = (at[axis] - offsets[0]) / before.scale
        assert point * after.scale + offsets[1] == pytest.approx(at[axis], abs=1e-6)


def test_one_to_one_lies_on_whole_pixels() -> None:
    transform = centred((28.0, 28.0), (301.0, 200.0), 1.0)
    assert (transform.scale, transform.x, transform.y) == (1.0, round(136.5), 86)


def test_a_picture_cannot_be_lost_out_of_view() -> None:
    small = kept_in_view(ViewTransform(1, 500, -90), (28.0, 28.0), (200.0, 100.0))
    assert (small.x, small.y) == (172, 0)
    large = kept_in_view(ViewTransform(10, 300, -900), (28.0, 28.0), (200.0, 100.0))
    assert (large.x, large.y) == (0, -180)
