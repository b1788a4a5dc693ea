"""What comes after the first picture of an icon: marks of resemblance, and sharper pictures where tiles are large."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_app.engine.requests import Resemblance
from desktop_app.studio.likeness import likeness_words
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.picture.icon_drawing import IconDrawing
from desktop_app.ui.picture.tile import Key, Tile
from desktop_app.ui.picture.tile_store import TileStore
from desktop_app.ui.sample.icon_questions import FieldQuestions, Likenesses
from desktop_app.ui.sample.sheet_view import SheetView

PAUSE_MS = 150
DRAWN = 128  # pixels a side of the engine's pictures


class CloserLook(QObject):
    """Follows one contact sheet. It asks when all that is in view has its picture, and a few icons at a time."""

    changed = Signal(bool)  # something more is known; whether of the tile that has the focus

    def __init__(
        self,
        bridge: QueueBridge,
        store: TileStore,
        drawing: IconDrawing,
        canvas: SheetView,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self.drawing, self._canvas = store, drawing, canvas
        self._fields = FieldQuestions(bridge, drawing, self)
        self._likenesses = Likenesses(bridge, self)
        canvas.likeness = self.likeness_words
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        canvas.scrolled.connect(self.look)
        canvas.selection_changed.connect(self.look)
        self._fields.arrived.connect(self._on_fields)
        self._likenesses.arrived.connect(self._on_likenesses)
        drawing.changed.connect(self._on_drawing)

    def likeness(self, key: Key) -> Resemblance | None:
        """The icon of the training that a tile comes near to, as far as it was asked."""
        return self._likenesses.known(key)

    def likeness_words(self, key: Key) -> str:
        found = self.likeness(key)
        return likeness_words(found)

    @Slot()
    def look(self) -> None:
        """Soon; more wishes until then are one."""
        if not self._pause.isActive():
            self._pause.start()

    @Slot()
    def _ask(self) -> None:
        canvas, store = self._canvas, self._store
        in_view = [canvas.tile(i) for i in canvas.layout_now.visible(canvas.scroll_position)]
        icons = [tile for tile in in_view if self.drawing.draws(tile.key)]
        focused = canvas.focus_tile()
        first = [focused] if focused is not None and self.drawing.draws(focused.key) else []
        if any(not store.has(tile.key) and tile.key not in store.failures for tile in icons):
            self._fields.want(first)  # the large view and the inspector are looked at
            return
        self._fields.want([*first, *(icons if self._shows_large() else ())])
        self._likenesses.want([*first, *icons])

    def _shows_large(self) -> bool:
        return self._canvas.tile_px * self._canvas.devicePixelRatioF() > DRAWN

    def _has_focus(self, keys: list[Key]) -> bool:
        tile: Tile | None = self._canvas.focus_tile()
        return tile is not None and tile.key in keys

    @Slot(list)
    def _on_fields(self, keys: list[Key]) -> None:
        self._store.forget_images(keys)
        self._canvas.update()
        self.changed.emit(self._has_focus(keys))

    @Slot(list)
    def _on_likenesses(self, keys: list[Key]) -> None:
        self._canvas.update()
        self.changed.emit(self._has_focus(keys))

    @Slot()
    def _on_drawing(self) -> None:
        self._store.forget_images()
        self._canvas.update()
        self.changed.emit(True)
