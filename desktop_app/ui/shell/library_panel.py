"""The models at hand: a card for each package, a sentence for each that cannot be used, and a way to bring one in."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.ui.controls.buttons import IconButton
from desktop_app.ui.controls.labels import label
from desktop_app.ui.look.icons import paint_icon
from desktop_app.ui.look.theme import Look, font
from desktop_app.ui.look.tokens import RADIUS, SPACE_1, SPACE_2, SPACE_3, SPACE_4, TEXT_BODY, TEXT_SMALL

WIDTH = 248
THUMBNAIL = 48


class LibraryPanel(QWidget):
    chosen = Signal(str)
    import_wished = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("library")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self._look = look
        self._cards = QButtonGroup(self)
        self._cards.setExclusive(True)
        self._cards.buttonClicked.connect(self._on_card)
        self.import_button = IconButton(look, "import", "Import a model", keys="Ctrl+I")
        self.import_button.clicked.connect(self.import_wished)
        head = QHBoxLayout()
        head.setContentsMargins(SPACE_4, SPACE_3, SPACE_2, SPACE_2)
        head.addWidget(label("Models", role="title"), 1)
        head.addWidget(self.import_button)
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(SPACE_2, 0, SPACE_2, SPACE_4)
        self._column.setSpacing(SPACE_1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(area, 1)

    def show_library(self, packages: Sequence[Package], problems: Sequence[StudioError], current: str) -> None:
        self._clear()
        for package in packages:
            card = PackageCard(self._look, package)
            card.setChecked(package.name == current)
            self._cards.addButton(card)
            self._column.addWidget(card)
        if problems:
            heading = label("Cannot be used", role="section")
            heading.setContentsMargins(SPACE_2, SPACE_4, 0, SPACE_1)
            self._column.addWidget(heading)
        for problem in problems:
            self._column.addWidget(_problem(self._look, problem.message))
        if not packages and not problems:
            empty = label("No models yet.", role="small", wrap=True)
            empty.setContentsMargins(SPACE_2, SPACE_2, SPACE_2, 0)
            self._column.addWidget(empty)
        self._column.addStretch(1)

    def show_current(self, name: str) -> None:
        for card in self._cards.buttons():
            if isinstance(card, PackageCard):
                card.setChecked(card.package.name == name)

    def _clear(self) -> None:
        for card in self._cards.buttons():
            self._cards.removeButton(card)
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    @Slot(QAbstractButton)
    def _on_card(self, card: QAbstractButton) -> None:
        if isinstance(card, PackageCard):
            self.chosen.emit(card.package.name)


class PackageCard(QAbstractButton):
    """Preview, title and summary of a package; pressed where it is the one in use."""

    def __init__(self, look: Look, package: Package) -> None:
        super().__init__()
        self.package = package
        self._look = look
        self._preview = preview_image(package)
        manifest = package.manifest
        self.setCheckable(True)
        self.setText(manifest.title)
        self.setAccessibleName(manifest.title)
        self.setAccessibleDescription(manifest.summary)
        self.setToolTip(f"{manifest.summary}\nVersion {manifest.version} · {manifest.licence}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH - 2 * SPACE_2, THUMBNAIL + 2 * SPACE_2)

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
            paint_icon(painter, box.adjusted(12, 12, -12, -12), "package", colours.ink_soft)
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
        title = metrics.elidedText(manifest.title, Qt.TextElideMode.ElideRight, room)
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


def preview_image(package: Package) -> QImage:
    """The corner of the package's preview sheet, or a null image where it has none."""
    entry = package.manifest.files.get("preview")
    path = package.folder / (entry.path if entry else "preview.png")
    sheet = QImage(str(path)) if path.is_file() else QImage()
    if sheet.isNull():
        return sheet
    side = min(sheet.width(), sheet.height()) // 2
    corner = sheet.copy(0, 0, side, side)
    return corner.scaled(
        2 * THUMBNAIL, 2 * THUMBNAIL, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


def _problem(look: Look, sentence: str) -> QWidget:
    row = QWidget()
    mark = QLabel()
    mark.setPixmap(look.icon("warning", ink=look.colours.warn).pixmap(16, 16))
    text = label(sentence, role="small", wrap=True, selectable=True)
    text.setAccessibleName(sentence)
    line = QHBoxLayout(row)
    line.setContentsMargins(SPACE_2, SPACE_1, SPACE_2, SPACE_1)
    line.setSpacing(SPACE_2)
    line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(text, 1)
    return row


def _first_line(text: str, fits) -> tuple[str, str]:  # type: ignore[no-untyped-def]
    """As many words as fit, and the rest."""
    words = text.split()
    count = len(words)
    while count > 1 and not fits(" ".join(words[:count])):
        count -= 1
    return " ".join(words[:count]), " ".join(words[count:])
