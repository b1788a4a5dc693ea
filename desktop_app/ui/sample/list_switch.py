"""The switch of what the Sample workspace shows: the sheet, the takes, and for packages of icons their pages."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from desktop_app.ui.controls.buttons import chip
from desktop_app.ui.look.tokens import SPACE_4

SHEET, TAKES = 0, 1  # numbers of the first two; pages follow


class ListSwitch(QWidget):
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = QButtonGroup(self)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._buttons.idClicked.connect(self._on_clicked)
        self._add("Sheet", "The endless sheet")
        self._add("Takes", "The designs you starred")
        self.show_pages(False)
        self.show_current(SHEET)

    def add_pages(self, pages: Sequence[tuple[str, str]]) -> None:
        """pages: name and help of each, in order."""
        for name, help_text in pages:
            self._add(name, help_text)
        self.show_pages(False)

    def show_pages(self, shown: bool) -> None:
        buttons = self._buttons.buttons()
        last = len(buttons) - 1 if shown else TAKES
        for number, button in enumerate(buttons):
            button.setVisible(number <= last)
            _round(button, "first" if number == 0 else "last" if number == last else "middle")

    def show_current(self, number: int) -> None:
        self._buttons.button(number).setChecked(True)

    def show_takes(self, count: int) -> None:
        button, text = self._buttons.button(TAKES), f"Takes {count}" if count else "Takes"
        button.setText(text)
        button.setMinimumWidth(button.fontMetrics().horizontalAdvance(text) + 2 * SPACE_4)

    def _add(self, name: str, help_text: str) -> None:
        button: QToolButton = chip(name, role="segment")
        button.setToolTip(help_text)
        self._buttons.addButton(button, len(self._buttons.buttons()))
        self._row.addWidget(button)

    @Slot(int)
    def _on_clicked(self, number: int) -> None:
        self.chosen.emit(number)


def _round(button: QWidget, place: str) -> None:
    """Where a button stands in the row; the style sheet rounds its outer corners."""
    if button.property("place") != place:
        button.setProperty("place", place)
        button.style().unpolish(button)
        button.style().polish(button)
