"""In the manner of which set: a field that shows the one that is chosen and finds others while one types."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.engine.manifest import IconSource
from desktop_app.ui.look.theme import Look
from desktop_app.ui.sample.completion_list import CompletionList, Row, field_button

ANY = "Any set"
WIDTH = 168


class SetField(QLineEdit):
    chosen = Signal(str)  # prefix of a set, or an empty string for any

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._sources: tuple[IconSource, ...] = ()
        self._found: list[IconSource | None] = []  # the rows of the list; None is any set
        self._current = ""
        self.setFixedWidth(WIDTH)
        self.setAccessibleName("Set")
        self.setToolTip("Draw in the manner of one of the sets that the model was taught. Type to find one.")
        self._open = field_button(self, QLineEdit.ActionPosition.TrailingPosition, "All sets")
        self._open.triggered.connect(self._on_open)
        self._list = CompletionList(look, self, "Sets")
        self._list.pressed.connect(self._take)
        self.textEdited.connect(self._on_edited)
        look.changed.connect(self._tint)
        self._tint()
        self._write()

    @property
    def sets(self) -> CompletionList:
        return self._list

    def set_sources(self, sources: Sequence[IconSource]) -> None:
        self._sources = tuple(sorted(sources, key=lambda source: source.title.casefold()))

    def show_set(self, prefix: str) -> None:
        if prefix != self._current or not self._list.is_open:
            self._current = prefix
            self._write()

    # -- choosing --------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        title = next((source.title for source in self._sources if source.prefix == self._current), self._current)
        self.setText(title or ANY)
        self.setCursorPosition(0)
        self.setAccessibleDescription(f"In the manner of: {title or ANY}")

    def _show(self, text: str) -> None:
        """Sets in whose name or prefix every word of the text occurs."""
        words = text.casefold().split()
        match = [s for s in self._sources if all(word in f"{s.title} {s.prefix}".casefold() for word in words)]
        self._found = [None, *match] if not words else list(match)
        prefixes = [source.prefix if source else "" for source in self._found]
        current = prefixes.index(self._current) if self._current in prefixes and not words else 0
        self._list.open([_row(source) for source in self._found], current if self._found else -1)

    @Slot()
    def _on_open(self) -> None:
        """The whole list, or none where it is open."""
        self.setFocus()
        self.selectAll()
        if self._list.is_open:
            self._list.hide()
        else:
            self._show("")

    @Slot(str)
    def _on_edited(self, text: str) -> None:
        self._show(text)

    @Slot(int)
    def _take(self, row: int) -> None:
        source = self._found[row]
        prefix = source.prefix if source else ""
        is_new = prefix != self._current
        self._list.hide()
        self._current = prefix
        self._write()
        self.selectAll()
        if is_new:
            self.chosen.emit(prefix)

    @Slot()
    def _tint(self) -> None:
        self._open.setIcon(self._look.icon("down", ink=self._look.colours.ink_soft))

    # -- Qt --------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, is_open = event.key(), self._list.is_open
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            if is_open:
                self._list.step(1 if key == Qt.Key.Key_Down else -1)
            else:
                self._on_open()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if is_open and self._list.current >= 0:
                self._take(self._list.current)
            else:
                self._leave()
        elif key == Qt.Key.Key_Escape and is_open:
            self._leave()
            self.selectAll()
        else:
            super().keyPressEvent(event)

    def _leave(self) -> None:
        """What was typed and not taken is forgotten; nothing at all means any set."""
        emptied = not self.text().strip()
        self._list.hide()
        if emptied and self._current:
            self._current = ""
            self.chosen.emit("")
        self._write()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if not self._list.is_open:
            self._on_open()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._leave()


def _row(source: IconSource | None) -> Row:
    return Row(ANY) if source is None else Row(source.title, f"{source.licence} · {source.count:,}")
