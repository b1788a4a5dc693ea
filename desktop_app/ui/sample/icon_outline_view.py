"""An icon as it will be saved, with the nodes and handles of its outline, their number, and the size of the file."""

from dataclasses import replace

from PySide6.QtCore import QByteArray, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.engine.errors import StudioError
from desktop_app.studio.colorimetry import Vision, colour_as_seen
from desktop_app.studio.icon_look import IconLook
from desktop_app.studio.icon_style import PAGE, SIDE, IconStyle, icon_svg, placement, shown
from desktop_app.studio.vector import Outline, svg_path, trace
from desktop_app.studio.vector_path import Cubic
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.icon_drawing import Field

LEAST = 240  # px
MARGIN = 16
NODE, HANDLE = 5.0, 3.0  # px across
NO_ICON = "Select an icon on the sheet to see its outline here."


class IconOutlineView(QWidget):
    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._field: Field | None = None
        self._icon_look = IconLook()
        self._vision: Vision | None = None
        self._outline: Outline | None = None
        self._renderer = QSvgRenderer(self)
        self._shows_nodes = True
        self.words = NO_ICON  # on what is shown
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("The icon’s outline")
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(LEAST + 80, LEAST + 80)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST, LEAST)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_icon(self, field: Field | None, icon_look: IconLook, vision: Vision | None) -> None:
        """field: None where no icon is chosen, or not yet known."""
        if field is not self._field or icon_look.vector != self._icon_look.vector:
            self._outline, self.words = _traced(field, icon_look)
        self._field, self._icon_look, self._vision = field, icon_look, vision
        self._load()
        self.setAccessibleDescription(self.words)
        self.update()

    def show_nodes(self, shown: bool) -> None:
        self._shows_nodes = shown
        self.update()

    def _load(self) -> None:
        if self._outline is None:
            return
        path = svg_path(self._outline)
        size = len(icon_svg(path, self._icon_look.style).encode())
        nodes = sum(len(path.segments) for path in self._outline.paths)
        outlines = len(self._outline.paths)
        self.words = f"{outlines:,} outline{'s' * (outlines != 1)}, {nodes:,} nodes, {size:,} bytes"
        self._renderer.load(QByteArray(icon_svg(path, seen(self._icon_look.style, self._vision)).encode()))

    # -- painting --------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = self._place()
        painter.fillRect(self.rect(), QColor(self._look.colours.paper))
        if self._outline is None:
            painter.setPen(QColor(self._look.colours.ink_soft))
            wrapped = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(self.rect().adjusted(MARGIN, 0, -MARGIN, 0), wrapped, self.words)
        else:
            if self._icon_look.style.background is None:
                painter.fillRect(place, QColor(PAGE))
            self._renderer.render(painter, place)
            if self._shows_nodes:
                self._paint_nodes(painter, place, self._outline)
        painter.end()

    def _place(self) -> QRectF:
        """A square in the middle."""
        side = min(self.width(), self.height()) - 2 * MARGIN
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def _paint_nodes(self, painter: QPainter, place: QRectF, outline: Outline) -> None:
        offset, scale = placement(self._icon_look.style)
        unit = place.width() * scale / SIDE

        def at(point: tuple[float, float]) -> QPointF:
            return QPointF(place.x() + place.width() * offset + point[0] * unit,
                           place.y() + place.height() * offset + point[1] * unit)  # fmt: skip

        accent = QColor("#d6409f")  # stands out from most icons in both themes
        for path in outline.paths:
            here = path.start
            for segment in path.segments:
                if isinstance(segment, Cubic):
                    painter.setPen(QPen(accent, 1))
                    painter.drawLine(at(here), at(segment.first))
                    painter.drawLine(at(segment.end), at(segment.second))
                    painter.setBrush(accent)
                    painter.drawEllipse(at(segment.first), HANDLE / 2, HANDLE / 2)
                    painter.drawEllipse(at(segment.second), HANDLE / 2, HANDLE / 2)
                here = segment.end
                _paint_square(painter, at(here), accent)


def _paint_square(painter: QPainter, at: QPointF, colour: QColor) -> None:
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(QColor("#ffffff"))
    painter.drawRect(QRectF(at.x() - NODE / 2, at.y() - NODE / 2, NODE, NODE))


def _traced(field: Field | None, icon_look: IconLook) -> tuple[Outline | None, str]:
    """The outline, or a sentence on why there is none."""
    if field is None:
        return None, NO_ICON
    try:
        return trace(field, icon_look.vector), ""
    except StudioError as error:
        return None, error.message


def seen(style: IconStyle, vision: Vision | None) -> IconStyle:
    """A style in the colours that somebody with a colour blindness sees; None: everyone else."""
    if vision is None:
        return style
    colours = shown(style)
    back = None if colours.background is None else colour_as_seen(colours.background, vision)
    return replace(style, foreground=colour_as_seen(colours.foreground, vision), background=back, lock=None)
