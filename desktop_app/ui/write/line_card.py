"""One line of the copy desk: its words, how it stands to its limits, and what can be done with it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.ui.controls.buttons import IconButton
from desktop_app.ui.controls.labels import label
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_3
from desktop_app.ui.write.desk_scene import CardScene
from desktop_app.ui.write.line_text import LineText
from desktop_app.ui.write.text_field import TextField
from desktop_app.ui.write.word_strip import WordStrip, mean_bits, strip_words

LEAST_WIDTH = 264
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class LineCard(QFrame):
    branch_wished = Signal(int)  # the number of the line, in all of these
    kept = Signal(int, bool)
    rewritten = Signal(int, str)
    copy_wished = Signal(int)
    title_wished = Signal(int)
    remove_wished = Signal(int)
    stepped = Signal(int)  # by how many cards the focus is to go

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.scene = CardScene(0, "", "")
        self.setProperty("role", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(LEAST_WIDTH)
        self._text = LineText(look)
        self._field = TextField("The line")
        self._field.setToolTip("Enter keeps the change, Esc leaves the line as it was")
        self._field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._text)
        self._stack.addWidget(self._field)
        self._count = label("", role="small")
        self._strip = WordStrip(look)
        self._mean = label("", role="small")
        self._note = label("", role="small", wrap=True)
        self._make_buttons(look)
        self._arrange()
        look.changed.connect(self._write)

    def _make_buttons(self, look: Look) -> None:
        self.branch = IconButton(look, "branch", "Branch", show_text=True)
        self.star = IconButton(look, "star", "Keep this line", keys="Space", checked_icon="star-filled")
        self.star.setCheckable(True)
        self.edit = IconButton(look, "edit", "Change by hand", keys="F2")
        self.copy = IconButton(look, "copy", "Copy", keys="Ctrl+C")
        self.title = IconButton(look, "title", "Send to a design as its title…", keys="T")
        self.remove = IconButton(look, "trash", "Remove, with all that goes on from it", keys="Del")
        self.branch.clicked.connect(lambda: self.branch_wished.emit(self.scene.number))
        self.star.toggled.connect(self._on_star)
        self.edit.clicked.connect(self.start_editing)
        self.copy.clicked.connect(lambda: self.copy_wished.emit(self.scene.number))
        self.title.clicked.connect(lambda: self.title_wished.emit(self.scene.number))
        self.remove.clicked.connect(lambda: self.remove_wished.emit(self.scene.number))

        for button in self.buttons:
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)  # a card is as high while it is written as after
            button.setSizePolicy(policy)

    @property
    def buttons(self) -> tuple[IconButton, ...]:
        return (self.branch, self.star, self.edit, self.copy, self.title, self.remove)

    def _arrange(self) -> None:
        facts = QHBoxLayout()
        facts.setSpacing(SPACE_3)
        facts.addWidget(self._count)
        facts.addWidget(self._strip, 1)
        facts.addWidget(self._mean)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.branch)
        row.addStretch(1)
        for button in self.buttons[2:]:
            row.addWidget(button)
        top = QHBoxLayout()
        top.setSpacing(SPACE_1)
        top.addWidget(self._stack, 1)
        top.addWidget(self.star, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_3, SPACE_2, SPACE_2, SPACE_2)
        column.setSpacing(SPACE_2)
        column.addLayout(top, 1)
        column.addWidget(self._note)
        column.addLayout(facts)
        column.addLayout(row)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_scene(self, scene: CardScene) -> None:
        if scene.number != self.scene.number:
            self._stop_editing()
        if scene != self.scene:
            self.scene = scene
            self._write()

    @Slot()
    def _write(self) -> None:
        scene = self.scene
        self._text.show_line(scene.before, scene.text, is_live=scene.is_live)
        self._count.setText(scene.count_words)
        self._strip.show_words(scene.text.split(), scene.bits)
        self._mean.setText(f"{mean_bits(scene.bits):.1f} bits" if scene.bits else "")
        self._mean.setToolTip(strip_words(scene.bits))
        self._say_note()
        self.star.blockSignals(True)
        self.star.setChecked(scene.is_kept)
        self.star.blockSignals(False)
        self.star.rename("Let go of this line" if scene.is_kept else "Keep this line", "Space")
        self.branch.setText(f"{scene.below} more" if scene.below else "Branch")
        self.branch.rename(*_branch_words(scene.below))
        for button in self.buttons:
            button.setVisible(not scene.is_live)
            button.setEnabled(scene.number > 0)
        self.setAccessibleName(self._spoken())

    def _say_note(self) -> None:
        scene = self.scene
        text = ", ".join(scene.breaks) if scene.breaks else scene.note
        self._note.setText(text[:1].upper() + text[1:])
        self._note.setVisible(bool(text))
        for part in (self._note, self._count):
            part.setProperty(
                "role", "warn-small" if scene.breaks and (part is self._note or self._is_long) else "small"
            )
            part.style().polish(part)

    @property
    def _is_long(self) -> bool:
        return self.scene.most is not None and len(self.scene.line) > self.scene.most

    def _spoken(self) -> str:
        scene = self.scene
        characters = f"{len(scene.line)} of {scene.most} characters" if scene.most else f"{len(scene.line)} characters"
        kept = ", kept" if scene.is_kept else ""
        return f"{scene.line}, {', '.join((characters, *scene.breaks))}{kept}"

    # -- by hand ---------------------------------------------------------------------------------------------------

    @property
    def is_edited(self) -> bool:
        """Whether a hand is changing it now."""
        return self._stack.currentWidget() is self._field

    @Slot()
    def start_editing(self) -> None:
        if self.scene.number <= 0:
            return
        self._field.show_text(self.scene.line)
        self._stack.setCurrentWidget(self._field)
        self._field.moveCursor(self._field.textCursor().MoveOperation.End)
        self._field.setFocus()
        self._field.installEventFilter(self)

    def _stop_editing(self) -> None:
        if self.is_edited:
            self._field.removeEventFilter(self)
            had_focus = self._field.hasFocus()
            self._stack.setCurrentWidget(self._text)
            if had_focus:
                self.setFocus()

    def _keep_edit(self) -> None:
        text = self._field.text
        self._stop_editing()
        self.rewritten.emit(self.scene.number, text)

    @Slot(bool)
    def _on_star(self, is_kept: bool) -> None:
        self.kept.emit(self.scene.number, is_kept)

    # -- Qt --------------------------------------------------------------------------------------------------------

    def eventFilter(self, watched, event) -> bool:  # type: ignore[no-untyped-def]
        """Enter and another focus keep what a hand has changed, Esc does not."""
        if event.type() == event.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self._stop_editing()
            return True
        if event.type() == event.Type.KeyPress and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._keep_edit()
            return True
        if event.type() == event.Type.FocusOut and event.reason() != Qt.FocusReason.PopupFocusReason:
            self._keep_edit()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _STEPS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.stepped.emit(_STEPS[Qt.Key(event.key())])
        elif not self._act(event):
            super().keyPressEvent(event)

    def _act(self, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        button = (
            {
                Qt.Key.Key_Return: self.branch,
                Qt.Key.Key_Enter: self.branch,
                Qt.Key.Key_Space: self.star,
                Qt.Key.Key_F2: self.edit,
                Qt.Key.Key_T: self.title,
                Qt.Key.Key_Delete: self.remove,
            }.get(Qt.Key(event.key()))
            if plain
            else None
        )
        if event.matches(QKeySequence.StandardKey.Copy):
            button = self.copy
        if button is not None and button.isEnabled():
            button.click()
        return button is not None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.start_editing()


def _branch_words(below: int) -> tuple[str, str]:
    if below:
        return f"Show the {below} line{'s' if below > 1 else ''} that go on from here", "Enter"
    return "Branch: write lines that go on from here", "Enter"
