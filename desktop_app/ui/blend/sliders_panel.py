"""The ways to move that a package brings: named directions, principal axes, and the designer's own taste."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.engine.manifest import Direction
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Push
from desktop_app.studio.blend import BlendState, amount_of
from desktop_app.studio.project import Take
from desktop_app.ui.blend.direction_slider import DirectionSlider
from desktop_app.ui.blend.taste_slider import TasteSlider
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.buttons import push_button
from desktop_app.ui.controls.labels import label
from desktop_app.ui.controls.scrolling import scrolled
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4

TOWARDS = "Towards "  # how directions to a class are named


class SlidersPanel(QWidget):
    moved = Signal()  # any of them, by hand
    pushed = Signal(str, float)  # direction, amount
    taste_pushed = Signal(object, float)
    reset_wished = Signal()
    settled = Signal()
    said = Signal(str, str)

    def __init__(self, look: Look, bridge: QueueBridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumHeight(104)
        self._look = look
        self._package: Package | None = None
        self._is_built = False
        self._pushes: tuple[Push, ...] | None = None  # as the rows show them
        self.rows: dict[str, DirectionSlider] = {}
        self.taste = TasteSlider(look, bridge)
        self._reset = push_button("Reset all", role="quiet")
        self._reset.setAccessibleName("Reset all sliders")
        self._reset.clicked.connect(self.reset_wished)
        self.taste.pushed.connect(self.moved)
        self.taste.pushed.connect(self.taste_pushed)
        self.taste.settled.connect(self.settled)
        self._directions = QWidget()
        self._column = QVBoxLayout(self._directions)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_2)
        self._arrange()

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(SPACE_4, SPACE_2, SPACE_3, SPACE_2)
        head.addWidget(label("Sliders", role="title"), 1)
        head.addWidget(self._reset)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(SPACE_4, 0, SPACE_4, SPACE_4)
        column.setSpacing(SPACE_4)
        column.addWidget(self.taste)
        column.addWidget(self._directions)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addWidget(scrolled(body), 1)

    def show_sliders(
        self, state: BlendState, package: Package | None, takes: Sequence[Take], rejects: Sequence[Take]
    ) -> None:
        if package != self._package or not self._is_built:
            self._package, self._is_built = package, True
            self._build()
            self._pushes = None
        if state.pushes != self._pushes:
            self._pushes = state.pushes
            for name, row in self.rows.items():
                row.show_amount(amount_of(state, name))
        self.taste.show_taste(state, package, takes, rejects)
        self._reset.setEnabled(bool(state.pushes) or state.taste_amount != 0.0)

    def _build(self) -> None:
        self.rows.clear()
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        space = self._package.manifest.space if self._package else None
        directions = space.directions if space else ()
        if not directions and self._package is not None:
            self._column.addWidget(label("This model brings no directions of its own.", role="small", wrap=True))
        for heading, found in _groups(directions):
            self._column.addWidget(label(heading, role="section"))
            for direction in found:
                self._add(direction)

    def _add(self, direction: Direction) -> None:
        towards = direction.name.startswith(TOWARDS)  # the name says where to: no words at the ends
        row = DirectionSlider(
            self._look,
            direction.name,
            low="" if towards else direction.low,
            high="" if towards else direction.high,
            help_text=_help(direction),
        )
        row.dragged.connect(self.moved)
        row.dragged.connect(self.pushed)
        row.settled.connect(self.settled)
        self.rows[direction.name] = row
        self._column.addWidget(row)


def _groups(directions: Sequence[Direction]) -> list[tuple[str, list[Direction]]]:
    """What a designer would call them first, then towards which class, then the axes that have no name."""
    named = [direction for direction in directions if direction.kind == "named"]
    groups = [
        ("Named", [direction for direction in named if not direction.name.startswith(TOWARDS)]),
        ("Towards a class", [direction for direction in named if direction.name.startswith(TOWARDS)]),
        ("Principal axes", [direction for direction in directions if direction.kind == "pca"]),
    ]
    return [(heading, found) for heading, found in groups if found]


def _help(direction: Direction) -> str:
    told = f"It changes a picture by {direction.change:.0f} of 255 steps on average, from −2 to +2 standard deviations."
    if direction.share is not None:
        return f"{100 * direction.share:.0f} % of all that differs between this model’s designs. {told}"
    if direction.fit is not None:
        return f"Found from labels; it explains {100 * direction.fit:.0f} % of what they say. {told}"
    return told
