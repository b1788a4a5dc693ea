"""The brush: where the strength is another, or what is to be filled in; its size, and what is done to all of it."""

from typing import Literal

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.studio.restoration import MAX_GROW, RestoreState, has_mask
from desktop_app.ui.controls.buttons import IconButton
from desktop_app.ui.controls.labels import label
from desktop_app.ui.controls.sliders import ValueSlider
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2
from desktop_app.ui.restore.strength_panel import NAME_WIDTH
from desktop_app.ui.restore.words import percent

Tool = Literal["hand", "brush", "eraser"]
TOOLS: tuple[Tool, ...] = ("hand", "brush", "eraser")
SIZES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256, 320, 400, 512)
FIRST_SIZE = SIZES.index(24)
LOCAL_HELP = "Paint where the strength should be different: a face, a sky."
MASK_HELP = "Paint over what should go: a scratch, dust, a date. It is filled in when you let go."


class BrushPanel(QWidget):
    tool_changed = Signal()  # the tool, its size or its amount
    grown = Signal(int)
    settled = Signal()
    invert_wished = Signal()
    clear_wished = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_mask = False
        self._title = label("", role="section")
        self._help = label("", role="small", wrap=True)
        self._make_tools(look)
        self._make_sliders()
        self._arrange()
        self.show_task(is_mask=False)

    def _make_tools(self, look: Look) -> None:
        self._group = QButtonGroup(self)
        self.tools = {
            "hand": IconButton(look, "hand", "Hand", keys="H"),
            "brush": IconButton(look, "brush", "Brush", keys="B"),
            "eraser": IconButton(look, "eraser", "Eraser", keys="X"),
        }
        for number, name in enumerate(TOOLS):
            self.tools[name].setCheckable(True)
            self._group.addButton(self.tools[name], number)
        self.tools["hand"].setChecked(True)
        self._group.idToggled.connect(self._on_tool)
        self.invert = IconButton(look, "invert", "Invert what is painted", keys="Ctrl+Shift+I")
        self.clear = IconButton(look, "trash", "Clear what is painted", keys="Ctrl+Backspace")
        self.invert.clicked.connect(self.invert_wished)
        self.clear.clicked.connect(self.clear_wished)

    def _make_sliders(self) -> None:
        self.width_slider = ValueSlider(
            "Size",
            low=0,
            high=len(SIZES) - 1,
            step=1,
            help_text="How wide the brush is, in pixels of the picture  ([ and ])",
            width=0,
            words=lambda value: f"{SIZES[round(value)]} px",
        )
        self.amount = ValueSlider(
            "Amount",
            low=0.0,
            high=1.0,
            step=0.05,
            help_text="How much of the strength is left where you paint. 0 % leaves the original.",
            width=0,
            words=percent,
        )
        self.grow = ValueSlider(
            "Grow",
            low=0,
            high=MAX_GROW,
            step=1,
            help_text="Makes what is painted larger on all sides, in pixels of the picture.",
            width=0,
            words=lambda value: f"{value:.0f} px",
        )
        self.width_slider.show_value(FIRST_SIZE)
        for slider in (self.width_slider, self.amount):
            slider.dragged.connect(self._on_changed)
        self.grow.dragged.connect(self._on_grow)
        self.grow.settled.connect(self.settled)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACE_1)
        for button in self.tools.values():
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.invert)
        row.addWidget(self.clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_1)
        column.addWidget(self._title)
        column.addLayout(row)
        for slider in (self.width_slider, self.amount, self.grow):
            slider.name_label.setMinimumWidth(NAME_WIDTH)
            column.addWidget(slider)
        column.addSpacing(SPACE_2)
        column.addWidget(self._help)

    # -- what is chosen --------------------------------------------------------------------------------------------

    @property
    def tool(self) -> Tool:
        return TOOLS[max(0, self._group.checkedId())]

    @property
    def radius(self) -> float:
        """In pixels of the picture."""
        return SIZES[round(self.width_slider.value)] / 2

    @property
    def painted_amount(self) -> float:
        """What a stroke sets: of a mask 1 or 0, else the strength there."""
        if self._is_mask:
            return 0.0 if self.tool == "eraser" else 1.0
        return 1.0 if self.tool == "eraser" else self.amount.value

    def choose(self, tool: Tool) -> None:
        self.tools[tool].setChecked(True)

    @Slot()
    def make_smaller(self) -> None:
        self._step_size(-1)

    @Slot()
    def make_larger(self) -> None:
        self._step_size(1)

    def _step_size(self, by: int) -> None:
        self.width_slider.show_value(min(max(round(self.width_slider.value) + by, 0), len(SIZES) - 1))
        self.tool_changed.emit()

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_task(self, *, is_mask: bool) -> None:
        """is_mask: what is painted is filled in; else it is the strength in places."""
        self._is_mask = is_mask
        self._title.setText("What to fill in" if is_mask else "Strength in places")
        self._help.setText(MASK_HELP if is_mask else LOCAL_HELP)
        self.amount.setVisible(not is_mask)
        self.grow.setVisible(is_mask)
        self.invert.setVisible(is_mask)

    def show_state(self, state: RestoreState) -> None:
        self.grow.show_value(state.grow)
        self.clear.setEnabled(has_mask(state) if self._is_mask else bool(state.local))

    @Slot(int, bool)
    def _on_tool(self, _number: int, chosen: bool) -> None:
        if chosen:
            self.tool_changed.emit()

    @Slot()
    def _on_changed(self) -> None:
        self.tool_changed.emit()

    @Slot(float)
    def _on_grow(self, pixels: float) -> None:
        self.grown.emit(round(pixels))
