"""A bar for each class: how probable it is, and which one is asked about. Press one, or its digit, to ask why."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.studio.explain_words import percent
from desktop_app.ui.look.icons import paint_icon
from desktop_app.ui.look.theme import Look, font
from desktop_app.ui.look.tokens import RADIUS, SPACE_1, SPACE_2, TEXT_BODY, TEXT_SMALL, Colours

HEIGHT = 28
MOST = 24  # rows; of more classes the most probable are shown
KEY, MARK, NUMBER = 18, 18, 64  # px: the digit, the sign of what was asked for, the percentage
WIDEST_NAME = 108


@dataclass(frozen=True)
class Row:
    label: int
    name: str
    probability: float | None  # None while it is not known
    asked: bool


def rows_of(
    classes: Sequence[str],
    probabilities: npt.NDArray[np.float32] | None,
    *,
    asked: int | None,
    label: int | None,
    by_probability: bool,
    most: int = MOST,
) -> list[Row]:
    """What is listed, from the top: with the class asked for and the one asked about always among them."""
    order = list(range(len(classes)))
    if probabilities is not None:
        order.sort(key=lambda n: -float(probabilities[n]))
    needed = [n for n in (asked, label) if n is not None]
    shown = order[:most]
    for extra in needed:
        if extra not in shown:
            shown[-1 - needed.index(extra)] = extra
    if not by_probability:
        shown.sort()
    known = (lambda n: None) if probabilities is None else (lambda n: float(probabilities[n]))
    return [Row(n, classes[n], known(n), n == asked) for n in shown]


class ClassBars(QWidget):
    chosen = Signal(int)  # label

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._bars: list[ClassBar] = []
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.buttonClicked.connect(self._on_bar)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)

    @property
    def bars(self) -> "Sequence[ClassBar]":
        return self._bars

    def show_rows(self, rows: Sequence[Row], label: int | None) -> None:
        """label: the class that is asked about."""
        self._fit(len(rows))
        for bar, row in zip(self._bars, rows, strict=True):
            bar.show_row(row, name_width(rows))
        self._group.setExclusive(False)  # else none could be let go
        for bar in self._bars:
            bar.setChecked(bar.label == label)
        self._group.setExclusive(True)

    def _fit(self, count: int) -> None:
        while len(self._bars) < count:
            bar = ClassBar(self._look)
            self._bars.append(bar)
            self._group.addButton(bar)
            self._column.addWidget(bar)
        while len(self._bars) > count:
            bar = self._bars.pop()
            self._group.removeButton(bar)
            bar.hide()
            bar.deleteLater()

    @Slot(QAbstractButton)
    def _on_bar(self, bar: QAbstractButton) -> None:
        if isinstance(bar, ClassBar):
            self.chosen.emit(bar.label)


class ClassBar(QAbstractButton):
    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._row = Row(0, "", None, False)
        self._name_px = 0.0
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    @property
    def label(self) -> int:
        return self._row.label

    @property
    def row(self) -> Row:
        return self._row

    def show_row(self, row: Row, name_px: float) -> None:
        """name_px: how wide the names are, of all rows alike."""
        if (row, name_px) == (self._row, self._name_px):
            return
        self._row, self._name_px = row, name_px
        told = "not known yet" if row.probability is None else percent(row.probability)
        self.setAccessibleName(f"{row.name}, {told}{', asked for' if row.asked else ''}")
        key = f"  ({row.label})" if row.label < 10 else ""
        self.setToolTip(f"Why, or why not, {row.name}?{key}{' The design was asked for it.' if row.asked else ''}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._look.colours
        ground = colours.accent_soft if self.isChecked() else colours.raised_hover if self.underMouse() else ""
        painter.setPen(QPen(QColor(colours.accent), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        paint_row(painter, QRectF(self.rect()), self._row, self._name_px, colours, chosen=self.isChecked())
        painter.end()


def name_width(rows: Sequence[Row]) -> float:
    """px that the longest name needs, and no more than there is."""
    metrics = QFontMetricsF(font(TEXT_BODY))
    return min(WIDEST_NAME, max((metrics.horizontalAdvance(row.name) for row in rows), default=0.0) + 2)


def paint_row(painter: QPainter, box: QRectF, row: Row, name_px: float, colours: Colours, *, chosen: bool) -> None:
    """Digit, name, what it was asked for, bar and percentage. box: HEIGHT px high."""
    left, right, top = box.x() + SPACE_2, box.right() - SPACE_2, box.y()
    if row.label < 10 and row.name != str(row.label):
        _write(painter, QRectF(left, top, KEY, HEIGHT), str(row.label), colours.ink_soft, TEXT_SMALL)
        left += KEY
    _write(painter, QRectF(left, top, name_px, HEIGHT), row.name, colours.ink, TEXT_BODY)
    left += name_px + SPACE_1
    if row.asked:
        paint_icon(painter, QRectF(left, top + (HEIGHT - 14) / 2, 14, 14), "target", colours.accent)
    left += MARK
    bar = QRectF(left, top + HEIGHT / 2 - 5, right - NUMBER - left, 10)
    _paint_bar(painter, bar, row.probability, colours, chosen=chosen)
    told = "" if row.probability is None else percent(row.probability)
    _write(painter, QRectF(right - NUMBER, top, NUMBER, HEIGHT), told, colours.ink, TEXT_BODY, right=True)


def _paint_bar(painter: QPainter, place: QRectF, probability: float | None, colours: Colours, *, chosen: bool) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.line))
    painter.drawRoundedRect(place, 2, 2)
    if probability:
        painter.setBrush(QColor(colours.accent_fill if chosen else colours.ink_soft))
        full = QRectF(place.x(), place.y(), max(1.5, place.width() * probability), place.height())
        painter.drawRoundedRect(full, 2, 2)


def _write(painter: QPainter, box: QRectF, text: str, ink: str, size: int, *, right: bool = False) -> None:
    painter.setFont(font(size))
    painter.setPen(QColor(ink))
    across = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, round(box.width()))
    painter.drawText(box, across | Qt.AlignmentFlag.AlignVCenter, words)
