"""The packages that ship, held to what the program promises of them: no seams, flat stays flat, clean stays clean."""

import numpy as np
import pytest

from desktop_app import paths
from desktop_app.engine import packages
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Restored
from desktop_app.studio.metrics import psnr
from desktop_app.studio.restoring import Restoring
from desktop_app.studio.scratch import Scratch

SHIPPED = [p for p in packages.discover([paths.bundled_models()]) if isinstance(p, Package) and p.manifest.restoration]
PHOTOS = [p for p in SHIPPED if p.manifest.restoration and p.manifest.restoration.side is None]
CLEANERS = [p for p in PHOTOS if "denoise" in p.manifest.abilities]


def named(package: Package) -> str:
    return package.name


def scene(height: int, width: int, channels: int) -> np.ndarray:
    """Soft light, a few edges, a grating: (H, W, C) uint8."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    light = 110 + 60 * np.sin(x / 70) * np.cos(y / 50)
    light += np.where((x - width / 3) ** 2 + (y - height / 2) ** 2 < 60**2, 50, 0)
    light += np.where(x > 0.7 * width, 25 * np.sign(np.sin(y / 4)), 0)
    tones = [light * gain + shift for gain, shift in ((1.0, 0), (0.9, 12), (0.8, 25))[:channels]]
    return np.rint(np.clip(np.stack(tones, axis=-1), 0, 255)).astype(np.uint8)


def noisy(clean: np.ndarray, sigma: float) -> np.ndarray:
    noise = np.random.default_rng(3).normal(0, sigma, clean.shape)
    return np.rint(np.clip(clean + noise, 0, 255)).astype(np.uint8)


def restored(service, tmp_path, package: Package, picture: np.ndarray, *, tile: int = 768) -> np.ndarray:
    mask = None
    if "inpaint" in package.manifest.abilities:
        mask = np.zeros((*picture.shape[:2], 1), np.uint8)
        mask[40:-40:60, 30:-30] = 255  # scratches across all of it
    with Scratch(tmp_path) as scratch:
        holes = scratch.save(mask) if mask is not None else None
        restoring = Restoring(scratch, scratch.save(picture), package, mask=holes, tile=tile)
        for update in service.run(restoring.request):
            if isinstance(update, Restored):
                restoring.take(update)
        assert restoring.is_whole
        return np.array(restoring.result).astype(np.int64)


def channels_of(package: Package) -> int:
    assert package.manifest.restoration is not None
    return package.manifest.restoration.channels


def test_the_five_are_there():
    assert {"photo-denoise", "photo-denoise-grey", "photo-inpaint", "photo-upscale-x2", "digits-denoise"} == {
        package.name for package in SHIPPED
    }
    assert sum(f.size for package in SHIPPED for f in package.manifest.files.values()) <= 12e6


@pytest.mark.parametrize("package", PHOTOS, ids=named)
@pytest.mark.parametrize("sigma", [0, 25, 50])
def test_tiles_show_no_seam(service, tmp_path, package, sigma):
    picture = noisy(scene(300, 420, channels_of(package)), sigma)
    whole = restored(service, tmp_path, package, picture)
    tiled = restored(service, tmp_path, package, picture, tile=128)
    assert np.abs(whole - tiled).max() <= 2


@pytest.mark.parametrize("package", PHOTOS, ids=named)
@pytest.mark.parametrize("level", [0, 1, 64, 128, 200, 255])
@pytest.mark.parametrize("size", [(1, 1), (17, 513), (200, 200)])
def test_flat_grey_stays_flat(service, tmp_path, package, level, size):
    flat = np.full((*size, channels_of(package)), level, np.uint8)
    made = restored(service, tmp_path, package, flat)
    assert np.abs(made - level).max() <= 1


@pytest.mark.parametrize("package", CLEANERS, ids=named)
def test_a_clean_picture_is_left_alone(service, tmp_path, package):
    clean = scene(240, 320, channels_of(package))
    assert psnr(restored(service, tmp_path, package, clean).astype(np.uint8), clean) >= 40


@pytest.mark.parametrize("package", CLEANERS, ids=named)
@pytest.mark.parametrize(("sigma", "gain"), [(15, 5), (25, 7), (50, 8)])
def test_noise_is_taken_out(service, tmp_path, package, sigma, gain):
    clean = scene(240, 320, channels_of(package))
    picture = noisy(clean, sigma)
    made = restored(service, tmp_path, package, picture).astype(np.uint8)
    assert psnr(made, clean) >= psnr(picture, clean) + gain


@pytest.mark.parametrize("package", CLEANERS, ids=named)
def test_noise_beyond_what_it_was_trained_on(service, tmp_path, package):
    """The net has no bias, so it scales: it works where it was never trained (Mohan et al. 2020)."""
    clean = scene(240, 320, channels_of(package)) // 2 + 60
    picture = noisy(clean, 90)
    made = restored(service, tmp_path, package, picture).astype(np.uint8)
    assert psnr(made, clean) >= psnr(picture, clean) + 6
