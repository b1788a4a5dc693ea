"""The page: the editor, what the model says about its text, and what is going on. It tells whole new states."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.engine.packages import Package
from desktop_app.engine.text_requests import Alternative
from desktop_app.studio import page as pages
from desktop_app.studio.page import Place
from desktop_app.studio.project import Take
from desktop_app.studio.write_recipe import recipe_of
from desktop_app.studio.writing import WriteState
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.look.theme import Look
from desktop_app.ui.write.ghost import Ghost, Wish
from desktop_app.ui.write.page_editor import PageEditor
from desktop_app.ui.write.page_marks import PageMarks
from desktop_app.ui.write.page_session import PageSession
from desktop_app.ui.write.page_sheet import PageSheet
from desktop_app.ui.write.write_status import WriteStatus

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
COUNT_MS = 250
GHOST_WORDS = "Tab takes what is shown, Ctrl+Right its next word"
RETURNS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PageView(QWidget):
    changed = Signal(object, str, str)  # WriteState, what the step is called, what it runs together with
    said = Signal(str, str)  # sentence, tone
    failed = Signal(object)  # StudioError
    files_dropped = Signal(object)  # paths

    def __init__(self, look: Look, bridge: QueueBridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.session = PageSession(bridge, self)
        self.editor = PageEditor(look)
        self.sheet = PageSheet(self.editor)
        self.marks = PageMarks(look, bridge, self.session, self.editor, self)
        self.ghost = Ghost(bridge, self)
        self.status = WriteStatus(look)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.sheet, 1)
        column.addWidget(self.marks.strip)
        column.addWidget(self.status)
        self.setTabOrder(self.editor, self.status.go)
        self._counting = QTimer(self)
        self._counting.setSingleShot(True)
        self._counting.setInterval(COUNT_MS)
        self._counting.timeout.connect(self._count)
        self._connect()
        self._show_text()

    def _connect(self) -> None:
        session, editor, status = self.session, self.editor, self.status
        session.changed.connect(self.changed)
        session.said.connect(self.said)
        session.failed.connect(self.failed)
        session.replaced.connect(self._on_replaced)
        session.grew.connect(self._on_grew)
        session.retold.connect(self._show_text)
        session.stream.changed.connect(self._show_stream)
        session.stream.ended.connect(self._on_ended)
        editor.edited.connect(self._on_edited)
        editor.moved.connect(self._on_moved)
        editor.keyed.connect(self._on_key)
        editor.files_dropped.connect(self.files_dropped)
        status.write_wished.connect(self.go)
        status.stop_wished.connect(self.stop)
        status.reroll_wished.connect(self.reroll)
        status.recipe_wished.connect(self.copy_recipe)
        self.sheet.starter_chosen.connect(self._on_starter)
        self.marks.taken.connect(self._on_taken)
        self.ghost.rested.connect(self._on_rested)
        self.ghost.changed.connect(self._show_ghost)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_state(
        self, write: WriteState, package: Package | None, takes: Sequence[Take], by_hash: Mapping[str, Package]
    ) -> None:
        """takes, by_hash: as the other two desks get them; the page needs none."""
        options = self.session.options
        self.session.show(write, package)
        if write.options.colour != options.colour:
            self.marks.show_soon()
        if options.ghost and not write.options.ghost:
            self.ghost.dismiss()
        self._show_text()

    @Slot()
    def _show_text(self) -> None:
        page = self.session.page
        self.sheet.show_help(not page.text and not self.session.stream.is_busy)
        self._count_soon()
        last, can_write = page.last, self.session.package is not None
        can_tell = last is not None and last.how is not None
        self.status.show_can(write=can_write, reroll=can_write and last is not None, recipe=can_tell)

    def _count_soon(self) -> None:
        """Counting the words of a long text takes longer than typing a letter."""
        if not self._counting.isActive():
            self._counting.start()

    @Slot()
    def _count(self) -> None:
        self.status.show_count(pages.words(self.session.page.text))

    @Slot()
    def _show_stream(self) -> None:
        self.status.show_stream(self.session.stream, self.session.cut)

    # -- commands --------------------------------------------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        return self.session.stream.is_busy

    @Slot()
    def go(self) -> None:
        """Write on at the cursor."""
        self._clear_way()
        self.session.write_on(self.editor.selection[1])

    @Slot()
    def reroll(self) -> None:
        self._clear_way()
        self.session.reroll()

    @Slot()
    def show_alternatives(self) -> None:
        if self.isVisible() and not self.marks.open_at_caret():
            self.marks.weigh()
            self.said.emit("What else might stand here is not known yet: the text in view is being weighed.", "plain")

    @Slot()
    def copy_recipe(self) -> None:
        """Of what was written last, to the clipboard."""
        recipe = recipe_of(self.session.page)
        if recipe:
            QGuiApplication.clipboard().setText(recipe)
            self.said.emit("The recipe of what was written last is on the clipboard.", "plain")

    def _clear_way(self) -> None:
        """What is only there for idle hands does not hold up what was asked for."""
        self.ghost.dismiss()
        self.marks.weigher.stop()

    @Slot()
    def stop(self) -> None:
        """What came stays."""
        self._clear_way()
        self.session.stop()

    def put(self, text: str, label: str) -> None:
        """A whole new text, as a step."""
        page = self.session.page
        self.editor.show_text(text, len(text))
        self.session.edit(0, len(page.text), text, label)

    @property
    def first_focus(self) -> QWidget:
        return self.editor

    def selected_text(self) -> str:
        start, end = self.editor.selection
        return self.editor.text[start:end]

    def leave(self) -> None:
        """The window closes: end what runs."""
        self.stop()
        self._counting.stop()
        self.marks.close()

    # -- slots -----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_replaced(self) -> None:
        self.editor.show_text(self.session.page.text, self.session.page.cursor)
        self._show_text()

    @Slot(int, str)
    def _on_grew(self, at: int, text: str) -> None:
        follows = self.editor.caret == at
        self.editor.replace(at, 0, text)
        self.sheet.show_help(False)
        if follows:
            self.editor.ensureCursorVisible()
        self._count_soon()

    @Slot(int, int, str)
    def _on_edited(self, start: int, removed: int, inserted: str) -> None:
        self.ghost.dismiss()
        self.session.edit(start, removed, inserted, self.editor.take_label())
        self._show_text()
        if self.session.options.ghost:
            self.ghost.wait()

    @Slot()
    def _on_moved(self) -> None:
        if self.editor.caret != self.session.page.cursor:
            self.ghost.dismiss()
            self.session.move(self.editor.caret)

    @Slot(str)
    def _on_ended(self, why: str) -> None:
        last = self.session.page.last
        self.marks.weigher.wait()
        self.status.show_end(why, last.seed if last else self.session.options.seed, self.session.cut)

    @Slot(str)
    def _on_starter(self, text: str) -> None:
        self.put(text, "Begin")
        self.editor.setFocus()

    @Slot(object, object)
    def _on_taken(self, place: Place, other: Alternative) -> None:
        self._clear_way()
        self.session.take(place, other)

    @Slot(QKeyEvent)
    def _on_key(self, event: QKeyEvent) -> None:
        """Keys of the page, before they are typed."""
        if self.command(event):
            event.accept()

    def command(self, event: QKeyEvent) -> bool:
        """Do what a key asks for, also where the focus is beside the page; answers whether it was one."""
        key, held = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in RETURNS and held == CTRL:
            self.go()
        elif key == Qt.Key.Key_R and held == CTRL:
            self.reroll()
        elif key == Qt.Key.Key_Escape:
            return self._escape()
        elif key == Qt.Key.Key_Down and held == ALT:
            self.show_alternatives()
        elif self.editor.ghost.text and key == Qt.Key.Key_Tab and not held:
            self.accept(len(self.ghost.text))
        elif self.editor.ghost.text and key == Qt.Key.Key_Right and held == CTRL:
            self.accept(len(pages.next_word(self.ghost.text)))
        else:
            return False
        return True

    def _escape(self) -> bool:
        """One thing at a time: the list, what is being written, the ghost."""
        if self.marks.popup.isVisible():
            self.marks.popup.dismiss()
        elif self.is_busy:
            self.stop()
        elif self.ghost.text:
            self.ghost.dismiss()
        else:
            return False
        return True

    # -- ghost text ------------------------------------------------------------------------------------------------

    @Slot()
    def _on_rested(self) -> None:
        """A shadow of what might follow, where the cursor stands at the end of a line with something in it."""
        session, page = self.session, self.session.page
        before, after = page.text[: page.cursor], page.text[page.cursor : page.cursor + 1]
        is_at_end = after in ("", "\n") and before.strip() and self.editor.selection == (page.cursor, page.cursor)
        if session.package is not None and is_at_end and self.editor.hasFocus() and not self.is_busy:
            self.ghost.ask(Wish(page, session.package, session.options, session.kind))

    @Slot()
    def _show_ghost(self) -> None:
        self.editor.ghost.show(self.ghost.text, self._look.colours.ink_soft)
        if self.ghost.text:
            self.status.say(GHOST_WORDS)
        elif self.status.sentence == GHOST_WORDS:
            self.status.say("")

    def accept(self, length: int) -> None:
        """So many characters of the ghost become text."""
        at = self.ghost.at
        text, tokens = self.ghost.take(length)
        self.session.accept(at, text, tokens, self.ghost.name)
        if self.ghost.text:
            self._show_ghost()
        else:
            self.ghost.wait()

    # -- Qt --------------------------------------------------------------------------------------------------------

    def hideEvent(self, event: QHideEvent) -> None:
        """What is only there for idle hands does not hold up another workspace."""
        self._clear_way()
        super().hideEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.marks.weigher.wait()
        self.marks.show_soon()
