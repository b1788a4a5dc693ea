"""One prediction on its way: asked for, loading, reading, writing, ended. Stop works in all of them at once."""

from functools import partial
from time import monotonic
from typing import Literal

from PySide6.QtCore import QObject, Signal

from desktop_app.engine.errors import Cancelled, StudioError
from desktop_app.engine.requests import Progress, Update
from desktop_app.engine.text_requests import Began, Closed, Complete, Wrote
from desktop_app.studio.jobs import Job
from desktop_app.studio.page import words
from desktop_app.ui.bridge import Listener, QueueBridge

Phase = Literal["idle", "loading", "reading", "writing"]
STEADY_S = 0.4  # before that, words a second say nothing


class PageStream(QObject):
    changed = Signal()  # the phase, or how far it is
    began = Signal(object)  # Began
    wrote = Signal(object)  # Wrote
    ended = Signal(str)  # Ending, or "stopped"
    failed = Signal(object)  # StudioError

    def __init__(self, bridge: QueueBridge, slot: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._slot = bridge, slot
        self._number = 0  # of the prediction that counts; what comes for an older one is not heard
        self._job: Job | None = None
        self._text = ""
        self._since = 0.0
        self._why = "end"
        self.phase: Phase = "idle"
        self.done, self.total = 0, 0

    @property
    def is_busy(self) -> bool:
        return self.phase != "idle"

    @property
    def words_a_second(self) -> float:
        """Of what has come so far; 0 while nothing can be said."""
        seconds = monotonic() - self._since
        return words(self._text) / seconds if self.phase == "writing" and seconds > STEADY_S else 0.0

    def start(self, request: Complete) -> None:
        self.stop()
        self._number += 1
        self._text, self._why, self.done, self.total = "", "end", 0, 0
        number = self._number
        on_update, on_done = partial(self._on_update, number), partial(self._on_done, number)
        listener = Listener(self, on_update, on_done, partial(self._on_error, number))
        self._enter("loading")
        self._job = self._bridge.submit(request, listener, slot=self._slot, replace=True)

    def stop(self) -> None:
        """At once, as far as anyone sees; the engine follows at its next token."""
        if not self.is_busy:
            return
        self._number += 1
        if self._job is not None:
            self._bridge.cancel(self._job)
        self._end("stopped")

    def _on_update(self, number: int, job: Job, update: Update) -> None:
        if number != self._number:
            if not job.unwanted:  # it was asked for before there was an engine to stop
                self._bridge.cancel(job)
        elif isinstance(update, Progress):
            self.done, self.total = update.done, update.total
            self._enter("writing" if self.phase == "writing" else "reading")
        elif isinstance(update, Began):
            self._enter("writing")
            self._since = monotonic()
            self.began.emit(update)
        elif isinstance(update, Wrote) and update.branch == 0:
            self._text += update.text
            self.wrote.emit(update)
            self.changed.emit()
        elif isinstance(update, Closed) and update.branch == 0:
            self._why = update.why

    def _on_done(self, number: int, _job: Job) -> None:
        if number == self._number:
            self._end(self._why)

    def _on_error(self, number: int, _job: Job, error: StudioError) -> None:
        if number != self._number:
            return
        is_failure = not isinstance(error, Cancelled)
        self._end("failed" if is_failure else "stopped")
        if is_failure:
            self.failed.emit(error)

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        self.changed.emit()

    def _end(self, why: str) -> None:
        self._job = None
        self.phase = "idle"
        self.ended.emit(why)
        self.changed.emit()
