"""The most different of many icons."""

import numpy as np
import pytest

from desktop_app.engine.icon_choice import TWINS, choose, most_different, overlaps, raggedness


def disc(radius: float, x: float = 32.0, y: float = 32.0) -> np.ndarray:
    rows, columns = np.mgrid[0:64, 0:64] + 0.5
    return np.clip(radius - np.hypot(columns - x, rows - y), -4, 4).astype(np.float32)


BLANK, FULL = np.full((64, 64), -4, np.float32), np.full((64, 64), 4, np.float32)


def test_overlap_is_shared_ink_over_all_ink():
    apart = overlaps(np.stack([disc(8, 16, 16), disc(8, 48, 48), disc(16), disc(8), BLANK, BLANK]))
    assert apart[0, 1] == 0
    assert apart[2, 3] == pytest.approx(8**2 / 16**2, abs=0.02)
    assert np.diag(apart).tolist() == [1] * 6
    assert apart[4, 5] == 1
    assert apart[0, 4] == 0
    assert np.array_equal(apart, apart.T)


def test_overlaps_do_not_hang_on_the_company():
    some = np.stack([disc(5 + n, 20 + 2 * n) for n in range(9)])
    assert np.array_equal(overlaps(some)[:3, :3], overlaps(some[:3]))


def points(*places: float) -> np.ndarray:
    at = np.array(places, np.float32)
    return 1 - np.abs(at[:, None] - at[None])


def test_the_most_typical_comes_first_and_then_what_is_farthest_from_all_before():
    assert most_different(points(0.0, 0.3, 0.5, 0.65, 1.0), 5) == ((2, 0, 4, 1, 3), 0)
    assert most_different(points(0.0, 0.3, 0.5, 0.65, 1.0), 2) == ((2, 0), 0)
    assert most_different(points(0.5, 0.0, 1.0, 0.15, 0.7), 5) == ((0, 1, 2, 4, 3), 0)


def test_near_copies_of_earlier_ones_are_left_out():
    chosen, twins = most_different(points(0.0, 0.05, 0.5, 0.45, 1.0, 0.5), 6)
    assert (set(chosen), twins) == ({0, 2, 4}, 3)
    exactly = np.array([[1, TWINS], [TWINS, 1]], np.float32)
    assert most_different(exactly, 2)[1] == 0


def test_fewer_than_asked_for_are_all():
    assert most_different(points(0.0, 1.0), 12) == ((0, 1), 0)
    assert choose(np.zeros((0, 64, 64), np.float32), 12) == ((), 0)


def test_blank_and_full_ones_are_no_icons_unless_there_is_nothing_else():
    fields = np.stack([BLANK, disc(8), FULL, disc(16), disc(20, 20, 20)])
    chosen, twins = choose(fields, 12)
    assert (set(chosen), twins) == ({1, 3, 4}, 0)
    assert choose(np.stack([BLANK, BLANK, FULL]), 12) == ((0, 2), 1)


def test_fields_that_are_no_distances_are_ragged():
    true, steep, mushy = disc(12), np.clip(2 * disc(12), -4, 4), 0.3 * disc(12)
    wrong = raggedness(np.stack([true, steep, mushy, BLANK]))
    assert wrong[0] < 0.05
    assert wrong[1] == pytest.approx(1, abs=0.1)
    assert wrong[2] == pytest.approx(0.7, abs=0.05)
    assert wrong[3] == 0


def test_the_ragged_half_is_left_out_unless_it_is_needed():
    fields = np.stack([disc(6 + n, 20 + 2 * n) * (0.5 if n % 2 else 1) for n in range(12)])
    assert set(choose(fields, 4)[0]) <= set(range(0, 12, 2))
    assert set(range(0, 12, 2)) < set(choose(fields, 9)[0])


def test_of_200_icons_the_chosen_twelve_are_farther_apart_than_the_first_twelve():
    rng = np.random.default_rng(0)
    fields = np.stack(
        [disc(r, x, y) for r, x, y in zip(*rng.uniform((6, 20, 20), (20, 44, 44), (200, 3)).T, strict=True)]
    )
    chosen, twins = choose(fields, 12)
    assert len(set(chosen)) == 12
    assert twins > 0
    assert nearest(fields[list(chosen)]) < nearest(fields[:12])


def nearest(fields: np.ndarray) -> float:
    """The largest overlap of two of them."""
    return float((overlaps(fields) - np.eye(len(fields))).max())
