"""Paints a picture with a map over it, the legend, and what lies under the cursor. Knows no widget."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen

from desktop_app.engine.requests import Pixels
from desktop_app.studio import evidence_colours
from desktop_app.studio.evidence import Float32, Mask, scale_of
from desktop_app.studio.explain_words import SHORT_UNITS, UNITS, signed
from desktop_app.studio.explaining import MapKind
from desktop_app.ui.explain.evidence_layout import CRISP, LINE, Layout, Side
from desktop_app.ui.look.theme import font
from desktop_app.ui.look.tokens import TEXT_BODY, TEXT_SMALL, Colours
from desktop_app.ui.picture.pixels import to_image

STRIP, ROOM_FOR_WORDS = 14, 200  # px: height of the legend's colours, width from which on words stand at its ends
GRID_FROM = 9.0  # px to an element from which on the grid is drawn
GRID_TONE, GRID_SHARE = 128, 0.22
CURSOR_PX = 1.5


@dataclass(frozen=True, eq=False)
class MapView:
    """One map over the picture, or the picture alone."""

    title: str
    pixels: Pixels  # (H, W, 3): the picture, tinted
    kind: MapKind | None = None
    scale: float = 0.0  # what full colour stands for
    mark: Mask | None = None  # the part that was covered to try the map
    waiting: str = ""  # while the map is not known


@dataclass(frozen=True, eq=False)
class Scene:
    plain: Pixels  # (H, W, 3)
    maps: tuple[MapView, ...]
    opacity: float


def map_view(
    picture: Pixels,
    values: Float32 | None,
    *,
    kind: MapKind | None,
    title: str,
    opacity: float,
    mark: Mask | None = None,
    waiting: str = "",
) -> MapView:
    if values is None:
        return MapView(title, evidence_colours.as_rgb(picture), kind, waiting=waiting)
    scale = scale_of(values)
    return MapView(title, evidence_colours.tinted(picture, values / scale, opacity), kind, scale, mark)


class Plates:
    """Pictures at the size of their place on the screen, each made once while its scene is in view."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, float, float], tuple[Pixels, QImage]] = {}

    def clear(self) -> None:
        self._made.clear()

    def of(self, pixels: Pixels, element: float, ratio: float) -> QImage:
        """element: px to an element; ratio: device pixels to a px."""
        key = id(pixels), element, ratio
        if key not in self._made:
            self._made[key] = pixels, plate(pixels, element, ratio)  # the pixels keep their id while they are here
        return self._made[key][1]


def plate(pixels: Pixels, element: float, ratio: float) -> QImage:
    """Every element a square of whole device pixels, with the grid between them; a large picture stays as it is."""
    side = round(element * ratio)
    if side < CRISP:
        return to_image(pixels)
    large = pixels.repeat(side, axis=0).repeat(side, axis=1)
    if element >= GRID_FROM:
        for lines in (large[side::side], large[:, side::side]):
            lines[:] = lines * (1 - GRID_SHARE) + GRID_TONE * GRID_SHARE
    return to_image(large)


def paint_scene(
    painter: QPainter,
    scene: Scene,
    layout: Layout,
    colours: Colours,
    plates: Plates,
    *,
    plain: bool = False,
    cursor: tuple[int, int] | None = None,
) -> None:
    """plain: the picture as it is, while its original is asked for. cursor: row and column of an element."""
    for side, view in zip(layout.sides, scene.maps, strict=True):
        shown = scene.plain if plain else view.pixels
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, layout.element < 1)
        painter.drawImage(side.picture, plates.of(shown, layout.element, painter.device().devicePixelRatioF()))
        _text(painter, side.title, view.title, colours.ink, font(TEXT_BODY, QFont.Weight.DemiBold))
        if view.mark is not None and not plain:
            _paint_mark(painter, side.picture, view.mark, layout.element)
        if cursor is not None:
            _paint_cursor(painter, side.picture, cursor, layout.element, colours)
        _paint_legend(painter, side, view, scene.opacity, colours)


def outline(mask: Mask) -> list[tuple[int, int, int, int]]:
    """The border of a mask as lines (x0, y0, x1, y1) between its elements and the others."""
    padded = np.pad(mask, 1)
    across = [(x, y, x + 1, y) for y, x in zip(*np.nonzero(padded[:-1, 1:-1] != padded[1:, 1:-1]), strict=True)]
    down = [(x, y, x, y + 1) for y, x in zip(*np.nonzero(padded[1:-1, :-1] != padded[1:-1, 1:]), strict=True)]
    return [(int(a), int(b), int(c), int(d)) for a, b, c, d in across + down]


# -- parts -----------------------------------------------------------------------------------------------------------


def _paint_mark(painter: QPainter, place: QRectF, mask: Mask, element: float) -> None:
    """A light line with a dark one around it, seen on any ground."""
    left, top = place.x(), place.y()
    lines = [
        QLineF(left + x0 * element, top + y0 * element, left + x1 * element, top + y1 * element)
        for x0, y0, x1, y1 in outline(mask)
    ]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for ink, width in ((QColor(0, 0, 0, 200), 3.5), (QColor(255, 255, 255), 1.5)):
        painter.setPen(QPen(ink, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
        painter.drawLines(lines)


def _paint_cursor(painter: QPainter, place: QRectF, cursor: tuple[int, int], element: float, colours: Colours) -> None:
    row, column = cursor
    box = QRectF(place.x() + column * element, place.y() + row * element, element, element)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ink, width in ((QColor(0, 0, 0), CURSOR_PX + 2), (QColor(colours.accent), CURSOR_PX)):
        painter.setPen(QPen(ink, width))
        painter.drawRect(box.adjusted(-1, -1, 1, 1))


def _paint_legend(painter: QPainter, side: Side, view: MapView, opacity: float, colours: Colours) -> None:
    """The colours over dark and over light, what they stand for, and in what unit."""
    if view.kind is None:
        return
    place, small = side.legend, font(TEXT_SMALL)
    words = QRectF(place.x(), place.y() + STRIP + 2, place.width(), LINE)
    if view.waiting:
        _text(
            painter,
            QRectF(side.unit.x(), place.y(), side.unit.width(), LINE),
            view.waiting,
            colours.ink_soft,
            small,
            middle=True,
        )
        return
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    for number, ground in enumerate((16, 240)):
        box = QRectF(place.x(), place.y() + number * STRIP / 2, place.width(), STRIP / 2)
        painter.drawImage(box, to_image(evidence_colours.ramp(256, ground, opacity)))
    value = signed(view.scale).lstrip("+")
    against, towards = ("", "") if place.width() < ROOM_FOR_WORDS else (" against", "for ")
    _text(painter, words, f"−{value}{against}", colours.ink, small)
    _text(painter, words, "0", colours.ink, small, middle=True)
    _text(painter, words, f"{towards}+{value}", colours.ink, small, right=True)
    painter.setFont(small)
    fits = painter.fontMetrics().horizontalAdvance(UNITS[view.kind]) <= side.unit.width()
    unit = UNITS[view.kind] if fits else SHORT_UNITS[view.kind]
    _text(painter, side.unit, unit, colours.ink_soft, small, middle=True)


def _text(
    painter: QPainter, box: QRectF, text: str, ink: str, face: QFont, *, middle: bool = False, right: bool = False
) -> None:
    flag = Qt.AlignmentFlag
    across = flag.AlignHCenter if middle else flag.AlignRight if right else flag.AlignLeft
    painter.setFont(face)
    painter.setPen(QColor(ink))
    words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, round(box.width()))
    painter.drawText(box, across | flag.AlignVCenter | Qt.TextFlag.TextSingleLine, words)


def paint_readout(painter: QPainter, layout: Layout, text: str, colours: Colours) -> None:
    """What lies under the cursor, in one line below everything."""
    _text(painter, layout.readout, text, colours.ink_soft, font(TEXT_SMALL), middle=True)
