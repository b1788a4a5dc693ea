"""Makes films: the dialog, an even pace where one is wished for, the frames, and the file, on a thread of its own.

Frames come from the engine in small jobs and go to the writer as they come; it is never far ahead of the disk.
"""

import logging
import threading
from time import monotonic
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop_app.engine.errors import Cancelled, RequestError, StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Device, Pixels
from desktop_app.studio.pacing import Paced
from desktop_app.studio.walk import Walk, default_frames
from desktop_app.ui.blend.film_frames import DesignFetcher
from desktop_app.ui.blend.film_job import FilmJob, left_words, size_words
from desktop_app.ui.blend.timeline_pace import PaceFinder
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.picture.tile_store import TileStore

if TYPE_CHECKING:  # they bring Pillow, which is slow to import
    from desktop_app.studio.icon_style import IconStyle
    from desktop_app.ui.blend.film_choice import FilmChoice

MAX_WAITING = 4  # batches that are drawn and not written yet
CANCELLED = "The film was cancelled. Nothing was written."
_log = logging.getLogger(__name__)


class FilmExporter(QObject):
    said = Signal(str, str)  # sentence, tone
    progressed = Signal(str, float)  # words, share
    ended = Signal()

    _prepared = Signal(int)  # errand
    _wrote = Signal(int, str, int)  # errand, phase, frames
    _closed = Signal(int, object, int)  # errand, StudioError or None, bytes

    def __init__(self, bridge: QueueBridge, store: TileStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.device: Device | None = None
        self.icon_style: IconStyle | None = None  # of films of icons
        self._fetcher = DesignFetcher(bridge, store, "film", self)
        self._pace = PaceFinder(bridge, store, "film pace", self)
        self._choice: FilmChoice | None = None  # the last one: the dialog opens with it
        self._job: FilmJob | None = None
        self._errand = 0
        self._designs: list[Design] = []
        self._failure: StudioError | None = None  # of the engine, told once the writer has tidied up
        self._phase, self._phase_began = "", 0.0
        self._threads: list[threading.Thread] = []
        queued = Qt.ConnectionType.QueuedConnection
        self._prepared.connect(self._on_prepared, queued)
        self._wrote.connect(self._on_wrote, queued)
        self._closed.connect(self._on_closed, queued)
        self._pace.progressed.connect(self._on_pace_progress)
        self._pace.found.connect(self._on_pace)
        self._pace.failed.connect(self._on_failed)

    @property
    def is_busy(self) -> bool:
        return self._job is not None

    def ask(self, walk: Walk, package: Package, paced: Paced | None, window: QWidget) -> None:
        """paced: the even pace of this very walk, where it is known."""
        from desktop_app.ui.blend.film_dialog import FilmDialog  # with Pillow, which is slow to import

        dialog = FilmDialog(walk, package, self._choice, window, icon=self.icon_style)
        if dialog.exec():
            self.start(walk, package, dialog.choice(), paced)
        dialog.deleteLater()

    def start(self, walk: Walk, package: Package, choice: "FilmChoice", paced: Paced | None = None) -> None:
        """Begin a film; how it ends is said."""
        self._choice = choice
        timed = replace(walk, fps=choice.options.fps)
        count = default_frames(timed)
        self._job = FilmJob(timed, package, choice, count)
        self._errand += 1
        self._failure = None
        try:
            if walk.even and (paced is None or len(paced.times) != count):
                self._begin("Measuring the pace")
                self._pace.start(package, timed, count)
            else:
                self._draw(paced if walk.even else None)
        except RequestError as error:
            self._finish(error)

    @Slot()
    def cancel(self) -> None:
        """Stop; the half film is removed."""
        if self._job is not None:
            self._on_failed(Cancelled())

    def close(self) -> None:
        """Cancel, and wait until nothing half written is left."""
        self.cancel()
        self._pace.close()
        for thread in self._threads:
            thread.join()
        self._threads = []
        self._job = None

    # -- on the window's thread ------------------------------------------------------------------------------------

    def _draw(self, paced: Paced | None) -> None:
        job = self._job
        assert job is not None
        job.paced, job.device, job.is_writing = paced, self.device, True
        self._begin("Drawing the frames")
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=self._write, args=(job, self._errand), name="film")
        self._threads.append(thread)
        thread.start()

    @Slot(int)
    def _on_prepared(self, errand: int) -> None:
        job = self._job
        if job is not None and errand == self._errand and self._failure is None:
            self._fetcher.start(
                job.package,
                job.designs,
                self._on_batch,
                self._on_all_drawn,
                self._on_failed,
                fields=job.choice.options.format == "svg",
            )

    def _on_batch(self, _first: int, pixels: Pixels) -> None:
        assert self._job is not None
        self._job.batches.put(pixels)
        self._fetcher.hold(self._job.batches.qsize() >= MAX_WAITING)

    def _on_all_drawn(self) -> None:
        if self._job is not None:
            self._job.batches.put(None)

    @Slot(object)
    def _on_pace(self, paced: Paced) -> None:
        self._draw(paced)

    @Slot(float)
    def _on_pace_progress(self, share: float) -> None:
        self.progressed.emit(f"Measuring the pace… {100 * share:.0f} %", 0.0)

    @Slot(object)
    def _on_failed(self, error: StudioError) -> None:
        """The engine failed, or somebody cancelled: the writer drops what it has and says so."""
        job = self._job
        if job is None or self._failure is not None:
            return
        self._failure = error
        self._fetcher.cancel()
        self._pace.cancel()
        if not job.is_writing:
            self._finish(error)
            return
        job.stop.set()
        job.batches.put(None)

    @Slot(int, str, int)
    def _on_wrote(self, errand: int, phase: str, frames: int) -> None:
        job = self._job
        if job is None or errand != self._errand or self._failure is not None:
            return
        self._fetcher.hold(False)
        if phase != self._phase:
            self._begin(phase)
        left = left_words(monotonic() - self._phase_began, frames, job.count)
        words = f"{phase}, {frames:,} of {job.count:,}{left}"
        self.progressed.emit(words, job.share(phase, frames))

    @Slot(int, object, int)
    def _on_closed(self, errand: int, error: StudioError | None, size: int) -> None:
        if errand != self._errand or self._job is None:
            return
        self._finish(self._failure or error, size)

    def _begin(self, phase: str) -> None:
        self._phase, self._phase_began = phase, monotonic()
        self.progressed.emit(f"{phase}…", 0.5 if phase == "Encoding" else 0.0)

    def _finish(self, error: StudioError | None, size: int = 0) -> None:
        job, self._job = self._job, None
        assert job is not None
        self._fetcher.cancel()
        self.ended.emit()
        if isinstance(error, Cancelled):
            self.said.emit(CANCELLED, "plain")
        elif error is not None:
            self.said.emit(f"The film was not written. {error.message}", "error")
        else:
            about = f"{job.count:,} frames, {size_words(size)}"
            remark = job.paced.sentence if job.paced is not None else ""
            self.said.emit(
                f"Film written: “{job.choice.path}”, {about}. {remark}".strip(), "warn" if remark else "plain"
            )

    # -- on the writer's thread ------------------------------------------------------------------------------------

    def _write(self, job: FilmJob, errand: int) -> None:
        error: StudioError | None = None
        size = 0
        try:
            job.prepare()
            self._prepared.emit(errand)
            size = job.write(lambda phase, frames: self._wrote.emit(errand, phase, frames))
        except StudioError as caught:
            error = caught
        except Exception:
            _log.exception("a film could not be written")
            error = StudioError("Something went wrong that should not; the log says what.")
        self._closed.emit(errand, error, size)
