"""Blends of an original and a network's answer: exact where they must be, and blind to pure noise."""

import numpy as np
import pytest

from desktop_app.studio import restored, wavelet
from desktop_app.studio.restored import blend, detail_layer, detail_layer_into

SIGMA = 15.0


def pair(dtype: type, channels: int, *, height: int = 97, width: int = 131) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    shape, most = (height, width, channels), np.iinfo(dtype).max
    return tuple(rng.integers(0, most, shape, dtype, endpoint=True) for _ in range(2))  # type: ignore[return-value]


def noisy(level: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(2).normal(0, SIGMA, level.shape)
    return np.clip(np.rint(level + noise), 0, 255).astype(np.uint8)


KINDS = [(np.uint8, 1), (np.uint8, 3), (np.uint16, 1), (np.uint16, 3)]


@pytest.mark.parametrize(("dtype", "channels"), KINDS)
def test_the_ends_are_exact(dtype, channels):
    original, clean = pair(dtype, channels)
    layer = np.random.default_rng(3).integers(-9000, 9000, original.shape[:2]).astype(np.int16)
    everywhere = np.full(original.shape[:2], 255, np.uint8)
    for local in (None, everywhere):
        assert np.array_equal(blend(original, clean, strength=1.0, local=local), clean)
        assert np.array_equal(blend(original, clean, strength=0.0, local=local, detail=1.0, layer=layer), original)
        assert np.array_equal(blend(original, clean, strength=1.0, local=local, detail=0.0, layer=layer), clean)
    nowhere = np.zeros_like(everywhere)
    assert np.array_equal(blend(original, clean, strength=1.0, local=nowhere, detail=1.0, layer=layer), original)
    assert blend(original, clean, strength=0.5).dtype == dtype


@pytest.mark.parametrize(("dtype", "channels"), KINDS)
def test_in_between_it_is_the_formula(dtype, channels):
    original, clean = pair(dtype, channels)
    rng = np.random.default_rng(4)
    layer = rng.integers(-6000, 6000, original.shape[:2]).astype(np.int16)
    local = rng.integers(0, 256, original.shape[:2]).astype(np.uint8)
    step = 1 if dtype is np.uint8 else 257
    change = clean.astype(float) - original + 0.4 * step * layer[..., None] / restored.UNIT
    if step == 257:
        change = np.clip(change, -65535, 65535)  # as far as two 16-bit pictures can differ
    wanted = original + 0.7 * local[..., None] / 255 * change
    got = blend(original, clean, strength=0.7, local=local, detail=0.4, layer=layer)
    assert np.abs(got - np.clip(wanted, 0, np.iinfo(dtype).max)).max() < (0.52 if step == 1 else 6)
    full = blend(original, clean, strength=1.0, detail=0.4, layer=layer)
    assert np.abs(full - np.clip(original + change, 0, np.iinfo(dtype).max)).max() < (0.52 if step == 1 else 6)
    plain = blend(original, clean, strength=0.3)
    assert np.abs(plain - (original + 0.3 * (clean.astype(float) - original))).max() < (0.51 if step == 1 else 2)


def test_a_part_of_a_picture_is_blended_as_in_the_whole():
    original, clean = pair(np.uint8, 3, height=300, width=400)
    whole = blend(original, clean, strength=0.37)
    part = blend(original[40:200, 50:133], clean[40:200, 50:133], strength=0.37)
    assert np.array_equal(part, whole[40:200, 50:133])


def test_one_pixel_can_be_blended():
    original, clean = np.full((1, 1, 1), 10, np.uint8), np.full((1, 1, 1), 20, np.uint8)
    layer = detail_layer(original, clean)
    assert blend(original, clean, strength=0.5, detail=0.5, layer=layer).tolist() == [[[15]]]


def test_the_originals_stay_as_they_are():
    original, clean = pair(np.uint8, 3)
    copies = original.copy(), clean.copy()
    for strength in (0.0, 0.5, 1.0):
        blend(original, clean, strength=strength)[:] = 7
    assert np.array_equal(original, copies[0])
    assert np.array_equal(clean, copies[1])


# -- detail --------------------------------------------------------------------------------------------------------


def test_pure_noise_has_next_to_no_detail():
    level = np.full((400, 500, 3), 128.0)
    layer = detail_layer(noisy(level), level.astype(np.uint8)) / restored.UNIT
    assert layer.std() < 0.05 * SIGMA


def test_a_texture_that_was_lost_comes_back():
    y, x = np.mgrid[:400, :400]
    texture = 2 * SIGMA * np.sin(1.3 * x) * np.sin(0.9 * y)
    inside = (np.abs(y - 200) < 80) & (np.abs(x - 200) < 80)
    level = np.full((400, 400, 1), 128.0)
    layer = detail_layer(noisy(level + (texture * inside)[..., None]), level.astype(np.uint8)) / restored.UNIT
    core = (slice(140, 260), slice(140, 260))
    share = (layer[core] * texture[core]).sum() / (texture[core] ** 2).sum()
    assert share > 0.2
    around = layer[:100]
    assert around.std() < 0.06 * SIGMA
    assert layer[core].std() > 5 * around.std()


def test_nothing_taken_away_leaves_no_detail():
    original, _ = pair(np.uint8, 3)
    assert not detail_layer(original, original).any()


def test_sixteen_bits_tell_the_same_detail():
    y, x = np.mgrid[:200, :200]
    level = np.full((200, 200, 1), 128.0)
    original = noisy(level + (40 * np.sin(1.3 * x) * np.sin(0.9 * y) * (x > 120))[..., None])
    clean = level.astype(np.uint8)
    eight = detail_layer(original, clean)
    sixteen = detail_layer(original.astype(np.uint16) * 257, clean.astype(np.uint16) * 257)
    assert np.abs(eight).max() > 10 * restored.UNIT
    assert np.abs(eight.astype(int) - sixteen).max() <= 1


@pytest.mark.parametrize("block", [64, 200])
def test_blocks_make_no_difference(monkeypatch, block):
    original, clean = pair(np.uint8, 1, height=330, width=260)
    whole = detail_layer(original, clean)
    monkeypatch.setattr(restored, "BLOCK", block)
    out = np.empty_like(whole)
    detail_layer_into(original, clean, out)
    assert np.array_equal(out, whole)


def test_the_bands_add_up():
    plane = np.random.default_rng(5).normal(size=(40, 33)).astype(np.float32)
    coarse = plane
    for step in (1, 2, 4):
        coarse = wavelet.smoothed(coarse, step)
    assert np.allclose(sum(wavelet.bands(plane, 3)) + coarse, plane, atol=1e-5)
    assert np.allclose(wavelet.smoothed(np.full((5, 1), 3.0, np.float32), 4), 3.0)


def test_a_large_picture_is_sampled_all_over():
    parts = wavelet.samples((9000, 12000))
    assert len(parts) == 25
    assert max(rows.stop for rows, _ in parts) > 7500
    assert min(columns.start for _, columns in parts) < 1500
    assert wavelet.samples((50, 70)) == [(slice(0, 50), slice(0, 70))]
    assert {(r.start, r.stop) for r, _ in wavelet.samples((100, 10**6))} == {(0, wavelet.SAMPLE_SIDE)}
