"""The commands of the breeding board: what comes onto it from the sheet and from files, and what its keys mean."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design
from desktop_app.studio import breeding
from desktop_app.ui.blend.own_picture_panel import OwnPictures
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.sample.breeding_export import TreeExporter
from desktop_app.ui.sample.breeding_page import BreedingPage, refusal
from desktop_app.ui.sample.sample_room import SampleRoom
from desktop_app.ui.shell.blend_desk import Offer
from desktop_app.ui.shell.desk import Desk

Slots = dict[str, Callable[[], object]]
TREE_FILES = "SVG picture (*.svg);;JSON (*.json)"


class BreedingCommands(QObject):
    offered = Signal(object)  # Offer

    def __init__(self, room: SampleRoom, desk: Desk, bridge: QueueBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._room, self._desk = room, desk
        page = room.pages.page(BreedingPage.name)
        assert isinstance(page, BreedingPage)
        self.page = page
        self.own_pictures = OwnPictures(page.look, bridge, page, uses=(("parent", "Make it a parent"),))
        self.own_pictures.accepted.connect(self._on_own)
        self.own_pictures.said.connect(page.said)
        self.trees = TreeExporter(bridge, self)
        self.trees.said.connect(page.said)
        page.bar.export_wished.connect(self.ask_export)
        page.file_dropped.connect(self.open_file)
        page.parents_wished.connect(self.add_selected)
        page.star_wished.connect(room.star_wished)
        page.drag_wished.connect(room.drag_wished)
        page.sheet_wished.connect(partial(room.pages.show, None))
        room.pages.changed.connect(self._on_page)
        self._offer = ""  # the last one: whoever goes there has heard it

    @property
    def is_in_view(self) -> bool:
        return self._room.pages.current is self.page

    def slots(self) -> Slots:
        return {"to-breed": self.add_selected}

    def instead(self, slots: Slots) -> Slots:
        """Commands of the sheet that mean the children while the board is in view."""
        own: Slots = {"reroll": self.page.reroll, "select-all": self.page.canvas.select_all_visible}
        return {name: partial(self._choose, act, slots[name]) for name, act in own.items()}

    def close(self) -> None:
        self.own_pictures.close()
        self.trees.close()

    @Slot()
    def ask_export(self) -> None:
        """The family tree as a file; its ending says which."""
        package, start = self._desk.package, str(Path.home() / "family-tree.svg")
        name, _ = QFileDialog.getSaveFileName(self.page, "Export the family tree", start, TREE_FILES)
        if name and package is not None:
            self.trees.export(Path(name), self.page.state, package)

    @Slot()
    def add_selected(self) -> None:
        self.add_tiles(self._room.selected_tiles())

    def add_tiles(self, tiles: Sequence[Tile]) -> None:
        """Up to four designs of one package of icons. Says what came of it, and offers to go there."""
        first = next((tile for tile in tiles if tile.package is not None), None)
        if first is None or first.package is None:
            return
        if first.package.manifest.icons is None:
            self._say(f"“{first.package.manifest.title}” makes no icons; only icons are bred. Blend takes its designs.")
        elif any(tile.sha256 != first.sha256 for tile in tiles):
            self._say("Parents are designs of one model: choose tiles of one model.")
        else:
            self._add(first.package, [tile.design for tile in tiles])

    @Slot(str)
    def open_file(self, name: str) -> None:
        """A picture made here brings its design, any other one is found by the model."""
        path = Path(name)
        if path.is_dir() or path.suffix.lower() == ".zip":
            self._room.file_dropped.emit(name)
            return
        from desktop_app.studio.recipe import read_recipe  # Pillow is slow to import

        package = self._desk.package
        if package is None:
            return
        try:
            recipe = read_recipe(path)
        except StudioError:
            self.own_pictures.start(path, package)
            return
        if recipe.package == package.name:
            self._add(package, [recipe.design])
        else:
            self.own_pictures.start(path, package)

    @Slot(object, str)
    def _on_own(self, design: Design, _use: str) -> None:
        if (package := self._desk.package) is not None:
            self._add(package, [design])

    def _add(self, package: Package, designs: Sequence[Design]) -> None:
        deep = breeding.of_many_kin(designs)
        self.page.latents.read(package, deep, partial(self._put, package.name, designs))

    def _put(self, package: str, designs: Sequence[Design], vectors: breeding.Vectors) -> None:
        before = breeding.for_package(self._desk.state.breeding, package)
        board = breeding.with_parents(before, designs, vectors)
        if board == before:
            self._say(refusal(board))
            return
        self._desk.change("Add a parent", replace(self._desk.state, breeding=board))
        if not self.is_in_view:
            count = len(breeding.generation(board).parents)
            self._offer = f"{count} of {breeding.MAX_PARENTS} parents {'is' if count == 1 else 'are'} chosen."
            self.offered.emit(Offer(self._offer, action="Go to Breed", act=partial(self._room.pages.show, self.page)))

    @Slot()
    def _on_page(self) -> None:
        if self.is_in_view and self._room.banner.sentence == self._offer:
            self._room.banner.dismiss()

    def _say(self, sentence: str) -> None:
        self.offered.emit(Offer(sentence, "warn"))

    def _choose(self, own: Callable[[], object], other: Callable[[], object]) -> object:
        return own() if self.is_in_view else other()
