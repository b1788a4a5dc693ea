"""Draws a contact sheet from a frozen scene. No widget, no state: what is in the scene is what is seen."""

from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen

from desktop_app.ui.look.icons import paint_icon
from desktop_app.ui.look.tokens import TEXT_SMALL, Colours

STAR_FROM_PX = 40  # smaller tiles show their star as a corner alone
CAPTION_FROM_PX = 88


class SceneTile(NamedTuple):  # made by the thousand
    x: float
    y: float
    image: QImage | None
    is_selected: bool = False
    is_focused: bool = False
    is_starred: bool = False
    is_rejected: bool = False  # “not this”
    is_hovered: bool = False
    is_failed: bool = False
    is_unknown: bool = False  # its package is not here
    is_likeness: bool = False  # it comes near to a picture that the model was taught
    caption: str = ""


@dataclass(frozen=True)
class SheetScene:
    tiles: tuple[SceneTile, ...]
    tile_px: int
    device_px: int  # the same in device pixels
    colours: Colours
    has_keyboard: bool  # the focus ring is drawn for the keyboard alone
    font: QFont


def paint_sheet(painter: QPainter, scene: SheetScene) -> None:
    for tile in scene.tiles:
        _paint_picture(painter, scene, tile)
    for tile in scene.tiles:
        if tile.is_rejected:
            _paint_rejected(painter, scene, tile)
        if tile.is_selected or (tile.is_focused and scene.has_keyboard):
            _paint_rings(painter, scene, tile)
        if tile.is_starred or tile.is_hovered:
            _paint_marks(painter, scene, tile)
        if tile.is_likeness:
            _paint_likeness(painter, scene, tile)


def _paint_picture(painter: QPainter, scene: SheetScene, tile: SceneTile) -> None:
    image = tile.image
    if image is not None and image.width() == scene.device_px == image.height():
        painter.drawImage(QPointF(tile.x, tile.y), image)
        return
    box = QRectF(tile.x, tile.y, scene.tile_px, scene.tile_px)
    if image is not None:
        painter.drawImage(fitted(box, image), image)
        return
    painter.fillRect(box, QColor(scene.colours.tile))
    if tile.is_failed or tile.is_unknown:
        size = min(24.0, scene.tile_px * 0.5)
        name = "retry" if tile.is_failed else "package"
        spot = QRectF(0, 0, size, size)
        spot.moveCenter(box.center())
        paint_icon(painter, spot, name, scene.colours.ink_soft)


def _paint_rejected(painter: QPainter, scene: SheetScene, tile: SceneTile) -> None:
    """A veil over the picture, and on tiles that have room for it a small mark."""
    veil = QColor(scene.colours.paper)
    veil.setAlphaF(0.6)
    painter.fillRect(QRectF(tile.x, tile.y, scene.tile_px, scene.tile_px), veil)
    if scene.tile_px >= STAR_FROM_PX:
        size = 22.0
        badge = QRectF(tile.x + 4, tile.y + 4, size, size)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(scene.colours.scrim))
        painter.drawRoundedRect(badge, 6, 6)
        paint_icon(painter, badge.adjusted(3, 3, -3, -3), "reject", scene.colours.on_scrim)


def _paint_rings(painter: QPainter, scene: SheetScene, tile: SceneTile) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    box = QRectF(tile.x, tile.y, scene.tile_px, scene.tile_px)
    if tile.is_selected:
        painter.setPen(QPen(QColor(scene.colours.accent), 2))
        painter.drawRect(box.adjusted(-1, -1, 1, 1))
    if tile.is_focused and scene.has_keyboard:
        painter.setPen(QPen(QColor(scene.colours.paper), 1))
        painter.drawRect(box.adjusted(1.5, 1.5, -1.5, -1.5))
        painter.setPen(QPen(QColor(scene.colours.accent), 1))
        painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))


def _paint_marks(painter: QPainter, scene: SheetScene, tile: SceneTile) -> None:
    if scene.tile_px < STAR_FROM_PX:
        if tile.is_starred:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor("#f2bd5b"))
            painter.drawEllipse(QPointF(tile.x + scene.tile_px - 6, tile.y + 6), 3, 3)
        return
    size = 22.0
    badge = QRectF(tile.x + scene.tile_px - size - 4, tile.y + 4, size, size)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(scene.colours.scrim))
    painter.drawRoundedRect(badge, 6, 6)
    name, ink = ("star-filled", "#f2bd5b") if tile.is_starred else ("star", scene.colours.on_scrim)
    paint_icon(painter, badge.adjusted(3, 3, -3, -3), name, ink)
    if tile.is_hovered and tile.caption and scene.tile_px >= CAPTION_FROM_PX:
        _paint_caption(painter, scene, tile)


def _paint_likeness(painter: QPainter, scene: SheetScene, tile: SceneTile) -> None:
    """A dot in the lower right corner, with a line around it that holds on any colour."""
    radius = 4.0 if scene.tile_px >= STAR_FROM_PX else 2.5
    inset = radius + (5 if scene.tile_px >= STAR_FROM_PX else 2)
    painter.setPen(QPen(QColor(scene.colours.paper), 1.5))
    painter.setBrush(QColor(scene.colours.accent))
    painter.drawEllipse(QPointF(tile.x + scene.tile_px - inset, tile.y + scene.tile_px - inset), radius, radius)


def _paint_caption(painter: QPainter, scene: SheetScene, tile: SceneTile) -> None:
    painter.setFont(scene.font)
    metrics = painter.fontMetrics()
    text = metrics.elidedText(tile.caption, Qt.TextElideMode.ElideRight, scene.tile_px - 20)
    box = QRectF(tile.x + 4, tile.y + scene.tile_px - 24, metrics.horizontalAdvance(text) + 12, 20)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(scene.colours.scrim))
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(QColor(scene.colours.on_scrim))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def star_box(x: float, y: float, tile_px: int) -> QRectF:
    """Where a click stars a tile; empty on small tiles."""
    return QRectF() if tile_px < STAR_FROM_PX else QRectF(x + tile_px - 28, y, 28, 28)


def fitted(box: QRectF, image: QImage) -> QRectF:
    """The largest place for an image in the middle of a box."""
    ratio = min(box.width() / image.width(), box.height() / image.height())
    place = QRectF(0, 0, image.width() * ratio, image.height() * ratio)
    place.moveCenter(box.center())
    return place


def caption_font(base: QFont) -> QFont:
    font = QFont(base)
    font.setPixelSize(TEXT_SMALL)
    return font
