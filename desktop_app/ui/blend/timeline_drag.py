"""Makes a picture that shows a design a place to drag it from, onto the timeline."""

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt
from PySide6.QtGui import QDrag, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.ui.blend.timeline_hands import DESIGN_MIME
from desktop_app.ui.picture.pixels import to_image
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.picture.tile_store import TileStore

THUMB = 60  # px, as on the timeline


class DesignDrag(QObject):
    """Watches a widget for a press that moves on. `tile` says what is shown there, None for nothing."""

    def __init__(self, widget: QWidget, tile: Callable[[], Tile | None], store: TileStore) -> None:
        super().__init__(widget)
        self._widget, self._tile, self._store = widget, tile, store
        self._pressed: QPoint | None = None
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QMouseEvent):
            return False
        spot = event.position().toPoint()
        if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = spot
        elif event.type() == QEvent.Type.MouseButtonRelease:
            self._pressed = None
        elif event.type() == QEvent.Type.MouseMove and self._pressed is not None:
            if (spot - self._pressed).manhattanLength() >= QApplication.startDragDistance():
                self._pressed = None
                self._drag()
        else:
            return False
        return True

    def _drag(self) -> None:
        tile = self._tile()
        if tile is None:
            return
        data = QMimeData()
        data.setData(DESIGN_MIME, msgspec.json.encode(tile.design))
        drag = QDrag(self._widget)
        drag.setMimeData(data)
        pixels = self._store.pixels(tile.key)
        if pixels is not None:
            image = to_image(pixels).scaled(THUMB, THUMB, Qt.AspectRatioMode.KeepAspectRatio)
            drag.setPixmap(QPixmap.fromImage(image))
            drag.setHotSpot(QPoint(THUMB // 2, THUMB // 2))
        drag.exec(Qt.DropAction.CopyAction)
