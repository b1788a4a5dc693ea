"""A slider around zero: filled from the middle to the handle, back at zero with a double click or the key 0."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider, QWidget

from desktop_app.ui.look.theme import Look

GROOVE, HANDLE, TICK = 4.0, 14.0, 8.0
STEPS = 20  # to a unit
SNAP = 3  # steps beside zero that a hand means as zero


class BipolarSlider(QSlider):
    def __init__(self, look: Look, reach: float, parent: QWidget | None = None) -> None:
        """reach: the largest amount; the slider goes from -reach to reach."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._look = look
        self.setRange(-round(reach * STEPS), round(reach * STEPS))
        self.setPageStep(STEPS // 2)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.changed.connect(self.update)

    @property
    def amount(self) -> float:
        value = self.value()
        return 0.0 if self.isSliderDown() and abs(value) < SNAP else value / STEPS

    def show_amount(self, amount: float) -> None:
        """Set without telling."""
        if not self.isSliderDown():
            self.blockSignals(True)
            self.setValue(round(amount * STEPS))
            self.blockSignals(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)
            self.setValue(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_0:
            self.setValue(0)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._look.colours
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        style, parts = self.style(), QStyle.SubControl
        handle = QRectF(style.subControlRect(QStyle.ComplexControl.CC_Slider, option, parts.SC_SliderHandle, self))
        spot, middle, height = handle.center().x(), self.width() / 2, self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.line_strong))
        painter.drawRoundedRect(QRectF(0, height - GROOVE / 2, self.width(), GROOVE), 2, 2)
        painter.drawRoundedRect(QRectF(middle - 1, height - TICK / 2, 2, TICK), 1, 1)
        moved = self.value() != 0 and self.isEnabled()
        if moved:
            painter.setBrush(QColor(colours.accent_fill))
            painter.drawRect(QRectF(min(spot, middle), height - GROOVE / 2, abs(spot - middle), GROOVE))
        ink = colours.accent if self.hasFocus() else colours.ink if self.isEnabled() else colours.ink_disabled
        painter.setBrush(QColor(ink))
        painter.setPen(QPen(QColor(colours.panel), 1))
        painter.drawEllipse(QRectF(spot - HANDLE / 2, height - HANDLE / 2, HANDLE, HANDLE))
        painter.end()
