"""The open picture and what a model makes of it: reads the file, keeps results, and has what is missing made."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.studio.restoration import Box, RestoreState
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.errands import Errands
from desktop_app.ui.restore.open_picture import OpenPicture, read_picture
from desktop_app.ui.restore.restore_jobs import RestoreJobs
from desktop_app.ui.restore.restore_models import why_not
from desktop_app.ui.restore.restore_run import RestoreRun, Results, RunKey, key_of, prepare

SLOW_MS = 500  # reading that takes longer is told
SETTLE_MS = 250  # how long a slider of the mask must rest before it is filled in anew


class RestoreSession(QObject):
    read = Signal(object)  # OpenPicture that was asked for by hand: the project takes it up
    picture_changed = Signal()  # another one is open, or none
    run_changed = Signal()  # another result is shown, or none
    came = Signal(object)  # Box of the result
    preview_came = Signal(object)  # Preview
    whole = Signal()
    working = Signal(str, float)
    failed = Signal(object)  # StudioError: `go_on` tries again
    said = Signal(str, str)  # sentence, tone

    def __init__(self, bridge: QueueBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.errands = Errands("restore", self)
        self.jobs = RestoreJobs(bridge, self)
        self.picture: OpenPicture | None = None
        self.run: RestoreRun | None = None
        self.state = RestoreState()
        self._reading = ""  # name of the file that is being read
        self._package: Package | None = None
        self._candidate: OpenPicture | None = None  # read, and on its way into the project
        self._results: Results | None = None
        self._wanted: RunKey | None = None  # of the result for the state; None where nothing is to be done
        self._is_decided = False  # `_wanted` is about the picture that is open
        self._bringing = ""  # the path of a picture that is on its way back
        self._given_up = ""  # the path of a picture that could not be brought back
        self._slow = self._timer(SLOW_MS, self._tell_reading)
        self._settling = self._timer(SETTLE_MS, self._prepare)
        jobs = self.jobs
        jobs.came.connect(self.came)
        jobs.preview_came.connect(self.preview_came)
        jobs.whole.connect(self._on_whole)
        jobs.progressed.connect(self.working)
        jobs.failed.connect(self.failed)

    def _timer(self, milliseconds: int, act: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(act)
        return timer

    # -- which picture ---------------------------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """By hand: what is open stays until the other one is read."""
        self._bringing = ""
        self._read(path, self._on_read, self._on_unreadable)

    def show(self, state: RestoreState, package: Package | None) -> None:
        """What the project says: the picture it names comes back by itself."""
        self.state, self._package = state, package
        if self._candidate is not None and _names(state, self._candidate):
            picture, self._candidate = self._candidate, None
            self._adopt(picture)
        elif not state.picture:
            self._adopt(None)
        elif self.picture is None or not _names(state, self.picture):
            self._bring_back(Path(state.picture))
            return
        self._want_run()

    def _bring_back(self, path: Path) -> None:
        self._adopt(None)
        if str(path) not in (self._given_up, self._bringing):
            self._bringing = str(path)
            self._read(path, partial(self._on_back, path), partial(self._on_lost, path))

    def _read(self, path: Path, then: Callable[[OpenPicture], None], failed: Callable[[StudioError], None]) -> None:
        self._reading = path.name
        self._slow.start()
        self.errands.do(partial(read_picture, path), then, failed, subject="read")

    @Slot()
    def _tell_reading(self) -> None:
        self.working.emit(f"Opening “{self._reading}”…", 0.0)

    def _end_reading(self) -> None:
        self._reading = self._bringing = ""
        self._slow.stop()
        self.working.emit("", 0.0)

    def _on_read(self, picture: OpenPicture) -> None:
        self._end_reading()
        self._given_up = ""
        self._candidate = picture
        self.read.emit(picture)
        if self._candidate is not None:  # the project names it already
            self.show(self.state, self._package)

    def _on_unreadable(self, error: StudioError) -> None:
        self._end_reading()
        self.said.emit(error.message, "error")
        self.show(self.state, self._package)  # one that was on its way back still is

    def _on_back(self, path: Path, picture: OpenPicture) -> None:
        self._end_reading()
        self._given_up = ""
        if self.state.picture != str(path):
            return
        self._adopt(picture)
        if picture.photo.sha256 != self.state.sha256:
            self.said.emit(f"“{path.name}” has changed since it was open here. This is how it is now.", "warn")
        self._want_run()

    def _on_lost(self, path: Path, error: StudioError) -> None:
        self._end_reading()
        self._given_up = str(path)
        self.said.emit(error.message, "error")

    def _adopt(self, picture: OpenPicture | None) -> None:
        if picture is self.picture:
            return
        self.jobs.start(None, None)
        self._settling.stop()
        self.picture, self.run, self._wanted, self._is_decided = picture, None, None, False
        self._results = Results(picture.scratch) if picture is not None else None
        self.errands.forget("run")
        self.picture_changed.emit()
        self.run_changed.emit()

    # -- which result ----------------------------------------------------------------------------------------------

    def _want_run(self) -> None:
        """The result for the state: at once where it is there, else from its beginning."""
        picture, package = self.picture, self._package
        refusal = why_not(package, picture.shape) if package is not None and picture is not None else ""
        key = key_of(self.state, package) if package is not None and not refusal else None
        if picture is None or self._results is None or (self._is_decided and key == self._wanted):
            return
        before, self._wanted, self._is_decided = self._wanted, key, True
        self.errands.forget("run")
        self._settling.stop()
        found = self._results.get(key) if key is not None else None
        if key is None or found is not None:
            self._show_run(found)
        elif before is not None and msgspec.structs.replace(before, grow=key.grow) == key:
            self._settling.start()
        else:
            self._prepare()
        if refusal and package is not None:
            self.said.emit(f"“{package.manifest.title}” cannot take this picture. {refusal}", "warn")

    @Slot()
    def _prepare(self) -> None:
        picture, package = self.picture, self._package
        if picture is None or package is None:
            return
        work = partial(prepare, picture, package, self.state, self.run)
        self.errands.do(work, partial(self._on_prepared, picture), self.failed.emit, subject="run")

    def _on_prepared(self, picture: OpenPicture, run: RestoreRun) -> None:
        if picture is self.picture and self._results is not None:
            self._results.put(run)
            if run.key == self._wanted:
                self._show_run(run)

    @Slot()
    def _on_whole(self) -> None:
        self.whole.emit()
        if self.run is not None and self.run.restoring.note():
            self.said.emit(self.run.restoring.note(), "plain")

    def _show_run(self, run: RestoreRun | None) -> None:
        self.run = run
        self.jobs.start(self.picture, run)
        self.run_changed.emit()  # who shows it says what is in view, and that comes first
        self.jobs.go_on()

    # -- hands -----------------------------------------------------------------------------------------------------

    def look(self, box: Box, out: tuple[int, int]) -> None:
        """The part of the picture in view, in its own pixels, and the device pixels it has."""
        self.jobs.look(box, out)

    @property
    def is_whole(self) -> bool:
        """All that is to be saved is there; a picture in which nothing is filled in is as well."""
        run = self.run
        if self.picture is None:
            return False
        if run is None:
            return self._is_decided and self._wanted is None
        return run.is_whole and run.key == self._wanted

    @Slot()
    def cancel(self) -> None:
        if self._reading:
            self.errands.forget("read")
            self._end_reading()
        else:
            self.jobs.cancel()

    @Slot()
    def go_on(self) -> None:
        self._given_up = ""
        if self.picture is None:
            self.show(self.state, self._package)
        elif self._wanted is not None and (self.run is None or self.run.key != self._wanted):
            self._prepare()
        else:
            self.jobs.go_on()

    def leave(self) -> None:
        """The window closes."""
        self._slow.stop()
        self._settling.stop()
        self.jobs.start(None, None)
        self.errands.close()
        self.picture = self.run = self._candidate = self._results = None


def _names(state: RestoreState, picture: OpenPicture) -> bool:
    """A file that has changed under the project's hands still is the one it names while it is open."""
    return state.picture == str(picture.photo.path)
