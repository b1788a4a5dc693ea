"""One way to move: its name and amount, a slider between its two ends, and a way back to zero."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.ui.blend.words import signed
from desktop_app.ui.controls.bipolar_slider import BipolarSlider
from desktop_app.ui.controls.buttons import IconButton
from desktop_app.ui.controls.labels import ElidedLabel, label
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1

REACH = 3.0  # standard deviations


class DirectionSlider(QWidget):
    dragged = Signal(str, float)  # name, amount
    settled = Signal()

    def __init__(self, look: Look, name: str, *, low: str, high: str, help_text: str, title: str = "") -> None:
        super().__init__()
        self.name = name
        self._title = title or name
        self.slider = BipolarSlider(look, REACH)
        self.slider.setAccessibleName(f"{self._title}: {low} to {high}" if low and high else self._title)
        self.slider.setAccessibleDescription(help_text)
        self.slider.setToolTip(f"{help_text}\nDouble click, or 0, brings it back.")
        self._amount = QLabel("0.0")
        self._amount.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._amount.setFixedWidth(self._amount.fontMetrics().horizontalAdvance("+3.0") + 6)
        self._reset = IconButton(look, "close", f"Reset {self._title}")
        self._reset.setFixedSize(24, 24)
        policy = self._reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(policy)
        self._reset.clicked.connect(self._on_reset)
        self.slider.valueChanged.connect(self._on_value)
        self.slider.sliderReleased.connect(self.settled)
        self.setFocusProxy(self.slider)
        self._arrange(low, high)
        self._write(0.0)

    def _arrange(self, low: str, high: str) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_1)
        head.addWidget(label(self._title))
        ends = ElidedLabel(f"{low} – {high}" if low and high else "")
        ends.setProperty("role", "small")
        head.addSpacing(SPACE_1)
        head.addWidget(ends, 1)
        head.addWidget(self._amount)
        head.addWidget(self._reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.slider)

    def show_amount(self, amount: float) -> None:
        self.slider.show_amount(amount)
        self._write(amount)

    def _write(self, amount: float) -> None:
        self._amount.setText(signed(amount))
        self._reset.setVisible(amount != 0.0)

    @Slot(int)
    def _on_value(self, _value: int) -> None:
        amount = self.slider.amount
        self._write(amount)
        self.dragged.emit(self.name, amount)
        if not self.slider.isSliderDown():
            self.settled.emit()

    @Slot()
    def _on_reset(self) -> None:
        self.slider.setValue(0)
        self.slider.setFocus()
