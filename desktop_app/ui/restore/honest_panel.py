"""What to think of a result: what was taken away, what may be made up, and a test on noise that is known."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.ui.controls.buttons import push_button
from desktop_app.ui.controls.labels import label
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_3

Row = tuple[str, ...]


class HonestPanel(QWidget):
    test_wished = Signal()
    cancel_wished = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._removed = label("", role="soft", wrap=True, selectable=True)
        self._invented = label("", role="soft", wrap=True, selectable=True)
        self._told = label("", role="small", wrap=True, selectable=True)
        self._title = label("How far to trust it", role="section")
        self._is_testing = False
        self._has_figures = self._can_test = False
        self.test = push_button("Test it on this picture")
        self.test.setToolTip(
            "Adds noise of its own to a part of the picture, has the model take it away, and measures  (T)"
        )
        self.test.clicked.connect(self._on_test)
        self._table = QWidget()
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, SPACE_1, 0, SPACE_1)
        self._grid.setHorizontalSpacing(SPACE_3)
        self._grid.setVerticalSpacing(2)
        self._arrange()
        self.show_figures("", "")
        self.show_test((), "")

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.test)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        column.addWidget(self._title)
        column.addWidget(self._removed)
        column.addWidget(self._invented)
        column.addLayout(row)
        column.addWidget(self._table)
        column.addWidget(self._told)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_figures(self, removed: str, invented: str) -> None:
        """Sentences; empty where they are not known."""
        for part, words in ((self._removed, removed), (self._invented, invented)):
            part.setText(words)
            part.setVisible(bool(words))
        self._has_figures = bool(removed or invented)
        self._show_title()

    def show_test(self, rows: tuple[Row, ...], told: str) -> None:
        """A small table, its first row the heads and its first column the names, and what it says."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for y, row in enumerate(rows):
            for x, words in enumerate(row):
                cell = label(words, role="small" if y == 0 or x == 0 else "", selectable=True)
                side = Qt.AlignmentFlag.AlignLeft if x == 0 else Qt.AlignmentFlag.AlignRight
                self._grid.addWidget(cell, y, x, side)
        self._grid.setColumnStretch(0, 1)
        self._table.setVisible(bool(rows))
        self._told.setText(told)
        self._told.setVisible(bool(told))

    def show_testing(self, testing: bool) -> None:
        self._is_testing = testing
        words = "Stop the test" if testing else "Test it on this picture"
        self.test.setText(words)
        self.test.setAccessibleName(words)

    def allow_test(self, allowed: bool) -> None:
        """Only a model that takes noise away is tested on noise."""
        self.test.setVisible(allowed)
        self._can_test = allowed
        self._show_title()

    def _show_title(self) -> None:
        self._title.setVisible(self._has_figures or self._can_test)

    def _on_test(self) -> None:
        (self.cancel_wished if self._is_testing else self.test_wished).emit()
