"""What is in view of a restored picture: exact from 1:1 on, means below, and nothing of it read that is not in view."""

from dataclasses import dataclass

import numpy as np
import pytest

from desktop_app.studio import restore_view, restored, wavelet
from desktop_app.studio.composing import composed
from desktop_app.studio.coverage import Coverage
from desktop_app.studio.overview import Overview, means, resized
from desktop_app.studio.restoration import Stroke, local_map
from desktop_app.studio.restore_view import Layers, Look, Original
from desktop_app.studio.scratch import Scratch


@dataclass
class Result:
    result: np.ndarray
    is_whole: bool = True


@dataclass
class Preview:
    box: tuple[int, int, int, int]
    pixels: np.ndarray


def picture(height: int, width: int, channels: int = 3, dtype: type = np.uint8, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(0, np.iinfo(dtype).max, (height, width, channels), dtype, endpoint=True)


def smooth(height: int, width: int, channels: int = 3) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    plane = 128 + 60 * np.sin(x / 40) + 50 * np.cos(y / 30)
    return np.repeat(plane[..., None], channels, 2).astype(np.uint8)


def to_srgb(pixels: np.ndarray) -> np.ndarray:
    eight = pixels if pixels.dtype == np.uint8 else (pixels // 257).astype(np.uint8)
    return eight if eight.shape[2] == 3 else eight.repeat(3, axis=2)


def layers(before: np.ndarray, after: np.ndarray | None = None, *, scale: int = 1, **look: object) -> Layers:
    made = Layers(Original.of(before, to_srgb), scale=scale)
    if after is not None:
        made.set_result(Result(after))
    made.set_look(Look(**look))  # type: ignore[arg-type]
    return made


# -- exact pixels --------------------------------------------------------------------------------------------------

BOX, EXTENT = (30, 20, 91, 77), (61, 57)
PART = (slice(20, 77), slice(30, 91))


@pytest.mark.parametrize(("dtype", "channels"), [(np.uint8, 3), (np.uint8, 1), (np.uint16, 3), (np.uint16, 1)])
def test_at_one_to_one_every_pixel_is_exact(dtype, channels):
    before, after = picture(120, 150, channels, dtype), picture(120, 150, channels, dtype, seed=1)
    shown = layers(before, after, strength=0.4)
    assert np.array_equal(shown.paint("before", BOX, EXTENT), to_srgb(before[PART]))
    blended = restored.blend(before[PART], after[PART], strength=0.4)
    assert np.array_equal(shown.paint("after", BOX, EXTENT), to_srgb(blended))


def test_above_one_to_one_pixels_are_squares():
    before = picture(120, 150)
    shown = layers(before).paint("before", (10, 5, 14, 8), (40, 30))
    assert np.array_equal(shown, before[5:8, 10:14].repeat(10, axis=0).repeat(10, axis=1))


def test_difference_and_what_was_removed():
    before, after = np.full((40, 50, 1), 100, np.uint8), np.full((40, 50, 1), 90, np.uint8)
    before[:, 25:], after[:, 25:] = 0, 100
    shown = layers(before, after)
    whole, out = (0, 0, 50, 40), (50, 40)
    difference, removed = shown.paint("difference", whole, out), shown.paint("removed", whole, out)
    assert difference.shape == removed.shape == (40, 50, 3)
    assert (difference[0, 0, 0], difference[0, 49, 0]) == (80, 255)
    assert (removed[0, 0, 0], removed[0, 49, 0]) == (168, 0)
    shown.set_look(Look(strength=0.0))
    assert not shown.paint("difference", whole, out).any()
    assert (shown.paint("removed", whole, out) == 128).all()


def test_sixteen_bits_differ_in_eight_bit_steps():
    before, after = np.full((4, 4, 1), 100 * 257, np.uint16), np.full((4, 4, 1), 97 * 257, np.uint16)
    assert (layers(before, after).paint("difference", (0, 0, 4, 4), (4, 4)) == 24).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_transparency_comes_along(dtype):
    before = picture(60, 80, dtype=dtype)
    alpha = picture(60, 80, 1, dtype, seed=2)[..., 0]
    made = Layers(Original.of(before, to_srgb, alpha))
    made.set_result(Result(before))
    levels = np.rint(alpha / (257 if dtype == np.uint16 else 1))
    for kind in ("before", "after"):
        shown = made.paint(kind, (0, 0, 80, 60), (80, 60))
        assert shown.shape == (60, 80, 4)
        assert np.abs(shown[..., 3] - levels).max() <= 1
    assert made.paint("difference", (0, 0, 80, 60), (80, 60)).shape == (60, 80, 3)


def test_an_upscaled_picture_is_compared_with_a_bicubic_one():
    before = smooth(60, 80)
    after = np.full((120, 160, 3), 50, np.uint8)
    shown = layers(before, after, scale=2)
    assert shown.size == (160, 120)
    whole = shown.paint("before", (0, 0, 160, 120), (160, 120))
    assert np.array_equal(whole, resized(before, (0, 0, 80, 60), (160, 120)))
    assert np.array_equal(shown.paint("before", (31, 17, 92, 70), (61, 53)), whole[17:70, 31:92])
    assert np.array_equal(shown.paint("after", (31, 17, 92, 70), (61, 53)), after[17:70, 31:92])


def test_a_part_outside_the_picture_is_refused():
    shown = layers(picture(20, 30))
    for box, out in (
        ((0, 0, 31, 20), (31, 20)),
        ((-1, 0, 5, 5), (6, 5)),
        ((5, 5, 5, 8), (1, 3)),
        ((0, 0, 5, 5), (0, 5)),
    ):
        with pytest.raises(ValueError, match="no part"):
            shown.paint("before", box, out)


# -- smaller than the picture --------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("factor", [2, 4, 8])
def test_a_smaller_view_holds_means(monkeypatch, dtype, factor):
    monkeypatch.setattr("desktop_app.studio.overview.WORTH_A_COPY", 1000)
    before, after = picture(160, 240, dtype=dtype), picture(160, 240, dtype=dtype, seed=1)
    shown = layers(before, after, strength=0.25)
    shown.prepare()
    out = 240 // factor, 160 // factor
    blended = before.astype(float) + 0.25 * (after.astype(float) - before)
    cells = blended.reshape(out[1], factor, out[0], factor, 3).mean(axis=(1, 3)) / (1 if dtype == np.uint8 else 257)
    inner = (slice(2, -2), slice(2, -2))  # at the border the filter has less to look at
    assert np.abs(shown.paint("after", (0, 0, 240, 160), out)[inner] - cells[inner]).max() < 2.6


@pytest.mark.parametrize("out", [(100, 67), (77, 51), (31, 20), (230, 150)])
def test_any_size_shows_the_whole_at_its_place(monkeypatch, out):
    monkeypatch.setattr("desktop_app.studio.overview.WORTH_A_COPY", 1000)
    before = smooth(160, 240)
    shown = layers(before)
    rough = shown.paint("before", (0, 0, 240, 160), out)
    y, x = (np.arange(out[1]) + 0.5) * 160 / out[1] - 0.5, (np.arange(out[0]) + 0.5) * 240 / out[0] - 0.5
    wanted = (128 + 60 * np.sin(x / 40)[None] + 50 * np.cos(y / 30)[:, None])[..., None]
    assert np.abs(rough.astype(float) - wanted).max() < 12  # until there is a copy: one pixel for many
    shown = layers(before)
    shown.prepare()
    assert np.abs(shown.paint("before", (0, 0, 240, 160), out).astype(float) - wanted).max() < 4


def test_strips_of_a_large_view_fit_together(monkeypatch):
    before = smooth(300, 200)
    whole = resized(before, (0, 0, 200, 300), (67, 101))
    monkeypatch.setattr("desktop_app.studio.overview.AT_ONCE", 2000)
    assert np.abs(resized(before, (0, 0, 200, 300), (67, 101)).astype(int) - whole).max() <= 1


def test_cells_that_the_edge_cuts_are_means_of_what_they_hold():
    part = np.full((5, 6, 1), 10, np.uint8)
    part[4, 5] = 90
    assert means(part, 4)[..., 0].tolist() == [[10, 10], [10, 50]]
    assert means(part.astype(np.uint16), 4)[..., 0].tolist() == [[10, 10], [10, 50]]


class Watched:
    """An array that remembers how much of it was looked at."""

    def __init__(self, array: np.ndarray) -> None:
        self._array, self.shape, self.dtype, self.pixels = array, array.shape, array.dtype, 0

    def __getitem__(self, key: object) -> np.ndarray:
        found = self._array[key]  # type: ignore[index]
        self.pixels += found.size // self.shape[2]
        return found


def test_only_what_is_in_view_is_read():
    before, after = Watched(picture(1000, 1200)), Watched(picture(1000, 1200, seed=1))
    shown = layers(before, after, strength=0.5)  # type: ignore[arg-type]
    box, out = (100, 100, 500, 400), (400, 300)
    shown.paint("after", box, out)
    assert before.pixels == after.pixels == 400 * 300
    for strength in (0.1, 0.2):
        shown.set_look(Look(strength))
        shown.paint("after", box, out)
    assert before.pixels == 400 * 300


def test_a_reduced_copy_is_all_that_a_large_picture_needs(monkeypatch):
    monkeypatch.setattr("desktop_app.studio.overview.WORTH_A_COPY", 1000)
    array = Watched(picture(400, 600))
    overview = Overview(array)  # type: ignore[arg-type]
    overview.read((0, 0, 600, 400), (60, 40))
    assert array.pixels == 60 * 40
    overview.prepare()
    array.pixels = 0
    overview.read((0, 0, 600, 400), (60, 40))
    assert array.pixels == 0


# -- results that come -----------------------------------------------------------------------------------------------


def test_nothing_is_there_before_it_comes():
    before, after = picture(64, 64), picture(64, 64, seed=1)
    shown = layers(before)
    whole, out = (0, 0, 64, 64), (64, 64)
    for kind in ("after", "difference", "removed", "invented"):
        assert shown.paint(kind, whole, out) is None
    result = Result(np.zeros_like(after), False)
    shown.set_result(result)
    assert shown.paint("after", whole, out) is None
    result.result[:32, :32] = after[:32, :32]
    shown.came((0, 0, 32, 32))
    half = shown.paint("after", whole, out)
    assert np.array_equal(half[:32, :32], after[:32, :32])
    assert np.array_equal(half[32:], before[32:])
    assert shown.paint("after", (32, 32, 64, 64), (32, 32)) is None
    assert (shown.is_there((0, 0, 32, 32)), shown.is_there((0, 0, 33, 32))) == (True, False)
    result.result[:] = after
    for box in ((32, 0, 64, 32), (0, 32, 64, 64)):
        shown.came(box)
    assert np.array_equal(shown.paint("after", whole, out), after)


def test_another_result_takes_the_place_of_the_first():
    before, one, other = picture(32, 32), picture(32, 32, seed=1), picture(32, 32, seed=2)
    shown = layers(before, one)
    whole, out = (0, 0, 32, 32), (32, 32)
    assert np.array_equal(shown.paint("after", whole, out), one)
    shown.set_result(Result(other, False), done=[(0, 0, 32, 16)])
    assert np.array_equal(shown.paint("after", whole, out), np.concatenate((other[:16], before[16:])))
    shown.set_result(None)
    assert shown.paint("after", whole, out) is None


def test_a_smaller_view_never_mixes_in_what_is_not_there(monkeypatch):
    monkeypatch.setattr("desktop_app.studio.overview.WORTH_A_COPY", 1000)
    before, after = np.full((200, 200, 1), 200, np.uint8), np.zeros((200, 200, 1), np.uint8)
    for out in ((100, 100), (77, 77), (25, 25)):
        shown = layers(before)
        shown.prepare()
        shown.set_result(Result(after, False))
        after[:101, :101] = 200  # the rest is still zero
        shown.came((0, 0, 101, 101))
        assert (shown.paint("after", (0, 0, 200, 200), out) == 200).all()


def test_a_preview_stands_in_until_the_result_is_there():
    before, after = np.zeros((60, 80, 3), np.uint8), np.full((60, 80, 3), 100, np.uint8)
    shown = layers(before)
    result = Result(np.zeros_like(after), False)
    shown.set_result(result)
    shown.set_preview(Preview((20, 10, 60, 50), np.full((40, 40, 3), 90, np.uint8)))
    seen = shown.paint("after", (0, 0, 80, 60), (80, 60))
    assert (seen[10:50, 20:60] == 90).all()
    assert seen.sum(dtype=int) == 90 * 40 * 40 * 3
    result.result[:, :40] = 100
    shown.came((0, 0, 40, 60))
    seen = shown.paint("after", (0, 0, 80, 60), (80, 60))
    assert (seen[:, :40] == 100).all()
    assert (seen[10:50, 40:60] == 90).all()
    assert not seen[:, 60:].any()
    result.result[:] = 100
    shown.came((40, 0, 80, 60))
    assert (shown.paint("after", (0, 0, 80, 60), (80, 60)) == 100).all()


def test_a_reduced_preview_is_stretched_over_its_part():
    shown = layers(np.zeros((600, 800, 3), np.uint8))
    shown.set_result(Result(np.zeros((600, 800, 3), np.uint8), False))
    shown.set_preview(Preview((200, 100, 600, 500), np.full((100, 100, 3), 90, np.uint8)))
    for out in ((200, 150), (160, 120), (800, 600)):
        seen = shown.paint("after", (0, 0, 800, 600), out)
        share = (seen == 90).mean()
        assert share == pytest.approx(400 * 400 / (800 * 600), rel=0.03)
    assert (shown.paint("after", (300, 200, 310, 205), (10, 5)) == 90).all()
    assert shown.paint("after", (0, 0, 100, 100), (100, 100)) is None


# -- how it looks ----------------------------------------------------------------------------------------------------


def test_local_strength_lies_where_it_was_painted():
    before, after = np.zeros((100, 120, 3), np.uint8), np.full((100, 120, 3), 200, np.uint8)
    stroke = Stroke(((60.0, 50.0),), 20.0, 0.0)
    shown = layers(before, after, local=(stroke,))
    box = (30, 20, 110, 90)
    seen = shown.paint("after", box, (80, 70))
    assert seen[30, 30, 0] < 40  # a dab is soft
    assert seen[69, 79, 0] == 200
    local = local_map((stroke,), box, (80, 70))
    wanted = restored.blend(before[20:90, 30:110], after[20:90, 30:110], strength=1.0, local=local)
    assert np.array_equal(seen, wanted)
    shown.set_look(Look())
    assert (shown.paint("after", box, (80, 70)) == 200).all()


@pytest.mark.parametrize("out", [(120, 96), (60, 48)])
def test_local_strength_covers_what_was_enlarged(out):
    before, after = np.zeros((48, 60, 3), np.uint8), np.full((96, 120, 3), 200, np.uint8)
    shown = layers(before, after, scale=2, local=(Stroke(((30.0, 24.0),), 10.0, 0.0),))
    seen = shown.paint("after", (0, 0, 120, 96), out)[..., 0]
    assert seen[out[1] // 2, out[0] // 2] < 40
    assert seen[0, 0] == 200
    y, x = np.nonzero(seen < 100)
    assert y.mean() == pytest.approx(out[1] / 2, abs=1)
    assert x.mean() == pytest.approx(out[0] / 2, abs=1)
    odd = shown.paint("after", (51, 41, 70, 60), (19, 19))
    assert np.array_equal(odd, shown.paint("after", (0, 0, 120, 96), (120, 96))[41:60, 51:70])


def noisy_pair(height: int = 400, width: int = 420) -> tuple[np.ndarray, np.ndarray]:
    """A noisy texture, and flat grey instead of it."""
    y, x = np.mgrid[:height, :width]
    texture = 30 * np.sin(1.3 * x) * np.sin(0.9 * y) * (x > width // 2)
    noise = np.random.default_rng(3).normal(0, 15, (height, width))
    before = np.clip(np.rint(128 + texture + noise), 0, 255).astype(np.uint8)[..., None]
    return before, np.full_like(before, 128)


def test_detail_in_view_is_detail_as_saved():
    before, after = noisy_pair()
    layer = restored.detail_layer(before, after)
    saved = restored.blend(before, after, strength=0.9, detail=0.6, layer=layer)
    assert np.abs(saved.astype(int) - restored.blend(before, after, strength=0.9)).max() > 10
    shown = layers(before, after, strength=0.9, detail=0.6)
    box = (150, 140, 280, 260)
    seen = shown.paint("after", box, (130, 120))
    assert np.array_equal(seen[..., 0], saved[140:260, 150:280, 0])
    strip = shown.paint("after", (150, 140, 155, 260), (5, 120))
    assert np.array_equal(strip, seen[:, :5])


def test_detail_of_an_unfinished_result_waits_for_no_one():
    before, after = noisy_pair()
    shown = layers(before, strength=1.0, detail=1.0)
    shown.set_result(Result(after, False), done=[(200, 100, 420, 300)])
    seen = shown.paint("after", (250, 150, 350, 250), (100, 100))
    plain = layers(before, after).paint("after", (250, 150, 350, 250), (100, 100))
    assert seen.std() > plain.std() + 3


def test_detail_is_left_out_where_it_would_not_be_seen():
    before, after = noisy_pair(384, 480)
    shown = layers(before, after, strength=1.0, detail=1.0)
    tiny = shown.paint("after", (0, 0, 480, 384), (20, 16))
    assert (tiny == 128).all()
    half = shown.paint("after", (0, 0, 480, 384), (240, 192))
    assert half.shape == (192, 240, 3)


def test_made_up_detail_glows_and_what_is_supported_does_not():
    before, after = noisy_pair()
    clean = after.copy()
    y, x = np.mgrid[:400, :420]
    clean[100:200, 40:140, 0] += (
        (20 * np.sin(1.1 * x) * np.sin(0.8 * y))[100:200, 40:140].astype(np.int8).view(np.uint8)
    )
    shown = layers(before, clean)
    heat = shown.paint("invented", (0, 0, 420, 400), (420, 400)).astype(int)
    redness = heat[..., 0] - heat[..., 2]
    assert redness[120:180, 60:120].mean() > 60
    assert redness[250:380, 20:180].mean() < 5
    part = shown.paint("invented", (50, 110, 90, 150), (40, 40)).astype(int)
    assert np.abs(part - heat[110:150, 50:90]).max() <= 1
    shown.set_look(Look(strength=0.0))
    calm = shown.paint("invented", (0, 0, 420, 400), (420, 400)).astype(int)
    assert (calm[..., 0] - calm[..., 2]).max() <= 1


def test_the_noise_of_the_whole_is_told_once(monkeypatch):
    before, after = noisy_pair()
    shown = layers(before, after, detail=1.0)
    times = []
    real = restored.band_noise
    monkeypatch.setattr(restore_view.restored, "band_noise", lambda *a: times.append(1) or real(*a))
    for left in (0, 10, 20):
        shown.paint("after", (left, 0, left + 100, 100), (100, 100))
    assert len(times) == 1


def test_the_margin_is_wide_enough():
    assert wavelet.reach(restored.BANDS) + restored._around(restored.BANDS) < restore_view.MARGIN


def test_a_slider_makes_nothing_anew(monkeypatch):
    before, after = noisy_pair()
    shown = layers(before, after, detail=0.5, strength=0.2)
    shown.paint("after", (0, 0, 420, 400), (420, 400))
    monkeypatch.setattr(restore_view.restored, "structure", None)
    monkeypatch.setattr(Overview, "read", None)
    for strength in (0.4, 0.9):
        shown.set_look(Look(strength, 0.7))
        assert shown.paint("after", (0, 0, 420, 400), (420, 400)) is not None


# -- coverage --------------------------------------------------------------------------------------------------------


def test_coverage_adds_up_whatever_the_order():
    cover = Coverage((100, 80))
    boxes = [(x, y, min(x + 30, 100), min(y + 30, 80)) for y in (0, 30, 60) for x in (90, 0, 60, 30)]
    for box in boxes[:-1]:
        cover.add(box)
        cover.add(box)
        assert not cover.is_whole
        assert cover.has(box)
    assert not cover.has((0, 0, 100, 80))
    cover.add((20, 50, 70, 80))  # overlaps what is there
    assert cover.is_whole
    assert cover.has((3, 3, 90, 70))
    assert cover.mask((0, 0, 100, 80), (10, 10)).all()


def test_a_pixel_of_a_smaller_view_is_there_when_all_of_it_is():
    cover = Coverage((100, 100))
    cover.add((0, 0, 55, 100))
    assert cover.mask((0, 0, 100, 100), (100, 100)).sum() == 5500
    smaller = cover.mask((0, 0, 100, 100), (10, 10))
    assert np.array_equal(smaller, np.tile(np.arange(10) < 4, (10, 1)))  # the fifth lies beside one that is cut
    seam = Coverage((100, 100))
    seam.add((0, 0, 55, 100))
    seam.add((55, 0, 90, 100))
    assert seam.mask((0, 0, 100, 100), (10, 10))[:, :8].all()


# -- as it is saved --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scale", "dtype"), [(1, np.uint8), (1, np.uint16), (2, np.uint8)])
def test_what_is_seen_is_what_is_saved(tmp_path, scale, dtype):
    before, after = noisy_pair(240, 260)
    after = np.clip(after.astype(int) + np.arange(260)[:, None] // 8, 0, 255).astype(np.uint8)
    after = after.repeat(scale, axis=0).repeat(scale, axis=1)
    if dtype == np.uint16:
        before, after = before.astype(np.uint16) * 257, after.astype(np.uint16) * 257
    strokes = (Stroke(((60.0, 50.0), (200.0, 180.0)), 30.0, 0.2),)
    with Scratch(tmp_path) as scratch:
        saved = np.array(composed(scratch, before, after, strength=0.8, detail=0.5, local=strokes))
    shown = layers(before, after, scale=scale, strength=0.8, detail=0.5, local=strokes)
    width, height = shown.size
    seen = shown.paint("after", (0, 0, width, height), (width, height)).astype(int)
    assert np.abs(seen - to_srgb(saved)).max() <= (0 if scale == 1 else 1)  # bicubic in 8 bits here, in floats there
    part = shown.paint("after", (41, 30, 141, 130), (100, 100))
    assert np.array_equal(part, seen[30:130, 41:141])
