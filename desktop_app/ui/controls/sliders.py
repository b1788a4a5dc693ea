"""A slider with its name and value beside it, in the units of what it sets."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from desktop_app.ui.controls.labels import label
from desktop_app.ui.look.tokens import SPACE_2


class ValueSlider(QWidget):
    """A number between `low` and `high` in steps of `step`, as a float."""

    dragged = Signal(float)  # every change by hand
    settled = Signal()  # the hand has let go

    def __init__(
        self,
        name: str,
        *,
        low: float,
        high: float,
        step: float,
        help_text: str,
        width: int = 120,
        words: Callable[[float], str] = "{:.2f}".format,
    ) -> None:
        """width: of the slider in pixels; 0 takes what there is. words: how a value is written."""
        super().__init__()
        self._step, self._words = step, words
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(round(low / step), round(high / step))
        self._slider.setPageStep(max(1, round((high - low) / step / 10)))
        if width:
            self._slider.setFixedWidth(width)
        self._slider.setAccessibleName(name)
        self._slider.setAccessibleDescription(help_text)
        self.setToolTip(help_text)
        self.value_label = QLabel()
        widest = max((words(low), words(high), "0.00"), key=len)
        self.value_label.setMinimumWidth(self.value_label.fontMetrics().horizontalAdvance(widest) + 8)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_2)
        self.name_label = label(name, role="soft")
        for widget in (self.name_label, self._slider, self.value_label):
            row.addWidget(widget)
        self.setFocusProxy(self._slider)
        self._slider.valueChanged.connect(self._on_value)
        self._slider.sliderReleased.connect(self.settled)
        self._write()

    @property
    def value(self) -> float:
        return round(self._slider.value() * self._step, 4)

    def show_value(self, value: float) -> None:
        """Set without telling."""
        self._slider.blockSignals(True)
        self._slider.setValue(round(value / self._step))
        self._slider.blockSignals(False)
        self._write()

    @Slot(int)
    def _on_value(self, _value: int) -> None:
        self._write()
        self.dragged.emit(self.value)
        if not self._slider.isSliderDown():
            self.settled.emit()

    def _write(self) -> None:
        self.value_label.setText(self._words(self.value))
