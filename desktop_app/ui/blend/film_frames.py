"""Brings the pictures of many designs from the engine, in order and in small jobs, so that the canvas stays quick."""

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QObject, QTimer, Slot

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Fields, Pictures, Pixels, Sample, Trace, Update
from desktop_app.studio.jobs import Job
from desktop_app.ui.bridge import Listener, QueueBridge
from desktop_app.ui.picture.tile_store import TileStore

JOB = 48  # designs
CHUNK = 16


class DesignFetcher(QObject):
    """One errand at a time in a slot of its own. What the store has is not asked for."""

    def __init__(self, bridge: QueueBridge, store: TileStore, slot: str, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge, self._store, self._slot = bridge, store, slot
        self._package: Package | None = None
        self._designs: Sequence[Design] = ()
        self._first = 0  # of the batch under way
        self._found: dict[Design, Pixels] = {}
        self._job: Job | None = None
        self._on_batch: Callable[[int, Pixels], None] | None = None
        self._on_done: Callable[[], None] | None = None
        self._on_failed: Callable[[StudioError], None] | None = None
        self._held = self._fields = False
        self._waits = False  # for a job; it is known by its number once there is a queue to give it one

    def start(
        self,
        package: Package,
        designs: Sequence[Design],
        on_batch: Callable[[int, Pixels], None],
        on_done: Callable[[], None],
        on_error: Callable[[StudioError], None],
        *,
        fields: bool = False,
    ) -> None:
        """on_batch gets the number of the first design and pictures (n, H, W, C), batch after batch in order.

        fields: of icons, (n, side, side, 1) float32, in place of pictures.
        """
        self.cancel()
        self._fields = fields
        self._package, self._designs, self._first = package, designs, 0
        self._on_batch, self._on_done, self._on_failed = on_batch, on_done, on_error
        self._next()

    def cancel(self) -> None:
        """Nothing of this errand comes any more."""
        self._on_batch = self._on_done = self._on_failed = None
        self._found = {}
        self._held = self._waits = False
        if self._job is not None:
            self._bridge.cancel(self._job)
            self._job = None

    def hold(self, held: bool) -> None:
        """Ask for no further batch for the time being: what has come is not written yet."""
        self._held, freed = held, self._held and not held
        if freed:
            QTimer.singleShot(0, self, self._go_on)

    def _next(self) -> None:
        package = self._package
        if self._on_done is None or package is None or self._held:
            return
        batch = self._designs[self._first : self._first + JOB]
        if not batch:
            on_done = self._on_done
            self.cancel()
            on_done()
            return
        self._found = {}
        for design in () if self._fields else batch:
            pixels = self._store.pixels((package.sha256, design))
            if pixels is not None:
                self._found[design] = pixels
        missing = tuple(dict.fromkeys(design for design in batch if design not in self._found))
        if not missing:
            self._give(batch)
            return
        listener = Listener(self, self._on_update, self._on_job_done, self._on_job_failed)
        self._waits = True
        request = Trace(package.ref, missing, CHUNK) if self._fields else Sample(package.ref, missing, CHUNK)
        self._job = self._bridge.submit(request, listener, slot=self._slot)

    def _give(self, batch: Sequence[Design]) -> None:
        first, self._first = self._first, self._first + len(batch)
        on_batch = self._on_batch
        assert on_batch is not None
        on_batch(first, np.stack([self._found[design] for design in batch]))
        QTimer.singleShot(0, self, self._go_on)  # batches from memory would follow one another without a pause

    @Slot()
    def _go_on(self) -> None:
        if not self._waits:
            self._next()

    def _is_ours(self, job: Job) -> bool:
        return self._waits and (self._job is None or job is self._job)

    def _on_update(self, job: Job, update: Update) -> None:
        if not self._is_ours(job) or not isinstance(job.request, (Sample, Trace)):
            return
        if isinstance(update, (Pictures, Fields)):
            pictures = update.pixels if isinstance(update, Pictures) else update.fields[..., None]
            self._found.update(zip(job.request.designs[update.first :], pictures, strict=False))

    def _on_job_done(self, job: Job) -> None:
        if self._is_ours(job):
            self._job, self._waits = None, False
            self._give(self._designs[self._first : self._first + JOB])

    def _on_job_failed(self, job: Job, error: StudioError) -> None:
        if self._is_ours(job):
            on_failed = self._on_failed
            self._job = None
            self.cancel()
            if on_failed is not None:
                on_failed(error)
