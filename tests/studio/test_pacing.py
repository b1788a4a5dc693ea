"""Even pace: the largest step is at most 1.2 times the mean one, with the wished number of frames; else it is said."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.engine.errors import RequestError
from desktop_app.engine.requests import Design
from desktop_app.studio.pacing import LIMIT, Pacing, placed, step_lengths
from desktop_app.studio.walk import Key, Walk, frame_designs

A, B, C = Design(1, 0), Design(2, 0), Design(3, 0)
SIDE = 24


def drawn(designs):
    """Pictures of mixes of A, B, C: a blob that stands still for long and then moves fast, (n, SIDE, SIDE, 1)."""
    return np.stack([_picture(design) for design in designs])


def _picture(design):
    weights = {design: 1.0} if design.place is None else {p.design: p.weight for p in design.place.parts}
    x, y = weights.get(B, 0.0), weights.get(C, 0.0)
    x, y = (np.tanh(8 * (value - 0.6)) + 1 for value in (x, y))
    down, across = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    blob = np.exp(-((across - 0.2 - 0.3 * x) ** 2 + (down - 0.2 - 0.3 * y) ** 2) / 0.03)
    return np.round(255 * blob).astype(np.uint8)[..., None]


def paced(walk, count):
    pacing = Pacing(walk, count)
    while designs := pacing.wanted():
        pacing.take(drawn(designs))
    return pacing.result()


def walk_of(*designs, easing="smooth", **fields):
    return Walk(tuple(Key(design, easing=easing) for design in designs), **fields)


def unevenness(walk, count, times=None):
    steps = step_lengths(drawn(frame_designs(walk, count, times=times)), loop=walk.loop)
    return steps.max() / steps.mean()


@pytest.mark.parametrize("loop", [True, False])
@pytest.mark.parametrize("curve", ["straight", "spline"])
@pytest.mark.parametrize("easing", ["linear", "smooth", "ease in"])
@pytest.mark.parametrize("count", [24, 100])
def test_the_largest_step_is_hardly_larger_than_the_mean(loop, curve, easing, count):
    walk = walk_of(A, B, C, easing=easing, loop=loop, curve=curve)
    assert unevenness(walk, count) > 2, "otherwise this shows nothing"
    found = paced(walk, count)
    assert len(found.times) == count
    assert unevenness(walk, count, found.times) == pytest.approx(found.unevenness)
    assert found.unevenness <= LIMIT
    assert found.sentence == ""
    assert list(found.times) == sorted(found.times)
    assert found.times[0] == 0.0
    assert found.times[-1] < 1.0 if loop else found.times[-1] == 1.0


@pytest.mark.parametrize("loop", [True, False])
def test_pictures_may_come_in_chunks(loop):
    walk = walk_of(A, B, C, loop=loop)
    pacing = Pacing(walk, 20)
    while designs := pacing.wanted():
        for first in range(0, len(designs), 7):
            assert pacing.wanted() == designs
            pacing.take(drawn(designs[first : first + 7]))
    assert pacing.result() == paced(walk, 20)


def test_a_jump_is_told_and_the_rest_is_even():
    walk = Walk((Key(A), Key(B, easing="hold"), Key(C)), loop=False)
    found = paced(walk, 30)
    assert found.unevenness > LIMIT
    assert "holds" in found.sentence
    steps = np.sort(step_lengths(drawn(frame_designs(walk, 30, times=found.times)), loop=False))
    assert steps[-2] <= LIMIT * steps[:-1].mean(), "all steps but the jump"


def test_more_frames_than_8_bits_can_show_are_told():
    walk = Walk((Key(A), Key(B)), loop=False)

    def faint(designs):
        return drawn(designs) // 64

    pacing = Pacing(walk, 400)
    while designs := pacing.wanted():
        pacing.take(faint(designs))
    assert "8 bits" in pacing.result().sentence


def test_a_walk_that_shows_nothing_is_left_as_it_is():
    pacing = Pacing(walk_of(A, B), 10)
    pacing.take(np.zeros((len(pacing.wanted()), 4, 4, 1), np.uint8))
    assert pacing.wanted() == []
    assert "Nothing" in pacing.result().sentence
    assert pacing.result().times == tuple(i / 10 for i in range(10))


def test_a_pause_gets_no_frames():
    found = paced(walk_of(A, B, B, C), 60)
    assert found.unevenness <= LIMIT
    assert not any(0.26 < time < 0.49 for time in found.times)


def test_it_ends_whatever_the_pictures_are():
    pacing, random = Pacing(walk_of(A, B), 16), np.random.default_rng(0)
    looks = 0
    while designs := pacing.wanted():
        pacing.take(random.integers(0, 256, (len(designs), 2, 2, 1), np.uint8))
        looks += 1
    assert looks == pacing.looks <= 13
    assert len(pacing.result().times) == 16


def test_a_bad_walk_is_refused_before_anything_is_drawn():
    with pytest.raises(RequestError, match="two key frames"):
        Pacing(walk_of(A), 16)


def test_step_lengths_are_root_mean_squares_and_close_a_loop():
    pixels = np.array([[0, 0], [3, 3], [3, 7]], np.uint8).reshape(3, 1, 2, 1)
    assert step_lengths(pixels, loop=False) == pytest.approx([3, 8**0.5])
    assert step_lengths(pixels, loop=True) == pytest.approx([3, 8**0.5, (58 / 2) ** 0.5])


@settings(max_examples=200)
@given(st.lists(st.floats(0, 50), min_size=1, max_size=20), st.integers(1, 40))
def test_moments_rise_from_start_to_end(steps, count):
    times = np.linspace(0.0, 1.0, len(steps) + 1)
    found = placed(times, np.array(steps), count)
    assert len(found) == count + 1
    assert (found[0], found[-1]) == (0.0, 1.0)
    assert (np.diff(found) >= -1e-12).all()


def test_moments_lie_at_equal_lengths():
    times, steps = np.array([0.0, 0.2, 0.4, 1.0]), np.array([1.0, 0.0, 3.0])
    assert placed(times, steps, 4) == pytest.approx([0.0, 0.4, 0.6, 0.8, 1.0])
