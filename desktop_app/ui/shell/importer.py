"""Brings a model package in: copied, checked and opened once in the engine, all off the window's thread."""

import threading
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_app.engine.errors import Cancelled, StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Verify
from desktop_app.studio.jobs import Job, JobQueue
from desktop_app.studio.library import Library

POLL_S = 0.1


class Importer(QObject):
    imported = Signal(str, str)  # name and title
    failed = Signal(str)  # a sentence

    _ended = Signal(str, str, str)  # name, title, failure

    def __init__(self, library: Library) -> None:
        super().__init__()
        self._library = library
        self._queue: JobQueue | None = None
        self._held: Path | None = None
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    def attach(self, queue: JobQueue) -> None:
        self._queue = queue
        if self._held is not None:
            self.start(self._held)

    def start(self, path: Path) -> None:
        if self._queue is None:
            self._held = path  # until there is an engine to check it
            return
        if self._thread is not None and self._thread.is_alive():
            self.failed.emit("Another import is under way. Try again when it has ended.")
            return
        self._thread = threading.Thread(target=self._run, args=(path, self._queue), name="import")
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    # -- on the import's thread ------------------------------------------------------------------------------------

    def _run(self, path: Path, queue: JobQueue) -> None:
        try:
            package = self._library.import_package(path, lambda copy: self._verify(queue, copy))
        except StudioError as error:
            if not self._closing.is_set():
                self._ended.emit("", "", error.message)
            return
        if not self._closing.is_set():
            self._ended.emit(package.name, package.manifest.title, "")

    def _verify(self, queue: JobQueue, package: Package) -> None:
        ended = threading.Event()
        failures: list[StudioError] = []

        def on_error(_job: Job, error: StudioError) -> None:
            failures.append(error)
            ended.set()

        queue.submit(Verify(package.ref), slot="import", on_done=lambda _job: ended.set(), on_error=on_error)
        while not ended.wait(POLL_S):
            if self._closing.is_set():
                raise Cancelled
        if failures:
            raise failures[0]

    # -- on the window's thread ------------------------------------------------------------------------------------

    @Slot(str, str, str)
    def _on_ended(self, name: str, title: str, failure: str) -> None:
        if failure:
            self.failed.emit(failure)
        else:
            self.imported.emit(name, title)
