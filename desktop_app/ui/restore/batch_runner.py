"""A batch on its way through the window's queue: small jobs, so that the window stays as quick as it is without one."""

from collections.abc import Iterator
from functools import partial
from time import monotonic

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.engine.errors import Cancelled, EngineDied, StudioError
from desktop_app.engine.requests import Restore, Restored, Update
from desktop_app.studio.batch import Batch, Item
from desktop_app.studio.jobs import Job
from desktop_app.studio.library import Library
from desktop_app.studio.restore_job import RestoreJob
from desktop_app.ui.bridge import Listener, QueueBridge
from desktop_app.ui.errands import Errands
from desktop_app.ui.restore.words import seconds_words

SLOT = "restore batch"
MAX_DEATHS = 2  # of the engine, on one picture, before it counts as failed


class BatchRunner(QObject):
    changed = Signal()  # the state of an item, or how far the one that runs is
    ended = Signal()
    failed = Signal(str)  # a sentence: the whole batch cannot go on

    def __init__(self, bridge: QueueBridge, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._library = bridge, library
        self._errands = Errands("batch", self)
        self.batch: Batch | None = None
        self._item: Item | None = None
        self._job: RestoreJob | None = None
        self._left_over: list[RestoreJob] = []  # their working copies are still to be removed
        self._tiles: list[Restored] = []  # of the part that is on its way: a part is taken whole or not at all
        self._parts: Iterator[Restore] = iter(())
        self._asked: Job | None = None
        self._pixels = self._done = 0  # of the item that runs
        self._deaths = 0
        self._began, self._finished = 0.0, 0

    @property
    def is_running(self) -> bool:
        return self._item is not None

    @property
    def share(self) -> float:
        """Of the item that runs."""
        return self._done / self._pixels if self._pixels else 0.0

    @property
    def words(self) -> str:
        """What the status bar says; empty where nothing runs."""
        batch, item = self.batch, self._item
        if batch is None or item is None:
            return ""
        left = len(batch.in_state("waiting")) + 1
        words = f"Picture {item.number} of {len(batch.items)}"
        if self._finished:
            seconds = (monotonic() - self._began) / self._finished * left
            words += f", {seconds_words(seconds)} left"
        return words

    @property
    def whole_share(self) -> float:
        if self.batch is None or not self.batch.items:
            return 0.0
        over = sum(item.state in ("done", "failed", "skipped") for item in self.batch.items)
        return (over + self.share) / len(self.batch.items)

    def start(self, batch: Batch) -> None:
        self.batch = batch
        self._began, self._finished = monotonic(), 0
        self._next()

    @Slot()
    def cancel(self) -> None:
        """What is written stays; the picture that runs waits again."""
        item, batch = self._item, self.batch
        if item is None or batch is None:
            return
        self._drop_job()
        batch.put_back(item)
        self._item = None
        self.changed.emit()
        self.ended.emit()

    @Slot()
    def retry_failed(self) -> None:
        if self.batch is not None and not self.is_running and self.batch.retry_failed():
            self.start(self.batch)

    def close(self) -> None:
        self.cancel()
        self._errands.close()
        for job in self._left_over:
            job.close()

    # -- one picture after the other -------------------------------------------------------------------------------

    def _next(self) -> None:
        assert self.batch is not None
        self._item = item = self.batch.next()
        self._pixels = self._done = self._deaths = 0
        self.changed.emit()
        if item is None:
            self.ended.emit()
            return
        self._job = job = RestoreJob(item.source, item.target, self._library, self.batch.settings)
        self._errands.do(job.open, partial(self._on_open, job), partial(self._on_failed, job))

    def _on_open(self, job: RestoreJob, request: Restore) -> None:
        if job is not self._job:
            return
        self._pixels = request.picture.shape[0] * request.picture.shape[1]
        self._parts = job.parts()
        self._ask(job, next(self._parts, None))

    def _ask(self, job: RestoreJob, part: Restore | None) -> None:
        if part is None:
            self._errands.do(job.finish, partial(self._on_finished, job), partial(self._on_failed, job))
            return
        self._tiles = []
        on_update, on_done = partial(self._on_update, job), partial(self._on_part, job)
        listener = Listener(self, on_update, on_done, partial(self._on_error, job, part))
        self._asked = self._bridge.submit(part, listener, slot=SLOT)

    def _on_update(self, job: RestoreJob, _job: Job, update: Update) -> None:
        if job is self._job and isinstance(update, Restored):
            self._tiles.append(update)

    def _on_part(self, job: RestoreJob, asked: Job) -> None:
        if job is not self._job:
            return
        assert isinstance(asked.request, Restore)
        assert asked.request.window is not None
        for tile in self._tiles:
            job.take(tile)
        top, left, bottom, right = asked.request.window
        self._done += (bottom - top) * (right - left)
        self.changed.emit()
        self._ask(job, next(self._parts, None))

    def _on_error(self, job: RestoreJob, part: Restore, _job: Job, error: StudioError) -> None:
        if job is not self._job:
            return
        if isinstance(error, Cancelled):
            self.cancel()
        elif isinstance(error, EngineDied) and self._deaths < MAX_DEATHS:
            self._deaths += 1
            self._ask(job, part)
        else:
            self._on_failed(job, error)

    def _on_finished(self, job: RestoreJob, notes: tuple[str, ...]) -> None:
        if job is self._job:
            self._end(notes=notes)

    def _on_failed(self, job: RestoreJob, error: StudioError) -> None:
        if job is self._job:
            self._end(failure=error.message)

    def _end(self, *, notes: tuple[str, ...] = (), failure: str = "") -> None:
        """One picture is over. A report that cannot be written ends the batch: the folder is not to be had."""
        batch, item = self.batch, self._item
        assert batch is not None
        assert item is not None
        self._drop_job()
        self._finished += 1
        try:
            batch.fail(item, failure) if failure else batch.finish(item, notes)
        except StudioError as error:
            self._item = None
            self.changed.emit()
            self.failed.emit(error.message)
            self.ended.emit()
            return
        self._next()

    def _drop_job(self) -> None:
        job, self._job = self._job, None
        if self._asked is not None and self._asked.state in ("waiting", "running"):
            self._bridge.cancel(self._asked)
        self._asked = None
        if job is not None:
            self._left_over.append(job)
            self._errands.do(job.close, lambda _: self._left_over.remove(job))
