"""How much of a model's answer is shown and saved: blends of stored results, so that a slider calls no model."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.studio.restoration import RestoreState
from desktop_app.ui.controls.labels import label
from desktop_app.ui.controls.sliders import ValueSlider
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2
from desktop_app.ui.restore.words import percent


class StrengthPanel(QWidget):
    strength_dragged = Signal(float)
    detail_dragged = Signal(float)
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._noise = label("", role="soft", wrap=True)
        self.strength = ValueSlider(
            "Strength",
            low=0.0,
            high=1.0,
            step=0.01,
            help_text="0 % is the original to the pixel, 100 % is what the model says.",
            width=0,
            words=percent,
        )
        self.detail = ValueSlider(
            "Detail",
            low=0.0,
            high=1.0,
            step=0.01,
            help_text="Brings back fine texture that was taken away with the noise.",
            width=0,
            words=percent,
        )
        self.strength.dragged.connect(self.strength_dragged)
        self.detail.dragged.connect(self.detail_dragged)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_1)
        column.addWidget(label("How much", role="section"))
        for slider in (self.strength, self.detail):
            slider.name_label.setMinimumWidth(NAME_WIDTH)
            slider.settled.connect(self.settled)
            column.addWidget(slider)
        column.addSpacing(SPACE_2)
        column.addWidget(self._noise)
        self._noise.hide()

    def show_state(self, state: RestoreState, *, has_detail: bool = True) -> None:
        """has_detail: whether the model takes something away that could come back."""
        self.detail.setEnabled(has_detail)
        self.strength.show_value(state.strength)
        self.detail.show_value(state.detail)

    def show_noise(self, words: str) -> None:
        """A sentence on the noise of the picture; empty while it is not known."""
        self._noise.setText(words)
        self._noise.setVisible(bool(words))


NAME_WIDTH = 64
