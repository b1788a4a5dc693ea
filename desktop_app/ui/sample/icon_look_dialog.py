"""The panel of icons' looks: colours, palette and outline beside a preview. It stays open while the sheet is used."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.studio.colorimetry import Vision
from desktop_app.studio.icon_state import IconState
from desktop_app.ui.controls.buttons import chip
from desktop_app.ui.controls.labels import label, rule
from desktop_app.ui.controls.opening_size import open_at
from desktop_app.ui.controls.scrolling import scrolled
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4
from desktop_app.ui.picture.icon_drawing import Field
from desktop_app.ui.sample.icon_colour_panel import IconColourPanel
from desktop_app.ui.sample.icon_outline_panel import IconOutlinePanel
from desktop_app.ui.sample.icon_outline_view import IconOutlineView
from desktop_app.ui.sample.icon_palette_panel import IconPalettePanel

CONTROLS_WIDTH = 376
SIZE = (800, 560)
OUTLINE = 1  # the page


class IconLookDialog(QDialog):
    changed = Signal(object, str, str)  # IconState, what the step is called, what it runs together with
    settled = Signal()
    undo_wished = Signal()
    redo_wished = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Look of icons")
        open_at(self, *SIZE)
        self._state = IconState()
        self._field: Field | None = None
        self._vision: Vision | None = None
        self.view = IconOutlineView(look)
        self._figures = label("", role="small")
        self._nodes = QCheckBox("Show nodes")
        self._nodes.setAccessibleName("Show nodes")
        self._nodes.setChecked(True)
        self.colours, self.palette_panel = IconColourPanel(look), IconPalettePanel(look)
        self.outline = IconOutlinePanel()
        self._pages, self._stack = QButtonGroup(self), QStackedWidget()
        self._arrange()
        self._connect()
        self._show_nodes()

    def _arrange(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(SPACE_2)
        left.addWidget(self.view, 1)
        below = QHBoxLayout()
        below.addWidget(self._figures, 1)
        below.addWidget(self._nodes)
        left.addLayout(below)
        colour_page = QWidget()
        colours = QVBoxLayout(colour_page)
        colours.setContentsMargins(0, 0, 0, 0)
        colours.setSpacing(SPACE_3)
        colours.addWidget(self.colours)
        colours.addWidget(rule())
        colours.addWidget(label("Palette", role="section"))
        colours.addWidget(self.palette_panel, 1)
        self._stack.addWidget(scrolled(colour_page))
        self._stack.addWidget(scrolled(self.outline))
        right = QVBoxLayout()
        right.setSpacing(SPACE_3)
        right.addLayout(self._switch())
        right.addWidget(self._stack, 1)
        home = QWidget()
        home.setLayout(right)
        right.setContentsMargins(0, 0, 0, 0)
        home.setFixedWidth(CONTROLS_WIDTH)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        row.setSpacing(SPACE_4)
        row.addLayout(left, 1)
        row.addWidget(home)

    def _switch(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        for number, (text, place) in enumerate((("Colours", "first"), ("Outline", "last"))):
            button = chip(text, role="segment")
            button.setProperty("place", place)
            self._pages.addButton(button, number)
            row.addWidget(button)
        row.addStretch(1)
        self._pages.button(0).setChecked(True)
        return row

    def _connect(self) -> None:
        for panel in (self.colours, self.palette_panel, self.outline):
            panel.changed.connect(self.changed)
            panel.settled.connect(self.settled)
        self.colours.vision_chosen.connect(self._on_vision)
        self._nodes.toggled.connect(self._show_nodes)
        self._pages.idClicked.connect(self.show_page)
        for keys, wish in ((QKeySequence.StandardKey.Undo, self.undo_wished),
                           (QKeySequence.StandardKey.Redo, self.redo_wished)):  # fmt: skip
            QShortcut(QKeySequence(keys), self).activated.connect(wish)

    def show_icons(self, state: IconState, field: Field | None) -> None:
        """field: of the icon that is selected; None where there is none, or it is not known yet."""
        self._state, self._field = state, field
        for panel in (self.colours, self.palette_panel, self.outline):
            panel.show_icons(state)
        self._show_preview()

    @Slot(int)
    def show_page(self, number: int) -> None:
        """0 is colours, 1 is the outline."""
        self._pages.button(number).setChecked(True)
        self._stack.setCurrentIndex(number)
        self._show_nodes()

    @Slot()
    def _show_nodes(self) -> None:
        """Beside the outline's options alone: they would hide the colours."""
        is_outline = self._stack.currentIndex() == OUTLINE
        self._nodes.setVisible(is_outline)
        self.view.show_nodes(is_outline and self._nodes.isChecked())

    def _show_preview(self) -> None:
        self.view.show_icon(self._field, self._state.look, self._vision)
        self._figures.setText(self.view.words if self._field is not None else "")

    @Slot(object)
    def _on_vision(self, vision: Vision | None) -> None:
        self._vision = vision
        self.colours.show_vision(vision)
        self.palette_panel.show_vision(vision)
        self._show_preview()


def open_beside(dialog: QDialog) -> None:
    """Without taking the window's place: it is used meanwhile."""
    dialog.setWindowFlag(Qt.WindowType.Tool)
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
