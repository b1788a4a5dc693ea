"""What comes into Explain from outside: designs of other workspaces, another classifier. Each is one step to undo."""

from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Pixels
from desktop_app.studio import explaining
from desktop_app.studio.explaining import MAX_SUBJECTS, ExplainState
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.picture.tile_store import TileStore
from desktop_app.ui.sample.tile_fetcher import TileFetcher
from desktop_app.ui.shell.blend_desk import Offer
from desktop_app.ui.shell.desk import Desk
from desktop_app.ui.shell.inspector_panel import title_of


class ExplainDesk(QObject):
    offered = Signal(object)  # Offer

    def __init__(self, desk: Desk, bridge: QueueBridge, store: TileStore, parent: QObject | None = None) -> None:
        """store: of the tiles of Sample."""
        super().__init__(parent)
        self._desk, self._bridge, self._store = desk, bridge, store
        self.go_there: Callable[[], None] = lambda: None

    @property
    def state(self) -> ExplainState:
        return self._desk.state.explain

    @property
    def package(self) -> Package | None:
        """The classifier of the row; while none was chosen, the first one. None where it is not here."""
        name = self.state.package
        return next((p for p in self._desk.classifiers if p.name == name or not name), None)

    @Slot(object, str, str)
    def change(self, explain: ExplainState, label: str, coalesce: str = "") -> None:
        self._desk.change(label, msgspec.structs.replace(self._desk.state, explain=explain), coalesce=coalesce)

    @Slot(str)
    def choose_package(self, name: str) -> None:
        """Another classifier for the same pictures, fitted to it; a class of the old one is asked about no more."""
        package = next((package for package in self._desk.classifiers if package.name == name), None)
        if package is None or package.manifest.picture is None or name == self.state.package:
            return
        from desktop_app.studio.subjects import refitted  # it brings Pillow, which is slow to import

        row = tuple(refitted(subject, package.manifest.picture) for subject in self.state.subjects)
        state = msgspec.structs.replace(self.state, package=name, subjects=row, label=None)
        self.change(state, package.manifest.title)

    # -- designs of other workspaces -------------------------------------------------------------------------------

    def explain(self, tiles: Sequence[Tile], pixels_of: Callable[[Tile], Pixels | None]) -> None:
        """Designs, judged by the classifier that learned from the same data. pixels_of: where they are seen."""
        tiles = list(tiles)[:MAX_SUBJECTS]
        if not tiles:
            return
        package = explaining.classifier_for(tiles[0].package, self._desk.classifiers, self.state.package)
        if package is None:
            self.offered.emit(Offer("No model here tells classes apart. Import a classifier first.", "warn"))
            return
        for tile in tiles:
            seen = pixels_of(tile)
            if seen is not None:
                self._store.put(tile.key, seen)
        then = partial(self._take, tiles, package)
        TileFetcher(self._bridge, self._store, tiles, then, self._on_error, self).start()

    def _take(self, tiles: Sequence[Tile], package: Package, pictures: list[Pixels]) -> None:
        from desktop_app.studio.subjects import of_design

        picture, subjects = package.manifest.picture, []
        assert picture is not None
        for tile, pixels in zip(tiles, pictures, strict=True):
            assert tile.package is not None
            subjects.append(of_design(title_of(tile), tile.package, tile.design, pixels, picture))
        words = f"Explain {subjects[0].name}" if len(subjects) == 1 else f"Explain {len(subjects)} designs"
        self.change(explaining.with_subjects(self.state, package.name, tuple(subjects)), words)
        self.go_there()

    def _on_error(self, error: StudioError) -> None:
        self.offered.emit(Offer(error.message, "error"))
