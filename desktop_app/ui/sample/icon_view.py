"""An icon as the vectors that it will be saved as: large, at any zoom, and at the sizes at which icons are used."""

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4, SPACE_6
from desktop_app.ui.picture.image_view import ImageView
from desktop_app.ui.sample.sheet_painter import caption_font

SIZES = (16, 24, 32, 48)  # px
WORDS = 16  # px of the line under each


class IconView(ImageView):
    """Paints the vectors where they are known, and the picture meanwhile."""

    def __init__(self, look: Look, *, margin: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(look, margin=margin, parent=parent)
        self._document = ""
        self._renderer = QSvgRenderer(self)

    def set_document(self, text: str) -> None:
        """An SVG of ours; empty for none."""
        if text != self._document:
            self._document = text
            self._renderer.load(QByteArray(text.encode()))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._document or self._pixels is None or self._scaling == "crisp":
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._look.colours.paper))
        ratio, t = self.devicePixelRatioF(), self._transform
        height, width = self._pixels.shape[:2]
        place = QRectF(t.x / ratio, t.y / ratio, width * t.scale / ratio, height * t.scale / ratio)
        self._renderer.render(painter, place)
        painter.end()


class SizesRow(QWidget):
    """The icon at 16, 24, 32 and 48 px of the screen, each with its number below."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._document = ""
        self._renderer = QSvgRenderer(self)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(self.sizeHint())
        self.setAccessibleName("The icon at 16, 24, 32 and 48 pixels")
        look.changed.connect(self.update)

    def set_document(self, text: str) -> None:
        if text != self._document:
            self._document = text
            self._renderer.load(QByteArray(text.encode()))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(sum(SIZES) + SPACE_6 * (len(SIZES) - 1) + 2 * SPACE_4, max(SIZES) + WORDS + SPACE_2 + 2 * SPACE_3)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(caption_font(self.font()))
        x, floor = SPACE_4, SPACE_3 + max(SIZES)
        for size in SIZES:
            if self._document:
                self._renderer.render(painter, QRectF(x, floor - size, size, size))
            painter.setPen(QColor(self._look.colours.ink_soft))
            words = QRectF(x - SPACE_3, floor + SPACE_2, size + 2 * SPACE_3, WORDS)
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter, str(size))
            x += size + SPACE_6
        painter.end()
