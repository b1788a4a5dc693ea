"""A part of the panel of icons' looks: it is shown a state and tells whole new ones."""

from dataclasses import replace
from typing import Any

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from desktop_app.studio.icon_state import IconState
from desktop_app.ui.controls.labels import label
from desktop_app.ui.controls.sliders import ValueSlider


class IconPanel(QWidget):
    changed = Signal(object, str, str)  # IconState, what the step is called, what it runs together with
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = IconState()

    def show_icons(self, state: IconState) -> None:
        raise NotImplementedError

    def _restyle(self, label: str, coalesce: str = "", **changes: Any) -> None:
        """Another colour, tile or padding."""
        look = msgspec.structs.replace(self._state.look, style=replace(self._state.look.style, **changes))
        self.changed.emit(msgspec.structs.replace(self._state, look=look), label, coalesce)

    def _retrace(self, label: str, coalesce: str = "", **changes: Any) -> None:
        """Another way to find the outline."""
        vector = msgspec.structs.replace(self._state.look.vector, **changes)
        look = msgspec.structs.replace(self._state.look, vector=vector)
        self.changed.emit(msgspec.structs.replace(self._state, look=look), label, coalesce)


def add_slider(grid: QGridLayout, row: int, slider: ValueSlider) -> None:
    """Its name in the first column, so that sliders and fields stand in lines."""
    grid.addWidget(slider.name_label, row, 0)
    grid.addWidget(slider, row, 1)


def add_field(grid: QGridLayout, row: int, name: str, field: QWidget) -> None:
    text = label(name, role="soft")
    text.setBuddy(field)
    grid.addWidget(text, row, 0)
    grid.addWidget(field, row, 1)


def combo(name: str, choices: dict[str, object], help_text: str) -> QComboBox:
    """choices: what is shown -> what it means."""
    box = QComboBox()
    for text, value in choices.items():
        box.addItem(text, value)
    box.setAccessibleName(name)
    box.setToolTip(help_text)
    return box


def show_choice(box: QComboBox, value: object) -> None:
    """Set without telling; another value than those that are there leaves the box empty."""
    box.blockSignals(True)
    box.setCurrentIndex(next((i for i in range(box.count()) if box.itemData(i) == value), -1))
    box.blockSignals(False)
