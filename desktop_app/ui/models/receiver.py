"""A package from the disk, to be looked at and not kept: fetched on a thread, gone when nobody looks any more."""

import threading
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_app.engine.errors import StudioError
from desktop_app.studio.arrival import Arrival
from desktop_app.studio.library import Library


class Receiver(QObject):
    arrived = Signal(object)  # Package; `drop` when it was looked at
    failed = Signal(str)  # a sentence

    _ended = Signal(object, str)  # Arrival or None, failure

    def __init__(self, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._arrival: Arrival | None = None
        self._thread: threading.Thread | None = None
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    def start(self, path: Path) -> None:
        if self._thread is not None and self._thread.is_alive():
            self.failed.emit("Another model is being fetched. Try again when that has ended.")
            return
        self.drop()
        self._thread = threading.Thread(target=self._run, args=(path,), name="receive")
        self._thread.start()

    def drop(self) -> None:
        if self._arrival is not None:
            self._arrival.discard()
            self._arrival = None

    def close(self) -> None:
        if self._thread is not None:
            self._thread.join()
        self.drop()

    def _run(self, path: Path) -> None:
        try:
            self._arrival = self._library.receive(path)
        except StudioError as error:
            self._ended.emit(None, error.message)
            return
        self._ended.emit(self._arrival, "")

    @Slot(object, str)
    def _on_ended(self, arrival: Arrival | None, failure: str) -> None:
        if failure:
            self.failed.emit(failure)
        elif arrival is not None and arrival is self._arrival:
            self.arrived.emit(arrival.package)
