"""What is asked: the task, the question or a wish, and the text or the design that it is about."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.studio.ask import TASKS, TITLES, AskState, Task
from desktop_app.studio.page import words
from desktop_app.ui.controls.buttons import IconButton, chip, push_button
from desktop_app.ui.controls.flow_layout import FlowLayout
from desktop_app.ui.controls.labels import ElidedLabel, label
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4
from desktop_app.ui.write.text_field import TextField, beside

HINTS: dict[Task, str] = {
    "question": "What do you want to know?",
    "summarise": "A wish besides, if there is one: “in one sentence”, “for children”",
    "shorter": "A wish besides, if there is one: “at most ten words”",
    "names": "A wish besides, if there is one: “as of a small café”, “in Italian”",
    "free": "What is the model to do? “Translate into German”, “Is this review kind or harsh?”",
}
TIPS: dict[Task, str] = {
    "question": "A question, about the text below or about anything",
    "summarise": "What the text says, in a sentence or two",
    "shorter": "The same in fewer words",
    "names": "Names for a starred design: the model knows its class and who drew it, and does not see it",
    "free": "Any instruction, about the text below or about nothing",
}
GOING_WIDTH = 140  # px


class AskForm(QWidget):
    task_chosen = Signal(str)
    question_typed = Signal(str)
    document_typed = Signal(str)
    page_taken = Signal()
    selection_taken = Signal()
    document_cleared = Signal()
    design_wished = Signal()
    go_wished = Signal()
    stop_wished = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._is_busy = False
        self._group = QButtonGroup(self)
        self.tasks = [self._task(task, number) for number, task in enumerate(TASKS)]
        self._group.idClicked.connect(lambda number: self.task_chosen.emit(TASKS[number]))
        self.question = TextField("Question or instruction", lines=3)
        self.question.typed.connect(self.question_typed)
        self.told = ElidedLabel()
        self.told.setProperty("role", "small")
        self.told.setFixedWidth(GOING_WIDTH)
        self.go = push_button("Ask", role="main")
        self.go.clicked.connect(self._on_go)
        self.document = TextField("Text that it is about", "A text that it is about: paste it, or take the page’s")
        self.document.setFixedHeight(132)
        self.document.typed.connect(self.document_typed)
        self._count = label("", role="small")
        self.take_page = push_button("Take the page’s text", role="quiet")
        self.take_selection = push_button("Take the selection", role="quiet")
        self.clear = IconButton(look, "close", "Empty the text")
        self.take_page.clicked.connect(self.page_taken)
        self.take_selection.clicked.connect(self.selection_taken)
        self.clear.clicked.connect(self.document_cleared)
        self.design = push_button("Choose a design…")
        self.design.clicked.connect(self.design_wished)
        self._design = ElidedLabel()
        self._arrange()

    def _task(self, task: Task, number: int) -> QWidget:
        button = chip(TITLES[task])
        button.setToolTip(TIPS[task])
        self._group.addButton(button, number)
        return button

    def _arrange(self) -> None:
        tasks = QWidget()
        flow = FlowLayout(tasks, spacing=SPACE_2)
        for button in self.tasks:
            flow.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_3)
        column.setSpacing(SPACE_3)
        column.addWidget(tasks)
        column.addLayout(beside(self.question, self.told, self.go))
        self._text_part, self._design_part = self._of_text(), self._of_design()
        column.addWidget(self._text_part)
        column.addWidget(self._design_part)

    def _of_text(self) -> QWidget:
        part = QWidget()
        head = QHBoxLayout()
        head.setSpacing(SPACE_2)
        head.addWidget(label("Text", role="section"))
        head.addWidget(self._count)
        head.addStretch(1)
        for button in (self.take_selection, self.take_page, self.clear):
            head.addWidget(button)
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        column.addLayout(head)
        column.addWidget(self.document)
        return part

    def _of_design(self) -> QWidget:
        part = QWidget()
        row = QHBoxLayout(part)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_3)
        row.addWidget(self.design)
        row.addWidget(self._design, 1)
        return part

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_ask(self, state: AskState, design_words: str, *, has_page: bool) -> None:
        """design_words: the design to find names for, empty where there is none. has_page: whether it has text."""
        self._group.button(TASKS.index(state.task)).setChecked(True)
        self.question.setPlaceholderText(HINTS[state.task])
        self.question.show_text(state.question)
        self.document.show_text(state.document)
        self._count.setText(f"{words(state.document):,} words" if state.document else "")
        self.clear.setEnabled(bool(state.document))
        self.take_page.setEnabled(has_page)
        self._text_part.setVisible(state.task != "names")
        self._design_part.setVisible(state.task == "names")
        self._design.setText(design_words)

    def show_going(self, told: str, *, is_busy: bool, missing: str) -> None:
        """told: how it goes; missing: why nothing can be asked yet, as a sentence."""
        self._is_busy = is_busy
        self.told.setText(told)
        name = "Stop" if is_busy else "Ask"
        self.go.setText(name)
        self.go.setAccessibleName(name)
        self.go.setEnabled(is_busy or not missing)
        self.go.setToolTip(missing if missing and not is_busy else f"{name}  ({'Esc' if is_busy else 'Ctrl+Return'})")

    @Slot()
    def _on_go(self) -> None:
        (self.stop_wished if self._is_busy else self.go_wished).emit()
