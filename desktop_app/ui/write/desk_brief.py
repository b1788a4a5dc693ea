"""The head of the copy desk: the brief, how many lines at once, and what must hold of each."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from desktop_app.engine.text_requests import Limits
from desktop_app.studio.copy_desk import FEWEST, LONGEST, MOST, CopyDesk
from desktop_app.ui.controls.buttons import chip, push_button
from desktop_app.ui.controls.flow_layout import FlowLayout
from desktop_app.ui.controls.labels import ElidedLabel, label
from desktop_app.ui.look.tokens import CONTROL_HEIGHT, SPACE_1, SPACE_2, SPACE_3, SPACE_4
from desktop_app.ui.write.text_field import TextField, beside
from desktop_app.ui.write.text_places import clean
from desktop_app.ui.write.word_lists import parsed, written

HINT = "What the lines go on from: “A lamp of oak and glass. Tagline:”"
ONE_LINE = (
    "A line ends where the model begins a new one. After a brief with a colon it is one quotation, without the marks"
)
WORDS_WIDTH, GOING_WIDTH = 120, 140  # px


class DeskBrief(QWidget):
    brief_typed = Signal(str)
    count_set = Signal(int)
    limits_set = Signal(object)  # Limits
    one_line_set = Signal(bool)
    asks_set = Signal(bool)
    go_wished = Signal()
    stop_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._is_busy, self._lines = False, 0
        self.brief = TextField("Brief", HINT, lines=3)
        self.brief.typed.connect(self.brief_typed)
        self.count = _number("Lines at once", FEWEST, MOST, "How many lines are written side by side, as one batch")
        self.count.setSuffix(" lines")
        self.count.setFixedWidth(92)
        self.characters = _number("Characters at most", 0, LONGEST, "No line is longer; 0 is any length")
        self.characters.setSpecialValueText("any length")
        self.characters.setPrefix("up to ")
        self.characters.setSuffix(" characters")
        self.characters.setFixedWidth(176)
        self.contain = _words(
            "Words each line contains", "oak, warm light", "Each line holds all of these; parted by commas"
        )
        self.avoid = _words("Words no line contains", "gold, luxury", "No line holds these, nor a longer word with one")
        self.one_line = chip("One line")
        self.one_line.setToolTip(ONE_LINE)
        self.asks = chip("Ask for lines")
        self.told = ElidedLabel()
        self.told.setProperty("role", "small")
        self.told.setFixedWidth(GOING_WIDTH)
        self.go = push_button("Write", role="main")
        self._connect()
        self._arrange()

    def _connect(self) -> None:
        self.count.valueChanged.connect(self.count_set)
        self.characters.valueChanged.connect(self._on_limits)
        self.contain.textEdited.connect(self._on_limits)
        self.avoid.textEdited.connect(self._on_limits)
        self.one_line.toggled.connect(self.one_line_set)
        self.asks.toggled.connect(self.asks_set)
        self.go.clicked.connect(self._on_go)

    def _arrange(self) -> None:
        limits = QWidget()
        flow = FlowLayout(limits, spacing=SPACE_2)
        named = (_named("with", self.contain), _named("without", self.avoid))
        for part in (self.count, self.characters, *named, self.one_line, self.asks):
            flow.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_3)
        column.setSpacing(SPACE_3)
        column.addLayout(beside(self.brief, self.told, self.go))
        column.addWidget(limits)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_desk(self, desk: CopyDesk, *, can_ask: bool) -> None:
        """can_ask: whether the model was taught to follow instructions."""
        self.brief.show_text(desk.brief)
        for part, value in ((self.count, desk.count), (self.characters, desk.limits.characters or 0)):
            part.blockSignals(True)
            part.setValue(value)
            part.blockSignals(False)
        for field, words in ((self.contain, desk.limits.contain), (self.avoid, desk.limits.avoid)):
            if parsed(clean(field.text())) != words:
                field.setText(written(words))
        for button, is_on in ((self.one_line, desk.one_line), (self.asks, desk.asks and can_ask)):
            button.blockSignals(True)
            button.setChecked(is_on)
            button.blockSignals(False)
        self.asks.setVisible(can_ask)
        self.asks.setToolTip("The brief is put to the model as an instruction, not as a text to go on from")
        self._lines = desk.count
        self._name_go()

    def show_going(self, told: str, *, is_busy: bool, can_go: bool) -> None:
        """told: how it goes, in a few words."""
        self._is_busy = is_busy
        self.told.setText(told)
        self.go.setEnabled(is_busy or can_go)
        self._name_go()

    def _name_go(self) -> None:
        words = "Stop" if self._is_busy else f"Write {self._lines} lines"
        self.go.setText(words)
        self.go.setAccessibleName(words)
        self.go.setToolTip(f"{words}  ({'Esc' if self._is_busy else 'Ctrl+Return'})")

    # -- slots -----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_limits(self) -> None:
        contain, avoid = (parsed(clean(field.text())) for field in (self.contain, self.avoid))
        self.limits_set.emit(Limits(self.characters.value() or None, contain, avoid))

    @Slot()
    def _on_go(self) -> None:
        (self.stop_wished if self._is_busy else self.go_wished).emit()


def _number(name: str, low: int, high: int, help_text: str) -> QSpinBox:
    made = QSpinBox()
    made.setRange(low, high)
    made.setAccessibleName(name)
    made.setToolTip(help_text)
    made.lineEdit().setTextMargins(SPACE_1, 0, 0, 0)
    made.setFixedHeight(CONTROL_HEIGHT)
    return made


def _words(name: str, hint: str, help_text: str) -> QLineEdit:
    made = QLineEdit()
    made.setAccessibleName(name)
    made.setPlaceholderText(hint)
    made.setToolTip(help_text)
    made.setFixedSize(WORDS_WIDTH, CONTROL_HEIGHT)
    return made


def _named(name: str, field: QLineEdit) -> QWidget:
    """A field with its name before it."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_2)
    row.addWidget(label(name, role="soft"))
    row.addWidget(field)
    return made
