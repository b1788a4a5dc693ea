"""How long the window's thread is ever busy while the sheet scrolls: the gap between two beats of a 1 ms timer."""

from dataclasses import dataclass
from time import perf_counter, thread_time

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Slot

from desktop_app.ui.sample.sheet_canvas import SheetCanvas

FRAME_MS = 16
BEAT_MS = 1


@dataclass(frozen=True)
class ScrollMeasure:
    tiles: int  # that passed through the view
    seconds: float
    frames: int
    longest_block_ms: float
    longest_busy_ms: float  # of it the window's thread itself computed; the rest it waited for a processor
    blocks_over_16_ms: int


class _Scroller(QObject):
    def __init__(self, canvas: SheetCanvas, tiles: int, loop: QEventLoop) -> None:
        super().__init__()
        self._canvas, self._tiles, self._loop = canvas, tiles, loop
        self.gaps: list[float] = []
        self.frames = 0
        self.busy: list[float] = []
        self._last, self._last_busy = perf_counter(), thread_time()
        self._beat, self._frame = QTimer(self), QTimer(self)
        for timer, interval, slot in ((self._beat, BEAT_MS, self._on_beat), (self._frame, FRAME_MS, self._on_frame)):
            timer.setTimerType(Qt.TimerType.PreciseTimer)
            timer.timeout.connect(slot)
            timer.start(interval)

    @Slot()
    def _on_beat(self) -> None:
        now, busy = perf_counter(), thread_time()
        self.gaps.append(now - self._last)
        self.busy.append(busy - self._last_busy)
        self._last, self._last_busy = now, busy

    @Slot()
    def _on_frame(self) -> None:
        self.frames += 1
        layout = self._canvas.layout_now
        self._canvas.scroll_by(layout.pitch)
        if layout.visible(self._canvas.scroll_position).stop >= self._tiles:
            self._beat.stop()
            self._frame.stop()
            self._loop.quit()


def measure_scroll(canvas: SheetCanvas, tiles: int = 10_000) -> ScrollMeasure:
    """Scroll from the top, a row a frame, until `tiles` tiles have passed. The canvas must be on the screen."""
    canvas.scroll_to(0.0)
    loop = QEventLoop()
    began = perf_counter()
    scroller = _Scroller(canvas, tiles, loop)
    loop.exec()
    return ScrollMeasure(
        tiles,
        perf_counter() - began,
        scroller.frames,
        1000 * max(scroller.gaps, default=0.0),
        1000 * max(scroller.busy, default=0.0),
        sum(gap > 0.016 for gap in scroller.gaps),
    )
