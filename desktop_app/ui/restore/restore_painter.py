"""Draws the canvas of Restore from a frozen scene: pictures, what is painted over them, the wipe, the tools."""

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QImage, QPainter, QPainterPath, QPen, QPolygonF

from desktop_app.ui.look.tokens import Colours
from desktop_app.ui.restore import wipe as wiping
from desktop_app.ui.restore.lens import LensScene, paint_lens
from desktop_app.ui.restore.overlay import TINT_ALPHA
from desktop_app.ui.restore.wipe import Part, Point, Size, Wipe

CHECKER = 8  # pixels of the view a square
CHIP_HEIGHT, CHIP_PADDING = 22.0, 8.0
CASING, LIGHT = QColor(0, 0, 0, 130), QColor(255, 255, 255, 240)  # over pictures, the same in both themes


@dataclass(frozen=True)
class Laid:
    """An image, and where it lies: left, top, width, height in device pixels of the canvas."""

    image: QImage
    place: tuple[int, int, int, int]

    @property
    def is_scaled(self) -> bool:
        return (self.image.width(), self.image.height()) != self.place[2:]


@dataclass(frozen=True)
class Sheet:
    """One picture in its part of the canvas."""

    area: QRectF  # of the view: nothing is drawn outside
    clip: tuple[Point, ...]  # of the view: the side of the wipe it lies on; empty where there is no wipe
    picture: QRectF  # of the view: the whole picture, also where it is out of sight
    laid: tuple[Laid, ...]
    is_waiting: bool = False  # this is the original, because the result is not there yet


@dataclass(frozen=True)
class Chip:
    text: str
    place: Point
    size: Size


@dataclass(frozen=True)
class Scene:
    size: Size
    ratio: float  # device pixels a pixel of the view
    colours: Colours
    font: QFont
    sheets: tuple[Sheet, ...] = ()
    overlays: tuple[tuple[QRectF, Laid], ...] = ()  # each in its area
    strokes: tuple[tuple[QRectF, Laid], ...] = ()  # the one that is being drawn
    divider: QRectF | None = None
    wipe: Wipe | None = None
    grasped: Part | None = None  # of the wipe: under the mouse or in the hand
    chips: tuple[Chip, ...] = ()
    circle: tuple[Point, float] | None = None  # the brush
    lens: LensScene | None = None
    is_focused: bool = False


def paint_scene(painter: QPainter, scene: Scene) -> None:
    painter.fillRect(QRectF(0, 0, *scene.size), QColor(scene.colours.paper))
    for sheet in scene.sheets:
        _paint_sheet(painter, scene, sheet)
    for area, laid in scene.overlays:
        _paint_clipped(painter, scene, area, laid)
    painter.setOpacity(TINT_ALPHA / 255)
    for area, laid in scene.strokes:
        _paint_clipped(painter, scene, area, laid)
    painter.setOpacity(1.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if scene.divider is not None:
        painter.fillRect(scene.divider, QColor(scene.colours.paper))
    if scene.wipe is not None:
        _paint_wipe(painter, scene, scene.wipe)
    for chip in scene.chips:
        _paint_chip(painter, scene, chip)
    if scene.circle is not None:
        _paint_circle(painter, *scene.circle)
    if scene.lens is not None:
        paint_lens(painter, scene.lens, scene.size, scene.colours, scene.font)
    if scene.is_focused:
        _paint_focus(painter, scene)


# -- pictures --------------------------------------------------------------------------------------------------------


def _paint_sheet(painter: QPainter, scene: Scene, sheet: Sheet) -> None:
    painter.save()
    painter.setClipRect(sheet.area)
    if sheet.clip:
        outline = QPainterPath()
        outline.addPolygon(QPolygonF([QPointF(*point) for point in sheet.clip]))
        painter.setClipPath(outline, Qt.ClipOperation.IntersectClip)
    if not sheet.laid or sheet.laid[-1].image.hasAlphaChannel():
        _paint_checker(painter, scene, sheet.picture.intersected(sheet.area), sheet.picture.topLeft())
    for laid in sheet.laid:
        _lay(painter, laid, scene.ratio)
    if sheet.is_waiting:
        painter.fillRect(sheet.picture.intersected(sheet.area), veil(scene.ratio))
    painter.restore()


def _lay(painter: QPainter, laid: Laid, ratio: float) -> None:
    """Pixel for pixel, or smooth where it is an older image at another size."""
    painter.save()
    painter.scale(1 / ratio, 1 / ratio)
    left, top, width, height = laid.place
    if laid.is_scaled:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(left, top, width, height), laid.image)
    else:
        painter.drawImage(QPointF(left, top), laid.image)
    painter.restore()


def _paint_clipped(painter: QPainter, scene: Scene, area: QRectF, laid: Laid) -> None:
    painter.save()
    painter.setClipRect(area)
    _lay(painter, laid, scene.ratio)
    painter.restore()


def _paint_checker(painter: QPainter, scene: Scene, area: QRectF, origin: QPointF) -> None:
    painter.setBrushOrigin(origin)
    painter.fillRect(area, QBrush(_checker(scene.colours.raised, scene.colours.pressed)))


@lru_cache(maxsize=4)
def _checker(one: str, other: str) -> QImage:
    image = QImage(2 * CHECKER, 2 * CHECKER, QImage.Format.Format_RGB32)
    image.fill(QColor(one))
    painter = QPainter(image)
    painter.fillRect(CHECKER, 0, CHECKER, CHECKER, QColor(other))
    painter.fillRect(0, CHECKER, CHECKER, CHECKER, QColor(other))
    painter.end()
    return image


@lru_cache(maxsize=4)
def veil(ratio: float) -> QBrush:
    """A quiet hatch over a part that is still to come."""
    side = round(12 * ratio)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(16, 16, 18, 28))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(255, 255, 255, 60), ratio))
    for shift in (-side, 0, side):
        painter.drawLine(QLineF(shift, side, shift + side, 0))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return QBrush(image)


# -- the wipe --------------------------------------------------------------------------------------------------------


def _paint_wipe(painter: QPainter, scene: Scene, wipe: Wipe) -> None:
    one, other = (QPointF(*point) for point in wiping.ends(wipe, scene.size))
    hot = QColor(scene.colours.accent_fill) if scene.grasped else LIGHT
    for colour, width in ((CASING, 4.0), (hot if scene.grasped == "line" else LIGHT, 1.5)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(one, other)
    for place in wiping.turning_handles(wipe, scene.size):
        _paint_turn(painter, QPointF(*place), hot if scene.grasped == "turn" else LIGHT)
    _paint_handle(painter, scene, wipe, hot if scene.grasped == "handle" else LIGHT)


def _paint_handle(painter: QPainter, scene: Scene, wipe: Wipe, colour: QColor) -> None:
    """A disc with two points that say which way it goes."""
    centre = QPointF(*wipe.centre(scene.size))
    radius = wiping.HANDLE_RADIUS
    painter.setBrush(QColor(scene.colours.scrim))
    for pen in (QPen(CASING, 4.5), QPen(colour, 2.0)):
        painter.setPen(pen)
        painter.drawEllipse(centre, radius, radius)
    painter.save()
    painter.translate(centre)
    painter.rotate(wipe.angle)
    painter.setPen(QPen(colour, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for way in (-1, 1):
        painter.drawPolyline([QPointF(way * 4, -4.5), QPointF(way * 8.5, 0), QPointF(way * 4, 4.5)])
    painter.restore()


def _paint_turn(painter: QPainter, place: QPointF, colour: QColor) -> None:
    """A small ring: it turns the line."""
    radius = wiping.TURN_RADIUS - 3
    painter.setBrush(QColor(16, 16, 18, 200))
    for pen in (QPen(CASING, 4.0), QPen(colour, 1.75)):
        painter.setPen(pen)
        painter.drawEllipse(place, radius, radius)


def _paint_chip(painter: QPainter, scene: Scene, chip: Chip) -> None:
    place = QRectF(*chip.place, *chip.size)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(scene.colours.scrim))
    painter.drawRoundedRect(place, 6, 6)
    painter.setFont(scene.font)
    painter.setPen(QColor(scene.colours.on_scrim))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, chip.text)


# -- tools -----------------------------------------------------------------------------------------------------------


def _paint_circle(painter: QPainter, centre: Point, radius: float) -> None:
    """The brush at its true size; a small one gets a cross, so that it is found."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    middle = QPointF(*centre)
    for colour, width in ((CASING, 3.0), (LIGHT, 1.25)):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(middle, radius, radius)
        if radius < 4:
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                way = QPointF(dx, dy)
                painter.drawLine(middle + way * (radius + 3), middle + way * (radius + 8))


def _paint_focus(painter: QPainter, scene: Scene) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    frame = QRectF(0, 0, *scene.size)
    for colour, inset, width in ((scene.colours.paper, 2.0, 4.0), (scene.colours.accent, 1.0, 2.0)):
        painter.setPen(QPen(QColor(colour), width))
        painter.drawRect(frame.adjusted(inset, inset, -inset, -inset))
