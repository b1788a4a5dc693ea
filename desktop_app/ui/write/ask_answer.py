"""What a model answered: the text as it streams in, what was left unread, and what can be done with the answer."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.ui.controls.buttons import IconButton
from desktop_app.ui.controls.labels import breakable, label
from desktop_app.ui.controls.scrolling import scrolled
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4, SPACE_6

WIDEST = 720  # px of a line that is read with ease


class AskAnswer(QWidget):
    copy_wished = Signal(str)
    page_wished = Signal(str)
    title_wished = Signal(str, QWidget)  # text, the button that was pressed

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.rows: list[AnswerRow] = []
        self.head = label("", role="small")
        self.cut = label("", role="warn-small", wrap=True)
        self.whole = AnswerRow(look, "the answer", large=True)
        self._names = QVBoxLayout()
        self._names.setSpacing(SPACE_1)
        body = QWidget()
        body.setObjectName("paper")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(body)
        column.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_6)
        column.setSpacing(SPACE_3)
        for part in (self.head, self.cut, self.whole):
            column.addWidget(part)
        column.addLayout(self._names)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(body))
        self._listen(self.whole)

    def show_answer(self, text: str, names: Sequence[str], head: str, cut: str, *, is_live: bool) -> None:
        """names: the entries of a list, each shown as one; none where the answer is a text. head: of what it is."""
        self.head.setText(head)
        self.cut.setText(cut)
        self.cut.setVisible(bool(cut))
        self.whole.setVisible(not names)
        self.whole.show_text(text, is_live=is_live)
        self._fit(len(names))
        for row, name in zip(self.rows, names, strict=True):
            row.show_text(name, is_live=False)

    def _fit(self, count: int) -> None:
        while len(self.rows) < count:
            row = AnswerRow(self._look, "this name", large=False)
            self._listen(row)
            self._names.addWidget(row)
            self.rows.append(row)
        while len(self.rows) > count:
            row = self.rows.pop()
            self._names.removeWidget(row)
            row.hide()
            row.deleteLater()

    def _listen(self, row: "AnswerRow") -> None:
        row.copy.clicked.connect(lambda: self.copy_wished.emit(row.text))
        row.page.clicked.connect(lambda: self.page_wished.emit(row.text))
        row.title.clicked.connect(lambda: self.title_wished.emit(row.text, row.title))


class AnswerRow(QWidget):
    """A text with what can be done with it: beside it for a name, below it for a whole answer."""

    def __init__(self, look: Look, what: str, *, large: bool) -> None:
        super().__init__()
        self.text = ""
        self._label = label("", role="reading" if large else "title", wrap=True, selectable=True)
        self._label.setMaximumWidth(WIDEST)
        self.copy = IconButton(look, "copy", f"Copy {what}")
        self.page = IconButton(look, "import", f"Put {what} into the page, at the cursor")
        self.title = IconButton(look, "title", f"Make {what} the title of a design…")
        row = QVBoxLayout(self) if large else QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_3 if large else SPACE_2)
        words = QHBoxLayout()
        words.addWidget(self._label, 1)
        words.addStretch(0)
        row.addLayout(words, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        for button in self.buttons:
            buttons.addWidget(button)
        if large:
            buttons.addStretch(1)
        row.addLayout(buttons)

    @property
    def buttons(self) -> tuple[IconButton, ...]:
        return (self.copy, self.page, self.title)

    def show_text(self, text: str, *, is_live: bool) -> None:
        self.text = text
        self._label.setText(breakable(text) + ("▏" if is_live else ""))
        for button in self.buttons:
            button.setVisible(bool(text) and not is_live)
