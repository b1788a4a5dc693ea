"""A sheet of pictures, every element of it a whole number of the screen's pixels; photographs as large as they may."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.engine.images import contact_sheet
from desktop_app.engine.requests import Pixels
from desktop_app.ui.look.icons import paint_icon
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import RADIUS
from desktop_app.ui.picture.pixels import to_image

GAP = 2  # of the sheet's own pixels
FRAME = 2  # of what is marked, in pixels of the layout
SMOOTH_FROM = 1.5  # times; below it a photograph is sharper as it is
EMPTY = 120  # height of what is shown where there is no sheet


class SheetView(QWidget):
    def __init__(
        self,
        look: Look,
        image: QImage,
        name: str,
        *,
        width: int,
        marked: Sequence[QRect] = (),
        is_photo: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """name: for a screen reader. width: at most, in pixels of the layout. marked: parts to be framed.

        is_photo: may be enlarged by any factor, smoothly, where that shows it much larger.
        """
        super().__init__(parent)
        self._look, self._image, self._most, self._marked = look, image, width, tuple(marked)
        self._is_photo = is_photo
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def set_most(self, width: int) -> None:
        if width != self._most:
            self._most = width
            self.updateGeometry()

    @property
    def scale(self) -> float:
        """Device pixels of a pixel of the sheet: a whole number where the sheet fits and is no photograph."""
        ratio = self._most * self.devicePixelRatioF() / max(1, self._image.width())
        is_whole = ratio >= 1 and not (self._is_photo and ratio >= SMOOTH_FROM)
        return float(int(ratio)) if is_whole else ratio

    def sizeHint(self) -> QSize:
        if self._image.isNull():
            return QSize(self._most, EMPTY)
        factor = self.scale / self.devicePixelRatioF()
        return QSize(-int(-self._image.width() * factor // 1), -int(-self._image.height() * factor // 1))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._image.isNull():
            self._paint_empty(painter)
        else:
            ratio, scale = self.devicePixelRatioF(), self.scale
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale != int(scale))
            painter.scale(1 / ratio, 1 / ratio)
            painter.drawImage(QRectF(QPointF(0, 0), self._image.size().toSizeF() * scale), self._image)
            pen = QPen(QColor(self._look.colours.error), FRAME * ratio)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            for part in self._marked:
                painter.drawRect(QRectF(part.topLeft().toPointF() * scale, part.size().toSizeF() * scale))
        painter.end()

    def _paint_empty(self, painter: QPainter) -> None:
        colours = self._look.colours
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.tile))
        painter.drawRoundedRect(self.rect(), RADIUS, RADIUS)
        middle = QPointF(self.rect().center())
        paint_icon(painter, QRectF(middle - QPointF(16, 16), middle + QPointF(16, 16)), "package", colours.ink_soft)


def sheet_of(pictures: Pixels, columns: int, ground: int) -> QImage:
    """(N, H, W, C) uint8 as one image; ground: the grey between them."""
    return to_image(contact_sheet(pictures, columns=columns, gap=GAP, background=ground))


def places(pictures: Pixels, columns: int, numbers: Iterable[int]) -> list[QRect]:
    """Where pictures of these numbers lie on their sheet, with half the gap around them."""
    across, down = pictures.shape[2] + GAP, pictures.shape[1] + GAP
    spots = [(n % columns * across + GAP // 2, n // columns * down + GAP // 2) for n in sorted(set(numbers))]
    return [QRect(x, y, across, down) for x, y in spots]
