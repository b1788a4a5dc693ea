"""Plays frames at a steady rate: a clock says which frame is due, and one that is late is left out, never slowed down.

Frames come from a buffer that somebody else fills; `has` says which are there. Before it sets off it waits for a
little of the way ahead, but not for long.
"""

import math
from collections import deque
from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

AHEAD_S = 0.3  # of film that is to be there before it starts
PATIENCE_S = 1.5  # how long it waits for that
RATE_OVER_S = 1.0  # the time over which the rate reached is counted
BELOW = 0.93  # of the wished rate, from which the rate reached is worth a word
_WAIT_MS = 10


class Player(QObject):
    frame_due = Signal(int)
    frame_missed = Signal(int)  # it was due and is not there
    stopped = Signal()
    rate_changed = Signal()

    def __init__(
        self, has: Callable[[int], bool], parent: QObject | None = None, *, clock: Callable[[], float] = monotonic
    ) -> None:
        super().__init__(parent)
        self._has, self._clock = has, clock
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        self._playing = False
        self._count, self._fps, self._loop = 0, 25.0, True
        self._start, self._shown = 0, 0
        self._asked_at = 0.0
        self._began: float | None = None  # when the clock of the film was started
        self._times: deque[float] = deque()  # of the frames shown lately
        self.rate: float | None = None  # reached, where it is below the wished one

    @property
    def is_playing(self) -> bool:
        return self._playing

    @property
    def frame(self) -> int:
        return self._shown

    def play(self, count: int, fps: float, start: int, *, loop: bool) -> None:
        """Begin at a frame; an open walk that stands at its end begins again."""
        if count < 2:
            return
        if not loop and start >= count - 1:
            start = 0
        self._count, self._fps, self._loop = count, fps, loop
        self._start = self._shown = start
        self._asked_at, self._began = self._clock(), None
        self._times.clear()
        self._tell_rate(None)
        self._playing = True
        self.tick()

    def change(self, count: int, fps: float, *, loop: bool) -> None:
        """Another walk under way: go on from where it stands."""
        if self._playing and (count, fps, loop) != (self._count, self._fps, self._loop):
            self.play(count, fps, min(self._shown, max(count - 1, 0)), loop=loop)
            if count < 2:
                self.pause()

    def pause(self) -> None:
        self._timer.stop()
        if self._playing:
            self._playing = False
            self._tell_rate(None)
            self.stopped.emit()

    @Slot()
    def tick(self) -> None:
        """Show what is due."""
        if not self._playing:
            return
        now = self._clock()
        if self._began is None and not self._set_off(now):
            self._timer.start(_WAIT_MS)
            return
        assert self._began is not None
        passed = math.floor((now - self._began) * self._fps + 1e-6)
        if not self._loop and self._start + passed >= self._count - 1:
            self._show(self._count - 1, now)
            self.pause()
            return
        self._show((self._start + passed) % self._count, now)
        due = self._began + (passed + 1) / self._fps
        self._timer.start(max(1, math.ceil((due - self._clock()) * 1000)))

    def _set_off(self, now: float) -> bool:
        """Start the film's clock once enough lies ahead."""
        ahead = range(self._start, self._start + min(self._count, math.ceil(AHEAD_S * self._fps)))
        ready = all(self._has(number % self._count) for number in ahead if self._loop or number < self._count)
        if ready or now - self._asked_at >= PATIENCE_S:
            self._began = now
            return True
        return False

    def _show(self, due: int, now: float) -> None:
        if due != self._shown or not self._times:
            if self._has(due):
                self._shown = due
                self._times.append(now)
                self.frame_due.emit(due)
            else:  # the one before stays, the clock goes on
                self.frame_missed.emit(due)
        self._measure(now)

    def _measure(self, now: float) -> None:
        while self._times and now - self._times[0] > RATE_OVER_S:
            self._times.popleft()
        assert self._began is not None
        if now - self._began < RATE_OVER_S:
            return
        reached = len(self._times) / RATE_OVER_S
        self._tell_rate(reached if reached < BELOW * self._fps else None)

    def _tell_rate(self, rate: float | None) -> None:
        rounded = None if rate is None else round(rate)
        if rounded != (None if self.rate is None else round(self.rate)):
            self.rate = rate
            self.rate_changed.emit()
        self.rate = rate
