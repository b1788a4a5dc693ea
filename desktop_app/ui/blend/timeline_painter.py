"""Draws a timeline from a frozen scene. No widget, no state: what is in the scene is what is seen."""

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen, QPolygonF

from desktop_app.studio.walk import Easing
from desktop_app.ui.blend.timeline_curves import paint_curve
from desktop_app.ui.blend.timeline_layout import (
    FRAME,
    HEIGHT,
    MARGIN,
    RULER,
    RULER_TOP,
    TRACK,
    TRACK_TOP,
    WAYS,
    WAYS_TOP,
    Hit,
    TimelineLayout,
)
from desktop_app.ui.look.icons import paint_icon
from desktop_app.ui.look.tokens import Colours

GLYPH_WIDTH = 14
DENSE_FROM = 2.5  # px between the ticks of two frames, from which they are drawn


@dataclass(frozen=True)
class SceneFrame:
    x: float
    width: float
    image: QImage | None
    failed: bool = False


@dataclass(frozen=True)
class TimelineScene:
    layout: TimelineLayout
    colours: Colours
    font: QFont
    slots: tuple[SceneFrame, ...] = ()
    keys: tuple[tuple[int, SceneFrame], ...] = ()  # with their numbers; those in view
    closing: SceneFrame | None = None  # a loop's return to the first key
    easings: tuple[Easing, ...] = ()  # of the ways
    lengths: tuple[str, ...] = ()  # of the ways, in words
    ticks: tuple[tuple[float, str], ...] = ()  # seconds of the film, where they fall on the walk
    frame_xs: tuple[float, ...] = ()  # of all frames of the film, where they are shown
    selected: int | None = None
    hover: Hit = field(default_factory=Hit)
    has_keyboard: bool = False
    gap: float | None = None  # where a dragged key would come to stand
    carried: SceneFrame | None = None  # the key under the hand
    bubble: str = ""  # what a boundary being dragged says
    bubble_x: float = 0.0
    title: str = ""  # what an empty timeline says
    words: str = ""


def paint_timeline(painter: QPainter, scene: TimelineScene) -> None:
    """All but the playhead."""
    painter.setFont(scene.font)
    if scene.has_keyboard:
        painter.setPen(QPen(QColor(scene.colours.accent), 1))
        painter.drawRect(QRectF(0.5, 0.5, scene.layout.width - 1, HEIGHT - 1))
    if scene.layout.keys < 2:
        _paint_lesson(painter, scene)
        return
    _paint_ruler(painter, scene)
    for frame in scene.slots:
        _paint_frame(painter, scene, frame, veiled=True)
    if scene.closing is not None:
        _paint_closing(painter, scene, scene.closing)
    for number, frame in scene.keys:
        _paint_key(painter, scene, number, frame)
    for number in range(len(scene.layout.lengths)):
        _paint_way(painter, scene, number)
    _paint_boundary(painter, scene)
    _paint_carried(painter, scene)
    _paint_bubble(painter, scene)


# -- the ruler -----------------------------------------------------------------------------------------------------


def _paint_ruler(painter: QPainter, scene: TimelineScene) -> None:
    colours = scene.colours
    bottom = RULER_TOP + RULER
    painter.setPen(QPen(QColor(colours.line_strong), 1))
    for x in scene.frame_xs:
        painter.drawLine(QPointF(round(x) + 0.5, bottom - 3), QPointF(round(x) + 0.5, bottom))
    for x, words in scene.ticks:
        painter.setPen(QPen(QColor(colours.line_strong), 1))
        painter.drawLine(QPointF(round(x) + 0.5, bottom - 7), QPointF(round(x) + 0.5, bottom))
        painter.setPen(QColor(colours.ink_soft))
        painter.drawText(QPointF(x + 4, bottom - 7), words)


def seconds_words(seconds: float) -> str:
    if seconds >= 60:
        return f"{int(seconds // 60)}:{seconds % 60:02.0f}"
    return f"{round(seconds, 2):g} s"


# -- the strip -----------------------------------------------------------------------------------------------------


def _paint_frame(painter: QPainter, scene: TimelineScene, frame: SceneFrame, *, veiled: bool = False) -> None:
    box = QRectF(frame.x, TRACK_TOP, frame.width, TRACK)
    painter.save()
    painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
    painter.fillRect(box, QColor(scene.colours.tile))
    whole = QRectF(frame.x, TRACK_TOP, FRAME, TRACK)
    if frame.image is not None:
        painter.drawImage(_fitted(whole, frame.image), frame.image)
    elif frame.failed and frame.width > 24:
        spot = QRectF(0, 0, 20, 20)
        spot.moveCenter(whole.center())
        paint_icon(painter, spot, "retry", scene.colours.ink_soft)
    if veiled:
        veil = QColor(scene.colours.paper)
        veil.setAlphaF(0.4)
        painter.fillRect(box, veil)
    if frame.width >= FRAME:  # a narrower one ends where a key stands
        painter.setPen(QPen(QColor(scene.colours.paper), 1))
        painter.drawLine(QPointF(box.right() - 0.5, box.top()), QPointF(box.right() - 0.5, box.bottom()))
    painter.restore()


def _paint_key(painter: QPainter, scene: TimelineScene, number: int, frame: SceneFrame) -> None:
    colours = scene.colours
    _paint_frame(painter, scene, frame)
    box = QRectF(frame.x, TRACK_TOP, frame.width, TRACK).adjusted(0.75, 0.75, -0.75, -0.75)
    chosen = number == scene.selected
    hovered = scene.hover == Hit("key", number)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(colours.accent if chosen else colours.ink if hovered else colours.ink_soft), 1.5))
    painter.drawRoundedRect(box, 3, 3)
    if chosen and scene.has_keyboard:
        painter.setPen(QPen(QColor(colours.accent), 2))
        painter.drawRoundedRect(box.adjusted(-2.5, -2.5, 2.5, 2.5), 5, 5)
    if frame.width >= 22:
        words = str(number + 1)
        badge = QRectF(frame.x + 3, TRACK_TOP + 3, painter.fontMetrics().horizontalAdvance(words) + 8, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent_fill if chosen else colours.scrim))
        painter.drawRoundedRect(badge, 4, 4)
        painter.setPen(QColor(colours.on_accent if chosen else colours.on_scrim))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)


def _paint_closing(painter: QPainter, scene: TimelineScene, frame: SceneFrame) -> None:
    """The first key again, with the mark of a loop."""
    _paint_frame(painter, scene, frame, veiled=True)
    box = QRectF(frame.x, TRACK_TOP, FRAME, TRACK)
    pen = QPen(QColor(scene.colours.ink_soft), 1, Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    badge = QRectF(0, 0, 26, 26)
    badge.moveCenter(box.center())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(scene.colours.scrim))
    painter.drawRoundedRect(badge, 6, 6)
    paint_icon(painter, badge.adjusted(4, 4, -4, -4), "loop", scene.colours.on_scrim)


# -- the ways ------------------------------------------------------------------------------------------------------


def _paint_way(painter: QPainter, scene: TimelineScene, number: int) -> None:
    layout, colours = scene.layout, scene.colours
    left, right = layout.way(number)
    if right < 0 or left > layout.width:
        return
    middle = WAYS_TOP + WAYS / 2
    painter.setPen(QPen(QColor(colours.line_strong), 1))
    for x in (left, right):
        painter.drawLine(QPointF(round(x) + 0.5, WAYS_TOP + 2), QPointF(round(x) + 0.5, WAYS_TOP + WAYS - 2))
    box = layout.curve_box(number)
    if box is not None:
        hovered = scene.hover == Hit("curve", number)
        ground = QRectF(box[0], WAYS_TOP + 1, box[1], WAYS - 2)
        if hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.raised_hover))
            painter.drawRoundedRect(ground, 5, 5)
        ink = colours.ink if hovered or number == scene.selected else colours.ink_soft
        paint_curve(painter, QRectF(box[0] + 6, middle - 6, GLYPH_WIDTH, 12), scene.easings[number], ink)
    _paint_length(painter, scene, number)


def _paint_length(painter: QPainter, scene: TimelineScene, number: int) -> None:
    box = scene.layout.length_box(number)
    if box is None:
        return
    hovered = scene.hover == Hit("length", number)
    metrics = painter.fontMetrics()
    words = scene.lengths[number]
    if metrics.horizontalAdvance(words) > box[1]:
        words = words.split(" · ")[0]
    painter.setPen(QColor(scene.colours.ink if hovered else scene.colours.ink_soft))
    place = QRectF(box[0], WAYS_TOP, box[1], WAYS)
    painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), words)
    if hovered:
        width = metrics.horizontalAdvance(words)
        y = WAYS_TOP + WAYS / 2 + metrics.ascent() / 2 + 2
        painter.setPen(QPen(QColor(scene.colours.line_strong), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(box[0], y), QPointF(box[0] + width, y))


def _paint_boundary(painter: QPainter, scene: TimelineScene) -> None:
    if scene.hover.part != "boundary":
        return
    x = round(scene.layout.way(scene.hover.number)[1])
    painter.setPen(QPen(QColor(scene.colours.accent), 2))
    painter.drawLine(QPointF(x, TRACK_TOP - 2), QPointF(x, WAYS_TOP + WAYS - 2))


# -- what moves ----------------------------------------------------------------------------------------------------


def paint_playhead(painter: QPainter, colours: Colours, font: QFont, at: float, words: str, view_width: int) -> None:
    """At a place of the view, with the moment of the film."""
    x = round(at)
    painter.setFont(font)
    painter.setPen(QPen(QColor(colours.paper), 3))
    painter.drawLine(QPointF(x + 0.5, TRACK_TOP), QPointF(x + 0.5, TRACK_TOP + TRACK))
    painter.setPen(QPen(QColor(colours.accent), 1))
    painter.drawLine(QPointF(x + 0.5, RULER_TOP + RULER), QPointF(x + 0.5, TRACK_TOP + TRACK + 2))
    width = painter.fontMetrics().horizontalAdvance(words) + 12
    left = min(max(x - width / 2, 2.0), max(view_width - width - 2.0, 2.0))
    flag = QRectF(left, RULER_TOP - 2, width, 18)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.accent_fill))
    painter.drawRoundedRect(flag, 4, 4)
    tip = QPolygonF(
        [QPointF(x - 4, flag.bottom() - 1), QPointF(x + 5, flag.bottom() - 1), QPointF(x + 0.5, flag.bottom() + 5)]
    )
    painter.drawPolygon(tip)
    painter.setPen(QColor(colours.on_accent))
    painter.drawText(flag, Qt.AlignmentFlag.AlignCenter, words)


def _paint_carried(painter: QPainter, scene: TimelineScene) -> None:
    if scene.gap is not None:
        x = round(scene.gap)
        painter.setPen(QPen(QColor(scene.colours.accent), 3))
        painter.drawLine(QPointF(x, TRACK_TOP - 4), QPointF(x, TRACK_TOP + TRACK + 4))
    if scene.carried is None:
        return
    painter.save()
    painter.setOpacity(0.85)
    painter.translate(0, -6)
    _paint_frame(painter, scene, scene.carried)
    painter.setPen(QPen(QColor(scene.colours.accent), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(scene.carried.x, TRACK_TOP, FRAME, TRACK), 3, 3)
    painter.restore()


def _paint_bubble(painter: QPainter, scene: TimelineScene) -> None:
    if not scene.bubble:
        return
    width = painter.fontMetrics().horizontalAdvance(scene.bubble) + 16
    left = min(max(scene.bubble_x - width - 8, 2.0), max(scene.layout.width - width - 2.0, 2.0))
    box = QRectF(left, TRACK_TOP + TRACK / 2 - 12, width, 24)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(scene.colours.scrim))
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(QColor(scene.colours.on_scrim))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, scene.bubble)


# -- nothing there yet ---------------------------------------------------------------------------------------------


def _paint_lesson(painter: QPainter, scene: TimelineScene) -> None:
    """Empty places, the first of them filled where there is one key, and what to do."""
    colours, keys = scene.colours, len(scene.keys)
    for number in range(3):
        x = MARGIN + number * (FRAME + 28)
        if number < keys:
            _, frame = scene.keys[number]
            _paint_key(painter, scene, number, SceneFrame(x, FRAME, frame.image, frame.failed))
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.line_strong), 1.5, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(QRectF(x, TRACK_TOP, FRAME, TRACK).adjusted(0.75, 0.75, -0.75, -0.75), 3, 3)
        if number < 2:
            paint_curve(
                painter, QRectF(x + FRAME + 7, TRACK_TOP + TRACK / 2 - 6, 14, 12), "smooth", colours.line_strong
            )
    left = MARGIN + 3 * FRAME + 2 * 28 + 24
    room = scene.layout.width - left - MARGIN
    title = QFont(scene.font)
    title.setWeight(QFont.Weight.DemiBold)
    title.setPixelSize(scene.font.pixelSize() + 1)
    painter.setFont(title)
    painter.setPen(QColor(colours.ink))
    painter.drawText(QRectF(left, TRACK_TOP, room, 20), int(Qt.AlignmentFlag.AlignVCenter), scene.title)
    painter.setFont(scene.font)
    painter.setPen(QColor(colours.ink_soft))
    flags = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop)
    painter.drawText(QRectF(left, TRACK_TOP + 22, min(room, 460), 70), flags, scene.words)


def _fitted(box: QRectF, image: QImage) -> QRectF:
    """The largest place for an image in the middle of a box."""
    ratio = min(box.width() / image.width(), box.height() / image.height())
    place = QRectF(0, 0, image.width() * ratio, image.height() * ratio)
    place.moveCenter(box.center())
    return place
