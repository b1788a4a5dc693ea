"""Icons leave the program: the engine gives their fields, a thread finds the outlines and writes the files."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from desktop_app.engine.errors import RequestError, StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Device
from desktop_app.studio.icon_look import IconLook
from desktop_app.studio.project import Take
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.labels import shortened
from desktop_app.ui.picture.icon_drawing import Field
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.sample.closer_look import CloserLook
from desktop_app.ui.sample.icon_copy import icon_name
from desktop_app.ui.sample.sample_room import SampleRoom
from desktop_app.ui.sample.tile_fetcher import FieldFetcher
from desktop_app.ui.sample.tiles import TakeTiles

SHOWN = 12  # of a sheet
NAMED = 3  # resemblances that are named


@dataclass(frozen=True)
class IconExportChoice:
    folder: Path
    kinds: tuple[str, ...]  # of icon_export.Kind
    sizes: tuple[int, ...]
    family: str
    current_colour: bool
    with_recipe: bool
    overwrite: bool = False


def is_icon(tile: Tile) -> bool:
    return tile.package is not None and tile.package.manifest.icons is not None


def sources_of(
    selected: Sequence[Tile], takes: tuple[Take, ...], by_hash: Mapping[str, Package], room: object
) -> dict[str, list[Tile]]:
    """What may be exported besides what is selected: all starred icons, and the first twelve that the sheet shows."""
    starred = [tile for tile in map(TakeTiles(takes, by_hash).tile, range(len(takes))) if is_icon(tile)]
    sources = {"Selected": list(selected), "Stars": starred}
    if isinstance(room, SampleRoom) and room.pages.current is None:
        sources["First"] = [tile for tile in room.tiles_in_view() if is_icon(tile)][:SHOWN]
    return {name: tiles for name, tiles in sources.items() if tiles}


class IconExporter(QObject):
    """`said` tells how it went."""

    said = Signal(str, str)  # sentence, tone

    _written = Signal(str, str)

    def __init__(self, bridge: QueueBridge, closer: CloserLook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self.closer = bridge, closer
        self._threads: list[threading.Thread] = []
        self._written.connect(self.said, Qt.ConnectionType.QueuedConnection)

    def export(self, tiles: Sequence[Tile], choice: IconExportChoice, device: Device | None) -> None:
        look, kept = self.closer.drawing.icon_look, list(tiles)
        likenesses = [self.closer.likeness_words(tile.key) for tile in kept]

        def on_fields(fields: list[Field]) -> None:
            self._start(kept, fields, likenesses, look, choice, device)

        FieldFetcher(self._bridge, self.closer.drawing, kept, on_fields, self._on_error, self).start()

    def close(self) -> None:
        """Wait for what is being written."""
        for thread in self._threads:
            thread.join()

    def _on_error(self, error: StudioError) -> None:
        self.said.emit(error.message, "error")

    def _start(self, *what: object) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=self._write, args=what, name="export")
        self._threads.append(thread)
        thread.start()

    def _write(
        self,
        tiles: list[Tile],
        fields: list[Field],
        likenesses: list[str],
        look: IconLook,
        choice: IconExportChoice,
        device: Device | None,
    ) -> None:
        try:
            self._written.emit(*write_icons(tiles, fields, likenesses, look, choice, device))
        except StudioError as error:
            self._written.emit(error.message, "error")


def write_icons(
    tiles: Sequence[Tile],
    fields: Sequence[Field],
    likenesses: Sequence[str],
    look: IconLook,
    choice: IconExportChoice,
    device: Device | None,
) -> tuple[str, str]:
    """All files of an export; what is to be said of them, and its tone. Raises StudioError."""
    from desktop_app.studio.icon_export import Icon, export_icons  # with all that fonts need
    from desktop_app.studio.icon_look import icon_path
    from desktop_app.studio.recipe import make_recipe

    icons, blank = list[Icon](), 0
    for tile, field, likeness in zip(tiles, fields, likenesses, strict=True):
        assert tile.package is not None
        try:
            path = icon_path(field, look.vector)
        except StudioError:
            blank += 1
            continue
        made = make_recipe(tile.package, tile.design, device, look, resembles=likeness) if choice.with_recipe else None
        icons.append(Icon(icon_name(tile) or "icon", path, look.style, made))
    if not icons:
        raise RequestError("Nothing was exported: these designs came out blank. Choose others.")
    done = export_icons(icons, choice.folder, options_of(choice), overwrite=choice.overwrite)
    remarks = [*done.notes, *_left_out(blank), *_alike(likenesses)]
    said = f"Exported {_count(len(icons), 'icon')} in {_count(len(done.files), 'file')} to “{choice.folder}”."
    return " ".join([said, *remarks]), "warn" if blank or any(likenesses) else "plain"


def options_of(choice: IconExportChoice):  # type: ignore[no-untyped-def]
    """As icon_export has them. Raises RequestError for sizes that are none."""
    from desktop_app.studio.icon_export import ExportOptions, Kind

    kinds = frozenset(Kind(kind) for kind in choice.kinds)
    return ExportOptions(kinds, choice.sizes, choice.family, choice.current_colour)


def in_the_way(tiles: Sequence[Tile], choice: IconExportChoice) -> list[Path]:
    """Files that the export would replace. Raises RequestError where there is nothing to export."""
    from desktop_app.studio.icon_export import Icon, already_there

    stand_ins = [Icon(icon_name(tile) or "icon", "M0 0h1v1z") for tile in tiles]
    return already_there(stand_ins, choice.folder, options_of(choice))


def _left_out(blank: int) -> list[str]:
    return (
        [f"{_count(blank, 'design')} came out blank and {'was' if blank == 1 else 'were'} left out."] if blank else []
    )


def _alike(likenesses: Sequence[str]) -> list[str]:
    """Whose icons the exported ones come near to: their licences may ask for something."""
    known = list(dict.fromkeys(words for words in likenesses if words))
    if not known:
        return []
    more = f"; and {len(known) - NAMED:,} more" if len(known) > NAMED else ""
    return ["; ".join(shortened(words, 100) for words in known[:NAMED]) + more + "."]


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
