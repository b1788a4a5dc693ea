"""Brings something of any tiles together, from memory or from the engine, for those who take designs away."""

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Generic, TypeVar

from PySide6.QtCore import QObject

from desktop_app.engine.errors import RequestError, StudioError
from desktop_app.engine.requests import Design, Fields, PackageRef, Pictures, Pixels, Request, Sample, Trace, Update
from desktop_app.studio.jobs import Job
from desktop_app.ui.bridge import Listener, QueueBridge
from desktop_app.ui.picture.icon_drawing import Field, IconDrawing
from desktop_app.ui.picture.tile import Key, Tile
from desktop_app.ui.picture.tile_store import TileStore

T = TypeVar("T")
CHUNK = 64
_numbers = count(1)


class Fetcher(QObject, Generic[T]):
    """One errand: `on_found` gets what each tile has, in their order, or `on_error` the first failure."""

    def __init__(
        self,
        bridge: QueueBridge,
        tiles: Sequence[Tile],
        known: Mapping[Key, T | None],
        on_found: Callable[[list[T]], None],
        on_error: Callable[[StudioError], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._tiles = bridge, list(tiles)
        self._on_found, self._on_failure = on_found, on_error
        self._slot = f"export {next(_numbers)}"  # errands do not push each other out
        self._found: dict[Key, T] = {key: one for key, one in known.items() if one is not None}
        self._asked: list[Key] = []

    def request(self, package: PackageRef, designs: tuple[Design, ...]) -> Request:
        raise NotImplementedError

    def answers(self, update: Update) -> tuple[int, Sequence[T]] | None:
        """The first design that they are of, and what came for it and the next ones; None for other updates."""
        raise NotImplementedError

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
        self._asked = list(dict.fromkeys(tile.key for tile in missing if tile.sha256 == package.sha256))
        request = self.request(package.ref, tuple(design for _, design in self._asked))
        listener = Listener(self, self._on_update, self._on_done, self._on_error)
        self._bridge.submit(request, listener, slot=self._slot)

    def _on_update(self, _job: Job, update: Update) -> None:
        if (told := self.answers(update)) is not None:
            first, found = told
            self._found.update(zip(self._asked[first:], found, strict=False))

    def _on_done(self, _job: Job) -> None:
        self.start()  # the next package, or the end

    def _on_error(self, _job: Job, error: StudioError) -> None:
        self._fail(error)

    def _finish(self) -> None:
        self._on_found([self._found[tile.key] for tile in self._tiles])
        self.deleteLater()

    def _fail(self, error: StudioError) -> None:
        self._on_failure(error)
        self.deleteLater()


class TileFetcher(Fetcher[Pixels]):
    """Their pixels."""

    def __init__(
        self,
        bridge: QueueBridge,
        store: TileStore,
        tiles: Sequence[Tile],
        on_pixels: Callable[[list[Pixels]], None],
        on_error: Callable[[StudioError], None],
        parent: QObject,
    ) -> None:
        known = {tile.key: store.pixels(tile.key) for tile in tiles}
        super().__init__(bridge, tiles, known, on_pixels, on_error, parent)

    def request(self, package: PackageRef, designs: tuple[Design, ...]) -> Request:
        return Sample(package, designs, CHUNK)

    def answers(self, update: Update) -> tuple[int, Sequence[Pixels]] | None:
        return (update.first, list(update.pixels)) if isinstance(update, Pictures) else None


class FieldFetcher(Fetcher[Field]):
    """The fields of icons."""

    def __init__(
        self,
        bridge: QueueBridge,
        drawing: IconDrawing,
        tiles: Sequence[Tile],
        on_fields: Callable[[list[Field]], None],
        on_error: Callable[[StudioError], None],
        parent: QObject,
    ) -> None:
        known = {tile.key: drawing.field(tile.key) for tile in tiles}
        super().__init__(bridge, tiles, known, on_fields, on_error, parent)

    def request(self, package: PackageRef, designs: tuple[Design, ...]) -> Request:
        return Trace(package, designs)

    def answers(self, update: Update) -> tuple[int, Sequence[Field]] | None:
        return (update.first, [field.copy() for field in update.fields]) if isinstance(update, Fields) else None
