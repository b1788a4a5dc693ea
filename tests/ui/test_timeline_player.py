"""Playing with a clock that the test turns: which frame is shown when, what is left out, and the rate that is told."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.ui.blend.timeline_player import AHEAD_S, PATIENCE_S, Player


class Rig:
    def __init__(self) -> None:
        self.now = 100.0
        self.there: Callable[[int], bool] = lambda _: True
        self.player = Player(lambda number: self.there(number), clock=lambda: self.now)
        self.shown: list[int] = []
        self.missed: list[int] = []
        self.stops = 0
        self.player.frame_due.connect(self.shown.append)
        self.player.frame_missed.connect(self.missed.append)
        self.player.stopped.connect(self._on_stopped)

    def _on_stopped(self) -> None:
        self.stops += 1

    def pass_time(self, seconds: float, step: float = 0.01) -> None:
        for _ in range(round(seconds / step)):
            self.now += step
            self.player.tick()


@pytest.fixture
def rig(qapp: QApplication) -> Iterator[Rig]:
    made = Rig()
    yield made
    made.player.pause()


def test_each_frame_has_its_time(rig: Rig) -> None:
    rig.player.play(100, 25, 10, loop=True)
    rig.pass_time(1.0)
    assert rig.shown == list(range(10, 36))


def test_a_loop_goes_round(rig: Rig) -> None:
    rig.player.play(10, 10, 7, loop=True)
    rig.pass_time(1.0)
    assert rig.shown == [7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7]


def test_an_open_walk_ends_on_its_last_frame(rig: Rig) -> None:
    rig.player.play(5, 10, 2, loop=False)
    rig.pass_time(1.0)
    assert rig.shown == [2, 3, 4]
    assert not rig.player.is_playing
    assert rig.stops == 1
    rig.player.play(5, 10, 4, loop=False)
    assert rig.shown[-1] == 0, "it begins again"


def test_a_late_tick_leaves_frames_out_and_keeps_the_time(rig: Rig) -> None:
    rig.player.play(100, 25, 0, loop=True)
    rig.now += 0.41
    rig.player.tick()
    assert rig.shown == [0, 10]


def test_a_missing_frame_leaves_the_one_before(rig: Rig) -> None:
    rig.player.play(100, 10, 0, loop=True)
    rig.there = lambda number: number not in (3, 4)
    rig.pass_time(0.8)
    assert rig.shown == [0, 1, 2, 5, 6, 7, 8]
    assert set(rig.missed) == {3, 4}


def test_it_waits_for_what_lies_ahead_but_not_for_ever(rig: Rig) -> None:
    rig.there = lambda _: False
    rig.player.play(100, 20, 0, loop=True)
    rig.pass_time(1.0)
    assert rig.shown == []
    rig.there = lambda number: number <= AHEAD_S * 20
    rig.pass_time(0.02)
    assert rig.shown == [0]
    rig.player.pause()
    rig.there = lambda _: False
    rig.player.play(100, 20, 0, loop=True)
    rig.there = lambda number: number == 2
    rig.pass_time(PATIENCE_S + 0.15)
    assert rig.shown == [0, 2]


def test_the_rate_reached_is_told_where_it_is_below_the_wished_one(rig: Rig) -> None:
    rig.player.play(200, 20, 0, loop=True)
    rig.pass_time(2.0)
    assert rig.player.rate is None
    rig.there = lambda number: number % 2 == 0
    rig.pass_time(2.0)
    assert rig.player.rate == pytest.approx(10, abs=1.1)
    rig.player.pause()
    assert rig.player.rate is None


def test_another_walk_goes_on_where_it_stood(rig: Rig) -> None:
    rig.player.play(100, 25, 0, loop=True)
    rig.pass_time(1.0)
    rig.player.change(60, 50, loop=True)
    assert rig.player.frame == 25
    rig.pass_time(0.2)
    assert rig.player.frame == 35
    rig.player.change(1, 50, loop=True)
    assert not rig.player.is_playing


def test_nothing_plays_without_two_frames(rig: Rig) -> None:
    rig.player.play(1, 25, 0, loop=True)
    assert not rig.player.is_playing
