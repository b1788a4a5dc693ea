"""The colours of icons: ink, tile, corners and padding, and whether all that can be told apart."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QVBoxLayout, QWidget

from desktop_app.studio.colorimetry import Vision
from desktop_app.studio.icon_state import IconState
from desktop_app.studio.icon_style import MOST_PADDING, MOST_RADIUS, contrast, shown
from desktop_app.ui.controls.colour_field import ColourField
from desktop_app.ui.controls.labels import label
from desktop_app.ui.controls.sliders import ValueSlider
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4
from desktop_app.ui.sample.icon_panel import IconPanel, add_field, add_slider, combo, show_choice

TILE = "#e8e6e1"  # of a tile that was not there
VISIONS = {"Everyone": None, **{vision.value.capitalize(): vision for vision in Vision}}


class IconColourPanel(IconPanel):
    vision_chosen = Signal(object)  # Vision, or None

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._last_tile = TILE
        self._ink, self._tile = ColourField(look, "Icon"), ColourField(look, "Tile")
        self._has_tile = QCheckBox("Tile")
        self._has_tile.setAccessibleName("A tile behind the icon")
        self._has_tile.setToolTip("A tile of this colour lies behind each icon.")
        self._radius = _percent(
            "Corners", MOST_RADIUS, "How round the tile is, in percent of its side; 50 is a circle."
        )
        self._padding = _percent("Padding", MOST_PADDING, "Between icon and tile, in percent of the tile’s side.")
        self._vision = combo("Seen by", dict(VISIONS), "The preview as people with a colour blindness see it.")
        self._contrast = label("", wrap=True, selectable=True)
        self._remarks = label("", role="warn", wrap=True)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_4)
        grid.setVerticalSpacing(SPACE_2)
        grid.setColumnStretch(1, 1)
        add_field(grid, 0, "Icon", self._ink)
        grid.addWidget(self._has_tile, 1, 0)
        grid.addWidget(self._tile, 1, 1)
        add_slider(grid, 2, self._radius)
        add_slider(grid, 3, self._padding)
        add_field(grid, 4, "Contrast", self._contrast)
        add_field(grid, 5, "Seen by", self._vision)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_3)
        column.addLayout(grid)
        column.addWidget(self._remarks)

    def _connect(self) -> None:
        self._ink.chosen.connect(lambda colour: self._restyle("Colour of icons", foreground=colour))
        self._tile.chosen.connect(lambda colour: self._restyle("Colour of tiles", background=colour))
        self._has_tile.clicked.connect(self._on_has_tile)
        self._radius.dragged.connect(lambda value: self._restyle("Corners of tiles", "radius", radius=value))
        self._padding.dragged.connect(lambda value: self._restyle("Padding of tiles", "tile padding", padding=value))
        self._vision.activated.connect(lambda _: self.vision_chosen.emit(self._vision.currentData()))
        for slider in (self._radius, self._padding):
            slider.settled.connect(self.settled)

    def show_icons(self, state: IconState) -> None:
        self._state = state
        style = state.look.style
        colours, has_tile = shown(style), style.background is not None
        if style.background is not None:
            self._last_tile = style.background
        self._ink.show_colour(style.foreground)
        self._tile.show_colour(self._last_tile)
        self._has_tile.setChecked(has_tile)
        for widget in (self._tile, self._radius, self._radius.name_label):
            widget.setEnabled(has_tile)
        self._radius.show_value(style.radius)
        self._padding.show_value(style.padding)
        ground = "" if has_tile else " On white."
        self._contrast.setText(f"{contrast(style)}.{ground}")
        self._remarks.setText(" ".join(colours.remarks))
        self._remarks.setVisible(bool(colours.remarks))

    def show_vision(self, vision: Vision | None) -> None:
        show_choice(self._vision, vision)

    @Slot(bool)
    def _on_has_tile(self, has_tile: bool) -> None:
        self._restyle("Tile of icons", background=self._last_tile if has_tile else None)


def _percent(name: str, most: float, help_text: str) -> ValueSlider:
    return ValueSlider(name, low=0, high=most, step=1, help_text=help_text, width=0, words="{:.0f} %".format)
