"""What a network took away and what it put in, on cases whose answer is known."""

import numpy as np
import pytest

from desktop_app.studio import honest, restored

SIDE, SIGMA = 400, 12.0


def scene() -> np.ndarray:
    """A picture with flat parts, edges, a texture and a slope, (SIDE, SIDE, 3) of floats."""
    y, x = np.mgrid[:SIDE, :SIDE]
    plane = 90.0 + 0.15 * x + 70.0 * (np.hypot(x - 280, y - 120) < 70) + 50.0 * (np.abs(y - 300) < 12)
    plane += 22 * np.sin(1.1 * x) * np.sin(0.9 * y) * ((x < 160) & (y > 200))
    return np.repeat(plane[..., None], 3, axis=2)


def eight(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def noisy(sigma: float = SIGMA) -> np.ndarray:
    return eight(scene() + np.random.default_rng(1).normal(0, sigma, scene().shape))


def texture(amplitude: float) -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE]
    inside = (np.abs(y - 80) < 40) & (np.abs(x - 90) < 50)
    return (amplitude * np.sin(1.2 * x + 0.4) * np.sin(0.8 * y) * inside)[..., None]


INSIDE = (slice(55, 105), slice(60, 120))  # of the texture, and away from its rim
OUTSIDE = (slice(180, 390), slice(180, 390))


# -- made up -------------------------------------------------------------------------------------------------------


def test_nothing_is_made_up_where_nothing_was_changed():
    clean = eight(scene())
    assert honest.invented(clean, clean).max() < 1e-3
    assert honest.invented(noisy(), noisy()).max() < 1e-3


def test_noise_that_was_taken_out_rightly_is_not_flagged():
    share = honest.invented(noisy(), eight(scene()))
    assert share.mean() < 0.03
    assert (share > 0.3).mean() < 0.002


@pytest.mark.parametrize("sigma", [4.0, SIGMA, 25.0])
def test_detail_that_only_the_result_holds_is_flagged(sigma):
    made_up = eight(scene() + texture(1.6 * sigma))
    share = honest.invented(noisy(sigma), made_up)
    assert share[INSIDE].mean() > 0.35
    assert share[OUTSIDE].mean() < 0.03


def test_the_same_detail_is_not_flagged_where_the_original_holds_it():
    original = eight(scene() + texture(1.6 * SIGMA) + np.random.default_rng(1).normal(0, SIGMA, scene().shape))
    share = honest.invented(original, eight(scene() + texture(1.6 * SIGMA)))
    assert share[INSIDE].mean() < 0.05


def test_another_texture_in_the_place_of_one_is_made_up():
    y, x = np.mgrid[:SIDE, :SIDE]
    other = (texture(40) != 0) * (30 * np.sin(0.9 * x) * np.sin(1.3 * y))[..., None]
    original = eight(scene() + texture(40) + np.random.default_rng(1).normal(0, SIGMA, scene().shape))
    assert honest.invented(original, eight(scene() + other))[INSIDE].mean() > 0.5


def test_noise_that_was_kept_as_if_it_were_a_texture_is_flagged():
    original = noisy()
    kept = scene() + 0.9 * (original - scene()) * (texture(1) != 0)
    share = honest.invented(original, eight(kept))
    assert share[INSIDE].mean() > 0.2
    assert share[OUTSIDE].mean() < 0.03


def test_what_is_lost_is_not_made_up():
    original = eight(scene() + texture(30) + np.random.default_rng(1).normal(0, SIGMA, scene().shape))
    assert honest.invented(original, eight(scene()))[INSIDE].mean() < 0.05


def test_a_network_that_sharpens_is_told_and_one_that_softens_is_not():
    original = eight(scene() + texture(25))
    sharper, softer = (eight(scene() + texture(25 * times)) for times in (1.6, 0.5))
    assert honest.invented(original, sharper)[INSIDE].mean() > 0.2
    assert honest.invented(original, softer)[INSIDE].mean() < 0.05


def test_a_faint_ripple_is_not_worth_a_word():
    flat = np.full((200, 200, 1), 100, np.uint8)
    ripple = flat.copy()
    ripple[::2, ::2] += 1
    assert honest.invented(flat, ripple).max() < 0.15


def test_less_strength_makes_up_less():
    original, clean = noisy(), eight(scene() + texture(20))
    noise = restored.band_noise(restored.samples(original, clean), honest.BANDS)
    found = honest.evidence(original, clean, noise)
    full, half, none = (found.share(strength)[INSIDE].mean() for strength in (1.0, 0.5, 0.0))
    assert full > 2 * half > 0
    assert none == 0
    plane = np.full((SIDE, SIDE), 0.5, np.float32)
    assert np.array_equal(found.share(plane), found.share(0.5))


def test_a_part_with_a_margin_is_judged_as_in_the_whole():
    original, clean = noisy(), eight(scene() + texture(20))
    noise = restored.band_noise(restored.samples(original, clean), honest.BANDS)
    whole = honest.invented(original, clean, noise)
    part = honest.invented(original[:250, :260], clean[:250, :260], noise)
    assert np.allclose(part[:170, :180], whole[:170, :180], atol=1e-4)


def test_sixteen_bits_are_judged_alike():
    original, clean = noisy(), eight(scene() + texture(20))
    wide = [picture.astype(np.uint16) * 257 for picture in (original, clean)]
    assert np.allclose(honest.invented(*wide), honest.invented(original, clean), atol=1e-3)


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 50, 3), (7, 3, 3)])
def test_the_smallest_pictures_do_no_harm(shape):
    picture = np.full(shape, 50, np.uint8)
    assert honest.invented(picture, picture).shape == shape[:2]
    assert honest.removed(picture, picture).in_words() == "Next to nothing was taken away."


# -- taken away ----------------------------------------------------------------------------------------------------


def test_noise_alone_is_told_as_such():
    found = honest.removed(noisy(), eight(scene()))
    assert found.sigma == pytest.approx(SIGMA, rel=0.03)
    assert abs(found.neighbours) < 0.03
    assert found.structure < 0.01
    assert abs(found.edges) < 0.2
    assert "nothing of the picture stands out" in found.in_words()


def test_another_brightness_is_no_grain():
    found = honest.removed(noisy(), eight(scene() + 9))
    assert abs(found.neighbours) < 0.05
    assert found.sigma == pytest.approx(SIGMA, rel=0.03)


def test_a_lost_texture_is_told():
    original = eight(scene() + texture(60) + np.random.default_rng(1).normal(0, SIGMA, scene().shape))
    found = honest.removed(original, eight(scene()))
    assert found.structure > 0.12
    assert found.in_words().startswith("Fine structure of the picture was taken away")


def test_a_blur_follows_the_edges():
    soft = noisy().astype(float)
    for axis in (0, 1):
        soft = (np.roll(soft, 1, axis) + soft + np.roll(soft, -1, axis)) / 3
    found = honest.removed(noisy(), eight(soft))
    assert found.structure > honest.SOME_STRUCTURE
    assert "as far as can be told" not in found.in_words()


def test_grain_larger_than_a_pixel_is_told():
    grain = np.random.default_rng(2).normal(0, 12, (SIDE // 2, SIDE // 2, 1)).repeat(2, axis=0).repeat(2, axis=1)
    found = honest.removed(eight(scene() + grain), eight(scene()))
    assert found.neighbours > 0.4
    assert "larger than a pixel" in found.in_words()


def test_sigma_is_in_eight_bit_steps():
    wide = honest.removed(noisy().astype(np.uint16) * 257, eight(scene()).astype(np.uint16) * 257)
    assert wide.sigma == pytest.approx(honest.removed(noisy(), eight(scene())).sigma, rel=1e-3)
