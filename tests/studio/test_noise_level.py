"""The estimate of a picture's noise, and a model's trial on noise that was added."""

import math

import numpy as np
import pytest

from desktop_app.engine import packages
from desktop_app.engine.requests import Restored
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.service import Service
from desktop_app.studio import metrics, noise_trial
from desktop_app.studio.noise_level import in_words, noise_level
from desktop_app.studio.noise_trial import STRENGTHS, NoiseTrial, middle, with_noise
from desktop_app.studio.restored import blend
from desktop_app.studio.scratch import Scratch
from tests.tiny_restorer import SIDE, tiny_restorer


def scene(height: int = 420, width: int = 500, channels: int = 3) -> np.ndarray:
    """Slopes, edges, and textures over a third of it."""
    y, x = np.mgrid[:height, :width]
    plane = 100 + 40 * np.sin(x / 60) + 30 * np.cos(y / 45) + 45.0 * (np.hypot(x - 350, y - 150) < 90)
    plane += 25 * np.sin(1.3 * x) * np.sin(0.7 * y) * (x < width // 3)
    return np.repeat(plane[..., None], channels, axis=2)


def noisy(sigma: float, channels: int = 3, **size: int) -> np.ndarray:
    values = scene(channels=channels, **size)
    return np.clip(np.rint(values + np.random.default_rng(5).normal(0, sigma, values.shape)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("sigma", [0, 1, 2, 5, 10, 15, 25, 35, 50])
def test_the_estimate_is_near(sigma, channels):
    assert noise_level(noisy(sigma, channels)) == pytest.approx(sigma, abs=0.3 + 0.03 * sigma)


def test_a_texture_all_over_is_not_taken_for_noise():
    y, x = np.mgrid[:400, :400]
    for angle in (0.4, 1.1):
        waves = 128 + 50 * np.sin(0.9 * (x * math.cos(angle) + y * math.sin(angle)))
        values = waves + np.random.default_rng(5).normal(0, 5, waves.shape)
        assert noise_level(np.rint(values).astype(np.uint8)[..., None]) == pytest.approx(5, abs=1.4)


def test_sixteen_bits_are_told_in_eight_bit_steps():
    eight = noisy(10)
    assert noise_level(eight.astype(np.uint16) * 257) == pytest.approx(noise_level(eight), rel=1e-3)


def test_a_large_picture_is_told_by_samples(monkeypatch):
    """Parts all over it: noise in one corner alone is none of most parts."""
    picture = noisy(10, height=1500, width=1600)
    assert noise_level(picture) == pytest.approx(10, abs=1.0)


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 200, 3), (6, 6, 1), (8, 9, 3), (20, 20, 3)])
def test_the_smallest_pictures_have_a_number(shape):
    level = noise_level(np.random.default_rng(0).integers(0, 255, shape).astype(np.uint8))
    assert math.isfinite(level)
    assert level >= 0


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_flat_picture_has_none(level):
    assert noise_level(np.full((200, 300, 3), level, np.uint8)) == 0


def test_words_grow_with_the_noise():
    words = [in_words(sigma) for sigma in (0, 3, 6, 12, 25, 60)]
    assert words[0] == "clean"
    assert words[-1] == "full of noise"
    assert len(set(words)) == 6


# -- the trial -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def service() -> Service:
    return Service(Runtime("cpu", threads=1))


def tried(service: Service, trial: NoiseTrial) -> noise_trial.Verdict:
    for update in service.run(trial.request):
        if isinstance(update, Restored):
            trial.take(update)
    return trial.verdict()


def test_a_model_is_tried_on_noise_that_was_added(tmp_path, service):
    package = packages.open_package(tiny_restorer(tmp_path, "blur"))
    picture = np.rint(scene()).astype(np.uint8)
    with Scratch(tmp_path) as scratch:
        trial = NoiseTrial(scratch, picture, package, sigma=20.0, seed=3)
        verdict = tried(service, trial)
        clean = np.array(trial._restoring.result)
        trial.close()
        assert list(scratch.folder.iterdir()) == []
    assert (verdict.sigma, len(verdict.psnr), len(verdict.ssim)) == (20.0, 11, 11)
    assert verdict.psnr[0] == pytest.approx(20 * math.log10(255 / 20), abs=0.15)
    noisy_picture = with_noise(picture, 20.0, 3)
    for strength, psnr in zip(STRENGTHS, verdict.psnr, strict=True):
        assert psnr == pytest.approx(metrics.psnr(blend(noisy_picture, clean, strength=strength), picture), abs=0.03)
    found = {s / 100: metrics.psnr(blend(noisy_picture, clean, strength=s / 100), picture) for s in range(101)}
    assert verdict.best == pytest.approx(max(found, key=found.__getitem__), abs=0.05)
    assert 0 < verdict.best < 1
    assert max(verdict.ssim) > verdict.ssim[0]


def test_the_noise_is_the_same_each_time_and_the_pictures_own_where_none_is_given(tmp_path):
    package = packages.open_package(tiny_restorer(tmp_path, "same"))
    picture = noisy(12)
    with Scratch(tmp_path) as scratch:
        one, again, other = (NoiseTrial(scratch, picture, package, seed=seed) for seed in (1, 1, 2))
        clean = NoiseTrial(scratch, np.rint(scene()).astype(np.uint8), package)
    assert np.array_equal(one.noisy, again.noisy)
    assert not np.array_equal(one.noisy, other.noisy)
    assert one.sigma == one.own_sigma == pytest.approx(12, abs=1)
    assert clean.sigma == noise_trial.LEAST_SIGMA


def test_a_model_that_does_nothing_gains_nothing(tmp_path, service):
    package = packages.open_package(tiny_restorer(tmp_path, "same"))
    with Scratch(tmp_path) as scratch:
        verdict = tried(service, NoiseTrial(scratch, noisy(0), package, sigma=10.0))
    assert verdict.best == 0.0
    assert len(set(verdict.psnr)) == 1


def test_the_words_say_what_the_figures_are_worth():
    flat = (28.0,) * 11
    plain = noise_trial.Verdict(20.0, 1.0, (22.0, *flat[1:]), flat, 1.0)
    assert plain.in_words() == "With noise of σ = 20 added, the model brings 22.0 dB to 28.0."
    assert "80 % of its strength is best" in noise_trial.Verdict(20.0, 1.0, flat, flat, 0.8).in_words()
    assert "noisy itself" in noise_trial.Verdict(20.0, 19.0, flat, flat, 1.0).in_words()


def test_a_large_picture_is_tried_in_its_middle(tmp_path):
    picture = np.zeros((3000, 1000, 1), np.uint8)
    picture[1116:1884, 116:884] = 1
    assert middle(picture, 1).shape == (768, 768, 1)
    assert middle(picture, 1).all()
    assert middle(picture, 28).shape == (756, 756, 1)
    assert middle(picture[:20, :30], 1).shape == (20, 30, 1)
    sheet = packages.open_package(tiny_restorer(tmp_path, "cells", channels=1))
    with Scratch(tmp_path) as scratch:
        trial = NoiseTrial(scratch, picture[: SIDE * 5, : SIDE * 300], sheet)
        assert trial.noisy.shape == (SIDE * 5, 768, 1)
