"""Texts that are being written side by side, from the wish to the last token: how far each came, and how it goes."""

import time
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.engine.errors import Cancelled, StudioError
from desktop_app.engine.requests import Progress, Update
from desktop_app.engine.text_requests import Began, Closed, Complete, Wrote
from desktop_app.studio.drafts import Draft, blank, grown
from desktop_app.studio.jobs import Job
from desktop_app.studio.page import words
from desktop_app.ui.bridge import Listener, QueueBridge

SHOWN_EVERY_MS = 33  # tokens come faster than anyone looks
SURE_AFTER_S = 0.5  # of writing, before a speed is told


class DraftJob(QObject):
    """One request at a time; a new one ends the one before."""

    grew = Signal()
    ended = Signal(object)  # StudioError, or None where all went well; Cancelled where it was stopped

    def __init__(self, bridge: QueueBridge, slot: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._slot = bridge, slot
        self._job: Job | None = None
        self._number = 0  # of the request that runs; what comes of older ones is dropped
        self._first_word: float | None = None  # time.monotonic()
        self._phase = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_EVERY_MS)
        self._timer.timeout.connect(self.grew)
        self.is_running = False
        self.drafts: tuple[Draft, ...] = ()
        self.began: Began | None = None

    def start(self, request: Complete) -> None:
        self.stop()
        self._number += 1
        self.is_running, self.drafts, self.began = True, blank(request.count), None
        self._first_word, self._phase = None, ""
        number = self._number
        listener = Listener(
            self, partial(self._on_update, number), partial(self._on_done, number), partial(self._on_error, number)
        )
        self._job = self._bridge.submit(request, listener, slot=self._slot, replace=True)

    def stop(self) -> None:
        """What came stays; the engine stops at the next token."""
        if not self.is_running:
            return
        if self._job is not None:
            self._bridge.cancel(self._job)
        self._end(Cancelled())

    @property
    def told(self) -> str:
        """How it goes, in a few words; empty where nothing runs."""
        if not self.is_running:
            return ""
        if self._first_word is None:
            return self._phase or "Waiting for the model…"
        seconds = time.monotonic() - self._first_word
        if seconds < SURE_AFTER_S:
            return "Writing…"
        return f"{sum(words(draft.text) for draft in self.drafts) / seconds:.0f} words a second"

    def _on_update(self, number: int, _job: Job, update: Update) -> None:
        if number != self._number or not self.is_running:
            return
        if isinstance(update, Wrote | Closed):
            self._first_word = self._first_word or time.monotonic()
            self.drafts = grown(self.drafts, update)
        elif isinstance(update, Began):
            self.began = update
        elif isinstance(update, Progress):
            self._phase = f"{update.phase}, {update.done} of {update.total}" if update.total else f"{update.phase}…"
        if not self._timer.isActive():
            self._timer.start()

    def _on_done(self, number: int, _job: Job) -> None:
        if number == self._number and self.is_running:
            self._end(None)

    def _on_error(self, number: int, _job: Job, error: StudioError) -> None:
        if number == self._number and self.is_running:
            self._end(error)

    def _end(self, error: StudioError | None) -> None:
        self._timer.stop()
        self.is_running, self._job = False, None
        self.ended.emit(error)
