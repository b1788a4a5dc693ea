"""The pictures that are judged, as a row of small ones: what each is taken for, and which is in view."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QScrollArea, QSizePolicy, QWidget

from desktop_app.studio.explain_words import percent
from desktop_app.ui.controls.buttons import IconButton
from desktop_app.ui.controls.labels import label
from desktop_app.ui.look.icons import paint_icon
from desktop_app.ui.look.theme import Look, font
from desktop_app.ui.look.tokens import RADIUS, SPACE_1, SPACE_2, SPACE_3, SPACE_4, TEXT_SMALL

PICTURE, WIDTH, HEIGHT = 48, 84, 92


@dataclass(frozen=True, eq=False)
class Thumb:
    name: str
    image: QImage  # an element a pixel
    seen: str = ""  # the class; empty while it is not known
    probability: float = 0.0
    differs: bool = False  # from what it was asked for


class SubjectRow(QWidget):
    chosen = Signal(int)
    stepped = Signal(int)  # by how many

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")  # a band below the canvas, as there
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._look = look
        self._thumbs: list[ThumbButton] = []
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._on_thumb)
        self.previous = IconButton(look, "previous", "Previous picture", keys=",")
        self.next = IconButton(look, "next", "Next picture", keys=".")
        self.previous.clicked.connect(lambda: self.stepped.emit(-1))
        self.next.clicked.connect(lambda: self.stepped.emit(1))
        self._count = label("", role="small")
        self._count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._count.setMinimumWidth(self._count.fontMetrics().horizontalAdvance("00 of 00") + SPACE_2)
        self._arrange()

    def _arrange(self) -> None:
        home = QWidget()
        self._line = QHBoxLayout(home)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(SPACE_1)
        self._line.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFixedHeight(HEIGHT + 12)
        self._area.setWidget(home)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, SPACE_2, SPACE_4, 0)
        row.setSpacing(SPACE_3)
        row.addWidget(self.previous)
        row.addWidget(self._area, 1)
        row.addWidget(self._count)
        row.addWidget(self.next)

    @property
    def thumbs(self) -> "Sequence[ThumbButton]":
        return self._thumbs

    def show_row(self, thumbs: Sequence[Thumb], current: int) -> None:
        self._fit(len(thumbs))
        for button, thumb in zip(self._thumbs, thumbs, strict=True):
            button.show_thumb(thumb)
        if 0 <= current < len(thumbs):
            self._thumbs[current].setChecked(True)
            self._keep_in_view()
        self._count.setText(f"{current + 1} of {len(thumbs)}")
        self.previous.setEnabled(current > 0)
        self.next.setEnabled(current < len(thumbs) - 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._keep_in_view)  # once the row itself has its new width

    @Slot()
    def _keep_in_view(self) -> None:
        current = self._group.checkedButton()
        if current is not None:
            self._area.ensureWidgetVisible(current, WIDTH, 0)

    def _fit(self, count: int) -> None:
        while len(self._thumbs) < count:
            button = ThumbButton(self._look)
            self._line.insertWidget(len(self._thumbs), button)
            self._thumbs.append(button)
            self._group.addButton(button)
        while len(self._thumbs) > count:
            button = self._thumbs.pop()
            self._group.removeButton(button)
            button.hide()
            button.deleteLater()

    @Slot(QAbstractButton)
    def _on_thumb(self, button: QAbstractButton) -> None:
        if isinstance(button, ThumbButton):
            self.chosen.emit(self._thumbs.index(button))


class ThumbButton(QAbstractButton):
    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._thumb = Thumb("", QImage())
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    @property
    def thumb(self) -> Thumb:
        return self._thumb

    def show_thumb(self, thumb: Thumb) -> None:
        self._thumb = thumb
        seen = f"{thumb.seen}, {percent(thumb.probability)}" if thumb.seen else "not looked at yet"
        differs = ", not what it was asked for" if thumb.differs else ""
        self.setAccessibleName(f"{thumb.name}: {seen}{differs}")
        self.setToolTip(f"{thumb.name}: {seen}{differs}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, thumb = self._look.colours, self._thumb
        ground = colours.accent_soft if self.isChecked() else colours.raised_hover if self.underMouse() else ""
        painter.setPen(QPen(QColor(colours.accent), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        place = QRectF((WIDTH - PICTURE) / 2, SPACE_1 + 2, PICTURE, PICTURE)
        painter.drawImage(place, thumb.image)
        self._write(painter, place.bottom() + 3, thumb.seen or "…", colours.warn if thumb.differs else colours.ink)
        self._write(painter, place.bottom() + 18, percent(thumb.probability) if thumb.seen else "", colours.ink_soft)
        if thumb.differs:
            paint_icon(painter, QRectF(place.right() - 4, place.top() - 2, 16, 16), "warning", colours.warn)
        painter.end()

    def _write(self, painter: QPainter, top: float, text: str, ink: str) -> None:
        painter.setFont(font(TEXT_SMALL))
        painter.setPen(QColor(ink))
        box = QRectF(SPACE_1, top, WIDTH - 2 * SPACE_1, 16)
        words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, round(box.width()))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
