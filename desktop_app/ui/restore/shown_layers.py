"""What the canvas shows of the session: the picture, the result as its tiles come, and how it is blended."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.studio.restoration import Box, RestoreState
from desktop_app.ui.errands import Errands
from desktop_app.ui.restore.open_picture import Array
from desktop_app.ui.restore.plane import View
from desktop_app.ui.restore.restore_canvas import RestoreCanvas
from desktop_app.ui.restore.restore_jobs import Preview
from desktop_app.ui.restore.restore_run import RestoreRun
from desktop_app.ui.restore.restore_session import RestoreSession

if TYPE_CHECKING:  # it brings Pillow, which is slow to import: it waits for the first picture
    from desktop_app.studio.restore_view import Layers


@dataclass(eq=False)
class _Untouched:
    """The result where there is nothing to do."""

    result: Array
    is_whole: bool = True


class ShownLayers(QObject):
    preview_shown = Signal(bool)  # what is shown was made of a smaller copy

    def __init__(
        self, session: RestoreSession, canvas: RestoreCanvas, errands: Errands, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._canvas, self._errands = session, canvas, errands
        self._state = RestoreState()
        self.layers: Layers | None = None
        session.run_changed.connect(self._show_run)
        session.came.connect(self._on_came)
        session.preview_came.connect(self._on_preview)
        session.whole.connect(self._end_preview)

    def show_picture(self) -> None:
        """Another one is open, or none."""
        picture = self._session.picture
        if picture is None:
            self.layers = None
            self._canvas.set_layers(None)
        else:
            self._make(scale=1)
            self._errands.do(picture.original.prepare, lambda _: self._canvas.refresh(), subject="overview")

    def show_state(self, state: RestoreState) -> None:
        """How much of the result is shown, and where."""
        before, self._state = self._state, state
        if self.layers is None:
            return
        from desktop_app.studio.restore_view import Look

        if Look.of(before) != Look.of(state):
            self.layers.set_look(Look.of(state))
            self._canvas.refresh()

    def look(self, view: View) -> None:
        """What is in view comes first."""
        if self.layers is None or view.out[0] <= 0:
            return
        s = self.layers.scale
        left, top, right, bottom = view.box
        self._session.look((left // s, top // s, -(-right // s), -(-bottom // s)), view.out)

    def _make(self, *, scale: int) -> "Layers":
        from desktop_app.studio.restore_view import Layers, Look

        picture = self._session.picture
        assert picture is not None
        self.layers = Layers(picture.original, scale=scale)
        self.layers.set_look(Look.of(self._state))
        self._canvas.set_layers(self.layers, scale=scale)
        return self.layers

    @Slot()
    def _show_run(self) -> None:
        picture, run = self._session.picture, self._session.run
        if picture is None or self.layers is None:
            return
        scale = run.scale if run is not None else 1
        layers = self.layers if self.layers.scale == scale else self._make(scale=scale)
        if run is not None:
            layers.set_result(run, _done(run))
        else:
            layers.set_result(_Untouched(picture.photo.pixels) if self._session.is_whole else None)
        self._canvas.refresh()
        self._end_preview()
        self.look(self._canvas.view)

    @Slot()
    def _end_preview(self) -> None:
        self.preview_shown.emit(False)

    @Slot(object)
    def _on_came(self, box: Box) -> None:
        if self.layers is not None:
            self.layers.came(box)
            self._canvas.refresh(box)

    @Slot(object)
    def _on_preview(self, preview: Preview) -> None:
        if self.layers is not None:
            self.layers.set_preview(preview)
            self._canvas.refresh()
            self.preview_shown.emit(preview.is_reduced)


def _done(run: RestoreRun) -> list[Box]:
    """The parts that are there already, in pixels of the result."""
    s = run.scale
    done = [window for window in run.plan.tiles() if run.plan.has((window[1], window[0], window[3], window[2]))]
    return [(left * s, top * s, right * s, bottom * s) for top, left, bottom, right in done]
