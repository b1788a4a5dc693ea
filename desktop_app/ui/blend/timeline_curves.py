"""The curve of an easing as a drawing: on the timeline, and as the icon of its place in a menu."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

from desktop_app.studio.walk import Easing, eased

_POINTS = 20


def paint_curve(painter: QPainter, box: QRectF, easing: Easing, ink: str) -> None:
    """Share of the way over share of its time, from the lower left corner to the upper right one."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(ink), 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPath(curve(box, easing))


def curve(box: QRectF, easing: Easing) -> QPainterPath:
    path = QPainterPath(box.bottomLeft())
    if easing == "hold":
        path.lineTo(box.bottomRight())
        path.lineTo(box.topRight())
        return path
    for number in range(1, _POINTS + 1):
        share = number / _POINTS
        path.lineTo(QPointF(box.left() + share * box.width(), box.bottom() - eased(easing, share) * box.height()))
    return path


def curve_icon(easing: Easing, ink: str, ratio: float) -> QIcon:
    pixmap = QPixmap(round(20 * ratio), round(20 * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_curve(painter, QRectF(3, 4, 14, 12), easing, ink)
    painter.end()
    return QIcon(pixmap)
