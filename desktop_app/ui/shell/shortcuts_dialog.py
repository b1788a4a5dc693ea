"""All shortcuts in a list that can be searched."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop_app.ui.controls.labels import label
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4, SPACE_6
from desktop_app.ui.shell.actions import Hint, matching, shortcut_rows


class ShortcutsDialog(QDialog):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        self._rows = shortcut_rows()
        self._search = QLineEdit()
        self._search.setPlaceholderText("Search")
        self._search.setAccessibleName("Search the shortcuts")
        self._search.setClearButtonEnabled(False)
        self._search.textChanged.connect(self.show_matching)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setAccessibleName("Shortcuts")
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_4)
        column.setSpacing(SPACE_3)
        column.addWidget(label("Shortcuts", role="display"))
        column.addWidget(self._search)
        column.addWidget(self._area, 1)
        self.shown: list[Hint] = []
        self.show_matching("")
        needed = self._width + self._area.verticalScrollBar().sizeHint().width()
        self.resize(max(560, needed + 2 * SPACE_6), 640)

    @Slot(str)
    def show_matching(self, words: str) -> None:
        self.shown = matching(self._rows, words)
        body = QWidget()
        body.setObjectName("panel")
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, SPACE_3, 0)
        grid.setVerticalSpacing(SPACE_2)
        grid.setHorizontalSpacing(SPACE_6)
        grid.setColumnStretch(0, 1)
        group = ""
        for hint in self.shown:
            if hint.group != group:
                group = hint.group
                heading = label(group, role="section")
                heading.setContentsMargins(0, SPACE_3, 0, 0)
                grid.addWidget(heading, grid.rowCount(), 0, 1, 2)
            row = grid.rowCount()
            grid.addWidget(label(hint.text), row, 0)
            grid.addWidget(label(hint.keys, role="soft"), row, 1, Qt.AlignmentFlag.AlignRight)
        if not self.shown:
            grid.addWidget(label("Nothing matches these words.", role="soft"), 0, 0)
        grid.setRowStretch(grid.rowCount(), 1)
        self._width = body.sizeHint().width()
        self._area.setWidget(body)
