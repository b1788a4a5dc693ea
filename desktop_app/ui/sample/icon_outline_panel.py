"""How icons are traced: detail, smoothing, simplification, grid, padding and symmetry."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QVBoxLayout, QWidget

from desktop_app.studio.icon_look import MOST
from desktop_app.studio.icon_state import IconState
from desktop_app.studio.icon_style import SIDE
from desktop_app.studio.vector import VectorOptions
from desktop_app.ui.controls.buttons import push_button
from desktop_app.ui.controls.sliders import ValueSlider
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4
from desktop_app.ui.sample.icon_panel import IconPanel, add_field, add_slider, combo, show_choice

GRIDS = {
    "None": 0.0,
    "16 px": SIDE / 16,
    "20 px": SIDE / 20,
    "24 px": SIDE / 24,
    "32 px": SIDE / 32,
    "48 px": SIDE / 48,
}
SYMMETRIES = {"As it is": "none", "Left and right": "left-right", "Top and bottom": "top-bottom", "Both": "both"}
DEFAULT_PADDING = 2.0  # units of 24


class IconOutlinePanel(IconPanel):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sliders = {
            "detail": _share("Detail", "How closely the outline is followed. Less gives fewer nodes."),
            "smoothing": ValueSlider(
                "Smoothing", low=0, high=MOST["smoothing"], step=0.1, width=0, words="{:.1f}".format,
                help_text="How far bumps of the outline are blurred away before it is traced.",
            ),
            "simplification": _share("Simplify", "Small islands, small holes and short pieces go."),
        }  # fmt: skip
        self._grid = combo(
            "Grid", dict(GRIDS), "Straight upright and level edges come to lie on the lines of this grid."
        )
        self._symmetry = combo("Symmetry", dict(SYMMETRIES), "The icon is made the same on both sides.")
        self._padded = QCheckBox("Same optical size for all")
        self._padded.setAccessibleName(self._padded.text())
        self._padded.setToolTip("Each icon is scaled to look as big as the others, with this much air around it.")
        self._padding = ValueSlider(
            "Air around", low=0, high=MOST["padding"], step=0.25, width=0, words="{:.2f}".format,
            help_text="Around the ink, in units of a view box of 24.",
        )  # fmt: skip
        self._plain = push_button("Reset")
        self._plain.setToolTip("All of these as they were at first")
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_4)
        grid.setVerticalSpacing(SPACE_2)
        grid.setColumnStretch(1, 1)
        for row, slider in enumerate(self._sliders.values()):
            add_slider(grid, row, slider)
        add_field(grid, 3, "Snap to grid", self._grid)
        add_field(grid, 4, "Symmetry", self._symmetry)
        grid.addWidget(self._padded, 5, 0, 1, 2)
        add_slider(grid, 6, self._padding)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_3)
        column.addLayout(grid)
        column.addWidget(self._plain, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    def _connect(self) -> None:
        for name, slider in self._sliders.items():
            slider.dragged.connect(lambda value, name=name: self._retrace("Outline", name, **{name: value}))
            slider.settled.connect(self.settled)
        self._padding.dragged.connect(lambda value: self._retrace("Air around icons", "padding", padding=value))
        self._padding.settled.connect(self.settled)
        self._grid.activated.connect(self._on_grid)
        self._symmetry.activated.connect(self._on_symmetry)
        self._padded.clicked.connect(self._on_padded)
        self._plain.clicked.connect(self._on_plain)

    def show_icons(self, state: IconState) -> None:
        self._state = state
        options = state.look.vector
        for name, slider in self._sliders.items():
            slider.show_value(getattr(options, name))
        show_choice(self._grid, options.grid)
        show_choice(self._symmetry, options.symmetry)
        self._padded.setChecked(options.padding is not None)
        self._padding.setEnabled(options.padding is not None)
        self._padding.name_label.setEnabled(options.padding is not None)
        self._padding.show_value(DEFAULT_PADDING if options.padding is None else options.padding)
        self._plain.setEnabled(options != VectorOptions())

    @Slot()
    def _on_grid(self) -> None:
        self._retrace("Grid of icons", grid=self._grid.currentData())

    @Slot()
    def _on_symmetry(self) -> None:
        self._retrace("Symmetry of icons", symmetry=self._symmetry.currentData())

    @Slot(bool)
    def _on_padded(self, padded: bool) -> None:
        self._retrace("Optical size of icons", padding=self._padding.value if padded else None)

    @Slot()
    def _on_plain(self) -> None:
        plain = VectorOptions()
        self._retrace("Outline", **{name: getattr(plain, name) for name in plain.__struct_fields__})


def _share(name: str, help_text: str) -> ValueSlider:
    return ValueSlider(name, low=0, high=1, step=0.05, help_text=help_text, width=0)
