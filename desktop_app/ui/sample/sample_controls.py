"""What decides the sheet: list, class, truncation, seed, tile size, and the amount of a sheet of variations."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QIntValidator, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QSlider, QToolButton, QVBoxLayout, QWidget

from desktop_app.engine.manifest import Manifest
from desktop_app.studio.sheet import SheetState
from desktop_app.ui.controls.buttons import IconButton, chip
from desktop_app.ui.controls.flow_layout import FlowLayout
from desktop_app.ui.controls.labels import ElidedLabel, rule
from desktop_app.ui.controls.sliders import ValueSlider
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from desktop_app.ui.sample.icon_page import IconPage
from desktop_app.ui.sample.list_switch import SHEET, TAKES, ListSwitch
from desktop_app.ui.sample.prompt_controls import PromptControls
from desktop_app.ui.sample.sheet_layout import MAX_TILE, MIN_TILE

TIGHT, NARROW = 880, 760  # px
ALL = 1_000_000  # the chip for all classes in turn; Qt takes -1 for "any number"


class SampleControls(QWidget):
    list_chosen = Signal(int)  # a number of ListSwitch
    label_chosen = Signal(object)  # int, or None for all in turn
    truncation_dragged = Signal(float)
    amount_dragged = Signal(float)
    drag_settled = Signal()
    seed_typed = Signal(int)
    reroll_wished = Signal()
    back_wished = Signal()
    tile_size_dragged = Signal(int)
    crisp_toggled = Signal(bool)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._classes: tuple[str, ...] = ()
        self._has_base = self._has_icons = False
        self.prompt = PromptControls(look)
        self.switch = ListSwitch()
        self.switch.chosen.connect(self.list_chosen)
        self._pages: list[QWidget] = []  # the tools of each
        self._make_seed(look)
        self._make_view(look)
        self._make_classes()
        self._make_variations(look)
        self._truncation = ValueSlider(
            "Truncation",
            low=0.0,
            high=1.5,
            step=0.05,
            help_text="0 shows the average design, 1 the whole range the model learned. More is bolder and less sure.",
        )
        self._truncation.dragged.connect(self.truncation_dragged)
        self._truncation.settled.connect(self.drag_settled)
        self._arrange()

    # -- parts -----------------------------------------------------------------------------------------------------

    def _make_seed(self, look: Look) -> None:
        self._reroll = IconButton(look, "reroll", "Re-roll", keys="R", show_text=True)
        self._reroll.setToolTip("A new seed, a new sheet  (R)")
        self._reroll.clicked.connect(self.reroll_wished)
        self._seed = QLineEdit()
        self._seed.setAccessibleName("Seed")
        self._seed.setToolTip("The same seed always brings back the same sheet. Type one and press Enter.")
        self._seed.setValidator(QIntValidator(0, 2**31 - 1, self._seed))
        self._seed.setFixedWidth(self._seed.fontMetrics().horizontalAdvance("0000000000") + 24)
        self._seed.editingFinished.connect(self._on_seed)

    def _make_view(self, look: Look) -> None:
        self._crisp = IconButton(look, "crisp", "Crisp pixels", keys="X")
        self._crisp.setCheckable(True)
        self._crisp.setToolTip("Show the model’s own pixels instead of smoothing them  (X)")
        self._crisp.toggled.connect(self.crisp_toggled)
        self._smaller = IconButton(look, "small-tiles", "Smaller tiles", keys="Ctrl+-")
        self._larger = IconButton(look, "large-tiles", "Larger tiles", keys="Ctrl++")
        self._size = QSlider(Qt.Orientation.Horizontal)
        self._size.setRange(MIN_TILE, MAX_TILE)
        self._size.setPageStep(32)
        self._size.setMinimumWidth(48)
        self._size.setMaximumWidth(120)
        self._size.setAccessibleName("Tile size")
        self._size.valueChanged.connect(self.tile_size_dragged)
        self._smaller.clicked.connect(self.make_smaller)
        self._larger.clicked.connect(self.make_larger)

    def _make_classes(self) -> None:
        self._class_row = QWidget()
        self._chips = FlowLayout(self._class_row, spacing=SPACE_1)
        self._chip_group = QButtonGroup(self)
        self._chip_group.idClicked.connect(self._on_chip)

    def _make_variations(self, look: Look) -> None:
        self._variation_bar = QWidget()
        self._back = IconButton(look, "back", "Back", keys="Backspace", show_text=True)
        self._back.setToolTip("Back to the sheet this design was picked from  (Backspace)")
        self._back.clicked.connect(self.back_wished)
        self._variation_name = ElidedLabel()
        self._amount = ValueSlider(
            "Amount",
            low=0.05,
            high=1.0,
            step=0.05,
            help_text="How far the variations stray from the first tile.",
            width=160,
        )
        self._amount.dragged.connect(self.amount_dragged)
        self._amount.settled.connect(self.drag_settled)
        row = QHBoxLayout(self._variation_bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_3)
        row.addWidget(self._back)
        row.addWidget(self._variation_name, 1)
        row.addWidget(self._amount)
        self._variation_bar.hide()

    def _arrange(self) -> None:
        self._tools = QWidget()  # of the sheet and the takes
        tools = QHBoxLayout(self._tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(SPACE_2)
        tools.addWidget(self._reroll)
        tools.addWidget(self._seed)
        tools.addStretch(1)
        self._rule = rule(vertical=True)
        for widget in (self.prompt.extras_home, self._crisp, self._rule, self._smaller):
            tools.addWidget(widget)
        tools.addWidget(self._size, 2)
        tools.addWidget(self._larger)
        self._top = QHBoxLayout()
        self._top.setSpacing(SPACE_4)
        self._top.addWidget(self.switch)
        self._top.addWidget(self._tools, 1)
        self._below = QWidget()
        below = QHBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(SPACE_4)
        below.addWidget(self._class_row, 1)
        below.addWidget(self._truncation, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_3)
        column.setSpacing(SPACE_3)
        column.addLayout(self._top)
        column.addWidget(self._below)
        column.addWidget(self.prompt)
        column.addWidget(self._variation_bar)

    def add_pages(self, pages: Sequence[IconPage]) -> None:
        """Their names on the switch, their tools beside it."""
        self.switch.add_pages([(page.title, page.help_text) for page in pages])
        self._pages = [page.tools or QWidget() for page in pages]
        for tools in self._pages:
            tools.hide()
            self._top.addWidget(tools, 1)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_sheet(self, sheet: SheetState, manifest: Manifest | None, name: str) -> None:
        """manifest: of the sheet's package, where it is here. name: of the base of a sheet of variations."""
        self._show_classes(manifest.classes if manifest else ())
        icons = manifest.icons if manifest else None
        self._has_icons = icons is not None
        if icons is not None:
            self.prompt.show_sheet(sheet, icons)
        is_variation = sheet.base is not None
        chosen = ALL if sheet.label is None else sheet.label
        button = self._chip_group.button(chosen)
        if button is not None:
            button.setChecked(True)
        all_button = self._chip_group.button(ALL)
        if all_button is not None:
            all_button.setEnabled(not is_variation)
        self._truncation.show_value(sheet.truncation)
        self._amount.show_value(sheet.amount)
        if not self._seed.hasFocus():
            self._seed.setText(str(sheet.seed))
        self._has_base = is_variation
        self._variation_name.setText(f"Variations of {name}")

    def show_list(self, current: int, takes: int) -> None:
        """current: a number of ListSwitch. takes: how many there are."""
        self.switch.show_takes(takes)
        self.switch.show_current(current)
        for number, tools in enumerate(self._pages, TAKES + 1):
            tools.setVisible(number == current)
        is_page = current > TAKES
        self._fit()
        self._tools.setVisible(not is_page)
        self._below.setVisible(not is_page and not self._has_icons)
        self.prompt.extras_home.setVisible(self._has_icons)
        self.prompt.setVisible(current == SHEET and self._has_icons)
        self._variation_bar.setVisible(self._has_base and not is_page)
        for widget in (self._class_row, self._truncation, self._reroll, self._seed, self._variation_bar):
            widget.setEnabled(current == SHEET)

    def show_tile_size(self, tile_px: int) -> None:
        self._size.blockSignals(True)
        self._size.setValue(tile_px)
        self._size.blockSignals(False)

    @Slot()
    def toggle_crisp(self) -> None:
        self._crisp.toggle()

    def _show_classes(self, classes: tuple[str, ...]) -> None:
        if classes == self._classes:
            return
        self._classes = classes
        for button in self._chip_group.buttons():
            self._chip_group.removeButton(button)
        self._chips.clear()
        if classes:
            self._add_chip("All", ALL, "All classes in turn")
        for number, name in enumerate(classes):
            self._add_chip(name, number, f"Class {number}" if name == str(number) else f"Class {number}, {name}")
        self._class_row.updateGeometry()

    def _add_chip(self, text: str, number: int, tip: str) -> None:
        button: QToolButton = chip(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        self._chip_group.addButton(button, number)
        self._chips.addWidget(button)

    def _fit(self) -> None:
        """Where the switch of pages leaves little room, the tile size has its slider alone; then no tool has words."""
        is_tight = self._has_icons and self.width() < TIGHT
        is_narrow = self._has_icons and self.width() < NARROW
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if is_narrow else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        for button in (self._reroll, *self.prompt.extras_home.findChildren(QToolButton)):
            button.setToolButtonStyle(style)
        for widget in (self._smaller, self._larger, self._rule):
            widget.setVisible(not is_tight)
        self._crisp.setVisible(not is_narrow)

    # -- hands -----------------------------------------------------------------------------------------------------

    @Slot()
    def make_smaller(self) -> None:
        self._size.setValue(round(self._size.value() / 1.25))

    @Slot()
    def make_larger(self) -> None:
        self._size.setValue(round(self._size.value() * 1.25))

    @Slot(int)
    def _on_chip(self, number: int) -> None:
        self.label_chosen.emit(None if number == ALL else number)

    @Slot()
    def _on_seed(self) -> None:
        if self._seed.isModified() and self._seed.hasAcceptableInput():
            self._seed.setModified(False)
            self.seed_typed.emit(int(self._seed.text()))

    # -- Qt --------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
