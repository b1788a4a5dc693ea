"""The parents of the breeding board: four places, each with a design or free."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QWidget

from desktop_app.studio.breeding import MAX_PARENTS
from desktop_app.ui.look.icons import paint_icon
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.sample.sheet_painter import fitted

SLOT_PX = 88
CROSS_PX = 22
REMOVING = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)

Thumbnail = Callable[[Tile, int, float], QImage | None]  # of a side in pixels, at a screen's ratio


class ParentSlot(QAbstractButton):
    """Pressed, it is looked at; its cross takes it out. A free one asks for a picture of one's own."""

    removed = Signal()

    def __init__(self, look: Look, number: int, thumbnail: Thumbnail) -> None:
        super().__init__()
        self._look, self._number, self._thumbnail = look, number, thumbnail
        self.tile: Tile | None = None
        self.setFixedSize(SLOT_PX, SLOT_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.show_tile(None, "")

    def show_tile(self, tile: Tile | None, words: str) -> None:
        """words: what the parent is called."""
        self.tile = tile
        name = f"Parent {self._number + 1}: {words or 'free'}"
        self.setAccessibleName(name)
        self.setToolTip(f"{words}\nTake it out with its cross or Delete." if tile else "Open an icon of your own…")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(SLOT_PX, SLOT_PX)

    @property
    def _cross(self) -> QRectF:
        return QRectF(self.width() - CROSS_PX - 3, 3, CROSS_PX, CROSS_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.tile is None:
            self._paint_free(painter)
        else:
            self._paint_parent(painter, self.tile)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._look.colours.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_free(self, painter: QPainter) -> None:
        colours = self._look.colours
        painter.setPen(QPen(QColor(colours.line_strong), 1, Qt.PenStyle.DashLine))
        painter.setBrush(QColor(colours.raised_hover if self.underMouse() else colours.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        spot = QRectF(0, 0, 24, 24)
        spot.moveCenter(QRectF(self.rect()).center())
        paint_icon(painter, spot, "add", colours.ink_soft)

    def _paint_parent(self, painter: QPainter, tile: Tile) -> None:
        colours = self._look.colours
        painter.fillRect(self.rect(), QColor(colours.panel))
        image = self._thumbnail(tile, SLOT_PX, self.devicePixelRatioF())
        if image is not None:
            painter.drawImage(fitted(QRectF(self.rect()), image), image)
        painter.setPen(QPen(QColor(colours.line_strong), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        if self.underMouse() or self.hasFocus():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.scrim))
            painter.drawRoundedRect(self._cross, 6, 6)
            paint_icon(painter, self._cross.adjusted(3, 3, -3, -3), "close", colours.on_scrim)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.tile is not None and self._cross.contains(event.position()):
            self.removed.emit()
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.tile is not None and Qt.Key(event.key()) in REMOVING:
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.update()
        super().leaveEvent(event)


class ParentSlots(QWidget):
    """Two by two."""

    looked_at = Signal(object)  # Tile
    removed = Signal(int)  # number of a slot
    own_wished = Signal()

    def __init__(self, look: Look, thumbnail: Thumbnail) -> None:
        super().__init__()
        self.slots = [ParentSlot(look, number, thumbnail) for number in range(MAX_PARENTS)]
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(SPACE_2)
        for number, slot in enumerate(self.slots):
            grid.addWidget(slot, number // 2, number % 2)
            slot.clicked.connect(lambda _=False, one=slot: self._on_clicked(one))
            slot.removed.connect(lambda number=number: self.removed.emit(number))
        look.changed.connect(self.refresh)

    def show_parents(self, tiles: Sequence[Tile], words: Sequence[str]) -> None:
        shown = [*zip(tiles, words, strict=True)]
        for number, slot in enumerate(self.slots):
            slot.show_tile(*(shown[number] if number < len(shown) else (None, "")))

    def refresh(self) -> None:
        """Pictures have come, or the colours have changed."""
        for slot in self.slots:
            slot.update()

    def _on_clicked(self, slot: ParentSlot) -> None:
        if slot.tile is None:
            self.own_wished.emit()
        else:
            self.looked_at.emit(slot.tile)
