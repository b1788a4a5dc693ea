"""Asks the engine where a picture lies in a model's space, keeps the best answer, and can go on or stop."""

from functools import partial
from typing import Literal

from PySide6.QtCore import QObject, Signal

from desktop_app.engine.errors import Cancelled, StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Find, Found, Pixels, Progress, Update
from desktop_app.studio.jobs import Job
from desktop_app.ui.bridge import Listener, QueueBridge

SLOT = "own picture"
MORE_ROUNDS = 15  # of each “Search further”

State = Literal["waiting", "searching", "done", "stopped", "failed"]


class PictureSearch(QObject):
    """One model. Of several pictures asked for the newest counts: what comes for an older one is dropped."""

    changed = Signal()

    def __init__(self, bridge: QueueBridge, package: Package, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._package = bridge, package
        self._picture: Pixels | None = None
        self._rounds: int | None = None  # as the engine sees fit
        self._number = 0  # of the newest wish
        self._job: Job | None = None
        self.state: State = "waiting"
        self.best: Found | None = None
        self.done, self.total = 0, 0
        self.phase = ""
        self.failure = ""  # a sentence

    @property
    def picture(self) -> Pixels | None:
        return self._picture

    def find(self, picture: Pixels) -> None:
        """Another picture, (H, W, C) uint8, fitted already."""
        self._picture, self._rounds, self.best = picture, None, None
        self._ask()

    def go_on(self) -> None:
        """Search with more rounds than before; what was found stays until something better is."""
        if self._picture is not None:
            if self.state in ("done", "stopped"):
                self._rounds = (self._rounds or 0) + MORE_ROUNDS + (0 if self._package.can_encode else MORE_ROUNDS)
            self._ask()

    def stop(self) -> None:
        """Keep what there is."""
        if self.state == "searching":
            self._number += 1
            self._cancel()
            self._set("stopped")

    def close(self) -> None:
        self._number += 1
        if self.state == "searching":
            self._cancel()

    def _cancel(self) -> None:
        if self._job is not None:
            self._bridge.cancel(self._job)

    def _ask(self) -> None:
        assert self._picture is not None
        self._number += 1
        self.done, self.total, self.phase, self.failure = 0, 0, "", ""
        listener = Listener(
            self,
            partial(self._on_update, self._number),
            partial(self._on_done, self._number),
            partial(self._on_error, self._number),
        )
        self.state = "searching"
        request = Find(self._package.ref, self._picture, self._rounds)
        self._job = self._bridge.submit(request, listener, slot=SLOT, replace=True)
        self.changed.emit()

    def _set(self, state: State, failure: str = "") -> None:
        self.state, self.failure = state, failure
        self.changed.emit()

    # -- answers ---------------------------------------------------------------------------------------------------

    def _on_update(self, number: int, _job: Job, update: Update) -> None:
        if number != self._number:
            return
        if isinstance(update, Progress):
            self.done, self.total, self.phase = update.done, update.total, update.phase
        elif isinstance(update, Found) and (self.best is None or update.error < self.best.error):
            self.best = update
        self.changed.emit()

    def _on_done(self, number: int, _job: Job) -> None:
        if number == self._number:
            self._set("done")

    def _on_error(self, number: int, _job: Job, error: StudioError) -> None:
        if number != self._number:
            return
        if isinstance(error, Cancelled):  # somebody stopped it in the status bar
            self._set("stopped")
        else:
            self._set("failed", error.message)


def in_words(error: float) -> str:
    """How near a picture came; error: root mean square, in 8-bit steps."""
    for limit, words in (
        (4.0, "Hardly to be told apart"),
        (12.0, "Very close"),
        (24.0, "Close, with other details"),
        (56.0, "Alike from afar"),
    ):
        if error <= limit:
            return words
    return "Far off: search further, or use another part"


def overlap_in_words(overlap: float) -> str:
    """How near an icon came; overlap: intersection over union of the ink."""
    for limit, words in (
        (0.95, "Hardly to be told apart"),
        (0.85, "Very close"),
        (0.7, "Close, with other details"),
        (0.4, "Alike from afar"),
    ):
        if overlap >= limit:
            return words
    return "Far off: the model knows nothing like it"


def how_in_words(how: str) -> str:
    return {
        "encoder": "Found through the encoder",
        "search": "Found by search",
        "encoder and search": "Found through the encoder, then by search",
    }.get(how, how)
