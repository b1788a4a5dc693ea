"""A stroke as it is seen while it is drawn: an image to which every move adds its own line alone.

It is opaque, and laid over the picture with one transparency, so that a stroke that crosses itself is not darker there.
"""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from desktop_app.ui.restore.brush_tool import Drawing
from desktop_app.ui.restore.plane import Plane
from desktop_app.ui.restore.wipe import Point


class StrokeInk:
    def __init__(self) -> None:
        self._drawing: Drawing | None = None
        self._seen: tuple[Plane, str] | None = None  # where, and in which colour
        self._settled = QImage()
        self._count = 0  # points that are in it

    def image(self, drawing: Drawing, plane: Plane, colour: str) -> QImage:
        """As large as the pane. plane: in pixels of the original."""
        if self._drawing is not drawing or self._seen != (plane, colour):
            self._drawing, self._seen = drawing, (plane, colour)
            self._settled = QImage(*plane.pane, QImage.Format.Format_ARGB32_Premultiplied)
            self._settled.fill(Qt.GlobalColor.transparent)
            self._count = 0
        if self._count < drawing.settled:
            _ink(self._settled, drawing.points[max(0, self._count - 1) : drawing.settled], drawing, plane, colour)
            self._count = drawing.settled
        if drawing.settled == len(drawing.points):
            return self._settled
        pulled = self._settled.copy()  # a straight line that still follows the hand
        _ink(pulled, drawing.points[max(0, drawing.settled - 1) :], drawing, plane, colour)
        return pulled

    def forget(self) -> None:
        self._drawing, self._settled = None, QImage()


def _ink(image: QImage, points: Sequence[Point], drawing: Drawing, plane: Plane, colour: str) -> None:
    left, top = plane.origin
    places = [QPointF(x * plane.zoom + left, y * plane.zoom + top) for x, y in points]
    radius = drawing.brush.radius * plane.zoom
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(places[0], radius, radius)
    painter.setPen(QPen(QColor(colour), 2 * radius, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for start, end in pairwise(places):
        if start != end:
            painter.drawLine(start, end)
    painter.end()
