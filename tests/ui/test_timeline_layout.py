"""The timeline as arithmetic: where things lie, what a point hits, and what hands do to a walk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.requests import Design
from desktop_app.studio.walk import MAX_SECONDS, Key, Walk, default_frames, duration
from desktop_app.ui.blend import timeline_steps as steps
from desktop_app.ui.blend.timeline_frames import Frames
from desktop_app.ui.blend.timeline_layout import (
    FRAME,
    GRIP,
    MARGIN,
    RULER_TOP,
    TRACK_TOP,
    WAYS_TOP,
    Hit,
    make_layout,
    snapped,
    told,
)

DESIGNS = [Design(1, number) for number in range(6)]


def walk_of(*seconds: float, loop: bool = True, **fields) -> Walk:  # type: ignore[no-untyped-def]
    return Walk(tuple(Key(DESIGNS[n], s) for n, s in enumerate(seconds)), loop=loop, **fields)


LENGTHS = st.lists(st.floats(0.04, 20), min_size=2, max_size=6)


@given(LENGTHS, st.booleans(), st.integers(300, 2400))
def test_keys_stand_as_far_apart_as_their_ways_last(seconds, loop, width) -> None:  # type: ignore[no-untyped-def]
    layout = make_layout(walk_of(*seconds, loop=loop), width)
    gaps = [layout.way(n)[1] - layout.way(n)[0] for n in range(len(layout.lengths))]
    for gap, length in zip(gaps, layout.lengths, strict=True):
        assert gap == pytest.approx(length * layout.scale)
    assert layout.x(layout.duration) + FRAME <= width - MARGIN + 1e-6 or layout.max_scroll > 0


def test_the_whole_walk_fills_the_view_and_a_long_one_scrolls() -> None:
    layout = make_layout(walk_of(1, 2, 1), 800)
    assert layout.x(layout.duration) + FRAME == pytest.approx(800 - MARGIN)
    assert layout.max_scroll == 0
    many = Walk(tuple(Key(DESIGNS[n % 6]) for n in range(200)))
    assert make_layout(many, 800).max_scroll > 2000
    assert make_layout(many, 800, scroll=10**6).scroll == make_layout(many, 800).max_scroll


def test_what_lies_under_a_point() -> None:
    layout = make_layout(walk_of(1, 2, 1), 800)
    track, ways, ruler = TRACK_TOP + 20, WAYS_TOP + 10, RULER_TOP + 5
    second = layout.key_x(1)
    assert layout.hit(200, ruler) == Hit("ruler")
    assert layout.hit(layout.key_x(0) + 20, track) == Hit("key", 0)
    assert layout.hit(second + 20, track) == Hit("key", 1)
    assert layout.hit(second - GRIP, track) == Hit("boundary", 0)
    assert layout.hit(second + FRAME + 20, track) == Hit("strip")
    assert layout.hit(second + 10, ways) == Hit("curve", 1)
    assert layout.hit(second + 60, ways) == Hit("length", 1)
    assert layout.hit(layout.x(4), ways) == Hit("boundary", 2)
    assert layout.hit(3, track) == Hit()


def test_a_narrow_key_can_still_be_hit() -> None:
    layout = make_layout(walk_of(0.04, 10, 10), 600)
    assert layout.key_width(0) < FRAME
    assert any(layout.hit(layout.key_x(0) + x, TRACK_TOP + 9) == Hit("key", 0) for x in range(4))


def test_small_frames_fill_the_ways_without_covering_a_key() -> None:
    layout = make_layout(walk_of(1, 2, 1), 1000)
    edges = [(slot.x, slot.x + slot.width) for slot in layout.slots]
    keys = [(layout.key_x(n), layout.key_x(n) + FRAME) for n in range(3)]
    assert len(edges) > 6
    for left, right in edges:
        assert all(right <= a + 1e-6 or left >= b - 1e-6 for a, b in keys)
    assert all(slot.seconds == pytest.approx(layout.seconds(slot.x)) for slot in layout.slots)


@given(st.floats(0, 1), st.floats(0, 1))
def test_zoom_and_scroll_keep_moments_and_places_together(share, scroll) -> None:  # type: ignore[no-untyped-def]
    layout = make_layout(walk_of(1, 2, 1), 700, zoom=5, scroll=scroll * 3000)
    seconds = share * layout.duration
    assert layout.seconds(layout.x(seconds)) == pytest.approx(seconds, abs=1e-6)


def test_a_moment_is_scrolled_into_view_and_no_further() -> None:
    layout = make_layout(walk_of(1, 2, 1), 500, zoom=6)
    scroll = layout.scroll_to_show(3.0)
    after = make_layout(walk_of(1, 2, 1), 500, zoom=6, scroll=scroll)
    assert 0 <= after.x(3.0) <= 500 - FRAME
    assert after.scroll_to_show(3.0) == after.scroll


def test_durations_are_whole_frames() -> None:
    assert snapped(0.513, 25, MAX_SECONDS) == 0.52
    assert snapped(-3, 25, MAX_SECONDS) == 0.04
    assert snapped(1e9, 25, MAX_SECONDS) == MAX_SECONDS
    assert told(1.2, 30) == "1.20 s · 36 frames"
    assert told(0.04, 25) == "0.04 s · 1 frame"


# -- steps -----------------------------------------------------------------------------------------------------------


def order(walk: Walk) -> list[int]:
    return [key.design.index for key in walk.keys]


@pytest.mark.parametrize(
    ("number", "gap", "expected", "now"),
    [(0, 3, [1, 2, 0, 3], 2), (3, 0, [3, 0, 1, 2], 0), (1, 2, [0, 1, 2, 3], 1), (1, 4, [0, 2, 3, 1], 3)],
)
def test_a_key_moves_with_its_way(number: int, gap: int, expected: list[int], now: int) -> None:
    moved, where = steps.with_key_moved(walk_of(1, 2, 3, 4), number, gap)
    assert order(moved) == expected
    assert where == now
    assert [key.seconds for key in moved.keys] == [index + 1 for index in expected]


def test_removing_and_doubling() -> None:
    walk = walk_of(1, 2, 3)
    assert order(steps.without_key(walk, 1)) == [0, 2]
    assert order(steps.with_key_twice(walk, 1)) == [0, 1, 1, 2]
    assert order(steps.with_key_at(walk, DESIGNS[5], 1)) == [0, 5, 1, 2]


def test_the_whole_duration_stretches_all_ways_alike() -> None:
    longer = steps.with_duration(walk_of(1, 3), 8)
    assert [key.seconds for key in longer.keys] == [2, 6]
    assert duration(steps.with_duration(walk_of(0, 0), 3)) == pytest.approx(3)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1.5", 1.5), ("1,5 s", 1.5), (" 50 frames", 2.0), ("25f", 1.0), (".5", 0.5), ("0", None), ("soon", None)],
)
def test_durations_as_they_are_typed(text: str, seconds: float | None) -> None:
    assert steps.read_seconds(text, 25) == seconds


# -- frames ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loop", [True, False])
def test_every_frame_is_the_nearest_to_its_own_moment(loop: bool) -> None:
    frames = Frames(walk_of(1, 0.4, 2, loop=loop), None)
    assert len(frames) == default_frames(frames.walk)
    assert [frames.nearest(frames.seconds(n)) for n in range(len(frames))] == list(range(len(frames)))


def test_the_end_of_a_loop_is_its_start() -> None:
    walk = walk_of(1, 1)
    frames = Frames(walk, None)
    assert frames.nearest(duration(walk)) == 0
    assert frames.design(0) == walk.keys[0].design
    assert Frames(walk_of(1, 1, loop=False), None).nearest(1.0) == 25


def test_an_even_pace_gives_time_to_one_way_and_takes_it_from_the_other() -> None:
    walk = walk_of(1, 1)
    frames = Frames(walk, None, tuple((n / 50) ** 2 for n in range(50)))
    assert frames.is_paced
    assert frames.frames_between(0, 1) + frames.frames_between(1, 2) == 50
    assert frames.frames_between(0, 1) == 36  # sqrt(1/2) of 50 frames, and the first
    assert frames.at_film(1.0) == pytest.approx(0.5)
    assert frames.at_film(2.0) == pytest.approx(2.0)
    plain = Frames(walk, None)
    assert not plain.is_paced
    assert plain.frames_between(0, 1) == 25
    assert plain.at_film(1.3) == pytest.approx(1.3)


def test_moments_of_another_number_of_frames_are_not_taken() -> None:
    walk = walk_of(1, 1)
    even = tuple((n / 50) ** 2 for n in range(50))
    assert Frames(walk, None, even).moments == even
    assert Frames(walk, None, even[:20]).moments != even[:20]


def test_without_a_way_there_is_one_frame_or_none() -> None:
    assert len(Frames(Walk(), None)) == 0
    assert len(Frames(walk_of(1), None)) == 1
    assert len(Frames(walk_of(0, 0), None)) == 1
