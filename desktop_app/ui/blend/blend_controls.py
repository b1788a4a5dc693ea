"""The bar above the canvas: pad or map, how fine the lattice is, four new designs, an empty pad."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop_app.studio.blend import BlendState
from desktop_app.ui.controls.buttons import IconButton, chip
from desktop_app.ui.controls.labels import ElidedLabel, label
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4

SIZES = (3, 5, 7)


class BlendControls(QWidget):
    view_chosen = Signal(str)  # "pad" or "map"
    lattice_chosen = Signal(int)
    fill_wished = Signal()
    clear_wished = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._views = QButtonGroup(self)
        self._sizes = QButtonGroup(self)
        self._pad, self._map = chip("Pad", role="segment"), chip("Map", role="segment")
        self._pad.setToolTip("Mix the designs that you put on the pad  (P switches)")
        self._map.setToolTip("A plane of all that the model can draw  (P switches)")
        self._fill = IconButton(look, "reroll", "Four designs", keys="D", show_text=True)
        self._fill.setToolTip("Put four new designs of this model in the corners  (D)")
        self._clear = IconButton(look, "trash", "Empty the pad")
        self._hint = ElidedLabel()
        self._hint.setProperty("role", "soft")
        self._pad_parts = QWidget()
        policy = self._pad_parts.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the bar keeps its height
        self._pad_parts.setSizePolicy(policy)
        self._views.idClicked.connect(self._on_view)
        self._sizes.idClicked.connect(self.lattice_chosen)
        self._fill.clicked.connect(self.fill_wished)
        self._clear.clicked.connect(self.clear_wished)
        self._arrange()

    def _arrange(self) -> None:
        parts = QHBoxLayout(self._pad_parts)
        parts.setContentsMargins(0, 0, 0, 0)
        parts.setSpacing(SPACE_2)
        parts.addWidget(self._fill)
        parts.addWidget(self._clear)
        parts.addSpacing(SPACE_1)
        parts.addWidget(label("Lattice", role="soft"))
        sizes = []
        for size in SIZES:
            button = chip(f"{size}")
            button.setAccessibleName(f"Lattice of {size} by {size}")
            button.setToolTip(f"{size} × {size} thumbnails between the designs")
            self._sizes.addButton(button, size)
            sizes.append(button)
        parts.addLayout(_joined(sizes))
        self._views.addButton(self._pad, 0)
        self._views.addButton(self._map, 1)
        row = QHBoxLayout()
        row.setSpacing(SPACE_3)
        row.addLayout(_joined([self._pad, self._map]))
        row.addWidget(self._pad_parts)
        row.addWidget(self._hint, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_3)
        column.addLayout(row)

    def show_blend(self, state: BlendState, *, hint: str, has_package: bool) -> None:
        (self._pad if state.view == "pad" else self._map).setChecked(True)
        size = self._sizes.button(state.lattice)
        if size is not None:
            size.setChecked(True)
        self._pad_parts.setVisible(state.view == "pad")
        self._fill.setEnabled(has_package)
        self._clear.setEnabled(bool(state.anchors))
        self._hint.setText(hint)

    @Slot(int)
    def _on_view(self, number: int) -> None:
        self.view_chosen.emit(("pad", "map")[number])


def _joined(buttons: list[QToolButton]) -> QHBoxLayout:
    """Buttons side by side as one switch."""
    row = QHBoxLayout()
    row.setSpacing(0)
    for number, button in enumerate(buttons):
        place = "first" if number == 0 else "last" if number == len(buttons) - 1 else "middle"
        button.setProperty("role", "segment")
        button.setProperty("place", place)
        row.addWidget(button)
    return row
