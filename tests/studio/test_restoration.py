"""Strokes become maps: of any part of the picture the same pixels as of the whole."""

import numpy as np
import pytest

from desktop_app.studio.restoration import RestoreState, Stroke, for_picture, has_mask, local_map, mask_map

SIZE = (200, 160)  # width and height
WHOLE = (0, 0, *SIZE)
STROKES = (
    Stroke(((20.0, 30.0), (150.0, 120.0), (60.0, 140.0)), 14.0, 0.0),
    Stroke(((100.0, 20.0),), 25.0, 0.5),
    Stroke(((-30.0, 80.0), (40.0, 80.0)), 9.0, 1.0),
)
BOXES = [(0, 0, 60, 60), (37, 41, 163, 122), (100, 100, 200, 160), (199, 159, 200, 160), (90, 5, 110, 35)]


def part(whole: np.ndarray, box) -> np.ndarray:
    left, top, right, bottom = box
    return whole[top:bottom, left:right]


def out_of(box) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]


@pytest.mark.parametrize("box", BOXES)
def test_local_strength_of_a_part(box):
    made = local_map(STROKES, box, out_of(box))
    assert np.abs(made.astype(int) - part(local_map(STROKES, WHOLE, SIZE), box)).max() <= 1


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize(("grow", "inverted"), [(0, False), (5, False), (5, True), (1, True)])
def test_the_mask_of_a_part(box, grow, inverted):
    state = RestoreState(mask=STROKES, grow=grow, inverted=inverted)
    assert np.array_equal(mask_map(state, box, out_of(box)), part(mask_map(state, WHOLE, SIZE), box))


def test_local_strength_fades_and_nothing_painted_is_full():
    made = local_map((Stroke(((100.0, 80.0),), 40.0, 0.0),), WHOLE, SIZE)
    assert made[80, 100] <= 2
    assert 60 < made[80, 134] < 250
    assert made[0, 0] == 255
    assert (local_map((), WHOLE, SIZE) == 255).all()


def test_later_strokes_lie_over_earlier_ones():
    there, back = Stroke(((50.0, 50.0),), 20.0, 0.0), Stroke(((50.0, 50.0),), 30.0, 1.0)
    assert local_map((there, back), WHOLE, SIZE)[50, 50] >= 253
    assert mask_map(RestoreState(mask=(back, there)), WHOLE, SIZE)[50, 50] == 0


def test_a_mask_is_black_or_white_and_as_wide_as_the_brush():
    made = mask_map(RestoreState(mask=(Stroke(((20.0, 80.0), (180.0, 80.0)), 10.0, 1.0),)), WHOLE, SIZE)
    assert set(np.unique(made)) == {0, 255}
    assert 19 <= (made[:, 100] > 0).sum() <= 22


@pytest.mark.parametrize("grow", [1, 2, 7, 20])
def test_growing_adds_so_many_pixels_on_all_sides(grow):
    dot = (Stroke(((100.0, 80.0),), 6.0, 1.0),)
    before, after = (mask_map(RestoreState(mask=dot, grow=g), WHOLE, SIZE) > 0 for g in (0, grow))
    assert after[80].sum() == before[80].sum() + 2 * grow
    assert after[:, 100].sum() == before[:, 100].sum() + 2 * grow
    diagonal = np.diagonal(after[:, 20:180]).sum() - np.diagonal(before[:, 20:180]).sum()
    assert grow * 1.2 - 2 <= diagonal <= grow * 2  # rounder than a square, not thinner than a circle


def test_inverted_twice_is_as_it_was_and_empty_inverted_is_all():
    assert (mask_map(RestoreState(inverted=True), WHOLE, SIZE) == 255).all()
    state = RestoreState(mask=STROKES)
    plain = mask_map(state, WHOLE, SIZE)
    assert np.array_equal(255 - mask_map(RestoreState(mask=STROKES, inverted=True), WHOLE, SIZE), plain)


def test_at_half_the_size_the_mask_is_half_as_large():
    state = RestoreState(mask=STROKES[1:])
    small, large = mask_map(state, WHOLE, (100, 80)), mask_map(state, WHOLE, SIZE)
    assert 0.9 < 4 * (small > 0).sum() / (large > 0).sum() < 1.1


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_points_that_are_nowhere_paint_nothing(wrong):
    stroke = Stroke(((wrong, 3.0),), 5.0, 1.0)
    assert not mask_map(RestoreState(mask=(stroke,)), WHOLE, SIZE).any()
    assert not mask_map(RestoreState(mask=(Stroke((), 5.0, 1.0),)), WHOLE, SIZE).any()


def test_whether_there_is_anything_to_fill():
    assert not has_mask(RestoreState())
    assert not has_mask(RestoreState(mask=(Stroke(((1.0, 1.0),), 1.0, 0.0),)))
    assert has_mask(RestoreState(mask=(Stroke(((1.0, 1.0),), 1.0, 1.0),)))
    assert has_mask(RestoreState(inverted=True))


def test_another_picture_keeps_the_settings_and_not_the_strokes():
    state = RestoreState("a.png", "1", "model", 0.5, 0.25, STROKES, STROKES, True, 4)
    assert for_picture(state, "b.png", "2") == RestoreState("b.png", "2", "model", 0.5, 0.25)
