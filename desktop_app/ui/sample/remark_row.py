"""The line under the field for words: how to begin, what was not understood, and what stands first on the sheet."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from desktop_app.studio.prompting import choice_remark
from desktop_app.studio.sheet import Choice
from desktop_app.ui.controls.buttons import chip, push_button
from desktop_app.ui.controls.labels import ElidedLabel
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2

HEIGHT = 28  # always, so that the sheet keeps its place


class RemarkRow(QWidget):
    example_pressed = Signal(str)
    near_pressed = Signal(str, str)  # the unknown word, a known one
    order_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self._shown: object = None
        self._text = ElidedLabel()
        self._text.setProperty("role", "soft")
        self._text.setMinimumWidth(0)
        self._chips = QWidget()
        self._row = QHBoxLayout(self._chips)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(SPACE_1)
        self._order = push_button("Show in order", role="quiet")
        self._order.clicked.connect(self.order_wished)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_2)
        row.addWidget(self._text)
        row.addWidget(self._chips)
        row.addWidget(self._order)
        row.addStretch(1)

    @property
    def sentence(self) -> str:
        return self._text.text()

    def show_examples(self, examples: Sequence[str], choice: Choice | None) -> None:
        if choice is not None:
            self.show_heard("", {}, choice)
        else:
            self._show("Try", [("", text) for text in examples], in_order=True)

    def show_heard(self, remark: str, near: Mapping[str, Sequence[str]], choice: Choice | None) -> None:
        """near: known words for unknown ones."""
        told = " ".join(part for part in (remark, choice_remark(choice) if choice else "") if part)
        pairs = [(unknown, word) for unknown, words in near.items() for word in words]
        self._show(
            told + (" Did you mean" if pairs and not choice else ""), [] if choice else pairs, in_order=choice is None
        )

    def _show(self, text: str, chips: list[tuple[str, str]], *, in_order: bool) -> None:
        if (text, chips, in_order) == self._shown:
            return
        self._shown = text, chips, in_order
        self._text.setText(text)
        self._text.setMaximumWidth(self._text.fontMetrics().horizontalAdvance(text) + 2)
        self._order.setVisible(not in_order)
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for unknown, word in chips:
            self._add(unknown, word)

    def _add(self, unknown: str, word: str) -> None:
        button: QToolButton = chip(word)
        button.setCheckable(False)
        button.setAccessibleName(f"{word} in place of {unknown}" if unknown else f"Words: {word}")
        button.setProperty("unknown", unknown)
        button.clicked.connect(self._on_chip)
        self._row.addWidget(button)

    @Slot()
    def _on_chip(self) -> None:
        button = self.sender()
        if not isinstance(button, QToolButton):
            return
        unknown = str(button.property("unknown"))
        if unknown:
            self.near_pressed.emit(unknown, button.text())
        else:
            self.example_pressed.emit(button.text())
