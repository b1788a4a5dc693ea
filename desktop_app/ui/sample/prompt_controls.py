"""What the icons of the sheet are to be: words, style, set, guidance and variety. Shown for packages of icons alone."""

from msgspec.structs import replace
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.engine.manifest import Icons
from desktop_app.engine.requests import Prompt
from desktop_app.studio import prompting
from desktop_app.studio.icon_prompt import heard
from desktop_app.studio.sheet import SheetState
from desktop_app.ui.controls.buttons import IconButton, chip
from desktop_app.ui.controls.flow_layout import FlowLayout
from desktop_app.ui.controls.sliders import ValueSlider
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_4
from desktop_app.ui.sample.remark_row import RemarkRow
from desktop_app.ui.sample.set_field import SetField
from desktop_app.ui.sample.words_field import WordsField

LINE = 32  # px: the height of each group of controls
ANY_STYLE = 0


class PromptControls(QWidget):
    """Tells whole new prompts; the window decides."""

    prompt_wished = Signal(object, str, str)  # Prompt, what the step is called, what it runs together with
    variety_dragged = Signal(float)
    settled = Signal()
    different_wished = Signal()
    order_wished = Signal()  # no choice any more
    left = Signal()  # to the sheet, by the keyboard

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons: Icons | None = None
        self._sheet: SheetState | None = None
        self.words = WordsField(look)
        self.different = IconButton(look, "different", "Twelve different ones", keys="D", show_text=True)
        self.different.setToolTip("Draft 200 of these and show the twelve that differ most first  (D)")
        self.remarks = RemarkRow()
        self.sets = SetField(look)
        self._styles = QButtonGroup(self)
        self._style_row = QWidget()
        self.extras_home = QWidget()  # stands in the bar above
        self.extras = QHBoxLayout(self.extras_home)  # for what else decides how icons look
        self.extras.setContentsMargins(0, 0, 0, 0)
        self.extras.setSpacing(SPACE_2)
        self._make_sliders()
        self._arrange()
        self._connect()

    def _make_sliders(self) -> None:
        self.guidance = ValueSlider(
            "Guidance",
            low=0.0,
            high=5.0,
            step=0.25,
            help_text="How closely the words, the style and the set are followed. 0 hears none of them.",
            width=72,
        )
        self.variety = ValueSlider(
            "Variety",
            low=0.0,
            high=1.3,
            step=0.05,
            help_text="Truncation: 0 is the most typical icon, 1 the whole range that the model learned.",
            width=72,
        )

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE_2)
        top.addWidget(self.words, 1)
        top.addWidget(self.different)
        self.different.setFixedHeight(self.words.height())
        styles = QHBoxLayout(self._style_row)
        styles.setContentsMargins(0, 0, 0, 0)
        styles.setSpacing(SPACE_1)
        groups = QWidget()
        flow = FlowLayout(groups, spacing=SPACE_4, line_spacing=0)
        sliders = QWidget()
        pair = QHBoxLayout(sliders)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(SPACE_4)
        pair.addWidget(self.guidance)
        pair.addWidget(self.variety)
        for group in (self._style_row, self.sets, sliders):
            group.setFixedHeight(LINE)
            flow.addWidget(group)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_1)
        column.addLayout(top)
        column.addWidget(self.remarks)
        column.addWidget(groups)

    def _connect(self) -> None:
        words, remarks = self.words, self.remarks
        words.typed.connect(self._on_words)
        words.settled.connect(self.settled)
        words.left.connect(self.left)
        remarks.example_pressed.connect(self._on_example)
        remarks.near_pressed.connect(self._on_near)
        remarks.order_wished.connect(self.order_wished)
        self.different.clicked.connect(self.different_wished)
        self._styles.idClicked.connect(self._on_style)
        self.sets.chosen.connect(self._on_set)
        self.guidance.dragged.connect(self._on_guidance)
        self.guidance.settled.connect(self.settled)
        self.variety.dragged.connect(self.variety_dragged)
        self.variety.settled.connect(self.settled)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_sheet(self, sheet: SheetState, icons: Icons) -> None:
        if icons != self._icons:
            self._show_icons(icons)
        self._sheet = sheet
        prompt = self.prompt
        if not self.words.is_waiting and heard(self.words.text(), icons).words != prompt.words:
            self.words.show_text(" ".join(prompt.words))
        style = icons.styles.index(prompt.style) + 1 if prompt.style in icons.styles else ANY_STYLE
        self._styles.button(style).setChecked(True)
        self.sets.show_set(prompt.source)
        self.guidance.show_value(prompt.guidance)
        self.variety.show_value(sheet.truncation)
        self._show_remarks()

    def show_drafting(self, share: float | None) -> None:
        """How much of the drafting is done, 0 to 1; None where nothing is drafted."""
        if share is not None and self.different.hasFocus():
            self.left.emit()  # what was pressed for comes there; a button that rests would hand its focus to the next
        self.different.setEnabled(share is None)
        self.different.setText("Twelve different ones" if share is None else f"Drafting… {share:.0%}")

    @property
    def prompt(self) -> Prompt:
        assert self._icons is not None
        shown = self._sheet.prompt if self._sheet else None
        return shown or prompting.plain_prompt(self._icons)

    def _show_icons(self, icons: Icons) -> None:
        self._icons = icons
        self.different.ensurePolished()
        self.different.setMinimumWidth(self.different.sizeHint().width())  # while it says how far it is
        self.words.set_vocabulary(icons.words)
        self.sets.set_sources(icons.sources)
        self.sets.setVisible(bool(icons.sources))
        for button in self._styles.buttons():
            self._styles.removeButton(button)
            button.hide()
            button.deleteLater()
        for number, name in enumerate(("Any", *(style.capitalize() for style in icons.styles))):
            button = chip(name)
            button.setAccessibleName(f"Style: {name}")
            self._styles.addButton(button, number)
            layout = self._style_row.layout()
            assert layout is not None
            layout.addWidget(button)

    def _show_remarks(self) -> None:
        assert self._icons is not None
        said = heard(self.words.text(), self._icons)
        if not self.words.text().strip() and not self.prompt.words:
            choice = self._sheet.choice if self._sheet else None
            self.remarks.show_examples(prompting.examples(self._icons), choice)
            return
        near = prompting.first_near(said.unknown, self._icons.words)
        self.remarks.show_heard(prompting.remark(said), near, self._sheet.choice if self._sheet else None)

    # -- hands -----------------------------------------------------------------------------------------------------

    def _wish(self, label: str, coalesce: str = "", **changes: object) -> None:
        prompt = replace(self.prompt, **changes)
        if prompt != self.prompt:
            self.prompt_wished.emit(prompt, label, coalesce)

    @Slot(str)
    def _on_words(self, text: str) -> None:
        if self._icons is None:
            return
        self._wish("Words", "words", words=heard(text, self._icons).words)
        self._show_remarks()

    @Slot(str)
    def _on_example(self, text: str) -> None:
        self.words.setFocus()
        self.words.write(text)

    @Slot(str, str)
    def _on_near(self, unknown: str, word: str) -> None:
        self.words.setFocus()
        self.words.write(prompting.instead_of(self.words.text(), unknown, word))

    @Slot(int)
    def _on_style(self, number: int) -> None:
        assert self._icons is not None
        style = "" if number == ANY_STYLE else self._icons.styles[number - 1]
        self._wish(f"Style {style}" if style else "Any style", style=style)

    @Slot(str)
    def _on_set(self, prefix: str) -> None:
        title = prompting.source_title(prefix, self._icons)
        self._wish(f"Set {title}" if prefix else "Any set", source=prefix)

    @Slot(float)
    def _on_guidance(self, guidance: float) -> None:
        self._wish("Guidance", "guidance", guidance=guidance)
