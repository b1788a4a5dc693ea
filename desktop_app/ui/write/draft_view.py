"""What the copy desk and Ask have in common: drafts are written, a text is copied or becomes the title of a design."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.engine.errors import Cancelled, StudioError
from desktop_app.engine.packages import Package
from desktop_app.studio.project import Take
from desktop_app.studio.writing import WriteState
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.labels import shortened
from desktop_app.ui.write.draft_job import DraftJob
from desktop_app.ui.write.take_menu import NONE, take_menu


class DraftView(QWidget):
    """It shows what it is given and tells what is wished for, as a whole new state; the window decides."""

    changed = Signal(object, str, str)  # WriteState, what the step is called, what it runs together with
    said = Signal(str, str)  # sentence, tone
    title_wished = Signal(str, object)  # text, Take
    busy_changed = Signal(bool)

    def __init__(self, bridge: QueueBridge, slot: str, parent: QWidget | None = None) -> None:
        """slot: of the queue, where what it asks for waits."""
        super().__init__(parent)
        self._write = WriteState()
        self._package: Package | None = None
        self._takes: tuple[Take, ...] = ()
        self._by_hash: Mapping[str, Package] = {}
        self.menu: QMenu | None = None
        self.job = DraftJob(bridge, slot, self)

    @property
    def is_busy(self) -> bool:
        raise NotImplementedError

    @property
    def first_focus(self) -> QWidget:
        raise NotImplementedError

    def show_state(
        self, write: WriteState, package: Package | None, takes: tuple[Take, ...], by_hash: Mapping[str, Package]
    ) -> None:
        """package: the writer, None where it is not here. by_hash: the generators, for the names of classes."""
        raise NotImplementedError

    def go(self) -> None:
        """Write."""
        raise NotImplementedError

    @Slot()
    def stop(self) -> None:
        """What came stays."""
        self.job.stop()

    def leave(self) -> None:
        """The window closes: end what runs."""
        self.stop()

    def _take_in(
        self, write: WriteState, package: Package | None, takes: tuple[Take, ...], by_hash: Mapping[str, Package]
    ) -> bool:
        """Whether the model is another one than before, so that what it was writing is not wanted any more."""
        is_other = package is None or (self._package is not None and package.sha256 != self._package.sha256)
        self._write, self._package = write, package
        self._takes, self._by_hash = takes, by_hash
        return is_other

    def _tell_failure(self, error: StudioError | None) -> None:
        if error is not None and not isinstance(error, Cancelled):
            self.said.emit(error.message, "error")

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.said.emit(f"“{shortened(text)}” is on the clipboard.", "plain")

    def _ask_which_take(self, chosen: Callable[[Take], None], button: QWidget) -> None:
        """A menu of the starred designs, under the button that was pressed."""
        if not self._takes:
            self.said.emit(NONE, "warn")
            return
        self.menu = take_menu(self, self._takes, self._by_hash, chosen)
        self.menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        with_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and with_control:
            self.go()
        elif event.key() == Qt.Key.Key_Escape and self.is_busy:
            self.stop()
        else:
            super().keyPressEvent(event)
