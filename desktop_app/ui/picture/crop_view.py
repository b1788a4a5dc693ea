"""The designer's picture with a frame around the part that the model gets, moved and sized by mouse, wheel and keys."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.engine.requests import Pixels
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.crop_frame import (
    Frame,
    centred,
    corners,
    dragged_corner,
    moved,
    scaled,
    whole,
)
from desktop_app.ui.picture.pixels import to_image

MARGIN = 12
GRIP = 14  # px around a corner in which it can be caught
STEP, LONG_STEP = 0.01, 0.1
GROW = 1.05
_WAYS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
_CURSORS = {
    0: Qt.CursorShape.SizeFDiagCursor,
    1: Qt.CursorShape.SizeBDiagCursor,
    2: Qt.CursorShape.SizeBDiagCursor,
    3: Qt.CursorShape.SizeFDiagCursor,
}


class CropView(QWidget):
    changed = Signal()  # the frame, by hand

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._image: QImage | None = None
        self._frame: Frame | None = None
        self._grip: int | None = None  # the corner in the hand
        self._hand: tuple[float, float] | None = None  # where the frame was taken
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 240)
        self.setAccessibleName("Your picture and the part of it that is used")
        self.setToolTip("Drag the frame or its corners. Arrow keys move it, + and - size it, 0 brings it back.")
        look.changed.connect(self.update)

    @property
    def frame_now(self) -> Frame | None:
        return self._frame

    def show_picture(self, pixels: Pixels, frame: Frame) -> None:
        self._image, self._frame = to_image(pixels), frame
        self._tell()
        self.update()

    def set_frame(self, frame: Frame) -> None:
        """By hand or by a button: tells when it is another one."""
        if frame != self._frame:
            self._frame = frame
            self._tell()
            self.changed.emit()
            self.update()

    def centre(self) -> None:
        if self._frame is not None:
            self.set_frame(centred(self._frame))

    def take_whole(self) -> None:
        if self._frame is not None:
            self.set_frame(whole(self._frame))

    def _tell(self) -> None:
        """What a screen reader says of the frame."""
        if self._frame is not None:
            left, top, right, bottom = (round(100 * x) for x in self._frame.box)
            words = f"From {left} to {right} percent of the width and {top} to {bottom} percent of the height"
            self.setAccessibleDescription(words)

    # -- where things lie ------------------------------------------------------------------------------------------

    def _place(self) -> QRectF:
        """Of the picture in the view."""
        assert self._frame is not None
        left, top, right, bottom = self._frame.extent
        width, height = self._frame.pixels
        room = self.width() - 2 * MARGIN, self.height() - 2 * MARGIN
        scale = max(1e-6, min(room[0] / ((right - left) * width), room[1] / ((bottom - top) * height)))
        place = QRectF(0, 0, max(1.0, width * scale), max(1.0, height * scale))
        place.moveCenter(QPointF(self.width() / 2, self.height() / 2))
        return place

    def _at(self, position: QPointF) -> tuple[float, float]:
        """A point of the view in fractions of the picture."""
        place = self._place()
        return (position.x() - place.x()) / place.width(), (position.y() - place.y()) / place.height()

    def frame_rect(self) -> QRectF:
        """Of the frame in the view."""
        assert self._frame is not None
        place = self._place()
        left, top, right, bottom = self._frame.box
        return QRectF(
            place.x() + left * place.width(),
            place.y() + top * place.height(),
            (right - left) * place.width(),
            (bottom - top) * place.height(),
        )

    def _corner_at(self, position: QPointF) -> int | None:
        if self._frame is None:
            return None
        place = self._place()
        for number, (x, y) in enumerate(corners(self._frame)):
            spot = QPointF(place.x() + x * place.width(), place.y() + y * place.height())
            if (spot - position).manhattanLength() <= GRIP:
                return number
        return None

    # -- painting --------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(380, 380)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = self._look.colours
        painter.fillRect(self.rect(), QColor(colours.paper))
        if self._image is not None and self._frame is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            place, frame = self._place(), self.frame_rect()
            painter.fillRect(place, QColor(colours.tile))
            painter.drawImage(place, self._image)
            self._paint_outside(painter, frame)
            self._paint_frame(painter, frame)
        painter.end()

    def _paint_outside(self, painter: QPainter, frame: QRectF) -> None:
        veil = QColor(self._look.colours.paper)
        veil.setAlpha(176)
        view = QRectF(self.rect())
        inner = frame.intersected(view)
        painter.fillRect(QRectF(0, 0, view.width(), inner.top()), veil)
        painter.fillRect(QRectF(0, inner.bottom(), view.width(), view.height() - inner.bottom()), veil)
        painter.fillRect(QRectF(0, inner.top(), inner.left(), inner.height()), veil)
        painter.fillRect(QRectF(inner.right(), inner.top(), view.width() - inner.right(), inner.height()), veil)

    def _paint_frame(self, painter: QPainter, frame: QRectF) -> None:
        colours = self._look.colours
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.paper), 4 if self.hasFocus() else 3))
        painter.drawRect(frame)
        painter.setPen(QPen(QColor(colours.accent), 2 if self.hasFocus() else 1.5))
        painter.drawRect(frame)
        painter.setPen(QPen(QColor(colours.paper), 1.5))
        painter.setBrush(QColor(colours.accent))
        for corner in (frame.topLeft(), frame.topRight(), frame.bottomLeft(), frame.bottomRight()):
            painter.drawRoundedRect(QRectF(corner.x() - 5, corner.y() - 5, 10, 10), 3, 3)

    # -- hands -----------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._frame is None:
            return
        self._grip = self._corner_at(event.position())
        if self._grip is None:
            if not self.frame_rect().contains(event.position()):
                x, y = self._at(event.position())
                self.set_frame(moved(self._frame, x - self._frame.x, y - self._frame.y))
            self._hand = self._at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._frame is None:
            return
        at = self._at(event.position())
        if self._grip is not None:
            self.set_frame(dragged_corner(self._frame, self._grip, at))
        elif self._hand is not None:
            self.set_frame(moved(self._frame, at[0] - self._hand[0], at[1] - self._hand[1]))
            self._hand = at
        else:
            self._show_cursor(event.position())

    def _show_cursor(self, position: QPointF) -> None:
        corner = self._corner_at(position)
        inside = self.frame_rect().contains(position)
        shape = Qt.CursorShape.SizeAllCursor if inside else Qt.CursorShape.ArrowCursor
        self.setCursor(shape if corner is None else _CURSORS[corner])

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = self._hand = None
        super().mouseReleaseEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._frame is not None:
            self.set_frame(scaled(self._frame, GROW ** (-event.angleDelta().y() / 120)))
            event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self._frame is None:
            super().keyPressEvent(event)
        elif key in _WAYS:
            step = LONG_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
            self.set_frame(moved(self._frame, _WAYS[key][0] * step, _WAYS[key][1] * step))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.set_frame(scaled(self._frame, 1 / GROW if key == Qt.Key.Key_Minus else GROW))
        elif key == Qt.Key.Key_0:
            self.centre()
        else:
            super().keyPressEvent(event)
