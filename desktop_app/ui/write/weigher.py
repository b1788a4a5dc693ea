"""How surprising the text in view is to the model, also where hands wrote it: weighed while the hands rest."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Update
from desktop_app.engine.text_requests import Piece, Weigh, Weighed
from desktop_app.studio import page as pages
from desktop_app.studio.jobs import Job
from desktop_app.studio.page import Page, Place, Run
from desktop_app.ui.bridge import Listener, QueueBridge

REST_MS = 1200
BEFORE = 3000  # characters before what is in view that are weighed as well, because they decide it
STEP = 1000  # in which the beginning moves


class Weigher(QObject):
    rested = Signal()  # now is the time to ask
    changed = Signal()  # more is known

    def __init__(self, bridge: QueueBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._number = 0
        self._job: Job | None = None
        self._pieces: list[Piece] = []
        self._for: tuple[str, str] = "", ""  # hash of the model, kind of text
        self._asked: tuple[str, ...] = ()
        self._touched = 0  # what stands before this place is as it was weighed
        self.runs: tuple[Run, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self.rested)

    def wait(self) -> None:
        """Something happened: what is asked for is given up, and the rest begins anew."""
        self.stop()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        self._number += 1
        if self._job is not None:
            self._bridge.cancel(self._job)
        self._job = None

    def edit(self, start: int, removed: int, inserted: int) -> None:
        """What was known moves with the text; behind the edit it is no more than a guess."""
        self.runs = pages.moved(self.runs, start, start + removed, inserted)
        self._touched = min(self._touched, start)

    def known(self, page: Page, start: int, end: int) -> list[Place]:
        """The tokens of text[start:end]: as they were written, or else as they were weighed."""
        written = pages.places(page.runs, start, end)
        gaps, at = [], start
        for place in written:
            gaps.append((at, place.start))
            at = place.end
        gaps.append((at, end))
        weighed = [place for low, high in gaps if high > low for place in pages.places(self.runs, low, high)]
        inside = [w for w in weighed if not any(w.start < p.end and p.start < w.end for p in written)]
        return sorted(written + inside, key=lambda place: place.start)

    def want(self, page: Page, package: Package, kind: str, view: tuple[int, int], alternatives: int) -> None:
        """Weigh what leads to the end of what is in view, where not all of it is known."""
        about = package.sha256, kind
        if about != self._for:
            self._for, self.runs, self._touched = about, (), 0
        if package.manifest.text is None or self._is_known(page, *view):
            return
        left_out = max(0, view[0] - BEFORE) // STEP * STEP
        sent = page.text[left_out : view[1]]
        if (sent, *about) == self._asked:
            return
        self._asked = sent, *about
        self._pieces = []
        number = self._number
        done = partial(self._on_done, number, left_out, view[1])
        listener = Listener(self, partial(self._on_update, number), done, _nothing)
        self._job = self._bridge.submit(
            Weigh(package.ref, sent, kind, alternatives), listener, slot="weigh", replace=True
        )

    def _is_known(self, page: Page, start: int, end: int) -> bool:
        """Whether there is a figure for each word in view, but for the first of all."""
        at = start
        for place in self.known(page, start, end):
            is_stale = place.run not in page.runs and place.end > self._touched
            if is_stale or page.text[at : place.start].strip():
                return False
            at = max(at, place.end)
        return not page.text[at:end].strip()

    def _on_update(self, number: int, job: Job, update: Update) -> None:
        if number != self._number:
            if not job.unwanted:
                self._bridge.cancel(job)
        elif isinstance(update, Weighed):
            self._pieces.extend(update.pieces)

    def _on_done(self, number: int, left_out: int, end: int, _job: Job) -> None:
        if number == self._number and self._pieces:
            self._job = None
            self._asked = ()
            self.runs, self._touched = (pages.run_of(self._pieces, left_out),), end
            self.changed.emit()


def _nothing(_job: Job, _error: StudioError) -> None:
    """What fails here fails aloud where text is asked for; the strip stays empty."""
