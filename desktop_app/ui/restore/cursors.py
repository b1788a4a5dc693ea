"""Pointers that say what a drag would do to the wipe."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QPainter, QPainterPath, QPen, QPixmap

SIDE = 24
_SHAPES = (
    Qt.CursorShape.SizeHorCursor,
    Qt.CursorShape.SizeFDiagCursor,
    Qt.CursorShape.SizeVerCursor,
    Qt.CursorShape.SizeBDiagCursor,
)


def across(angle: float) -> QCursor:
    """Both ways across a line that is turned by so many degrees."""
    return QCursor(_SHAPES[round(angle / 45.0) % 4])


def turning() -> QCursor:
    """An arc with a point at each end."""
    pixmap = QPixmap(SIDE, SIDE)
    pixmap.fill(Qt.GlobalColor.transparent)
    path = QPainterPath()
    place = QRectF(4.5, 5.5, SIDE - 9, SIDE - 9)
    path.arcMoveTo(place, 20)
    path.arcTo(place, 20, 140)
    for x, way in ((place.left() + 0.5, 1.0), (place.right() - 0.5, -1.0)):
        tip = QPointF(x, 11.5)
        path.moveTo(tip + QPointF(-3.5 if way > 0 else -4.0, -3.5))
        path.lineTo(tip)
        path.lineTo(tip + QPointF(4.0 if way > 0 else 3.5, -3.5))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, width in ((QColor("black"), 4.0), (QColor("white"), 1.75)):
        painter.strokePath(path, QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.end()
    return QCursor(pixmap, SIDE // 2, SIDE // 2)
