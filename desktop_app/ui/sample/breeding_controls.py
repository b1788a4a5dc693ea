"""What decides the children: the parents' places, where more parents come from, amount, another roll."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.studio.breeding import MAX_PARENTS, Generation
from desktop_app.ui.controls.buttons import IconButton, push_button
from desktop_app.ui.controls.labels import ElidedLabel, label, rule
from desktop_app.ui.controls.sliders import ValueSlider
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.sample.breeding_slots import ParentSlots, Thumbnail

AMOUNT_HELP = "0 only mixes the parents. More changes each child beyond them; 1 is something new."
BREED_HELP = "The chosen children become the parents of the next generation  (Enter)"


class BreedingPanel(QWidget):
    """The column on the left."""

    amount_dragged = Signal(float)
    drag_settled = Signal()
    reroll_wished = Signal()
    stars_wished = Signal()

    def __init__(self, look: Look, thumbnail: Thumbnail) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.slots = ParentSlots(look, thumbnail)
        self.stars = push_button("More like my stars")
        self.stars.setToolTip("Your newest stars become the parents, four at a time. Press again for the next four.")
        self.own = push_button("An icon of your own…")
        self.own.setToolTip("Open an SVG or a picture; or drop one here. What the model makes of it becomes a parent.")
        self.amount = ValueSlider("Amount", low=0.0, high=1.0, step=0.05, help_text=AMOUNT_HELP, width=0)
        self.reroll = IconButton(look, "reroll", "Re-roll", keys="R", show_text=True)
        self.reroll.setToolTip("Other children of the same parents  (R)")
        self.stars.clicked.connect(self.stars_wished)
        self.own.clicked.connect(self.slots.own_wished)
        self.amount.dragged.connect(self.amount_dragged)
        self.amount.settled.connect(self.drag_settled)
        self.reroll.clicked.connect(self.reroll_wished)
        self._arrange()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_3)
        column.setSpacing(SPACE_2)
        column.addWidget(label("Parents", role="section"))
        column.addWidget(self.slots, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(SPACE_1)
        column.addWidget(self.stars)
        column.addWidget(self.own)
        column.addSpacing(SPACE_2)
        column.addWidget(rule())
        column.addSpacing(SPACE_2)
        column.addWidget(label("Children", role="section"))
        column.addWidget(self.amount)
        column.addWidget(self.reroll)
        column.addStretch(1)

    def show_generation(self, now: Generation, tiles: Sequence[Tile], words: Sequence[str], stars: int) -> None:
        """tiles, words: of the parents. stars: of this package."""
        self.slots.show_parents(tiles, words)
        self.amount.show_value(now.amount)
        self.amount.setEnabled(bool(tiles))
        self.reroll.setEnabled(bool(tiles))
        self.stars.setEnabled(stars > 0)


class BreedingBar(QWidget):
    """The line above the children."""

    back_wished = Signal()
    forward_wished = Signal()
    breed_wished = Signal()
    export_wished = Signal()
    clear_wished = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.back = IconButton(look, "previous", "The generation before", keys="Alt+Left")
        self.forward = IconButton(look, "next", "The next generation", keys="Alt+Right")
        self.words = ElidedLabel()
        self.words.setProperty("role", "soft")
        self.breed = push_button("Breed", role="main")
        self.breed.setAutoDefault(False)
        self.export = IconButton(look, "tree", "Export the family tree…")
        self.clear = IconButton(look, "trash", "A new family tree")
        self.back.clicked.connect(self.back_wished)
        self.forward.clicked.connect(self.forward_wished)
        self.breed.clicked.connect(self.breed_wished)
        self.export.clicked.connect(self.export_wished)
        self.clear.clicked.connect(self.clear_wished)
        self._arrange()

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, SPACE_2, SPACE_4, SPACE_2)
        row.setSpacing(SPACE_2)
        for widget in (self.back, self.forward):
            row.addWidget(widget)
        row.addWidget(self.words, 1)
        others: tuple[QWidget, ...] = self.breed, rule(vertical=True), self.export, self.clear
        for other in others:
            row.addWidget(other)

    def show_way(self, words: str, *, back: bool, forward: bool, tree: bool) -> None:
        self.words.setText(words)
        self.back.setEnabled(back)
        self.forward.setEnabled(forward)
        self.export.setEnabled(tree)
        self.clear.setEnabled(tree)

    def show_chosen(self, count: int) -> None:
        """How many children are chosen as the next parents."""
        shown = min(count, MAX_PARENTS)
        self.breed.setText(f"Breed from {shown}" if count else "Breed")
        self.breed.setAccessibleName(self.breed.text())
        self.breed.setToolTip(BREED_HELP if count else "Choose the children that you like first")
        self.breed.setEnabled(count > 0)
