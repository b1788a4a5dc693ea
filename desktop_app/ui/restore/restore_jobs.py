"""Asks the engine for a picture: the part in view at once, as a preview, then the whole in small jobs.

The whole is asked for a few tiles at a time, what is in view first. A new view does not wait: the tiles that are being
made are put back. They are those of the whole picture, whatever the order, so the result is the same to the bit.
"""

import contextlib
from dataclasses import dataclass
from functools import partial
from time import monotonic

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.engine.errors import EngineDied, StudioError
from desktop_app.engine.requests import Restore, Restored, Update, Window
from desktop_app.studio.jobs import Job
from desktop_app.studio.restoration import Box
from desktop_app.studio.restoring import preview
from desktop_app.ui.bridge import Listener, QueueBridge
from desktop_app.ui.restore.open_picture import Array, OpenPicture
from desktop_app.ui.restore.restore_models import restoration
from desktop_app.ui.restore.restore_run import RestoreRun
from desktop_app.ui.restore.words import phase_words

VIEW, WHOLE = "restore view", "restore whole"  # slots of the queue
JOB_TIME_S = 0.6
FEWEST_TILES, MOST_TILES = 2, 64  # at once: each tile has a thread of its own
FIRST_PACE = 5e-7  # seconds a pixel, to begin with
SMALL = 1_000_000  # pixels: the whole is done at once
TELL_AFTER_S = 0.5
MAX_DEATHS = 2  # of the engine, one after the other, before it counts as failed


@dataclass(frozen=True, eq=False)
class Preview:
    """Pixels of a part of the result that will come again from the whole; reduced where the view is."""

    box: Box  # of the result
    pixels: Array
    is_reduced: bool


@dataclass(eq=False)
class _View:
    """A preview that is on its way."""

    box: Box  # of the picture
    out: tuple[int, int]  # device pixels
    request: Restore
    pixels: Array
    corner: tuple[int, int]  # of `pixels` in what is answered
    is_reduced: bool


class RestoreJobs(QObject):
    came = Signal(object)  # Box: pixels of the run's result are new
    preview_came = Signal(object)  # Preview
    whole = Signal()  # the run is done
    progressed = Signal(str, float)  # words and share; empty at the end
    failed = Signal(object)  # StudioError; `go_on` tries again

    def __init__(self, bridge: QueueBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._picture: OpenPicture | None = None
        self._run: RestoreRun | None = None
        self._visible: Box | None = None  # of the picture
        self._job: Job | None = None
        self._errand = 0  # of the newest job for the whole; what older ones say is not heard
        self._busy = self._stopped = False
        self._view_job: Job | None = None
        self._view: _View | None = None
        self._pace: float | None = None  # seconds a pixel, once it is known
        self._deaths = 0
        self._began = 0.0

    @property
    def is_busy(self) -> bool:
        return self._busy or self._view is not None

    @property
    def is_stopped(self) -> bool:
        return self._stopped

    def start(self, picture: OpenPicture | None, run: RestoreRun | None) -> None:
        """Take up another run, or none; what another one asked for is cancelled. `go_on` begins."""
        if run is self._run and picture is self._picture:
            return
        self._drop_jobs()
        self._picture, self._run = picture, run
        self._stopped, self._deaths, self._began = False, 0, monotonic()
        if run is None or run.plan.is_whole:
            self.progressed.emit("", 0.0)

    def look(self, box: Box, out: tuple[int, int]) -> None:
        """The part of the picture in view, and the device pixels it has there: a preview of it comes first."""
        self._visible = box
        run, picture = self._run, self._picture
        if run is None or picture is None or self._stopped or run.plan.has(box) or not self._is_worth_it(run, picture):
            return
        if self._view is not None and self._view.box == box and self._view.out == out:
            return
        left, top, right, bottom = box
        step = min((right - left) / max(1, out[0]), (bottom - top) / max(1, out[1]))
        try:
            view = self._part(run, picture, box, out) if step < 1.5 else self._reduced(run, picture, box, out)
        except StudioError:  # no room for a preview: the whole comes all the same
            return
        self._put_back()
        self._end_view()
        self._view = view
        listener = Listener(
            self, partial(self._on_part, view), partial(self._on_view, view), partial(self._on_no_view, view)
        )
        self._view_job = self._bridge.submit(view.request, listener, slot=VIEW, replace=True)
        self._ask()

    @Slot()
    def cancel(self) -> None:
        """Stop; what is there stays, and `go_on` brings the rest."""
        if self._run is None or self._run.plan.is_whole:
            return
        self._drop_jobs()
        self._stopped = True
        self.progressed.emit("", 0.0)

    @Slot()
    def go_on(self) -> None:
        self._stopped, self._deaths, self._began = False, 0, monotonic()
        self._ask()

    # -- the whole -------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        run = self._run
        if run is None or self._busy or self._stopped:
            return
        window = run.plan.next(self._visible, self._count(run))
        if window is None:
            return
        self._busy = True
        self._errand += 1
        errand = self._errand
        on_update, on_done = partial(self._on_update, errand), partial(self._on_done, errand, window)
        listener = Listener(self, on_update, on_done, partial(self._on_error, errand))
        self._job = self._bridge.submit(run.request(window), listener, slot=WHOLE)
        self._tell(run)

    def _count(self, run: RestoreRun) -> int:
        """How many tiles to ask for at once."""
        seconds_a_tile = (self._pace or FIRST_PACE) * run.plan.side**2
        return min(max(int(JOB_TIME_S / seconds_a_tile), FEWEST_TILES), MOST_TILES)

    def _on_update(self, errand: int, _job: Job, update: Update) -> None:
        if isinstance(update, Restored) and errand == self._errand and self._run is not None:
            self.came.emit(self._run.take(update))

    def _on_done(self, errand: int, window: Window, job: Job) -> None:
        run = self._run
        if errand != self._errand or run is None:
            return
        run.plan.mark(window)
        self._deaths = 0
        if job.started is not None:
            pixels = (window[2] - window[0]) * (window[3] - window[1])
            pace = (monotonic() - job.started) / pixels
            self._pace = pace if self._pace is None else (pace + self._pace) / 2
        self._busy = False
        if run.plan.is_whole:
            self._end_view()
            self.progressed.emit("", 0.0)
            self.whole.emit()
        else:
            self._ask()

    def _on_error(self, errand: int, _job: Job, error: StudioError) -> None:
        if errand != self._errand:
            return
        self._busy = False
        if isinstance(error, EngineDied) and self._deaths < MAX_DEATHS:
            self._deaths += 1
            self._ask()
            return
        self._end_view()
        self._stopped = True
        self.progressed.emit("", 0.0)
        self.failed.emit(error)

    def _tell(self, run: RestoreRun) -> None:
        if monotonic() - self._began >= TELL_AFTER_S:
            height, width = run.plan.size
            left = None if self._pace is None else (1 - run.plan.share) * height * width * self._pace
            self.progressed.emit(phase_words(run.package, run.plan.share, left), run.plan.share)

    # -- the view --------------------------------------------------------------------------------------------------

    def _is_worth_it(self, run: RestoreRun, picture: OpenPicture) -> bool:
        """A small picture is done as soon as its view; one that is filled in is filled in a few places only."""
        height, width, _ = picture.file.shape
        return height * width > SMALL and run.mask is None and restoration(run.package).side is None

    def _part(self, run: RestoreRun, picture: OpenPicture, box: Box, out: tuple[int, int]) -> _View:
        left, top, right, bottom = box
        shape = (bottom - top) * run.scale, (right - left) * run.scale, picture.file.shape[2]
        corner = top * run.scale, left * run.scale
        request = preview(run.package, picture.file, (top, left, bottom, right))
        return _View(box, out, request, np.zeros(shape, picture.file.dtype), corner, False)

    def _reduced(self, run: RestoreRun, picture: OpenPicture, box: Box, out: tuple[int, int]) -> _View:
        size = max(1, out[0] // run.scale), max(1, out[1] // run.scale)
        small = picture.original.overview.read(box, size)
        request = preview(run.package, picture.scratch.save(small))
        pixels = np.zeros((size[1] * run.scale, size[0] * run.scale, small.shape[2]), small.dtype)
        return _View(box, out, request, pixels, (0, 0), True)

    def _on_part(self, view: _View, _job: Job, update: Update) -> None:
        if view is self._view and isinstance(update, Restored):
            top, left = update.top - view.corner[0], update.left - view.corner[1]
            height, width = update.pixels.shape[:2]
            view.pixels[top : top + height, left : left + width] = update.pixels

    def _on_view(self, view: _View, _job: Job) -> None:
        run = self._run
        if view is not self._view or run is None:
            return
        self._end_view()
        left, top, right, bottom = view.box
        box = left * run.scale, top * run.scale, right * run.scale, bottom * run.scale
        self.preview_came.emit(Preview(box, view.pixels, view.is_reduced))

    def _on_no_view(self, view: _View, _job: Job, error: StudioError) -> None:
        """The whole tells what is wrong, if anything is."""
        if view is self._view:
            self._end_view()

    # -- ends ------------------------------------------------------------------------------------------------------

    def _end_view(self) -> None:
        view, self._view = self._view, None
        if view is not None and view.is_reduced and self._picture is not None:
            with contextlib.suppress(OSError):  # the engine may still look at it: it goes with the picture
                self._picture.scratch.drop(view.request.picture)

    def _put_back(self) -> None:
        """The tiles that are being made are asked for again later."""
        self._errand += 1
        if self._job is not None and self._busy:
            self._bridge.cancel(self._job)
        self._busy, self._job = False, None

    def _drop_jobs(self) -> None:
        self._put_back()
        if self._view_job is not None and self._view is not None:
            self._bridge.cancel(self._view_job)
        self._end_view()
        self._view_job = None
