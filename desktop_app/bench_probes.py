"""What `maquette bench` measures in processes of their own. Each prints one line of JSON and ends.

Moments are readings of the system's monotonic clock, which the parent shares, so that the start of a process counts.
"""

import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.cli import asking
from desktop_app.cli.printing import print_json_line
from desktop_app.engine import memory
from desktop_app.engine.errors import StudioError
from desktop_app.engine.requests import Design, Sample
from desktop_app.studio.jobs import QueueState
from desktop_app.studio.sheet import SheetState, design_at

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop_app.app import Studio

BATCH = 64  # designs in one run of the graphs, as `maquette sample` has it
WARM_UP, SINGLES = 20, 200
PATIENCE_MS = 60_000
SETTLE_MS, IDLE_MS = 1000, 10_000

Figures = dict[str, object]


def run(name: str, *, package: str, threads: int) -> int:
    if name in ("drag", "long-drag"):
        from desktop_app import bench_blend_probes

        probe = {"drag": bench_blend_probes.drag, "long-drag": bench_blend_probes.long_drag}[name]
        print_json_line(probe(package))
        return 0
    probes: dict[str, Callable[[], Figures]] = {
        "engine": lambda: engine(package, threads),
        "bare-window": bare_window,
        "window": window,
        "scrolling": scrolling,
    }
    if name not in probes:
        raise StudioError(f"There is no probe “{name}”.")
    print_json_line(probes[name]())
    return 0


def designs(package: str, classes: int, first: int, count: int) -> tuple[Design, ...]:
    sheet = SheetState(package, seed=1)
    return tuple(design_at(sheet, first + i, classes) for i in range(count))


# -- the engine without its process --------------------------------------------------------------------------------


def engine(name: str, threads: int) -> Figures:
    """Milliseconds of single designs and designs a second in batches, with nothing between caller and engine."""
    from desktop_app.engine.runtime import Runtime
    from desktop_app.engine.service import Service

    package = asking.library().find(name)
    classes = len(package.manifest.classes)
    service = Service(Runtime("cpu", threads=threads))

    def draw(first: int, count: int) -> float:
        request = Sample(package.ref, designs(name, classes, first, count), BATCH)
        started = time.perf_counter()
        for _ in service.run(request):
            pass
        return time.perf_counter() - started

    for i in range(WARM_UP):
        draw(i, 1)
    singles = [1000 * draw(i, 1) for i in range(SINGLES)]
    return {"singles_ms": singles, "per_second": 8 * BATCH / draw(0, 8 * BATCH)}


# -- windows -------------------------------------------------------------------------------------------------------


def bare_window() -> Figures:
    """The least that PySide6 can show, of the same size as ours."""
    from PySide6.QtWidgets import QApplication, QWidget

    app = QApplication(["bare"])
    widget = QWidget()
    widget.resize(1440, 900)
    shown = _show(widget)
    del app
    return {"shown": shown, "window_bytes": memory.resident_bytes()}


def window() -> Figures:
    """From the start to the first tile."""
    with tempfile.TemporaryDirectory(prefix="maquette-") as folder:
        studio, states = _studio(Path(folder))
        shown = _show(studio.window)
        tile = _first_tile(studio)
        figures = {"shown": shown, "tile": tile, **_memory(states)}
        studio.close()
    return figures


def scrolling() -> Figures:
    """The longest time in which the window could not have answered, while 10,000 tiles went by."""
    from desktop_app.ui.bench import measure_scroll

    with tempfile.TemporaryDirectory(prefix="maquette-") as folder:
        studio, states = _studio(Path(folder))
        _show(studio.window)
        _first_tile(studio)
        _wait(SETTLE_MS)
        idle = _longest_gap_ms(IDLE_MS)
        measured = measure_scroll(studio.window.room.canvas)
        figures = {**vars(measured), "idle_block_ms": idle, **_memory(states)}
        studio.close()
    return figures


def _studio(folder: Path) -> "tuple[Studio, list[QueueState]]":
    """A studio that knows nothing of the user's settings and projects, and what its queue tells."""
    from desktop_app import app
    from desktop_app.studio.settings import Settings

    app.application([])
    studio, states = app.make_studio(Settings(folder / "settings.json"), folder), list[QueueState]()
    studio.bridge.state_changed.connect(states.append)
    return studio, states


def _show(widget: "QWidget") -> float:
    """Show a window; the moment at which its first picture was handed to the screen."""
    from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer

    loop = QEventLoop()

    class FirstPaint(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                QTimer.singleShot(0, loop.quit)
            return False

    watcher = FirstPaint()
    widget.installEventFilter(watcher)
    QTimer.singleShot(PATIENCE_MS, loop.quit)
    widget.show()
    loop.exec()
    moment = time.monotonic()
    widget.removeEventFilter(watcher)
    return moment


def _first_tile(studio: "Studio") -> float:
    """Wait for the first tile; the moment at which it was painted."""
    from PySide6.QtCore import QEventLoop, QTimer

    room, failures = studio.window.room, list[str]()
    loop = QEventLoop()
    room.loader.arrived.connect(loop.quit)
    room.loader.failed.connect(failures.append)
    room.loader.failed.connect(loop.quit)
    QTimer.singleShot(PATIENCE_MS, loop.quit)
    tile = room.focus_tile()
    if tile is None or room.pixels_of(tile) is None:
        loop.exec()
    room.canvas.repaint()
    if failures:
        raise StudioError(failures[0])
    return time.monotonic()


def _memory(states: list[QueueState]) -> Figures:
    """Resident bytes of both processes, a moment later: the engine tells its own at the end of a job."""
    _wait(SETTLE_MS)
    return {"window_bytes": memory.resident_bytes(), "engine_bytes": states[-1].engine_rss if states else 0}


def _wait(milliseconds: int) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _longest_gap_ms(milliseconds: int) -> float:
    """The longest time between two beats of a 1 ms timer while nothing is asked of the window: the machine's own."""
    from PySide6.QtCore import Qt, QTimer

    beats = [time.perf_counter()]
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: beats.append(time.perf_counter()))
    timer.start(1)
    _wait(milliseconds)
    timer.stop()
    return 1000 * max(b - a for a, b in pairwise(beats))
