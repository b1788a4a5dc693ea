"""A hand on the pad of the Blend workspace, measured: from a move of the mouse to the picture on the screen.

The window, its queue and the engine's process are the program's own; the mouse is Qt's own events. A picture counts as
on the screen when the widget has painted it, with nothing newer to come.
"""

import math
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app import bench_probes as probes
from desktop_app.engine.errors import StudioError
from desktop_app.studio.jobs import QueueState
from desktop_app.ui.blend.filling import four_designs
from desktop_app.ui.picture.tile_store import Fit

if TYPE_CHECKING:
    from desktop_app.app import Studio

WARM_UP, POSITIONS, LATTICES = 30, 300, 150
LONG_WARM_UP, LONG = 3200, 10_000  # positions; by the end of the first the cache of pictures is full
SEED = 1


def drag(package: str) -> probes.Figures:
    """Milliseconds from hand to picture: of the pin, and of an anchor, which changes the whole lattice with it."""
    with tempfile.TemporaryDirectory(prefix="maquette-") as folder:
        studio, _ = probes._studio(Path(folder))
        hand = _Hand(studio, package)
        views = [hand.drag_pin(turn) for turn in range(WARM_UP + POSITIONS)]
        lattices = [hand.drag_anchor(turn) for turn in range(WARM_UP + LATTICES)]
        figures = {"view_ms": views[WARM_UP:], "lattice_ms": lattices[WARM_UP:], "lattice": hand.lattice}
        studio.close()
    return figures


def long_drag(package: str) -> probes.Figures:
    """Resident bytes of both processes before and after LONG positions, the caches full before."""
    with tempfile.TemporaryDirectory(prefix="maquette-") as folder:
        studio, states = probes._studio(Path(folder))
        hand = _Hand(studio, package)
        before = _after(hand, states, range(LONG_WARM_UP))
        after = _after(hand, states, range(LONG_WARM_UP, LONG_WARM_UP + LONG))
        studio.close()
    return {"positions": LONG, "before": before, "after": after}


def _after(hand: "_Hand", states: list[QueueState], turns: range) -> probes.Figures:
    """Resident bytes once the pin has been at all these places."""
    for turn in turns:
        hand.drag_pin(turn)
        del states[:-1]  # what the bench itself is told must not count
    return probes._memory(states)


class _Hand:
    """Holds the pin or an anchor of a pad with four designs, and waits for what it does."""

    def __init__(self, studio: "Studio", package: str) -> None:

        self._studio, self._room = studio, studio.window.blend
        self._pad, self._view = self._room.pad, self._room.live.view
        self._watcher = _Watcher()
        probes._show(studio.window)
        self._fill(package)
        for widget in (self._pad, self._view):
            widget.installEventFilter(self._watcher)
        self._held = ""

    @property
    def lattice(self) -> int:
        return self._studio.desk.state.blend.lattice

    def drag_pin(self, turn: int) -> float:
        """Move the pin to the next place on its way; milliseconds until its picture is shown."""
        angle = turn * 2.399963  # the golden angle: no place twice
        radius = 0.05 + 0.4 * ((turn * 0.618034) % 1.0)
        point = (0.5 + radius * math.cos(angle), 0.5 + radius * math.sin(angle))
        return self._drag("pin", point, {self._view: self._view_is_new})

    def drag_anchor(self, turn: int) -> float:
        """Move the first anchor; milliseconds until the picture and all thumbnails that follow from it are shown."""
        point = (0.1 + 0.3 * ((turn * 0.618034) % 1.0), 0.1 + 0.3 * ((turn * 0.754878) % 1.0))
        return self._drag("anchor", point, {self._view: self._view_is_new, self._pad: self._lattice_is_new})

    def _fill(self, package: str) -> None:

        window = self._studio.window
        window.rooms.go_to("blend")
        window.commands.blend_desk.choose_package(package)
        chosen = window.commands.blend_desk.package
        if chosen is None or chosen.name != package:
            raise StudioError(f"“{package}” cannot be put on the pad.")
        self._room.wishes.add(list(four_designs(chosen, SEED)))
        self._wait(lambda: self._room.pictures.is_settled)

    # -- the mouse -------------------------------------------------------------------------------------------------

    def _drag(self, what: str, point: tuple[float, float], awaited: dict[QWidget, Callable[[], bool]]) -> float:

        if self._held != what:
            self._grip(what)
        self._watcher.wait_for(awaited)
        began = time.perf_counter()
        self._mouse(QEvent.Type.MouseMove, QPointF(*self._pad.geometry_now.to_view(point)))
        self._wait(lambda: not self._watcher.awaited)
        return 1000 * (self._watcher.painted_at - began)

    def _grip(self, what: str) -> None:
        """Let go of what is held, and press in the middle of this."""

        state, to_view = self._studio.desk.state.blend, self._pad.geometry_now.to_view
        if self._held:
            self._mouse(QEvent.Type.MouseButtonRelease, QPointF(*to_view(state.pin)))
        at = state.pin if what == "pin" else (state.anchors[0].x, state.anchors[0].y)
        self._mouse(QEvent.Type.MouseButtonPress, QPointF(*to_view(at)))
        self._held = what

    def _mouse(self, kind: QEvent.Type, position: QPointF) -> None:

        left = Qt.MouseButton.LeftButton
        event = QMouseEvent(kind, position, position, left, left, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self._pad, event)

    def _wait(self, is_done: Callable[[], bool]) -> None:

        end = time.monotonic() + probes.PATIENCE_MS / 1000
        while not is_done():
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if self._room.store.failures:
                raise StudioError(next(iter(self._room.store.failures.values())))
            if time.monotonic() > end:
                raise StudioError("The pad showed no picture within a minute.")

    # -- what is on the screen -------------------------------------------------------------------------------------

    def _view_is_new(self) -> bool:
        tile = self._room.focus_tile()
        return tile is not None and self._room.store.has(tile.key)

    def _lattice_is_new(self) -> bool:
        """All thumbnails are there and have been made to fit."""
        pad, store = self._pad, self._room.store
        ratio = pad.devicePixelRatioF()
        fit = Fit(round(pad.geometry_now.cell_px(self.lattice) * ratio), "smooth", ratio)
        return all(store.image(tile.key, fit) is not None for tile in pad._cell_tiles)


class _Watcher(QObject):
    """Notes when widgets have painted what is awaited of them."""

    def __init__(self) -> None:
        super().__init__()
        self.awaited: dict[QWidget, Callable[[], bool]] = {}
        self.painted_at = 0.0
        self._is_painting = False

    def wait_for(self, awaited: dict[QWidget, Callable[[], bool]]) -> None:
        """Each widget, and the question whether what it has just painted is what was asked for."""
        self.awaited = dict(awaited)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Paint or self._is_painting or not isinstance(watched, QWidget):
            return False
        self._is_painting = True
        watched.event(event)  # paints now, so that the moment after it can be noted
        self._is_painting = False
        now = time.perf_counter()
        if watched in self.awaited and self.awaited[watched]():
            del self.awaited[watched]
            self.painted_at = now
        return True
