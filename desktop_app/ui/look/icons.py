"""The program's own icons: one-colour SVG, tinted and drawn at the device's pixels, crisp at every scale."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop_app import paths
from desktop_app.ui.look.tokens import Colours

ICON_PX = 20  # in controls; drawn on a 24 px grid


class TintedIcon(QIconEngine):
    """An icon in the colour of its state. `checked` is the name shown when the control is on."""

    def __init__(self, name: str, colours: Colours, checked: str, ink: str, checked_ink: str) -> None:
        super().__init__()
        self._names = {QIcon.State.Off: name, QIcon.State.On: checked or name}
        self._inks = {QIcon.State.Off: ink, QIcon.State.On: checked_ink}
        self._disabled_ink = colours.ink_disabled
        self._colours = colours

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ink = self._disabled_ink if mode == QIcon.Mode.Disabled else self._inks[state]
        paint_icon(painter, QRectF(rect), self._names[state], ink)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return TintedIcon(
            self._names[QIcon.State.Off],
            self._colours,
            self._names[QIcon.State.On],
            self._inks[QIcon.State.Off],
            self._inks[QIcon.State.On],
        )


def icon(name: str, colours: Colours, *, checked: str = "", ink: str = "", checked_ink: str = "") -> QIcon:
    """The tinted icon; `ink` and `checked_ink` are colours, by default the theme's ink and accent."""
    return QIcon(TintedIcon(name, colours, checked, ink or colours.ink_soft, checked_ink or colours.accent))


def paint_icon(painter: QPainter, rect: QRectF, name: str, ink: str) -> None:
    """Draw an icon as vectors, at whatever scale the painter has."""
    _renderer(name, ink).render(painter, rect)


def app_icon() -> QIcon:
    return QIcon(str(paths.resources() / "icons" / "maquette.svg"))


@lru_cache(maxsize=256)
def _renderer(name: str, ink: str) -> QSvgRenderer:
    text = (paths.resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(text.replace("#000", ink).encode()))
