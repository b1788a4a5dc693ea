"""A few lines of plain text. Undo is the project's: this widget shows what it is given and tells what is typed."""

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop_app.studio.page import difference
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3
from desktop_app.ui.write.text_places import clean, to_qt

_ROOMS = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)  # Esc, and the others with Ctrl


class TextField(QPlainTextEdit):
    typed = Signal(str)  # the whole text, after a change by hand

    def __init__(self, name: str, hint: str = "", *, lines: int = 0, parent: QWidget | None = None) -> None:
        """lines: its height; 0 takes what there is."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(SPACE_2 - 2)
        if lines:
            self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 2 * SPACE_2)
        self._quiet = False
        self.textChanged.connect(self._on_changed)

    @property
    def text(self) -> str:
        return clean(self.toPlainText())

    def show_text(self, text: str) -> None:
        """Set without telling, by the smallest edit; the cursor stays where it is."""
        known = self.toPlainText()
        start, removed, inserted = difference(known, text)
        if not removed and not inserted:
            return
        hand = self.textCursor()
        hand.setPosition(to_qt(known, start))
        hand.setPosition(to_qt(known, start + removed), hand.MoveMode.KeepAnchor)
        self._quiet = True
        hand.insertText(inserted)
        self._quiet = False

    @Slot()
    def _on_changed(self) -> None:
        if not self._quiet:
            self.typed.emit(self.text)

    # -- Qt --------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_step(event):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        with_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() in _ROOMS and (with_control or event.key() == Qt.Key.Key_Escape):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        self.insertPlainText(clean(source.text()))


def _is_step(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)


def beside(field: QWidget, told: QWidget, go: QWidget) -> QHBoxLayout:
    """A field, and at the foot of its right side the button that acts on it, below what is told of how that goes."""
    going = QVBoxLayout()
    going.setSpacing(SPACE_2)
    going.addStretch(1)
    going.addWidget(told)
    going.addWidget(go)
    row = QHBoxLayout()
    row.setSpacing(SPACE_3)
    row.addWidget(field, 1)
    row.addLayout(going)
    return row
