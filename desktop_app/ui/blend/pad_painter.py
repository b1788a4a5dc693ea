"""Draws the pad from a frozen scene: the lattice, the anchors over it, the threads to the pin, the pin."""

from dataclasses import dataclass
from math import hypot

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen, QPolygonF

from desktop_app.ui.blend.pad_geometry import Box, PadGeometry, Point, letter
from desktop_app.ui.look.icons import paint_icon
from desktop_app.ui.look.tokens import Colours

VEIL = QColor(0, 0, 0, 100)  # over the lattice, so that the anchors stand out; not over the cell under the pin
ICON_VEIL = 140  # of 255
THREAD, PIN_FILL = "#f0976c", "#ea8a5c"  # over pictures, which do not change with the theme
PIN_RADIUS = 8.0


@dataclass(frozen=True)
class SceneAnchor:
    point: Point
    image: QImage | None
    weight: float
    per_cent: int
    is_focused: bool = False  # by the keyboard
    is_marked: bool = False  # under the mouse or focused: shows its cross
    is_failed: bool = False


@dataclass(frozen=True)
class PadScene:
    geometry: PadGeometry
    size: int  # thumbnails a side
    cells: tuple[QImage | None, ...]
    anchors: tuple[SceneAnchor, ...]
    pin: Point | None
    pin_is_focused: bool
    is_dragging: bool
    colours: Colours
    font: QFont


def paint_pad(painter: QPainter, scene: PadScene) -> None:
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    _paint_lattice(painter, scene)
    if scene.pin is not None:
        _paint_threads(painter, scene, scene.pin)
    for number, anchor in enumerate(scene.anchors):
        _paint_anchor(painter, scene, number, anchor)
    if scene.pin is not None:
        _paint_pin(painter, scene, scene.pin)


def _paint_lattice(painter: QPainter, scene: PadScene) -> None:
    geometry = scene.geometry
    near = _cell_of(scene.pin, scene.size)
    for index, image in enumerate(scene.cells):
        box = _rect(geometry.cell(index, scene.size))
        if image is None:
            painter.fillRect(box, QColor(scene.colours.tile))
            continue
        painter.drawImage(box, image)
        if index != near:
            painter.fillRect(box, _veil(image, scene.colours))


def _veil(image: QImage, colours: Colours) -> QColor:
    """Pictures become darker; icons, which stand on the window's own paper, become fainter."""
    if not image.hasAlphaChannel():
        return VEIL
    paper = QColor(colours.paper)
    paper.setAlpha(ICON_VEIL)
    return paper


def _paint_threads(painter: QPainter, scene: PadScene, pin: Point) -> None:
    """From the pin to what it is made of, the stronger the more. Filled strips: they paint faster than lines."""
    start = scene.geometry.to_view(pin)
    painter.setPen(Qt.PenStyle.NoPen)
    for anchor in scene.anchors:
        if anchor.weight > 0.005:
            ink = QColor(THREAD)
            ink.setAlphaF(0.35 + 0.65 * anchor.weight)
            painter.setBrush(ink)
            strip = _strip(start, scene.geometry.to_view(anchor.point), 1.5 + 2.0 * anchor.weight)
            painter.drawConvexPolygon(strip)


def _strip(start: Point, end: Point, width: float) -> QPolygonF:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = hypot(dx, dy) or 1.0
    x, y = -dy / length * width / 2, dx / length * width / 2
    corners = (
        (start[0] + x, start[1] + y),
        (end[0] + x, end[1] + y),
        (end[0] - x, end[1] - y),
        (start[0] - x, start[1] - y),
    )
    return QPolygonF([QPointF(*corner) for corner in corners])


def _paint_anchor(painter: QPainter, scene: PadScene, number: int, anchor: SceneAnchor) -> None:
    colours = scene.colours
    box = _rect(scene.geometry.anchor_box(anchor.point))
    painter.fillRect(box.adjusted(-3, -3, 3, 3), QColor(colours.paper))
    if anchor.image is not None:
        painter.drawImage(box, anchor.image)
    else:
        painter.fillRect(box, QColor(colours.tile))
        if anchor.is_failed:
            paint_icon(painter, _centred(box, 22), "retry", colours.ink_soft)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    strong = anchor.is_focused or anchor.is_marked
    painter.setPen(QPen(QColor(colours.accent if strong else colours.ink), 2 if strong else 1.25))
    painter.drawRect(box.adjusted(-1, -1, 1, 1))
    if anchor.is_focused:
        painter.setPen(QPen(QColor(colours.accent), 1))
        painter.drawRect(box.adjusted(-4.5, -4.5, 4.5, 4.5))
    _paint_chip(painter, scene, box, letter(number), f"{anchor.per_cent}" if scene.pin else "")
    if anchor.is_marked and not scene.is_dragging:
        cross = _rect(scene.geometry.close_box(anchor.point))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.scrim))
        painter.drawRoundedRect(cross, 5, 5)
        paint_icon(painter, cross.adjusted(3, 3, -3, -3), "close", colours.on_scrim)


def _paint_chip(painter: QPainter, scene: PadScene, box: QRectF, name: str, per_cent: str) -> None:
    """The letter and the share; on a small anchor without its sign."""
    painter.setFont(scene.font)
    advance = painter.fontMetrics().horizontalAdvance
    text = f"{name}  {per_cent} %" if per_cent else name
    if advance(text) + 10 > box.width() - 4:
        text = f"{name} {per_cent}"
    chip = QRectF(box.x() + 2, box.bottom() - 20, advance(text) + 10, 18)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(scene.colours.scrim))
    painter.drawRoundedRect(chip, 5, 5)
    painter.setPen(QColor(scene.colours.on_scrim))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)


def _paint_pin(painter: QPainter, scene: PadScene, pin: Point) -> None:
    colours = scene.colours
    spot = QPointF(*scene.geometry.to_view(pin))
    radius = PIN_RADIUS + (2 if scene.is_dragging else 0)
    if scene.pin_is_focused:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.scrim), 4))
        painter.drawEllipse(spot, radius + 6, radius + 6)
        painter.setPen(QPen(QColor(colours.accent), 2))
        painter.drawEllipse(spot, radius + 6, radius + 6)
    painter.setPen(QPen(QColor(colours.scrim), 6))
    painter.setBrush(QColor(PIN_FILL))
    painter.drawEllipse(spot, radius, radius)
    painter.setPen(QPen(QColor("#ffffff"), 2))
    painter.drawEllipse(spot, radius, radius)


def _cell_of(pin: Point | None, size: int) -> int:
    if pin is None:
        return -1
    column, row = (min(int(value * size), size - 1) for value in pin)
    return row * size + column


def _rect(box: Box) -> QRectF:
    return QRectF(box.x, box.y, box.side, box.side)


def _centred(box: QRectF, side: float) -> QRectF:
    spot = QRectF(0, 0, side, side)
    spot.moveCenter(box.center())
    return spot
