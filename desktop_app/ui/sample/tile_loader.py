"""Asks the engine for tiles: what is in view first, then a margin ahead, never more than a moment's work at a time.

One job is asked for at once. Its size follows the pace of the engine, so that a change of mind (a drag, a scroll) is
answered as soon as the small job that runs has ended; whatever it brings is right for its key and is kept.
"""

from collections.abc import Iterable
from time import perf_counter

from PySide6.QtCore import QObject, Signal

from desktop_app.engine.errors import EngineDied, StudioError
from desktop_app.engine.requests import Pictures, Sample, Update
from desktop_app.studio.jobs import Job
from desktop_app.ui.bridge import Listener, QueueBridge
from desktop_app.ui.sample.tile_store import TileStore
from desktop_app.ui.sample.tiles import Key, Tile

SLOT = "sheet"
JOB_TIME_S = 0.06
FIRST_JOB, SMALLEST_JOB, LARGEST_JOB, CHUNK = 24, 8, 256, 32
MAX_DEATHS = 2  # of the engine, on the same tiles, before they count as failed


class TileLoader(QObject):
    arrived = Signal()
    failed = Signal(str)  # a sentence

    def __init__(self, bridge: QueueBridge, store: TileStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._store = store
        self._wanted: list[Tile] = []
        self._asked: dict[Key, Tile] = {}  # of the job under way, without those that came
        self._order: list[Key] = []
        self._job: Job | None = None
        self._busy = False
        self._began = 0.0
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
        if self._busy and (self._job is None or self._job.state != "waiting"):
            return
        failures = self._store.failures
        self._wanted = [t for t in self._store.missing(self._wanted) if t.key not in failures]
        if not self._wanted:
            return
        package = self._wanted[0].package
        assert package is not None
        count = min(max(int(JOB_TIME_S / self._seconds_a_tile), SMALLEST_JOB), LARGEST_JOB)
        batch = [tile for tile in self._wanted if tile.sha256 == package.sha256][:count]
        self._asked = {tile.key: tile for tile in batch}
        self._order = list(self._asked)
        self._busy, self._began = True, perf_counter()
        request = Sample(package.ref, tuple(design for _, design in self._order), CHUNK)
        self._job = self._bridge.submit(
            request, Listener(self, self._on_update, self._on_done, self._on_error), slot=SLOT
        )

    def _on_update(self, job: Job, update: Update) -> None:
        if not isinstance(update, Pictures) or not isinstance(job.request, Sample):
            return
        sha256, designs = job.request.package.sha256, job.request.designs
        for offset, pixels in enumerate(update.pixels):
            key = sha256, designs[update.first + offset]
            self._store.put(key, pixels)
            self._asked.pop(key, None)
        self._deaths = 0
        self.arrived.emit()

    def _on_done(self, job: Job) -> None:
        if self._job is not None and job.id < self._job.id:
            return
        if job.started is not None and self._order:
            seconds = (perf_counter() - max(self._began, 0.0)) / len(self._order)
            self._seconds_a_tile += 0.3 * (seconds - self._seconds_a_tile)
        self._busy = False
        self._ask()

    def _on_error(self, job: Job, error: StudioError) -> None:
        if isinstance(error, EngineDied) and self._deaths < MAX_DEATHS:
            self._deaths += 1
        else:
            self._store.failures.update(dict.fromkeys(self._asked, error.message))
            self.failed.emit(error.message)
        self._busy = False
        self._ask()
