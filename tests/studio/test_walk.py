"""Walks: keys to the pixel, loops that close, weights that sum to one, and sentences for what is no film."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from desktop_app.engine.errors import RequestError
from desktop_app.engine.requests import Design
from desktop_app.studio.mixing import mix
from desktop_app.studio.walk import (
    Key,
    Walk,
    check,
    default_frames,
    design_at,
    duration,
    eased,
    frame_designs,
    frame_times,
    key_times,
    pauses,
)

A, B, C = Design(1, 0), Design(2, 0), Design(3, 0)
EASINGS = ("linear", "smooth", "ease in", "ease out", "hold")
easings = st.sampled_from(EASINGS)
moments = st.floats(0.0, 1.0)
keys = st.builds(Key, st.sampled_from([A, B, C]), st.floats(0.05, 9.0), easings)
walks = st.builds(
    Walk, st.lists(keys, min_size=2, max_size=6).map(tuple), st.booleans(), st.sampled_from(("straight", "spline"))
)


def weights(design):
    """Design -> weight, of a mix or of a design alone."""
    if design.place is None:
        return {design: 1.0}
    return {part.design: part.weight for part in design.place.parts}


def walk_of(*designs, **fields):
    return Walk(tuple(Key(design, easing="linear") for design in designs), **fields)


@given(walks, moments)
def test_every_moment_is_a_mix_of_the_keys(walk, time):
    found = weights(design_at(walk, time))
    assert set(found) <= {key.design for key in walk.keys}
    assert math.fsum(found.values()) == pytest.approx(1.0, abs=1e-12)
    if walk.curve == "straight":
        assert all(0.0 < weight <= 1.0 for weight in found.values())
        assert len(found) <= 2


@given(walks)
def test_a_key_is_there_itself(walk):
    for time, key in zip(key_times(walk), walk.keys, strict=True):
        assert design_at(walk, time) == key.design
    assert design_at(walk, 1.0) == walk.keys[0 if walk.loop else -1].design


@given(walks, moments)
def test_a_loop_goes_round_and_an_open_walk_ends(walk, time):
    looped = replace(walk, loop=True)
    assert design_at(looped, 0.0) == design_at(looped, 1.0) == looped.keys[0].design
    ahead, back = weights(design_at(looped, time)), weights(design_at(looped, time + 1.0))
    assert math.fsum(abs(ahead.get(d, 0) - back.get(d, 0)) for d in {*ahead, *back}) < 1e-6 or _near_a_jump(
        looped, time
    )
    assert design_at(replace(walk, loop=False), 1.0 + time) == walk.keys[-1].design


def _near_a_jump(walk, time):
    return any(abs(at - time) < 1e-9 for at in (*key_times(walk), 1.0))


@given(walks, moments)
def test_nothing_jumps_but_a_hold(walk, time):
    if any(key.easing == "hold" for key in walk.keys):
        return
    before, after = weights(design_at(walk, time)), weights(design_at(walk, time + 1e-7))
    if not walk.loop and time + 1e-7 > 1:
        return
    assert math.fsum(abs(before.get(d, 0) - after.get(d, 0)) for d in {*before, *after}) < 1e-3


@pytest.mark.parametrize("easing", EASINGS)
def test_easing_starts_and_ends_where_it_should_and_never_goes_back(easing):
    shares = [eased(easing, step / 100) for step in range(101)]
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(a <= b for a, b in pairwise(shares))


def test_easings_are_what_they_are_called():
    assert [eased(easing, 0.25) for easing in EASINGS] == [0.25, 0.15625, 0.0625, 0.4375, 0.0]
    assert weights(design_at(Walk((Key(A, easing="hold"), Key(B))), 0.49)) == {A: 1.0}


def test_frames_of_a_loop_do_not_show_the_start_twice():
    assert frame_times(walk_of(A, B), 4) == [0.0, 0.25, 0.5, 0.75]
    assert frame_times(walk_of(A, B, loop=False), 5) == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert [weights(d) for d in frame_designs(walk_of(A, B), 4)] == [{A: 1}, {A: 0.5, B: 0.5}, {B: 1}, {A: 0.5, B: 0.5}]
    assert frame_designs(walk_of(A, B), 2, times=[0.5, 0.0]) == [B, A]
    with pytest.raises(RequestError, match="3 moments"):
        frame_designs(walk_of(A, B), 2, times=[0.0, 0.1, 0.2])


def test_ways_last_as_long_as_they_say():
    walk = Walk((Key(A, 1.0, "linear"), Key(B, 3.0, "linear"), Key(C, 4.0, "linear")))
    assert (duration(walk), duration(replace(walk, loop=False))) == (8.0, 4.0)
    assert key_times(walk) == [0.0, 0.125, 0.5]
    assert weights(design_at(walk, 0.3125)) == {B: 0.5, C: 0.5}
    assert default_frames(walk) == 200
    assert default_frames(replace(walk, loop=False)) == 101


def test_a_way_without_time_is_a_cut():
    walk = Walk((Key(A, 0.0), Key(B, 1.0, "linear"), Key(C, 0.0)), loop=False)
    assert design_at(walk, 0.0) == B, "the cut has happened"
    assert design_at(walk, 1.0) == C


def test_the_spline_is_that_of_catmull_and_rom():
    u = 0.3
    found = weights(design_at(walk_of(A, B, C, Design(4, 0), curve="spline"), (1 + u) / 4))
    expected = ((-u + 2 * u**2 - u**3) / 2, (2 - 5 * u**2 + 3 * u**3) / 2, (u + 4 * u**2 - 3 * u**3) / 2)
    assert [found[d] for d in (A, B, C)] == pytest.approx(expected, abs=1e-12)
    assert found[Design(4, 0)] == pytest.approx((-(u**2) + u**3) / 2, abs=1e-12)


@pytest.mark.parametrize("loop", [True, False])
def test_the_spline_keeps_its_speed_at_the_keys_whatever_their_durations(loop):
    walk = Walk((Key(A, 1.0, "linear"), Key(B, 0.4, "linear"), Key(C, 2.0, "linear")), loop, "spline")
    step = 1e-5
    for time in key_times(walk)[0 if loop else 1 : 3 if loop else 2]:
        here, before, after = (weights(design_at(walk, (time + move) % 1)) for move in (0.0, -step, step))
        for design in (A, B, C):
            arriving = (here.get(design, 0) - before.get(design, 0)) / step
            leaving = (after.get(design, 0) - here.get(design, 0)) / step
            assert arriving == pytest.approx(leaving, abs=0.02)


def test_mixes_say_a_design_once():
    assert mix([(0.25, A), (0.75, A)]) == A
    assert mix([(0.0, B), (1.0, A)]) == A
    assert weights(mix([(0.25, A), (0.5, B), (0.25, A)])) == {A: 0.5, B: 0.5}
    assert design_at(walk_of(A, A, B), 1 / 6) == A


@pytest.mark.parametrize(
    ("walk", "frames", "words"),
    [
        (Walk(), None, "two key frames; this one has none"),
        (walk_of(A), None, "two key frames; this one has one"),
        (walk_of(A, A, A), None, "the same design"),
        (walk_of(A, B), 0, "2 frames at least; 0 were"),
        (walk_of(A, B), 1, "2 frames at least; 1 was"),
        (walk_of(A, B), 10**6, "1,000,000 were asked for"),
        (Walk((Key(A, -1.0), Key(B))), None, "Key frame 1 lasts -1 s"),
        (Walk((Key(A), Key(B, math.nan))), None, "Key frame 2 lasts nan s"),
        (Walk((Key(A, 0.0), Key(B, 0.0))), None, "no time"),
        (walk_of(A, B, fps=0.0), None, "frames a second"),
        (walk_of(A, B, fps=math.inf), None, "frames a second"),
        (walk_of(*(Design(n, 0) for n in range(501))), None, "501"),
    ],
)
def test_what_makes_no_film_is_said(walk, frames, words):
    with pytest.raises(RequestError, match=words):
        check(walk, frames)


def test_designs_of_a_walk_without_keys_are_refused():
    with pytest.raises(RequestError, match="none"):
        design_at(Walk(), 0.5)
    with pytest.raises(RequestError, match="one"):
        frame_designs(walk_of(A), 8)


def test_equal_neighbours_are_a_pause_and_told():
    check(walk_of(A, B, B))
    assert "key frames 2 and 3:" in pauses(walk_of(A, B, B))
    assert "key frames 3 and 1:" in pauses(walk_of(A, B, A))
    assert pauses(walk_of(A, B, A, loop=False)) == ""
