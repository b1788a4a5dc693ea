"""One picture, to be looked at closely: fit or 1:1, zoom around the cursor, pan, crisp or smooth."""

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.engine.requests import Pixels
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.pixels import to_image
from desktop_app.ui.picture.resample import Scaling, resample
from desktop_app.ui.picture.view_transform import Size, ViewTransform, centred, fit, kept_in_view, moved, zoomed

Mode = Literal["fit", "one-to-one", "free"]
MAX_RESAMPLED = 1536  # device pixels; beyond it the painter scales what is in view


class ImageView(QWidget):
    def __init__(self, look: Look, *, margin: int = 0, interactive: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._margin = margin
        self._interactive = interactive
        self._pixels: Pixels | None = None
        self._scaling: Scaling = "smooth"
        self._mode: Mode = "fit"
        self._transform = ViewTransform(1.0, 0.0, 0.0)
        self._rendered: tuple[int, int, Scaling, QImage] | None = None
        self._hand: QPointF | None = None
        self.setAccessibleName("Picture")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.changed.connect(self.update)

    @property
    def mode(self) -> Mode:
        return self._mode

    @property
    def transform_now(self) -> ViewTransform:
        return self._transform

    def set_pixels(self, pixels: Pixels | None) -> None:
        """(H, W, C), or None for an empty view."""
        if pixels is self._pixels:
            return
        self._pixels = pixels
        self._rendered = None
        self._settle()

    def set_scaling(self, scaling: Scaling) -> None:
        self._scaling = scaling
        self._rendered = None
        self.update()

    def set_mode(self, mode: Mode) -> None:
        self._mode = mode
        self._settle()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """at: in widget coordinates, by default the middle."""
        ratio = self.devicePixelRatioF()
        spot = at or QPointF(self.width() / 2, self.height() / 2)
        self._mode = "free"
        self._transform = zoomed(self._transform, factor, (spot.x() * ratio, spot.y() * ratio))
        self._settle()

    def _view_size(self) -> Size:
        ratio = self.devicePixelRatioF()
        return max(1.0, self.width() * ratio), max(1.0, self.height() * ratio)

    def _settle(self) -> None:
        if self._pixels is not None:
            size = float(self._pixels.shape[1]), float(self._pixels.shape[0])
            view = self._view_size()
            if self._mode == "fit":
                self._transform = fit(size, view, self._margin * self.devicePixelRatioF())
            elif self._mode == "one-to-one":
                self._transform = centred(size, view, 1.0)
            else:
                self._transform = kept_in_view(self._transform, size, view)
        self.update()

    def _image(self, pixels: Pixels) -> QImage:
        """The picture at the size it has on the screen, or as it is where that would be too large."""
        height = round(pixels.shape[0] * self._transform.scale)
        width = round(pixels.shape[1] * self._transform.scale)
        if max(height, width) > MAX_RESAMPLED:
            height, width = pixels.shape[:2]
        kept = self._rendered
        if kept is None or kept[:3] != (height, width, self._scaling):
            shown = resample(pixels[None], max(1, height), max(1, width), self._scaling)[0]
            kept = self._rendered = height, width, self._scaling, to_image(shown)
        return kept[3]

    def sizeHint(self) -> QSize:
        return QSize(256, 256)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = self._look.colours
        painter.fillRect(self.rect(), QColor(colours.tile if self._pixels is None else colours.paper))
        if self._pixels is not None:
            image = self._image(self._pixels)
            ratio = self.devicePixelRatioF()
            painter.scale(1 / ratio, 1 / ratio)
            t = self._transform
            height, width = self._pixels.shape[:2]
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._scaling == "smooth")
            painter.drawImage(QRectF(round(t.x), round(t.y), width * t.scale, height * t.scale), image)
        painter.end()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._settle()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._interactive:
            self.zoom(1.2 ** (event.angleDelta().y() / 120), event.position())
            event.accept()
        else:
            super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._interactive and event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._hand = event.position()
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._hand is not None:
            ratio = self.devicePixelRatioF()
            way = (event.position() - self._hand) * ratio
            self._hand = event.position()
            self._mode = "free"
            self._transform = moved(self._transform, way.x(), way.y())
            self._settle()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._hand = None
        super().mouseReleaseEvent(event)
