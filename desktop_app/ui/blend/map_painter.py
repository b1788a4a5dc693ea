"""Draws the map from a frozen scene: cells, what lies among them, the designer's own marks, the lasso, the pin."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen, QPolygonF

from desktop_app.ui.look.icons import paint_icon
from desktop_app.ui.look.tokens import Colours

# ten that people with any colour vision tell apart (Petroff 2021, arXiv:2107.02270), the red and the violet lighter
# so that they show on dark, and two more
CLASS_COLOURS = (
    "#3f90da",
    "#ffa90e",
    "#d8331a",
    "#94a4a2",
    "#a552d9",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
    "#3f9d66",
    "#e377c2",
)
OTHER = "#8a8a8f"  # classes beyond these, and pictures of no known class
SHADE = "#c8101012"  # around dots, so that they show on light strokes
DOT, RING = 2.75, 2.75  # radius in px
SPRITE = 11  # px a side
CARD_GROUND = "#f0141416"
CARD = 84  # px of the picture beside a mark
MARK = 11.0
PIN = 8.0
VEIL = "#a0101012"  # over the cells while dots are shown
GAP = 1  # px between cells

Points = npt.NDArray[np.float64]


class SceneCell(NamedTuple):
    x: float
    y: float
    side: float
    image: QImage | None


class SceneMark(NamedTuple):
    x: float
    y: float
    letter: str  # of an anchor, as on the pad; empty for a star
    is_chosen: bool = False


class SceneCard(NamedTuple):
    """A design's own picture beside its mark."""

    x: float
    y: float
    image: QImage | None
    words: str


@dataclass(frozen=True)
class MapScene:
    width: int
    height: int
    plane: QRectF  # where the map's cells are
    under: tuple[SceneCell, ...]  # of other levels, where a cell's own picture has not come
    cells: tuple[SceneCell, ...]
    dots: QImage | None
    dots_at: QPoint
    marks: tuple[SceneMark, ...]
    card: SceneCard | None
    lasso: tuple[tuple[float, float], ...]
    is_lasso_open: bool
    pin: tuple[float, float] | None
    pin_is_focused: bool
    is_dragging: bool
    caption: str
    colours: Colours
    font: QFont


def class_colour(label: int, classes: int) -> str:
    """Of a class; those beyond the colours there are, and those unknown, share a grey."""
    return CLASS_COLOURS[label] if 0 <= label < min(classes, len(CLASS_COLOURS)) else OTHER


def paint_map(painter: QPainter, scene: MapScene) -> None:
    _paint_cells(painter, scene)
    if scene.dots is not None:
        painter.fillRect(scene.plane, QColor(VEIL))
        painter.drawImage(scene.dots_at, scene.dots)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if scene.lasso:
        _paint_lasso(painter, scene)
    for mark in scene.marks:
        if -MARK < mark.x < scene.width + MARK and -MARK < mark.y < scene.height + MARK:
            _paint_mark(painter, scene, mark)
    if scene.pin is not None:
        _paint_pin(painter, scene, scene.pin)
    if scene.card is not None:
        _paint_card(painter, scene, scene.card)
    if scene.caption:
        _paint_caption(painter, scene)


def _paint_cells(painter: QPainter, scene: MapScene) -> None:
    blank = [cell for cell in scene.cells if cell.image is None]
    if blank:
        left, top = min(cell.x for cell in blank), min(cell.y for cell in blank)
        right, bottom = max(cell.x + cell.side for cell in blank), max(cell.y + cell.side for cell in blank)
        painter.fillRect(QRectF(left, top, right - left, bottom - top), QColor(scene.colours.tile))
    for cell in scene.under:
        if cell.image is not None:
            painter.drawImage(_inside(cell), cell.image)
    for cell in scene.cells:
        if cell.image is not None:
            painter.drawImage(QPointF(cell.x, cell.y), cell.image)


def _inside(cell: SceneCell) -> QRectF:
    return QRectF(cell.x, cell.y, cell.side - GAP, cell.side - GAP)


def paint_dots(
    painter: QPainter, points: Points, labels: npt.NDArray[np.int16], classes: int, *, rings: bool, ratio: float
) -> None:
    """Real pictures as filled dots, generated designs as rings, in the colours of their classes. points: (n, 2) px."""
    sprites = {
        label: dot_sprite(class_colour(label, classes), rings=rings, ratio=ratio) for label in set(labels.tolist())
    }
    corners = np.rint((points - SPRITE / 2) * ratio) / ratio
    for (x, y), label in zip(corners.tolist(), labels.tolist(), strict=True):
        painter.drawImage(QPointF(x, y), sprites[label])


def dot_sprite(colour: str, *, rings: bool, ratio: float) -> QImage:
    """One dot or ring with a dark rim, which shows on light strokes."""
    image = _clear(SPRITE, ratio)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = QPointF(SPRITE / 2, SPRITE / 2)
    painter.setPen(QPen(QColor(SHADE), 3.5 if rings else 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush if rings else QColor(colour))
    painter.drawEllipse(middle, RING if rings else DOT, RING if rings else DOT)
    if rings:
        painter.setPen(QPen(QColor(colour), 1.5))
        painter.drawEllipse(middle, RING, RING)
    painter.end()
    return image


def _paint_lasso(painter: QPainter, scene: MapScene) -> None:
    line = QPolygonF([QPointF(x, y) for x, y in scene.lasso])
    fill = QColor(scene.colours.accent_fill)
    fill.setAlpha(36)
    for colour, width in ((scene.colours.scrim, 4.0), (scene.colours.accent, 1.75)):
        style = Qt.PenStyle.DashLine if scene.is_lasso_open else Qt.PenStyle.SolidLine
        painter.setPen(QPen(QColor(colour), width, style if width < 3 else Qt.PenStyle.SolidLine))
        painter.setBrush(fill if width < 3 else Qt.BrushStyle.NoBrush)
        if scene.is_lasso_open:
            painter.drawPolyline(line)
        else:
            painter.drawPolygon(line)


def _paint_mark(painter: QPainter, scene: MapScene, mark: SceneMark) -> None:
    colours, spot = scene.colours, QPointF(mark.x, mark.y)
    if mark.is_chosen:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((colours.scrim, 5), (colours.accent, 2)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawEllipse(spot, MARK + 3, MARK + 3)
    sprite = mark_sprite(mark.letter, colours, scene.font, painter.device().devicePixelRatioF())
    painter.drawImage(QPointF(mark.x - MARK - 1, mark.y - MARK - 1), sprite)


@lru_cache(maxsize=64)
def mark_sprite(letter: str, colours: Colours, font: QFont, ratio: float) -> QImage:
    """A star, or an anchor with its letter, on a disc."""
    side = 2 * MARK + 2
    image = _clear(side, ratio)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor("#60f4f3f1"), 1))
    painter.setBrush(QColor(colours.scrim))
    painter.drawEllipse(QPointF(side / 2, side / 2), MARK, MARK)
    if letter:
        painter.setFont(font)
        painter.setPen(QColor(colours.on_scrim))
        painter.drawText(QRectF(0, 0, side, side), Qt.AlignmentFlag.AlignCenter, letter)
    else:
        paint_icon(painter, QRectF(side / 2 - 7, side / 2 - 7, 14, 14), "star-filled", "#f2bd5b")
    painter.end()
    return image


def _paint_pin(painter: QPainter, scene: MapScene, pin: tuple[float, float]) -> None:
    ratio = painter.device().devicePixelRatioF()
    sprite = pin_sprite(scene.colours, ratio, focused=scene.pin_is_focused, dragging=scene.is_dragging)
    half = sprite.deviceIndependentSize().width() / 2
    painter.drawImage(QPointF(pin[0] - half, pin[1] - half), sprite)


@lru_cache(maxsize=32)
def pin_sprite(colours: Colours, ratio: float, *, focused: bool, dragging: bool) -> QImage:
    """As on the pad."""
    radius = PIN + (2 if dragging else 0)
    side = 2 * (radius + 10)
    image, spot = _clear(side, ratio), QPointF(side / 2, side / 2)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if focused:
        for colour, width in ((colours.scrim, 4), (colours.accent, 2)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawEllipse(spot, radius + 6, radius + 6)
    painter.setPen(QPen(QColor(colours.scrim), 6))
    painter.setBrush(QColor(colours.accent_fill))
    painter.drawEllipse(spot, radius, radius)
    painter.setPen(QPen(QColor("#ffffff"), 2))
    painter.drawEllipse(spot, radius, radius)
    painter.end()
    return image


def _clear(side: float, ratio: float) -> QImage:
    image = QImage(round(side * ratio), round(side * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    return image


def _paint_card(painter: QPainter, scene: MapScene, card: SceneCard) -> None:
    """Above the mark, or below it where there is no room."""
    colours = scene.colours
    painter.setFont(scene.font)
    metrics = painter.fontMetrics()
    width = max(CARD, min(metrics.horizontalAdvance(card.words), 2 * CARD)) + 12.0
    height = CARD + metrics.height() + 16.0
    top = card.y - MARK - 8 - height
    box = QRectF(card.x - width / 2, top if top > 4 else card.y + MARK + 8, width, height)
    box.moveLeft(min(max(box.left(), 4.0), scene.width - width - 4.0))
    painter.setPen(QPen(QColor("#30f4f3f1"), 1))
    painter.setBrush(QColor(CARD_GROUND))
    painter.drawRoundedRect(box, 6, 6)
    place = QRectF(box.center().x() - CARD / 2, box.top() + 6, CARD, CARD)
    if card.image is None:
        painter.fillRect(place, QColor("#2a2a2e"))
    else:
        painter.drawImage(place, card.image)
    words = metrics.elidedText(card.words, Qt.TextElideMode.ElideRight, int(width - 8))
    painter.setPen(QColor(colours.on_scrim))
    painter.drawText(
        QRectF(box.left(), place.bottom() + 4, width, metrics.height() + 2), Qt.AlignmentFlag.AlignCenter, words
    )


def _paint_caption(painter: QPainter, scene: MapScene) -> None:
    painter.setFont(scene.font)
    metrics = painter.fontMetrics()
    text = metrics.elidedText(scene.caption, Qt.TextElideMode.ElideRight, scene.width - 40)
    box = QRectF(12, scene.height - 34, metrics.horizontalAdvance(text) + 16, 22)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(scene.colours.scrim))
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(QColor(scene.colours.on_scrim))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
