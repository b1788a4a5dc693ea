"""The field for words: what is typed goes out after a moment of silence, and half a word is completed.

A completion stands in the text at once, its rest marked, as in the address line of a browser: typing on writes over it,
Tab, Return, a space or a comma keep it, Backspace and Escape take it away.
"""

from typing import Literal

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.studio import prompting
from desktop_app.ui.look.theme import Look
from desktop_app.ui.sample.completion_list import CompletionList, Row, field_button

SILENCE_MS = 120
HEIGHT = 36
LEAST_HEAD = 2  # letters from which a word is completed in the text itself
MOST_LETTERS = 4000  # of a text that is listened to


class WordsField(QLineEdit):
    typed = Signal(str)  # the whole text, after a moment of silence
    settled = Signal()  # what was typed is a step of its own
    left = Signal()  # to the sheet below, by the keyboard

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._words: tuple[str, ...] = ()
        self._by_hand = False  # the change under way is a letter that was typed
        self._before: tuple[str, int] | None = None  # text and cursor as they were typed, while a completion stands
        self.setMaxLength(MOST_LETTERS)
        self.setProperty("role", "words")
        self.setFixedHeight(HEIGHT)
        self.setPlaceholderText("Words for an icon, in any order")
        self.setAccessibleName("Words")
        self.setAccessibleDescription("What the icons of the sheet are to be. Known words are completed.")
        self._search = field_button(self, QLineEdit.ActionPosition.LeadingPosition, "Words for an icon")
        self._clear = field_button(self, QLineEdit.ActionPosition.TrailingPosition, "Remove all words")
        self._search.triggered.connect(self.setFocus)
        self._clear.triggered.connect(self._on_clear)
        self._list = CompletionList(look, self, "Known words")
        self._list.pressed.connect(self._on_pressed)
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setInterval(SILENCE_MS)
        self._silence.timeout.connect(self._on_silence)
        self.textEdited.connect(self._on_edited)
        self.textChanged.connect(self._on_text)
        look.changed.connect(self._tint)
        self._tint()
        self._on_text("")

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def is_waiting(self) -> bool:
        """Something was typed that has not gone out yet."""
        return self._silence.isActive()

    @property
    def completions(self) -> CompletionList:
        return self._list

    def set_vocabulary(self, words: tuple[str, ...]) -> None:
        self._words = words

    def show_text(self, text: str) -> None:
        """Another text than the one that was typed."""
        self._close()
        self._silence.stop()
        self.setText(text)

    def write(self, text: str) -> None:
        """As if it had been typed, and kept."""
        self.show_text(text)
        self._go()
        self.settled.emit()

    # -- completing ------------------------------------------------------------------------------------------------

    @Slot(str)
    def _on_edited(self, _text: str) -> None:
        self._before = None
        self._silence.start()
        place = prompting.fragment_at(self.text(), self.cursorPosition())
        at_end = place.end == self.cursorPosition()
        found = prompting.completions(place.head, self._words) if at_end and self.hasFocus() else ()
        if found == (place.head.casefold(),):  # whole, and nothing longer is known
            found = ()
        first_goes_on = bool(found) and found[0].startswith(place.head.casefold())
        is_known = bool(found) and found[0] == place.head.casefold()
        inline = first_goes_on and not is_known and len(place.head) >= LEAST_HEAD and self._by_hand
        self._list.open([Row(word) for word in found], 0 if inline or is_known else -1)
        if inline:
            self._show_word(found[0])

    def _show_word(self, word: str) -> None:
        """A completion in the text; where it goes on from what was typed, its rest is marked."""
        text, cursor = self._before or (self.text(), self.cursorPosition())
        self._before = text, cursor
        place = prompting.fragment_at(text, cursor)
        end = place.start + len(word)
        goes_on = word.startswith(place.head.casefold())
        shown = place.head + word[len(place.head) :] if goes_on else word
        self.setText(text[: place.start] + shown + text[place.end :])
        if goes_on and end > cursor:
            self.setSelection(end, cursor - end)  # the cursor stays where the hand is
        else:
            self.setCursorPosition(end)

    def _keep(self, word: str) -> None:
        """The completion becomes part of the text."""
        text, cursor = self._before or (self.text(), self.cursorPosition())
        changed, after = prompting.with_word(text, prompting.fragment_at(text, cursor), word)
        self._close()
        self.setText(changed)
        self.setCursorPosition(after)
        self._go()
        self.settled.emit()

    def _drop(self) -> None:
        """Back to what was typed."""
        before = self._before
        self._close()
        if before is not None:
            self.setText(before[0])
            self.setCursorPosition(before[1])
            self._silence.start()

    def _close(self) -> None:
        self._before = None
        self._list.hide()

    def _step(self, by: Literal[-1, 1]) -> None:
        self._list.step(by)
        self._show_word(self._list.rows.item(self._list.current).text())
        self._silence.start()

    def _go(self) -> None:
        self._silence.stop()
        self.typed.emit(self.text())

    # -- slots -----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_silence(self) -> None:
        self.typed.emit(self.text())

    @Slot(int)
    def _on_pressed(self, row: int) -> None:
        self._keep(self._list.rows.item(row).text())

    @Slot()
    def _on_clear(self) -> None:
        self.write("")

    @Slot(str)
    def _on_text(self, text: str) -> None:
        self._clear.setVisible(bool(text))

    @Slot()
    def _tint(self) -> None:
        ink = self._look.colours.ink_soft
        self._search.setIcon(self._look.icon("search", ink=ink))
        self._clear.setIcon(self._look.icon("close", ink=ink))

    # -- Qt --------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Tab keeps a completion; without one it goes on to the next control as ever."""
        is_tab = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab
        if is_tab and event.type() == QEvent.Type.KeyPress and self._list.is_open and self._list.current >= 0:
            self._keep(self._list.rows.item(self._list.current).text())
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, is_open = event.key(), self._list.is_open
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and is_open:
            self._step(1 if key == Qt.Key.Key_Down else -1)
        elif key == Qt.Key.Key_Down:
            self.left.emit()
        elif key == Qt.Key.Key_Escape and is_open:
            self._drop()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._press_return()
        else:
            self._press_letter(event)

    def _press_return(self) -> None:
        if self._list.is_open and self._list.current >= 0:
            self._keep(self._list.rows.item(self._list.current).text())
            return
        self._close()
        self._go()
        self.settled.emit()

    def _press_letter(self, event: QKeyEvent) -> None:
        if event.text() in (" ", ",") and self._before is not None:
            self.setCursorPosition(max(self.selectionEnd(), self.cursorPosition()))  # the completion is kept
        self._by_hand = event.text().isprintable() and bool(event.text())
        super().keyPressEvent(event)
        self._by_hand = False

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._by_hand = bool(event.commitString())
        super().inputMethodEvent(event)
        self._by_hand = False

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        was_waiting = self.is_waiting
        self._close()
        self.deselect()
        if was_waiting:
            self._go()
        self.settled.emit()
