"""Takes designs out of the program: as files, on the clipboard, under a dragging hand."""

import math
import shutil
import tempfile
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDrag, QGuiApplication, QPixmap
from PySide6.QtWidgets import QWidget

from desktop_app.engine import images
from desktop_app.engine.errors import StudioError
from desktop_app.engine.requests import Device, Pixels
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.picture.pixels import to_image
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.picture.tile_store import TileStore
from desktop_app.ui.sample.export_dialog import ExportChoice
from desktop_app.ui.sample.tile_fetcher import TileFetcher

SHEET_NAME = "contact-sheet.png"
MAX_DRAGGED = 32


class Exporter(QObject):
    """Files are written on a thread of their own; `said` tells how it went."""

    said = Signal(str, str)  # sentence, tone

    _written = Signal(str, str)

    def __init__(self, bridge: QueueBridge, store: TileStore) -> None:
        super().__init__()
        self._bridge, self._store = bridge, store
        self._threads: list[threading.Thread] = []
        self._drag_folder: str | None = None
        self._written.connect(self._on_written, Qt.ConnectionType.QueuedConnection)

    def export(self, tiles: Sequence[Tile], choice: ExportChoice, device: Device | None) -> None:
        self._fetch(tiles, partial(self._write, list(tiles), choice, device))

    def copy(self, tile: Tile, device: Device | None, *, with_recipe: bool) -> None:
        """Onto the clipboard: the picture, and the same as a PNG with its recipe."""
        self._fetch([tile], partial(self._copy, tile, device, with_recipe))

    def drag(self, source: QWidget, tiles: Sequence[Tile], device: Device | None, *, with_recipe: bool) -> None:
        """Hand PNG files to whatever the mouse goes to. Returns when the hand lets go."""
        known = [(tile, self._store.pixels(tile.key)) for tile in tiles[:MAX_DRAGGED] if tile.package is not None]
        ready = [(tile, pixels) for tile, pixels in known if pixels is not None]
        if not ready:
            return
        paths = self._dragged_files(ready, device, with_recipe=with_recipe)
        if not paths:
            return
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        data.setImageData(to_image(ready[0][1]))
        drag = QDrag(source)
        drag.setMimeData(data)
        image = to_image(ready[0][1]).scaled(64, 64, Qt.AspectRatioMode.KeepAspectRatio)
        drag.setPixmap(QPixmap.fromImage(image))
        drag.exec(Qt.DropAction.CopyAction)

    def close(self) -> None:
        """Wait for what is being written; forget what was dragged."""
        for thread in self._threads:
            thread.join()
        if self._drag_folder is not None:
            shutil.rmtree(self._drag_folder, ignore_errors=True)

    # -- parts -----------------------------------------------------------------------------------------------------

    def _fetch(self, tiles: Sequence[Tile], on_pixels) -> None:  # type: ignore[no-untyped-def]
        TileFetcher(self._bridge, self._store, tiles, on_pixels, self._on_error, self).start()

    def _on_error(self, error: StudioError) -> None:
        self.said.emit(error.message, "error")

    def _write(self, tiles: list[Tile], choice: ExportChoice, device: Device | None, pixels: list[Pixels]) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=self._write_files, args=(tiles, choice, device, pixels), name="export")
        self._threads.append(thread)
        thread.start()

    def _write_files(
        self, tiles: list[Tile], choice: ExportChoice, device: Device | None, pixels: list[Pixels]
    ) -> None:
        try:
            if choice.pictures:
                write_pictures(choice.folder, tiles, pixels, device, with_recipe=choice.with_recipe)
            if choice.contact_sheet:
                write_contact_sheet(choice.folder, pixels)
        except StudioError as error:
            self._written.emit(error.message, "error")
            return
        self._written.emit(_told(len(tiles), choice), "plain")

    @Slot(str, str)
    def _on_written(self, sentence: str, tone: str) -> None:
        self.said.emit(sentence, tone)

    def _copy(self, tile: Tile, device: Device | None, with_recipe: bool, pixels: list[Pixels]) -> None:
        from desktop_app.studio import recipe  # Pillow is slow to import

        made = recipe.make_recipe(tile.package, tile.design, device) if with_recipe and tile.package else None
        clipboard = QGuiApplication.clipboard()
        clipboard.setImage(to_image(pixels[0]))
        # a QMimeData of Python's would be destroyed after Python is gone: the clipboard's own is added to
        clipboard.mimeData().setData("image/png", recipe.encode_png(pixels[0], made, title=tile.title))
        self.said.emit("The picture is on the clipboard.", "plain")

    def _dragged_files(
        self, ready: Sequence[tuple[Tile, Pixels]], device: Device | None, *, with_recipe: bool
    ) -> list[Path]:
        """Files for the moment: no wait for the disk, the hand is moving."""
        from desktop_app.studio import recipe

        try:
            if self._drag_folder is None:
                self._drag_folder = tempfile.mkdtemp(prefix="maquette-drag-")
            folder = Path(tempfile.mkdtemp(dir=self._drag_folder))
            paths = []
            for tile, pixels in ready:
                assert tile.package is not None
                made = recipe.make_recipe(tile.package, tile.design, device)
                paths.append(folder / recipe.file_name(made, tile.title))
                paths[-1].write_bytes(recipe.encode_png(pixels, made if with_recipe else None, title=tile.title))
        except OSError as error:
            self.said.emit(f"The files could not be written: {error.strerror or error}.", "error")
            return []
        return paths


def write_pictures(
    folder: Path, tiles: Sequence[Tile], pixels: Sequence[Pixels], device: Device | None, *, with_recipe: bool
) -> list[Path]:
    """A PNG a tile under a name that says what it is. Nothing there is overwritten. Raises FileError."""
    from desktop_app.studio import recipe

    paths = []
    for tile, picture in zip(tiles, pixels, strict=True):
        assert tile.package is not None
        made = recipe.make_recipe(tile.package, tile.design, device)
        path = free_path(folder / recipe.file_name(made, tile.title))
        recipe.save_png(path, picture, made if with_recipe else None, title=tile.title)
        paths.append(path)
    return paths


def write_contact_sheet(folder: Path, pixels: Sequence[Pixels]) -> Path:
    """All pictures on one sheet, as square as it goes; pictures of other sizes are left out. Raises FileError."""
    from desktop_app.studio import recipe

    alike = [picture for picture in pixels if picture.shape == pixels[0].shape]
    columns = math.ceil(math.sqrt(len(alike)))
    sheet = images.contact_sheet(np.stack(alike), columns=columns, gap=2, background=255)
    path = free_path(folder / SHEET_NAME)
    recipe.save_png(path, sheet, None)
    return path


def free_path(path: Path) -> Path:
    """The path itself, or the first with a number behind it that is not taken."""
    number, free = 2, path
    while free.exists():
        free = path.with_stem(f"{path.stem}-{number}")
        number += 1
    return free


def _told(count: int, choice: ExportChoice) -> str:
    parts = [f"{count} picture{'s' if count != 1 else ''}"] if choice.pictures else []
    parts += ["a contact sheet"] if choice.contact_sheet else []
    return f"Exported {' and '.join(parts)} to “{choice.folder}”."
