"""Which settings made this one: a large preview, the whole recipe of the tile, each field to be copied."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app import __version__
from desktop_app.engine.requests import Device, Pixels, Resemblance
from desktop_app.ui.controls.buttons import IconButton
from desktop_app.ui.controls.labels import ElidedLabel, label, rule, shortened
from desktop_app.ui.controls.scrolling import scrolled
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4
from desktop_app.ui.picture.image_view import ImageView
from desktop_app.ui.picture.place_words import place_rows, place_title
from desktop_app.ui.picture.prompt_words import likeness_rows, prompt_rows
from desktop_app.ui.picture.resample import Scaling
from desktop_app.ui.picture.tile import Tile, class_name

WIDTH = 288
MOST_OF_TITLE = 120  # characters
PREVIEW = WIDTH - 2 * SPACE_4


class Field(NamedTuple):
    name: str
    shown: str
    copied: str


class InspectorPanel(QWidget):
    star_wished = Signal()
    variations_wished = Signal()
    explain_wished = Signal()
    copy_wished = Signal()
    export_wished = Signal()
    copied = Signal(str)  # what, for the status

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self._look = look
        self._fields: tuple[Field, ...] = ()
        self._title = label("", role="title", wrap=True)
        self._count = label("", role="soft")
        self._preview = ImageView(look, interactive=False)
        self._preview.setFixedSize(PREVIEW, PREVIEW)
        self._preview.setAccessibleName("Preview of the tile")
        self._make_buttons(look)
        self._grid_home = QWidget()
        self._grid = QGridLayout(self._grid_home)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_2)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)
        self._arrange()

    def _make_buttons(self, look: Look) -> None:
        self._star = IconButton(look, "star", "Star", keys="S", checked_icon="star-filled")
        self._star.setCheckable(True)
        self._vary = IconButton(look, "variations", "Variations", keys="V", show_text=True)
        self._explain = IconButton(look, "explain", "Explain", keys="Y")
        self._copy = IconButton(look, "copy", "Copy the picture", keys="Ctrl+C")
        self._export = IconButton(look, "export", "Export…", keys="Ctrl+E")
        self._copy_all = IconButton(look, "copy", "Copy the whole recipe")
        self._star.clicked.connect(self.star_wished)
        self._vary.clicked.connect(self.variations_wished)
        self._explain.clicked.connect(self.explain_wished)
        self._copy.clicked.connect(self.copy_wished)
        self._export.clicked.connect(self.export_wished)
        self._copy_all.clicked.connect(self.copy_recipe)

    def _arrange(self) -> None:
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(self._title)
        head.addWidget(self._count)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)  # each has room of its own; the panel is narrow
        buttons.addWidget(self._vary)
        buttons.addStretch(1)
        for button in (self._star, self._explain, self._copy, self._export):
            buttons.addWidget(button)
        recipe_head = QHBoxLayout()
        recipe_head.addWidget(label("Recipe", role="section"), 1)
        recipe_head.addWidget(self._copy_all)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_4)
        column.setSpacing(SPACE_3)
        column.addLayout(head)
        column.addWidget(self._preview)
        column.addLayout(buttons)
        column.addWidget(rule())
        column.addLayout(recipe_head)
        column.addWidget(self._grid_home)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(body))

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_tile(
        self,
        tile: Tile | None,
        selected: int,
        device: Device | None,
        *,
        starred: bool,
        likeness: Resemblance | None = None,
    ) -> None:
        """likeness: the picture of the training that the tile comes near to."""
        for button in (self._star, self._vary, self._explain, self._copy, self._export, self._copy_all):
            button.setEnabled(tile is not None)
        self._star.setChecked(starred)
        if tile is not None and tile.design.place is not None:
            self._vary.setEnabled(False)
            self._vary.setToolTip("A blended design has no variations: move it with the pin and the sliders in Blend.")
        else:
            self._vary.setToolTip("Variations  (V)")
        if tile is None:
            self._title.setText("No design")
            self._count.setText("Select one to see its recipe.")
            self._show_fields(())
            self._preview.set_pixels(None)
            return
        self._title.setText(shortened(title_of(tile), MOST_OF_TITLE))
        self._count.setText(f"{selected} tiles selected" if selected > 1 else subtitle_of(tile))
        self._show_fields(fields_of(tile, device, likeness))

    def show_preview(self, shown: bool) -> None:
        """Where the room shows the picture large itself, there is no second one here."""
        self._preview.setVisible(shown)

    def show_picture(self, pixels: Pixels | None) -> None:
        self._preview.set_pixels(pixels)

    def set_scaling(self, scaling: Scaling) -> None:
        self._preview.set_scaling(scaling)

    def _show_fields(self, fields: tuple[Field, ...]) -> None:
        if fields == self._fields:
            return
        same_rows = [field.name for field in fields] == [field.name for field in self._fields]
        self._fields = fields
        if not same_rows:
            self._build_rows()
        for row, field in enumerate(fields):
            item = self._grid.itemAtPosition(row, 1)
            value = item.widget() if item else None
            if isinstance(value, QLabel):
                value.setText(field.shown)
                value.setAccessibleName(f"{field.name}: {field.copied}")

    def _build_rows(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for row, field in enumerate(self._fields):
            name = label(field.name, role="soft")
            button = IconButton(self._look, "copy", f"Copy {field.name.lower()}")
            button.setProperty("row", row)
            button.setFixedSize(28, 28)
            button.clicked.connect(self._on_copy_field)
            self._grid.addWidget(name, row, 0)
            self._grid.addWidget(ElidedLabel(field.shown, middle=True), row, 1)
            self._grid.addWidget(button, row, 2)

    # -- hands -----------------------------------------------------------------------------------------------------

    @Slot()
    def copy_recipe(self) -> None:
        QGuiApplication.clipboard().setText(recipe_lines(self._fields))
        self.copied.emit("The recipe is copied.")

    @Slot()
    def _on_copy_field(self) -> None:
        sender = self.sender()
        row = sender.property("row") if sender is not None else None
        if isinstance(row, int) and row < len(self._fields):
            QGuiApplication.clipboard().setText(self._fields[row].copied)
            self.copied.emit(f"{self._fields[row].name} is copied.")


def title_of(tile: Tile) -> str:
    """What the designer called it, or what decides it."""
    if tile.title:
        return tile.title
    if tile.design.place is not None:
        return place_title(tile.design.place)
    steps = tile.design.variations
    return f"Variation {steps[-1].index}" if steps else f"Tile {tile.design.index}"


def subtitle_of(tile: Tile) -> str:
    title = shortened(tile.package.manifest.title if tile.package else tile.name, 28)
    if tile.design.prompt is not None and tile.design.prompt.words:
        return shortened(f"{title} · {' '.join(tile.design.prompt.words)}", 40)
    return f"{title} · {class_name(tile.package, tile.design.label)}" if tile.design.label is not None else title


def fields_of(tile: Tile, device: Device | None, likeness: Resemblance | None = None) -> tuple[Field, ...]:
    """All that decides the pixels, and what they are made with."""
    design = tile.design
    package = tile.package
    fields = [_field("Title", tile.title)] if tile.title else []
    if likeness is not None:
        fields += [Field(*row) for row in likeness_rows(likeness)]
    fields.append(_field("Model", tile.name))
    if package is not None:
        fields.append(_field("Version", package.manifest.version))
    fields.append(Field("Hash", tile.sha256[:12], tile.sha256))
    if design.prompt is not None:
        fields += [Field(*row) for row in prompt_rows(design.prompt, package)]
    fields += _place_fields(tile) if design.place is not None else _draw_fields(tile)
    if package is not None:
        fields.append(_field("Licence", package.manifest.licence))
    if device is not None:
        fields += [_field("Device", device.obtained.upper()), _field("Runtime", f"ONNX Runtime {device.runtime}")]
    fields.append(_field("Program", f"Maquette {__version__}"))
    return tuple(fields)


def _draw_fields(tile: Tile) -> list[Field]:
    design = tile.design
    fields = [_field("Seed", design.seed), _field("Tile", design.index)]
    if design.label is not None:
        name = class_name(tile.package, design.label)
        fields.append(_field("Class", name if name == str(design.label) else f"{design.label} · {name}"))
    is_icon = tile.package is not None and tile.package.manifest.icons is not None
    fields.append(_field("Variety" if is_icon else "Truncation", f"{design.truncation:g}"))
    for number, step in enumerate(design.variations, 1):
        fields.append(_field(f"Variation {number}", f"{step.seed} · {step.index} · {step.amount:g}"))
    return fields


def _place_fields(tile: Tile) -> list[Field]:
    assert tile.design.place is not None
    return [Field(*row) for row in place_rows(tile.design.place, tile.package)]


def _field(name: str, value: object) -> Field:
    return Field(name, str(value), str(value))


def recipe_lines(fields: Sequence[Field]) -> str:
    return "\n".join(f"{field.name}: {field.copied}" for field in fields)
