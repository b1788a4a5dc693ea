"""Commands that reach for files and the clipboard: import, open, export, copy, drag."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app import paths
from desktop_app.engine.errors import StudioError
from desktop_app.engine.requests import Device
from desktop_app.studio import check_up
from desktop_app.ui.controls.labels import shortened
from desktop_app.ui.picture.tile import Tile, titled
from desktop_app.ui.sample.export_dialog import ExportDialog
from desktop_app.ui.sample.exporting import Exporter
from desktop_app.ui.sample.icon_copy import IconCopier
from desktop_app.ui.sample.icon_export_dialog import IconExportDialog
from desktop_app.ui.sample.icon_exporting import IconExporter, is_icon, sources_of
from desktop_app.ui.shell.blend_desk import Offer
from desktop_app.ui.shell.desk import Desk
from desktop_app.ui.shell.importer import Imported, Importer
from desktop_app.ui.shell.workspaces import BLEND, Workspaces

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".avif")


class FileCommands(QObject):
    said = Signal(str, str)  # sentence, tone of a banner
    package_imported = Signal(str)  # name
    card_wished = Signal(str)  # name
    recipe_opened = Signal(int)  # its tile on the sheet
    offered = Signal(object)  # Offer
    blend_opened = Signal(str)  # a picture for the Blend canvas

    def __init__(
        self,
        window: QWidget,
        rooms: Workspaces,
        desk: Desk,
        exporter: Exporter,
        importer: Importer,
        icons: IconCopier,
        icon_exporter: IconExporter,
    ) -> None:
        super().__init__(window)
        self._window, self._rooms, self._desk = window, rooms, desk
        self._exporter, self._importer, self._icons = exporter, importer, icons
        self._icon_exporter = icon_exporter
        icons.said.connect(self.said)
        icon_exporter.said.connect(self.said)
        self._export_folder = paths.export_folder()
        self.device: Device | None = None
        exporter.said.connect(self.said)
        importer.imported.connect(self._on_imported)
        importer.discarded.connect(self._on_discarded)
        importer.failed.connect(self._on_failed)

    @property
    def _with_recipe(self) -> bool:
        return self._desk.settings.switch("write_recipe")

    def _selected(self) -> list[Tile]:
        """Under the titles that the designer gave them."""
        return [titled(tile, self._desk.state.takes) for tile in self._rooms.room.selected_tiles()]

    @Slot()
    def copy_picture(self) -> None:
        tile = self._rooms.room.focus_tile()
        if tile is None:
            return
        tile = titled(tile, self._desk.state.takes)
        (self._icons if is_icon(tile) else self._exporter).copy(tile, self.device, with_recipe=self._with_recipe)

    @Slot()
    def drag(self) -> None:
        tiles = self._selected()
        self._exporter.drag(self._rooms, tiles, self.device, with_recipe=self._with_recipe)

    @Slot()
    def ask_export(self) -> None:
        tiles = self._selected()
        if not tiles:
            return
        if all(is_icon(tile) for tile in tiles):
            self._ask_icon_export(tiles)
            return
        dialog = ExportDialog(len(tiles), self._export_folder, with_recipe=self._with_recipe, parent=self._window)
        if dialog.exec():
            choice = dialog.choice()
            self._export_folder = choice.folder
            self._exporter.export(tiles, choice, self.device)
        dialog.deleteLater()

    def _ask_icon_export(self, tiles: list[Tile]) -> None:
        sources = sources_of(tiles, self._desk.state.takes, self._desk.by_hash, self._rooms.room)
        dialog = IconExportDialog(sources, self._export_folder, with_recipe=self._with_recipe, parent=self._window)
        if dialog.exec():
            choice = dialog.choice()
            self._export_folder = choice.folder
            self._icon_exporter.export(dialog.tiles, choice, self.device)
        dialog.deleteLater()

    @Slot()
    def ask_import(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._window, "Choose the folder of a model package")
        if folder:
            self.open_file(folder)

    @Slot()
    def ask_recipe(self) -> None:
        endings = " ".join(f"*{ending}" for ending in ((".png", ".svg") if self._rooms.name != BLEND else PICTURES))
        own = ", or one of your own" if self._rooms.name == BLEND else ""
        title, wanted = f"Open a picture made here{own}", f"Pictures and packages ({endings} *.zip);;All files (*)"
        name, _ = QFileDialog.getOpenFileName(self._window, title, "", wanted)
        if name:
            self.open_file(name)

    @Slot(str)
    def open_file(self, name: str) -> None:
        """A picture brings its settings back; a folder or .zip is a package to import."""
        path = Path(name)
        if path.is_dir() or path.suffix.lower() == ".zip":
            self.said.emit(f"Checking “{path.name}”…", "plain")
            self._importer.start(path)
            return
        if self._rooms.name == BLEND:
            self.blend_opened.emit(name)
            return
        from desktop_app.studio.recipe import read_recipe  # Pillow is slow to import

        try:
            recipe = read_recipe(path)
        except StudioError as error:
            self._offer_blend(error.message, name)
            return
        if recipe.design.place is not None:
            self.blend_opened.emit(name)  # it stands on no sheet
        elif (index := self._desk.open_recipe(path, recipe)) is not None:
            self.recipe_opened.emit(index)

    def _offer_blend(self, sentence: str, name: str) -> None:
        """A picture that was not made here may be one of the designer's own."""
        is_picture = Path(name).is_file() and Path(name).suffix.lower() in PICTURES
        if is_picture and self._desk.packages:
            act = partial(self.blend_opened.emit, name)
            self.offered.emit(Offer(sentence, "error", "Use it in Blend as your own", act))
        else:
            self.said.emit(sentence, "error")

    def close(self) -> None:
        self._importer.close()
        self._exporter.close()
        self._icon_exporter.close()

    @Slot(object)
    def _on_imported(self, imported: Imported) -> None:
        name, title = imported.package.name, shortened(imported.package.manifest.title)
        self._desk.read_library()
        self.package_imported.emit(name)
        sentence = f"“{title}” is here. Check-up: {check_up.summary(imported.found)}"
        self.offered.emit(Offer(sentence, action="Show", act=partial(self.card_wished.emit, name)))

    @Slot(str)
    def _on_discarded(self, sentence: str) -> None:
        self.said.emit(sentence, "plain")

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.said.emit(sentence, "error")
