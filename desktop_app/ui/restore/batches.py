"""The batch of the window: its dialog and its runner, made when they are first wished for."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop_app.engine.packages import Package
from desktop_app.studio.library import Library
from desktop_app.studio.restoration import RestoreState
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.look.theme import Look

if TYPE_CHECKING:  # it brings Pillow, which is slow to import
    from desktop_app.ui.restore.batch_dialog import BatchDialog


class Batches(QObject):
    working = Signal(str, float)  # words for the status bar, empty at the end; share

    def __init__(self, look: Look, bridge: QueueBridge, library: Library, room: QWidget) -> None:
        super().__init__(room)
        self._look, self._bridge, self._library, self._room = look, bridge, library, room
        self._dialog: BatchDialog | None = None

    @property
    def dialog(self) -> "BatchDialog":
        if self._dialog is None:
            from desktop_app.ui.restore.batch_dialog import BatchDialog
            from desktop_app.ui.restore.batch_runner import BatchRunner

            runner = BatchRunner(self._bridge, self._library, self)
            self._dialog = BatchDialog(self._look, runner, self._room)
            self._dialog.working.connect(self.working)
        return self._dialog

    def offer(
        self, paths: Sequence[Path], packages: Sequence[Package], current: Package | None, state: RestoreState
    ) -> None:
        self.dialog.offer(paths, packages, current, state)

    @Slot()
    def cancel(self) -> None:
        if self._dialog is not None:
            self._dialog.runner.cancel()

    def close(self) -> None:
        """The window closes: what is written is whole, the rest waits for another day."""
        if self._dialog is not None:
            self._dialog.close()
            self._dialog.runner.close()
