"""Beside the page: which model writes what kind of text, how it chooses its words, and where it stops."""

from dataclasses import dataclass

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QFrame, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from desktop_app.engine.manifest import TextKind
from desktop_app.engine.packages import Package
from desktop_app.engine.text_requests import Choosing
from desktop_app.studio.writing import PRESETS, WriteState, WritingOptions, preset_of
from desktop_app.ui.controls.buttons import IconButton, chip
from desktop_app.ui.controls.flow_layout import FlowLayout
from desktop_app.ui.controls.labels import label, rule
from desktop_app.ui.controls.scrolling import scrolled
from desktop_app.ui.controls.sliders import ValueSlider
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from desktop_app.ui.write.confidence import Legend
from desktop_app.ui.write.word_lists import parsed, written

WIDTH = 304
NAME_PX = 92
VALUE_PX = 40
LONGEST = 1024  # tokens
MOST_SEEDS = 999_999
MOST_ALTERNATIVES = 50


@dataclass(frozen=True)
class Dial:
    """A number of Choosing as a slider: its range, and how a value is written."""

    field: str
    name: str
    low: float
    high: float
    step: float
    help_text: str
    off: float | None = None  # at this value it does nothing
    number: str = "{:.2f}"

    def words(self, value: float) -> str:
        return "off" if value == self.off else self.number.format(value)


DIALS = (
    Dial("temperature", "Temperature", 0.0, 2.0, 0.05, "0 takes the most probable always, 1 draws as the model says"),
    Dial("top_k", "Top-k", 0, 200, 1, "Only the k most probable are drawn from", off=0, number="{:.0f}"),
    Dial("top_p", "Top-p", 0.05, 1.0, 0.01, "The fewest of the most probable that together reach p", off=1.0),
    Dial("min_p", "Min-p", 0.0, 0.5, 0.01, "Those at least this share as probable as the most probable", off=0.0),
    Dial("repetition_penalty", "Repetition", 1.0, 2.0, 0.05, "How strongly what was there is kept away", off=1.0),
)  # fmt: skip


class WriteControls(QWidget):
    """Tells whole new options; the window decides."""

    options_wished = Signal(object, str, str)  # WritingOptions, what the step is called, what it runs together with
    kind_wished = Signal(str)
    seed_wished = Signal()  # a new one
    settled = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self._options = WritingOptions()
        self._kinds: tuple[TextKind, ...] | None = None
        self._title = label("", role="title", wrap=True)
        self._about = label("", role="small", wrap=True)
        self._kind_box, self._kind_group = QWidget(), QButtonGroup(self)
        self._kind_flow = FlowLayout(self._kind_box, spacing=SPACE_1)
        self._preset_box, self._preset_group = QWidget(), QButtonGroup(self)
        self.dials = {dial.field: _slider(dial) for dial in DIALS}
        self.seed = _spin("Seed", 0, MOST_SEEDS, "The same seed and the same text before it give the same text, always")
        self.new_seed = IconButton(look, "reroll", "Another seed")
        self.length = ValueSlider(
            "Length", low=8, high=LONGEST, step=8, width=0, words="{:.0f}".format,
            help_text="At most so many tokens at a time; a word is one or two",
        )  # fmt: skip
        self.stop = _line("Stop strings", "The text ends before any of these. Commas between them, \\n for a new line")
        self.banned = _line(
            "Banned words", "Words and phrases that never come, nor within longer words. Commas part them"
        )
        self.alternatives = _spin("Alternatives", 1, MOST_ALTERNATIVES, "How many other words are kept with each word")
        self.ghost = _switch("Ghost text", "Shows how it might go on while you rest. Tab takes it, Ctrl+Right a word")
        self.colour = _switch("Colour by confidence", "Marks what the model was less sure of  (Ctrl+Shift+K)")
        self.legend = Legend(look)
        self._arrange()
        self._connect()

    # -- layout ----------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        column.setSpacing(SPACE_3)
        self._kind_title = label("Kind of text", role="section")
        self._kind_rule = rule()
        titled = QVBoxLayout()
        titled.setSpacing(SPACE_1)
        titled.addWidget(self._title)
        titled.addWidget(self._about)
        column.addLayout(titled)
        for widget in (self._kind_title, self._kind_box, self._kind_rule):
            column.addWidget(widget)
        column.addWidget(label("How it chooses", role="section"))
        column.addWidget(self._presets())
        for dial in self.dials.values():
            column.addWidget(dial)
        column.addWidget(rule())
        column.addWidget(label("Seed and length", role="section"))
        column.addLayout(_named("Seed", self.seed, self.new_seed))
        column.addWidget(_aligned(self.length))
        column.addWidget(rule())
        column.addWidget(label("Words", role="section"))
        column.addLayout(_named("Stop before", self.stop))
        column.addLayout(_named("Never", self.banned))
        self._page_part = self._of_page()
        column.addWidget(self._page_part)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(body))

    def _presets(self) -> QWidget:
        flow = FlowLayout(self._preset_box, spacing=SPACE_1)
        for number, name in enumerate(PRESETS):
            button = chip(name)
            button.setToolTip(_told(PRESETS[name]))
            self._preset_group.addButton(button, number)
            flow.addWidget(button)
        return self._preset_box

    def _of_page(self) -> QWidget:
        """What only the page has."""
        part = QFrame()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        column.addWidget(rule())
        column.addWidget(label("On the page", role="section"))
        column.addLayout(_named("Alternatives", self.alternatives))
        for switch in (self.ghost, self.colour, self.legend):
            column.addWidget(switch)
        return part

    def _connect(self) -> None:
        self._preset_group.idClicked.connect(self._on_preset)
        self._kind_group.buttonClicked.connect(self._on_kind)
        for field, slider in self.dials.items():
            slider.dragged.connect(lambda value, field=field: self._on_dial(field, value))
            slider.settled.connect(self.settled)
        self.length.dragged.connect(self._on_length)
        self.length.settled.connect(self.settled)
        self.seed.valueChanged.connect(self._on_seed)
        self.new_seed.clicked.connect(self.seed_wished)
        self.stop.editingFinished.connect(self._on_stop)
        self.banned.editingFinished.connect(self._on_banned)
        self.alternatives.valueChanged.connect(self._on_alternatives)
        self.ghost.clicked.connect(self._on_ghost)
        self.colour.clicked.connect(self._on_colour)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_state(self, write: WriteState, package: Package | None) -> None:
        options = self._options = write.options
        text = package.manifest.text if package else None
        self._title.setText(package.manifest.title if package else "No model")
        self._about.setText(
            f"Reads up to {text.context:,} tokens, some {text.context * 3 // 4:,} words." if text else ""
        )
        self._about.setVisible(text is not None)
        self._show_kinds(text.kinds if text else (), write.kind)
        for field, slider in self.dials.items():
            slider.show_value(getattr(options.choosing, field))
        self._check(self._preset_group, preset_of(options.choosing))
        self.length.show_value(options.tokens)
        for spin, value in ((self.seed, options.seed), (self.alternatives, options.alternatives)):
            spin.blockSignals(True)
            spin.setValue(value)
            spin.blockSignals(False)
        for line, words in ((self.stop, options.stop), (self.banned, options.choosing.banned)):
            if not line.hasFocus() or parsed(line.text()) != words:
                line.setText(written(words))
        self.ghost.setChecked(options.ghost)
        self.colour.setChecked(options.colour)
        self.legend.setVisible(options.colour)
        self._page_part.setVisible(write.mode == "page")

    def _show_kinds(self, kinds: tuple[TextKind, ...], kind: str) -> None:
        for widget in (self._kind_title, self._kind_box, self._kind_rule):
            widget.setVisible(bool(kinds))
        if kinds != self._kinds:
            self._kinds = kinds
            self._kind_flow.clear()
            for old in self._kind_group.buttons():
                self._kind_group.removeButton(old)
            for name, title in (("", "None"), *((k.name, k.title) for k in kinds)):
                button = chip(title)
                button.setProperty("kind", name)
                self._kind_group.addButton(button)
                self._kind_flow.addWidget(button)
        known = kind if any(k.name == kind for k in kinds) else ""
        for each in self._kind_group.buttons():
            each.setChecked(each.property("kind") == known)

    @staticmethod
    def _check(group: QButtonGroup, text: str) -> None:
        """The button of this text, or none."""
        group.setExclusive(False)
        for button in group.buttons():
            button.setChecked(button.text() == text)
        group.setExclusive(True)

    # -- wishes ----------------------------------------------------------------------------------------------------

    def _wish(self, label: str, coalesce: str = "", **fields: object) -> None:
        options = replace(self._options, **fields)
        if options != self._options:
            self._options = options
            self.options_wished.emit(options, label, coalesce)

    def _choose(self, label: str, coalesce: str = "", **fields: object) -> None:
        self._wish(label, coalesce, choosing=replace(self._options.choosing, **fields))

    @Slot(int)
    def _on_preset(self, number: int) -> None:
        name = list(PRESETS)[number]
        self._wish(name, choosing=replace(PRESETS[name], banned=self._options.choosing.banned))

    @Slot(object)
    def _on_kind(self, button: QWidget) -> None:
        self.kind_wished.emit(button.property("kind"))

    def _on_dial(self, field: str, value: float) -> None:
        dial = next(dial for dial in DIALS if dial.field == field)
        self._choose(dial.name, f"write {field}", **{field: int(value) if field == "top_k" else value})

    @Slot(float)
    def _on_length(self, value: float) -> None:
        self._wish("Length", "write length", tokens=int(value))

    @Slot(int)
    def _on_seed(self, seed: int) -> None:
        self._wish("Seed", "write seed", seed=seed)

    @Slot()
    def _on_stop(self) -> None:
        self._wish("Stop strings", stop=parsed(self.stop.text()))

    @Slot()
    def _on_banned(self) -> None:
        self._choose("Banned words", banned=parsed(self.banned.text()))

    @Slot(int)
    def _on_alternatives(self, number: int) -> None:
        self._wish("Alternatives", "write alternatives", alternatives=number)

    @Slot(bool)
    def _on_ghost(self, on: bool) -> None:
        self._wish("Ghost text", ghost=on)

    @Slot(bool)
    def _on_colour(self, on: bool) -> None:
        self._wish("Colour by confidence", colour=on)


def _slider(dial: Dial) -> ValueSlider:
    made = ValueSlider(
        dial.name, low=dial.low, high=dial.high, step=dial.step, width=0, help_text=dial.help_text, words=dial.words
    )
    return _aligned(made)


def _aligned(slider: ValueSlider) -> ValueSlider:
    slider.name_label.setFixedWidth(NAME_PX)
    slider.value_label.setFixedWidth(VALUE_PX)
    return slider


def _spin(name: str, low: int, high: int, help_text: str) -> QSpinBox:
    made = QSpinBox()
    made.setRange(low, high)
    made.lineEdit().setTextMargins(SPACE_1, 0, 0, 0)  # a style sheet does not reach it
    made.setKeyboardTracking(False)
    made.setAccessibleName(name)
    made.setToolTip(help_text)
    return made


def _line(name: str, help_text: str) -> QLineEdit:
    made = QLineEdit()
    made.setAccessibleName(name)
    made.setToolTip(help_text)
    made.setPlaceholderText("none")
    return made


def _switch(name: str, help_text: str) -> QCheckBox:
    made = QCheckBox(name)
    made.setAccessibleName(name)
    made.setToolTip(help_text)
    return made


def _named(name: str, *widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(SPACE_2)
    words = label(name, role="soft")
    words.setFixedWidth(NAME_PX)
    row.addWidget(words)
    for number, widget in enumerate(widgets):
        row.addWidget(widget, 0 if number else 1)
    return row


def _told(choosing: Choosing) -> str:
    """A preset in numbers."""
    told = [
        f"{d.name.lower()} {d.words(getattr(choosing, d.field))}" for d in DIALS if getattr(choosing, d.field) != d.off
    ]
    return ", ".join(told).capitalize()
