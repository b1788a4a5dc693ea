"""The lens: what lies under the mouse, enlarged to exact pixels, before on its left and after on its right."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPen

from desktop_app.ui.look.tokens import Colours
from desktop_app.ui.picture.pixels import to_image
from desktop_app.ui.restore.plane import Box, Extent
from desktop_app.ui.restore.plates import Kind, Layers, Pixels, picked
from desktop_app.ui.restore.wipe import Point, Size

RADIUS = 90.0  # pixels of the view
SMALLEST, LARGEST = 4, 64  # device pixels a pixel of the result
TIMES = 4  # over the zoom of the view
PLATE_HEIGHT, PLATE_GAP, SWATCH = 28.0, 8.0, 12.0


@dataclass(frozen=True)
class LensScene:
    centre: Point  # in the view
    before: QImage
    after: QImage
    pixel: QRectF  # of the view: the one under the mouse
    words: str
    colours: tuple[str, ...]  # of that pixel, before and after


def lens_scale(zoom: float) -> int:
    """Device pixels a pixel of the result."""
    return min(max(SMALLEST, round(TIMES * zoom)), LARGEST)


def look_through(layers: Layers, point: Point, centre: Point, *, zoom: float, ratio: float) -> LensScene | None:
    """point: of the result, under the mouse; centre: of the view. None where the mouse is not over the picture."""
    width, height = layers.size
    x, y = int(np.floor(point[0])), int(np.floor(point[1]))
    if not (0 <= x < width and 0 <= y < height):
        return None
    scale, side = lens_scale(zoom), round(2 * RADIUS * ratio)
    columns, rows = _under(point[0], side, scale), _under(point[1], side, scale)
    box = _box(columns, rows, layers.size)
    found = {kind: _painted(layers, kind, box) for kind in ("before", "after")}
    colours = tuple(_hex(pixels, x - box[0], y - box[1]) for pixels in found.values())
    before, after = (_filled(pixels, rows, columns, box) for pixels in found.values())
    unit = scale / ratio
    corner = centre[0] + (x - point[0]) * unit, centre[1] + (y - point[1]) * unit
    return LensScene(centre, before, after, QRectF(*corner, unit, unit), f"{x}, {y}", colours)


def _under(middle: float, side: int, scale: int) -> npt.NDArray[np.intp]:
    """Of each device pixel of the lens the pixel of the result."""
    return np.floor(middle + (np.arange(side) + 0.5 - side / 2) / scale).astype(np.intp)


def _box(columns: npt.NDArray[np.intp], rows: npt.NDArray[np.intp], size: Extent) -> Box:
    left, top = max(0, int(columns[0])), max(0, int(rows[0]))
    return left, top, min(size[0], int(columns[-1]) + 1), min(size[1], int(rows[-1]) + 1)


def _painted(layers: Layers, kind: Kind, box: Box) -> Pixels:
    """What is not there yet looks as before."""
    extent = box[2] - box[0], box[3] - box[1]
    pixels = layers.paint(kind, box, extent)
    if pixels is None:
        pixels = layers.paint("before", box, extent)
    assert pixels is not None
    return pixels


def _filled(pixels: Pixels, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], box: Box) -> QImage:
    """Enlarged, and clear outside the picture."""
    image = to_image(pixels).convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    made = picked(image, rows.clip(box[1], box[3] - 1) - box[1], columns.clip(box[0], box[2] - 1) - box[0])
    painter = QPainter(made)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    left, right = int((columns < box[0]).sum()), int((columns >= box[2]).sum())
    top, bottom = int((rows < box[1]).sum()), int((rows >= box[3]).sum())
    for area in (
        (0, 0, left, len(rows)),
        (len(columns) - right, 0, right, len(rows)),
        (0, 0, len(columns), top),
        (0, len(rows) - bottom, len(columns), bottom),
    ):
        painter.fillRect(*area, Qt.GlobalColor.black)
    painter.end()
    return made


def _hex(pixels: Pixels, x: int, y: int) -> str:
    return "#" + "".join(f"{value:02x}" for value in pixels[y, x, :3])


# -- painting --------------------------------------------------------------------------------------------------------


def paint_lens(painter: QPainter, scene: LensScene, size: Size, colours: Colours, font: QFont) -> None:
    middle = QPointF(*scene.centre)
    circle = QPainterPath()
    circle.addEllipse(middle, RADIUS, RADIUS)
    painter.save()
    painter.setClipPath(circle)
    painter.fillPath(circle, QColor(colours.pressed))
    place = QRectF(middle.x() - RADIUS, middle.y() - RADIUS, 2 * RADIUS, 2 * RADIUS)
    painter.drawImage(place, scene.before)
    half = QRectF(middle.x(), place.top(), RADIUS, 2 * RADIUS)
    share = scene.after.width() / 2
    painter.drawImage(half, scene.after, QRectF(share, 0, share, scene.after.height()))
    _paint_marks(painter, scene, place)
    painter.restore()
    _ring(painter, circle)
    _paint_plate(painter, scene, size, colours, font)


def _paint_marks(painter: QPainter, scene: LensScene, place: QRectF) -> None:
    """The seam, and a frame around the pixel under the mouse."""
    x = scene.centre[0]
    for colour, width in ((QColor(0, 0, 0, 120), 3.0), (QColor(255, 255, 255, 220), 1.0)):
        painter.fillRect(QRectF(x - width / 2, place.top(), width, scene.pixel.top() - place.top()), colour)
        painter.fillRect(
            QRectF(x - width / 2, scene.pixel.bottom(), width, place.bottom() - scene.pixel.bottom()), colour
        )
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(0, 0, 0, 170), 1))
    painter.drawRect(scene.pixel.adjusted(-1.5, -1.5, 1.5, 1.5))
    painter.setPen(QPen(QColor("white"), 1))
    painter.drawRect(scene.pixel.adjusted(-0.5, -0.5, 0.5, 0.5))


def _ring(painter: QPainter, circle: QPainterPath) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((QColor(0, 0, 0, 130), 4.0), (QColor(255, 255, 255, 235), 2.0)):
        painter.setPen(QPen(colour, width))
        painter.drawPath(circle)


def plate_place(centre: Point, width: float, size: Size) -> QRectF:
    """Below the lens, above it where there is no room; always inside the view."""
    top = centre[1] + RADIUS + PLATE_GAP
    if top + PLATE_HEIGHT > size[1]:
        top = centre[1] - RADIUS - PLATE_GAP - PLATE_HEIGHT
    left = min(max(centre[0] - width / 2, 4.0), max(4.0, size[0] - width - 4.0))
    return QRectF(left, max(4.0, top), width, PLATE_HEIGHT)


def _paint_plate(painter: QPainter, scene: LensScene, size: Size, colours: Colours, font: QFont) -> None:
    painter.setFont(font)
    advance = painter.fontMetrics().horizontalAdvance
    texts = (scene.words, *scene.colours)
    width = 20.0 + advance(scene.words) + sum(20.0 + SWATCH + advance(colour) for colour in scene.colours)
    place = plate_place(scene.centre, width, size)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.scrim))
    painter.drawRoundedRect(place, 6, 6)
    x = place.left() + 10.0
    for number, text in enumerate(texts):
        if number:
            painter.setPen(QPen(QColor(colours.on_scrim), 1))
            painter.setBrush(QColor(text))
            painter.drawRoundedRect(QRectF(x, place.center().y() - SWATCH / 2, SWATCH, SWATCH), 3, 3)
            x += SWATCH + 6.0
        painter.setPen(QColor(colours.on_scrim))
        painter.drawText(QRectF(x, place.top(), advance(text) + 4.0, PLATE_HEIGHT), Qt.AlignmentFlag.AlignVCenter, text)
        x += advance(text) + 14.0
