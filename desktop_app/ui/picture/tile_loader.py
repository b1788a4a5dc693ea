"""Asks the engine for tiles: what is in view first, then a margin ahead, never more than a moment's work at a time.

One job is asked for at once. Its size follows the pace of the engine, so that a change of mind (a drag, a scroll) is
answered as soon as the small job that runs has ended; whatever it brings is right for its key and is kept.
"""

from collections.abc import Iterable
from time import monotonic

from PySide6.QtCore import QObject, Signal

from desktop_app.engine.errors import Cancelled, EngineDied, StudioError
from desktop_app.engine.requests import Pictures, Sample, Update
from desktop_app.studio.jobs import Job
from desktop_app.ui.bridge import Listener, QueueBridge
from desktop_app.ui.picture.tile import Key, Tile
from desktop_app.ui.picture.tile_store import TileStore

JOB_TIME_S = 0.06
FIRST_JOB, SMALLEST_JOB, LARGEST_JOB, CHUNK = 24, 8, 256, 32
ICONS = 12  # that take no longer than fewer: two blocks of engine/icon_flow.py, one for each of two threads
MAX_DEATHS = 2  # of the engine, on the same tiles, before they count as failed


class TileLoader(QObject):
    arrived = Signal()
    failed = Signal(str)  # a sentence

    def __init__(
        self,
        bridge: QueueBridge,
        store: TileStore,
        parent: QObject | None = None,
        *,
        slot: str,
        smallest: int = SMALLEST_JOB,
    ) -> None:
        """slot: of the queue; each view that draws tiles has its own. smallest: tiles to ask for at the least."""
        super().__init__(parent)
        self._slot, self._smallest = slot, smallest
        self._bridge = bridge
        self._store = store
        self._wanted: list[Tile] = []
        self._job: Job | None = None  # the newest; None until the queue is there to give one
        self._busy = False
        self._seconds_a_tile = JOB_TIME_S / FIRST_JOB
        self._deaths = 0

    @property
    def is_busy(self) -> bool:
        return self._busy

    def want(self, tiles: Iterable[Tile]) -> None:
        """The tiles to have, the most wanted first. Replaces what was wanted before."""
        missing, failures = self._store.missing, self._store.failures
        self._wanted = [t for t in missing(tiles) if t.package is not None and t.key not in failures]
        self._ask()

    def retry(self) -> None:
        """Forget all failures."""
        self._store.failures.clear()
        self._deaths = 0

    def _ask(self) -> None:
        if self._busy and self._job is not None and self._job.state != "waiting":
            return
        failures = self._store.failures
        self._wanted = [t for t in self._store.missing(self._wanted) if t.key not in failures]
        if not self._wanted:
            return
        package = self._wanted[0].package
        assert package is not None
        is_slow = package.manifest.icons is not None
        smallest, chunk = (max(self._smallest, ICONS), ICONS) if is_slow else (self._smallest, CHUNK)
        count = min(max(int(JOB_TIME_S / self._seconds_a_tile), smallest), LARGEST_JOB)
        batch = [tile for tile in self._wanted if tile.sha256 == package.sha256][:count]
        self._busy = True
        request = Sample(package.ref, tuple(dict.fromkeys(tile.design for tile in batch)), chunk)
        self._job = self._bridge.submit(
            request, Listener(self, self._on_update, self._on_done, self._on_error), slot=self._slot
        )

    def _on_update(self, job: Job, update: Update) -> None:
        if not isinstance(update, Pictures):
            return
        keys = _keys(job)[update.first :]
        for key, pixels in zip(keys, update.pixels, strict=False):
            self._store.put(key, pixels)
        self._deaths = 0
        self.arrived.emit()

    def _on_done(self, job: Job) -> None:
        if job.started is not None:
            seconds = (monotonic() - job.started) / len(_keys(job))
            self._seconds_a_tile += 0.3 * (seconds - self._seconds_a_tile)
        self._go_on(job)

    def _on_error(self, job: Job, error: StudioError) -> None:
        if isinstance(error, EngineDied) and self._deaths < MAX_DEATHS:
            self._deaths += 1
        else:
            keys = _keys(job)
            if isinstance(error, Cancelled):  # who stops one job means all that would follow it
                keys += [tile.key for tile in self._wanted]
            missing = [key for key in keys if not self._store.has(key)]
            self._store.failures.update(dict.fromkeys(missing, error.message))
            self.failed.emit(error.message)
        self._go_on(job)

    def _go_on(self, job: Job) -> None:
        """A job that a newer one has overtaken has nothing to say on what comes next."""
        if self._job is None or job.id >= self._job.id:
            self._busy = False
            self._ask()


def _keys(job: Job) -> list[Key]:
    assert isinstance(job.request, Sample)
    return [(job.request.package.sha256, design) for design in job.request.designs]
