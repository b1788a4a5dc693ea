"""The sheet of paper in the middle that the editor lies on, and what helps to begin while it is empty."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QWidget

from desktop_app.ui.controls.buttons import push_button
from desktop_app.ui.controls.labels import ElidedLabel, label
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, TEXT_PAGE
from desktop_app.ui.write.page_editor import LINE_HEIGHT, MARGIN, PageEditor

STARTERS = (
    ("A name", "Oda, Linnea, Kvist: short names for lamps of oak and paper. Three more are"),
    ("A tagline", "A chair that asks for nothing. A bench for two. A table that"),
    (
        "A product",
        "Oda is a reading lamp. Its foot is turned from one piece of oak, its shade is folded from paper, and",
    ),
)
INVITATION = "Begin to write, or with one of these. Ctrl+Return writes on at the cursor."


class PageSheet(QWidget):
    starter_chosen = Signal(str)

    def __init__(self, editor: PageEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paper")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._editor = editor
        leaf = QFrame()
        leaf.setObjectName("leaf")
        leaf.setMaximumWidth(editor.maximumWidth() + 2)
        inner = QHBoxLayout(leaf)
        inner.setContentsMargins(1, 0, 1, 0)
        inner.addWidget(editor)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(leaf)
        self._help = self._starters()
        editor.scrolled.connect(self._place)

    def _starters(self) -> QWidget:
        part = QWidget(self._editor.viewport())
        part.setCursor(Qt.CursorShape.ArrowCursor)
        grid = QGridLayout(part)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_3)
        grid.setVerticalSpacing(SPACE_2)
        grid.setColumnStretch(1, 1)
        grid.addWidget(label(INVITATION, role="soft", wrap=True), 0, 0, 1, 2)
        for number, (name, text) in enumerate(STARTERS, 1):
            button = push_button(name)
            button.setToolTip("Put this on the page")
            button.setAccessibleDescription(text)
            button.clicked.connect(partial(self._choose, text))
            words = ElidedLabel(f"{text}…")
            words.setProperty("role", "soft")
            grid.addWidget(button, number, 0)
            grid.addWidget(words, number, 1)
        return part

    def _choose(self, text: str) -> None:
        self.starter_chosen.emit(text)

    def show_help(self, shown: bool) -> None:
        """On an empty page."""
        self._help.setVisible(shown)
        if shown:
            self._place()

    def _place(self) -> None:
        width = max(1, self._editor.viewport().width() - 2 * MARGIN)
        height = max(self._help.sizeHint().height(), self._help.heightForWidth(width))
        self._help.setGeometry(MARGIN, MARGIN + 2 * TEXT_PAGE * LINE_HEIGHT // 100, width, height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()
