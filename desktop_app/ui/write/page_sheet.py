"""The sheet of paper in the middle that the editor lies on, and what helps to begin while it is empty."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.ui.controls.buttons import push_button
from desktop_app.ui.controls.labels import label
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2
from desktop_app.ui.write.page_editor import LINE_HEIGHT, MARGIN, TEXT_PX, PageEditor

STARTERS = (
    ("A name", "Oda, Linnea, Kvist: short names for lamps of oak and paper. Three more are"),
    ("A tagline", "A chair that asks for nothing: a bench for two, and a table that"),
    (
        "A product",
        "Oda is a reading lamp. Its foot is turned from one piece of oak, its shade is folded from paper, and",
    ),
)


class PageSheet(QWidget):
    starter_chosen = Signal(str)

    def __init__(self, editor: PageEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paper")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._editor = editor
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(0)
        row.addWidget(editor, 1)
        row.addStretch(0)
        self._help = QWidget(editor.viewport())
        column = QVBoxLayout(self._help)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        words = label(
            "Begin to write, or begin with one of these. Ctrl+Return writes on at the cursor.", role="soft", wrap=True
        )
        column.addWidget(words)
        column.addSpacing(SPACE_1)
        for name, text in STARTERS:
            button = push_button(name)
            button.setToolTip(text)
            button.setAccessibleDescription(text)
            button.clicked.connect(lambda _checked=False, text=text: self.starter_chosen.emit(text))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self._help.setCursor(Qt.CursorShape.ArrowCursor)

    def show_help(self, shown: bool) -> None:
        """On an empty page."""
        self._help.setVisible(shown)
        if shown:
            self._place()

    def _place(self) -> None:
        width = self._editor.viewport().width() - 2 * MARGIN
        height = self._help.heightForWidth(width) if self._help.hasHeightForWidth() else self._help.sizeHint().height()
        self._help.setGeometry(MARGIN, MARGIN + 2 * TEXT_PX * LINE_HEIGHT // 100, max(1, width), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()
