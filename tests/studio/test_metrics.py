"""PSNR and SSIM, against what can be worked out by hand."""

import math

import numpy as np
import pytest

from desktop_app.studio import metrics
from desktop_app.studio.metrics import psnr, ssim

RNG = np.random.default_rng(0)
PICTURE = RNG.integers(0, 256, (40, 50, 3), dtype=np.uint8)


def flat(level: int, shape: tuple[int, ...] = (20, 30), dtype: type = np.uint8) -> np.ndarray:
    return np.full(shape, level, dtype)


@pytest.mark.parametrize("measure", [psnr, ssim])
def test_equal_pictures(measure) -> None:
    assert measure(PICTURE, PICTURE.copy()) == (math.inf if measure is psnr else pytest.approx(1, abs=1e-12))


@pytest.mark.parametrize(("difference", "expected"), [(1, 20 * math.log10(255)), (255, 0.0), (25, 20.172003)])
def test_psnr_of_a_shift(difference: int, expected: float) -> None:
    assert psnr(flat(0), flat(difference)) == pytest.approx(expected, abs=1e-6)


def test_psnr_counts_channels_and_types_alike() -> None:
    a, b = flat(100, (20, 30, 3)), flat(100, (20, 30, 3))
    b[..., 1] += 3
    expected = 10 * math.log10(3 * 255**2 / 9)
    assert psnr(a, b) == pytest.approx(expected)
    assert psnr(a.astype(np.uint16) * 257, b.astype(np.uint16) * 257) == pytest.approx(expected)
    assert psnr((a / 255), (b / 255)) == pytest.approx(expected)


@pytest.mark.parametrize(("a", "b"), [(0, 255), (10, 200), (128, 131)])
def test_ssim_of_flat_pictures_is_that_of_their_brightness(a: int, b: int) -> None:
    x, y, c = a / 255, b / 255, 0.01**2
    assert ssim(flat(a), flat(b)) == pytest.approx((2 * x * y + c) / (x * x + y * y + c), rel=1e-9)


def test_ssim_by_the_letter_of_the_paper() -> None:
    """Every window summed by itself, as the formula stands there."""
    a = RNG.random((14, 17))
    b = np.clip(a + RNG.normal(0, 0.1, a.shape), 0, 1)
    x = np.arange(11) - 5
    window = np.exp(-(x[:, None] ** 2 + x[None] ** 2) / (2 * 1.5**2))
    window /= window.sum()
    found = []
    for top in range(4):
        for left in range(7):
            p, q = a[top : top + 11, left : left + 11], b[top : top + 11, left : left + 11]
            mp, mq = (window * p).sum(), (window * q).sum()
            vp, vq = (window * (p - mp) ** 2).sum(), (window * (q - mq) ** 2).sum()
            both = (window * (p - mp) * (q - mq)).sum()
            c1, c2 = 0.01**2, 0.03**2
            found.append((2 * mp * mq + c1) * (2 * both + c2) / ((mp**2 + mq**2 + c1) * (vp + vq + c2)))
    assert ssim(a, b) == pytest.approx(np.mean(found), rel=1e-9)


def test_ssim_of_the_negative_is_below_zero() -> None:
    a = np.tile(np.array([[0, 255], [255, 0]], np.uint8), (20, 20))
    assert ssim(a, 255 - a) < -0.9


def test_colours_are_the_mean_of_their_channels() -> None:
    other = PICTURE.copy()
    other[..., 0] = 7
    each = [ssim(PICTURE[..., c], other[..., c]) for c in range(3)]
    assert ssim(PICTURE, other) == pytest.approx(np.mean(each))


def test_bands_of_rows_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    other = np.clip(PICTURE.astype(int) + RNG.integers(-20, 20, PICTURE.shape), 0, 255).astype(np.uint8)
    whole = psnr(PICTURE, other), ssim(PICTURE, other)
    monkeypatch.setattr(metrics, "BAND_PIXELS", 50 * 7)
    assert (psnr(PICTURE, other), ssim(PICTURE, other)) == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (17, 3, 3), (11, 11)])
def test_small_pictures_have_a_window_too(shape: tuple[int, ...]) -> None:
    a = RNG.integers(0, 256, shape, dtype=np.uint8)
    assert ssim(a, a) == pytest.approx(1, abs=1e-12)
    assert -1 <= ssim(a, 255 - a) < 1


@pytest.mark.parametrize("measure", [psnr, ssim])
@pytest.mark.parametrize("other", [flat(0, (20, 31)), flat(0, dtype=np.uint16), flat(0, (20, 30, 1))])
def test_what_cannot_be_compared(measure, other: np.ndarray) -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        measure(flat(0), other)
