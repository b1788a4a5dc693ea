"""Brings the pixels of any tiles together, from memory or from the engine, for those who take designs away."""

from collections.abc import Callable, Sequence
from itertools import count

from PySide6.QtCore import QObject

from desktop_app.engine.errors import RequestError, StudioError
from desktop_app.engine.requests import Pictures, Pixels, Sample, Update
from desktop_app.studio.jobs import Job
from desktop_app.ui.bridge import Listener, QueueBridge
from desktop_app.ui.picture.tile import Key, Tile
from desktop_app.ui.picture.tile_store import TileStore

CHUNK = 64
_numbers = count(1)


class TileFetcher(QObject):
    """One errand: `on_pixels` gets them in the order of the tiles, or `on_error` the first failure."""

    def __init__(
        self,
        bridge: QueueBridge,
        store: TileStore,
        tiles: Sequence[Tile],
        on_pixels: Callable[[list[Pixels]], None],
        on_error: Callable[[StudioError], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._tiles = bridge, list(tiles)
        self._on_pixels, self._on_failure = on_pixels, on_error
        self._slot = f"export {next(_numbers)}"  # errands do not push each other out
        self._found: dict[Key, Pixels] = {}
        for tile in self._tiles:
            pixels = store.pixels(tile.key)
            if pixels is not None:
                self._found[tile.key] = pixels

    def start(self) -> None:
        lost = next((tile for tile in self._tiles if tile.package is None), None)
        if lost is not None:
            self._fail(RequestError(f"The model “{lost.name}” of this take is not here. Import it first."))
            return
        missing = [tile for tile in self._tiles if tile.key not in self._found]
        if not missing:
            self._finish()
            return
        package = missing[0].package
        assert package is not None
        designs = tuple(dict.fromkeys(tile.design for tile in missing if tile.sha256 == package.sha256))
        listener = Listener(self, self._on_update, self._on_done, self._on_error)
        self._bridge.submit(Sample(package.ref, designs, CHUNK), listener, slot=self._slot)

    def _on_update(self, job: Job, update: Update) -> None:
        if isinstance(update, Pictures) and isinstance(job.request, Sample):
            for offset, pixels in enumerate(update.pixels):
                design = job.request.designs[update.first + offset]
                self._found[job.request.package.sha256, design] = pixels

    def _on_done(self, _job: Job) -> None:
        self.start()  # the next package, or the end

    def _on_error(self, _job: Job, error: StudioError) -> None:
        self._fail(error)

    def _finish(self) -> None:
        self._on_pixels([self._found[tile.key] for tile in self._tiles])
        self.deleteLater()

    def _fail(self, error: StudioError) -> None:
        self._on_failure(error)
        self.deleteLater()
