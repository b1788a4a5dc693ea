"""The picture on the screen with its maps: a mouse or the arrow keys ask what lies where."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui.controls.banner import announce
from desktop_app.ui.explain.evidence_layout import Layout, arrange
from desktop_app.ui.explain.evidence_painter import Plates, Scene, paint_readout, paint_scene
from desktop_app.ui.look.theme import Look

Spot = tuple[int, int]  # row and column of the picture
INVITATION = "Point at a place, or move there with the arrow keys, to read its value."
_WAYS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
FAR = 4  # elements, with Shift


class EvidenceCanvas(QWidget):
    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._scene: Scene | None = None
        self._layout: Layout | None = None
        self._plates = Plates()
        self._words: Callable[[Spot], str] = lambda spot: ""
        self._cursor: Spot | None = None
        self._held = self._pressed = False
        self._by_keyboard = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 240)
        self.setAccessibleName("Picture with its evidence map")
        look.changed.connect(self.update)

    @property
    def cursor_spot(self) -> Spot | None:
        return self._cursor

    @property
    def is_plain(self) -> bool:
        """Whether the original is held up."""
        return self._held or self._pressed

    @property
    def readout(self) -> str:
        return self._words(self._cursor) if self._cursor is not None else INVITATION

    def show_scene(self, scene: Scene, words: Callable[[Spot], str]) -> None:
        """words: what is said of an element."""
        before, self._scene, self._words = self._scene, scene, words
        if before is not None and before.plain.shape != scene.plain.shape:
            self._cursor = None
        self._settle()

    def hold_original(self, held: bool) -> None:
        if held != self._held:
            self._held = held
            self.update()

    def _settle(self) -> None:
        self._plates.clear()
        if self._scene is not None:
            size, rows, columns = (float(self.width()), float(self.height())), *self._scene.plain.shape[:2]
            self._layout = arrange(size, (rows, columns), len(self._scene.maps), self.devicePixelRatioF())
        self.setAccessibleDescription(self.readout)
        self.update()

    def _point_at(self, spot: Spot | None) -> None:
        if spot != self._cursor:
            self._cursor = spot
            self.setAccessibleDescription(self.readout)
            self.update()

    # -- Qt --------------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(640, 640)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = self._look.colours
        painter.fillRect(self.rect(), QColor(colours.paper))
        if self._scene is not None and self._layout is not None:
            seen = {"plain": self.is_plain, "cursor": self._cursor}
            paint_scene(painter, self._scene, self._layout, colours, self._plates, **seen)  # type: ignore[arg-type]
            text = "The original" if self.is_plain else self.readout
            paint_readout(painter, self._layout, text, colours)
            if self.hasFocus() and self._by_keyboard:
                painter.setPen(QPen(QColor(colours.accent), 2))
                painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._settle()

    def _spot_at(self, position: QPointF) -> Spot | None:
        return self._layout.element_at(position.x(), position.y()) if self._layout is not None else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self._spot_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.button() == Qt.MouseButton.LeftButton and self._spot_at(event.position()) is not None
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = False
        self.update()
        super().mouseReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _WAYS and self._scene is not None:
            self._walk(_WAYS[key], FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif key == Qt.Key.Key_Escape and self._cursor is not None:
            self._point_at(None)
        else:
            super().keyPressEvent(event)

    def _walk(self, way: Spot, steps: int) -> None:
        assert self._scene is not None
        rows, columns = self._scene.plain.shape[:2]
        row, column = self._cursor or (rows // 2, columns // 2)
        row = min(max(row + way[0] * steps, 0), rows - 1)
        self._point_at((row, min(max(column + way[1] * steps, 0), columns - 1)))
        announce(self, self.readout)
