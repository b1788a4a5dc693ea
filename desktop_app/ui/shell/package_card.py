"""The small card of a package in the library: preview, title and summary, and a button that leads to all of it."""

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy

from desktop_app.engine.packages import Package
from desktop_app.ui.controls.buttons import IconButton
from desktop_app.ui.controls.labels import plain_tip, shortened
from desktop_app.ui.look.icons import paint_icon
from desktop_app.ui.look.theme import Look, font
from desktop_app.ui.look.tokens import RADIUS, SPACE_1, SPACE_2, SPACE_3, TEXT_BODY, TEXT_SMALL
from desktop_app.ui.models.preview import preview_corner

THUMBNAIL = 48
ABOUT = 28  # the side of the button


class PackageCard(QAbstractButton):
    """Pressed where the package is the one in use."""

    about_wished = Signal(str)  # name

    def __init__(self, look: Look, package: Package) -> None:
        super().__init__()
        self.package = package
        self._look = look
        self._preview = preview_corner(package, 2 * THUMBNAIL)
        manifest = package.manifest
        self.setCheckable(True)
        self.setText(manifest.title)
        self.setAccessibleName(manifest.title)
        self.setAccessibleDescription(manifest.summary)
        self.setToolTip(
            plain_tip(f"{shortened(manifest.summary, 400)}\nVersion {manifest.version} · {shortened(manifest.licence)}")
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        look.changed.connect(self.update)
        self.about = IconButton(look, "info", f"About “{shortened(manifest.title)}”", keys="Alt+Enter", parent=self)
        self.about.setToolTip(plain_tip(self.about.toolTip()))
        self.about.setFixedSize(ABOUT, ABOUT)
        self.about.clicked.connect(self._on_about)
        self.about.installEventFilter(self)
        self.toggled.connect(self._show_about)
        self._show_about()

    @Slot()
    def _on_about(self) -> None:
        self.about_wished.emit(self.package.name)

    @Slot()
    def _show_about(self) -> None:
        """Only where the card is looked at: a column of buttons would shout down the titles."""
        wanted = self.isChecked() or self.underMouse() or self.hasFocus() or self.about.hasFocus()
        self.about.setVisible(wanted)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(THUMBNAIL, THUMBNAIL + 2 * SPACE_2)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            QTimer.singleShot(0, self, self._show_about)
        return super().eventFilter(watched, event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._show_about()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._show_about()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_about()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        QTimer.singleShot(0, self, self._show_about)  # when it is known who has it now

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.about.move(self.width() - ABOUT - SPACE_1, SPACE_1)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.addAction("Use this model", self.click)
        menu.addAction("About this model…", self._on_about)
        menu.exec(event.globalPos())
        menu.deleteLater()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_ground(painter)
        self._paint_thumbnail(painter, QRectF(SPACE_2, SPACE_2, THUMBNAIL, THUMBNAIL))
        self._paint_words(painter)
        painter.end()

    def _paint_ground(self, painter: QPainter) -> None:
        colours = self._look.colours
        ground = colours.accent_soft if self.isChecked() else colours.raised_hover if self.underMouse() else ""
        painter.setPen(QPen(QColor(colours.accent), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)

    def _paint_thumbnail(self, painter: QPainter, box: QRectF) -> None:
        colours = self._look.colours
        clip = QPainterPath()
        clip.addRoundedRect(box, 4, 4)
        painter.save()
        painter.setClipPath(clip)
        painter.fillRect(box, QColor(colours.tile))
        if self._preview.isNull():
            name = "write" if self.package.manifest.text is not None else "package"
            paint_icon(painter, box.adjusted(12, 12, -12, -12), name, colours.ink_soft)
        else:
            painter.drawImage(box, self._preview)
        painter.restore()

    def _paint_words(self, painter: QPainter) -> None:
        colours = self._look.colours
        left = SPACE_2 + THUMBNAIL + SPACE_3
        room = self.width() - left - SPACE_2
        manifest = self.package.manifest
        painter.setFont(font(TEXT_BODY, font(TEXT_BODY).weight().Medium))
        painter.setPen(QColor(colours.ink))
        metrics = painter.fontMetrics()
        wide = room - ABOUT if self.about.isVisibleTo(self) else room
        title = metrics.elidedText(shortened(manifest.title), Qt.TextElideMode.ElideRight, wide)
        painter.drawText(QRectF(left, SPACE_2, room, 18), Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(font(TEXT_SMALL))
        painter.setPen(QColor(colours.ink_soft))
        self._paint_summary(painter, QRectF(left, SPACE_2 + 18, room, 30), manifest.summary)

    def _paint_summary(self, painter: QPainter, box: QRectF, summary: str) -> None:
        """Two lines, the second one elided."""
        metrics = painter.fontMetrics()
        first, rest = _first_line(summary, lambda text: metrics.horizontalAdvance(text) <= box.width())
        last = metrics.elidedText(rest, Qt.TextElideMode.ElideRight, round(box.width()))
        painter.drawText(QRectF(box.x(), box.y(), box.width(), 15), Qt.AlignmentFlag.AlignVCenter, first)
        painter.drawText(QRectF(box.x(), box.y() + 15, box.width(), 15), Qt.AlignmentFlag.AlignVCenter, last)


def _first_line(text: str, fits) -> tuple[str, str]:  # type: ignore[no-untyped-def]
    """As many words as fit, and the rest."""
    words = text.split()
    count = len(words)
    while count > 1 and not fits(" ".join(words[:count])):
        count -= 1
    return " ".join(words[:count]), " ".join(words[count:])
