"""The pattern bench: the icon that was in focus, repeated without end."""

from collections.abc import Mapping
from dataclasses import replace as replaced
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QRect, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QMessageBox,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.engine.errors import FileError, StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Fields, Trace, Update
from desktop_app.studio.icon_look import icon_path
from desktop_app.studio.icon_state import PatternState
from desktop_app.studio.icon_style import IconStyle
from desktop_app.studio.jobs import Job
from desktop_app.studio.project import ProjectState
from desktop_app.ui.bridge import Listener, QueueBridge
from desktop_app.ui.controls.buttons import chip, push_button
from desktop_app.ui.controls.empty_view import EmptyView
from desktop_app.ui.controls.labels import label, rule
from desktop_app.ui.controls.sliders import ValueSlider
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from desktop_app.ui.picture.icon_drawing import Field, IconDrawing
from desktop_app.ui.picture.pixels import to_image
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.picture.tile_store import TileStore
from desktop_app.ui.sample.icon_copy import icon_name
from desktop_app.ui.sample.icon_page import IconPage
from desktop_app.ui.sample.icon_panel import add_slider

if TYPE_CHECKING:
    from desktop_app.studio.pattern import Pattern

PX_A_UNIT = 3.0  # on the screen; an icon has 24 units
LAYOUTS = (
    ("grid", "Grid", "Side by side"),
    ("half-drop", "Half-drop", "Every other column half a step lower"),
    ("brick", "Brick", "Every other row half a step to the right"),
    ("mirror", "Mirror", "Every other column and row mirrored"),
)
TILE_SIZES = (64, 128, 256, 512, 1024)  # pixels from icon to icon, in the PNG
PANEL_WIDTH = 264
HOW = "Choose one on the sheet or on the breeding board and come back: the icon in focus is the one that repeats."


class PatternPage(IconPage):
    name = "pattern"
    title = "Pattern"
    help_text = "Repeat an icon as a pattern"

    def __init__(self, look: Look, bridge: QueueBridge, store: TileStore) -> None:
        super().__init__()
        self._bridge, self._store = bridge, store
        self._project: ProjectState | None = None
        self._tile: Tile | None = None
        self._path = ""
        self.panel = PatternPanel()
        self.canvas = PatternCanvas()
        self.empty = EmptyView(look, "sample")
        self.empty.say("No icon is in focus", HOW, "")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.canvas)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.panel)
        row.addWidget(self._stack, 1)
        self.panel.changed.connect(self._on_changed)
        for slider in self.panel.sliders.values():
            slider.settled.connect(self.settled)
        self.panel.export.clicked.connect(self.ask_export)
        look.changed.connect(self._draw)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def enter(self, tile: Tile | None) -> None:
        self._tile, self._path = tile, ""
        self._fetch()

    def show_project(self, state: ProjectState, package: Package | None, by_hash: Mapping[str, Package]) -> None:
        is_new = self._project is None or self._project.icons.look.vector != state.icons.look.vector
        self._project = state
        self.panel.show_pattern(state.icons.pattern)
        if is_new:
            self._fetch()
        self._draw()

    def focus_tile(self) -> Tile | None:
        return self._tile

    @property
    def first_focus(self) -> QWidget:
        return self.panel.layouts["grid"]

    @property
    def style_shown(self) -> IconStyle:
        """As icons stand on the sheet: on the theme's paper with its ink where they have no colours of their own."""
        return self._drawing.style

    @property
    def _drawing(self) -> IconDrawing:
        assert isinstance(self._store.drawing, IconDrawing)
        return self._store.drawing

    def _fetch(self) -> None:
        """The outline of the icon in focus, from its field."""
        tile = self._tile
        if tile is None or tile.package is None:
            self._draw()
            return
        field = self._drawing.field(tile.key)
        if field is not None:
            self._trace(field)
            return
        listener = Listener(self, self._on_field, _nothing, self._on_error)
        self._bridge.submit(Trace(tile.package.ref, (tile.design,)), listener, slot="pattern")

    def _on_field(self, _job: Job, update: Update) -> None:
        if isinstance(update, Fields):
            self._trace(update.fields[0])

    def _on_error(self, _job: Job, error: StudioError) -> None:
        self.said.emit(error.message, "error")

    def _trace(self, field: Field) -> None:
        try:
            self._path = icon_path(field, self._drawing.icon_look.vector)
        except StudioError as error:
            self._path = ""
            self.said.emit(error.message, "warn")
        self._draw()

    @Slot()
    def _draw(self) -> None:
        is_there = bool(self._path) and self._project is not None
        self._stack.setCurrentWidget(self.canvas if is_there or self._tile is not None else self.empty)
        self.panel.export.setEnabled(is_there)
        if is_there and self._project is not None:
            self.canvas.show_pattern(self._path, self.style_shown, self._project.icons.pattern)

    # -- wishes ----------------------------------------------------------------------------------------------------

    @Slot(str, object)
    def _on_changed(self, name: str, pattern: PatternState) -> None:
        if self._project is None:
            return
        icons = replace(self._project.icons, pattern=pattern)
        self.changed.emit(replace(self._project, icons=icons), "Change the pattern", f"pattern {name}")

    @Slot()
    def ask_export(self) -> None:
        """The SVG pattern and the PNG tile, both into a folder."""
        folder = QFileDialog.getExistingDirectory(self, "A folder for the pattern and its tile", str(Path.home()))
        if folder:
            self.export(Path(folder))

    def export(self, folder: Path, *, overwrite: bool = False) -> None:
        from desktop_app.studio import pattern as bench

        assert self._project is not None
        assert self._tile is not None
        style = self._drawing.icon_look.style
        known = bench_pattern(self._project.icons.pattern)
        name = icon_name(self._tile) or f"icon-{self._tile.design.index}"
        try:
            vector, picture = bench.export_pattern(
                self._path, style, known, folder, name=name, step_px=self.panel.tile_px, overwrite=overwrite
            )
        except FileError as error:
            if not overwrite and self._may_replace(error.message):
                self.export(folder, overwrite=True)
            return
        except StudioError as error:
            self.said.emit(error.message, "error")
            return
        self.said.emit(f"Saved {vector.name} and {picture.name} in {folder}.", "plain")

    def _may_replace(self, sentence: str) -> bool:
        choice = QMessageBox.StandardButton
        asked = QMessageBox.question(self, "Replace the files?", sentence, choice.Yes | choice.Cancel, choice.Cancel)
        return asked == choice.Yes


class PatternPanel(QWidget):
    """The column on the left."""

    changed = Signal(str, object)  # what of it, the whole PatternState

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(PANEL_WIDTH)
        self._state = PatternState()
        self.layouts = {name: chip(title) for name, title, _ in LAYOUTS}
        group = QButtonGroup(self)
        for name, _, help_text in LAYOUTS:
            self.layouts[name].setToolTip(help_text)
            group.addButton(self.layouts[name])
            self.layouts[name].clicked.connect(partial(self._change, "layout", name))
        self.sliders = {
            "spacing": _slider("Spacing", -50, 200, 5, "Between icons, in percent of their side", "{:.0f} %"),
            "scale": _slider("Scale", 20, 300, 5, "Of the icon and its steps, in percent of 24 units", "{:.0f} %"),
            "rotation": _slider("Rotation", -180, 180, 5, "Of each icon, clockwise", "{:.0f}°"),
        }
        for name, slider in self.sliders.items():
            slider.dragged.connect(partial(self._change, name))
        self._sizes = QComboBox()
        self._sizes.setAccessibleName("Pixels from icon to icon in the PNG tile")
        self._sizes.setToolTip(self._sizes.accessibleName())
        self._sizes.addItems([f"{size} px" for size in TILE_SIZES])
        self._sizes.setCurrentIndex(2)
        self.export = push_button("Export the pattern…", role="main")
        self.export.setToolTip("An SVG with a <pattern>, and a PNG tile that repeats without a seam")
        self._arrange()

    def _arrange(self) -> None:
        chips = QGridLayout()
        chips.setSpacing(SPACE_1)
        for number, button in enumerate(self.layouts.values()):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            chips.addWidget(button, *divmod(number, 2))
        fields = QGridLayout()
        fields.setHorizontalSpacing(SPACE_3)
        fields.setVerticalSpacing(SPACE_2)
        fields.setColumnStretch(1, 1)
        for row, slider in enumerate(self.sliders.values()):
            add_slider(fields, row, slider)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_3)
        column.setSpacing(SPACE_2)
        column.addWidget(label("Layout", role="section"))
        column.addLayout(chips)
        column.addSpacing(SPACE_1)
        column.addLayout(fields)
        column.addSpacing(SPACE_2)
        column.addWidget(rule())
        column.addSpacing(SPACE_2)
        column.addWidget(label("Export", role="section"))
        sizes = QHBoxLayout()
        sizes.addWidget(label("PNG step", role="soft"))
        sizes.addWidget(self._sizes, 1)
        column.addLayout(sizes)
        column.addWidget(self.export)
        column.addStretch(1)

    @property
    def tile_px(self) -> int:
        return TILE_SIZES[self._sizes.currentIndex()]

    def show_pattern(self, state: PatternState) -> None:
        self._state = state
        self.layouts[state.layout].setChecked(True)
        for name, slider in self.sliders.items():
            slider.show_value(getattr(state, name))

    def _change(self, name: str, value: object) -> None:
        value = next(known for known, title, _ in LAYOUTS if known == value) if name == "layout" else value
        self.changed.emit(name, replace(self._state, **{name: value}))


class PatternCanvas(QWidget):
    """Fills itself with the pattern, as large as its units are on the screen."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("paper")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Pattern")
        self._known: tuple[object, ...] = ()
        self._drawn: QPixmap | None = None
        self._shown: tuple[str, IconStyle, PatternState] | None = None

    def show_pattern(self, path: str, style: IconStyle, state: PatternState) -> None:
        self._shown = path, style, state
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._shown is None:
            return
        known = (*self._shown, self.devicePixelRatioF())
        if known != self._known:
            self._known, self._drawn = known, self._tile(*self._shown)
        painter = QPainter(self)
        if self._shown[1].background is not None:
            painter.fillRect(QRect(0, 0, self.width(), self.height()), QColor(self._shown[1].background))
        if self._drawn is not None:
            painter.drawTiledPixmap(self.rect(), self._drawn)

    def _tile(self, path: str, style: IconStyle, state: PatternState) -> QPixmap | None:
        from desktop_app.studio import pattern as bench

        known, ratio = bench_pattern(state), self.devicePixelRatioF()
        step_px = max(4, round(bench.step(known) * PX_A_UNIT * ratio))
        try:
            drawn = bench.tile(path, replaced(style, radius=0.0), known, step_px)
        except StudioError:
            return None
        pixmap = QPixmap.fromImage(to_image(drawn))
        pixmap.setDevicePixelRatio(ratio)
        return pixmap


def bench_pattern(state: PatternState) -> "Pattern":
    """The state as `pattern.Pattern`, which is slow to import."""
    from desktop_app.studio.pattern import Layout, Pattern

    return Pattern(Layout(state.layout), state.spacing, state.scale, state.rotation)


def _slider(name: str, low: float, high: float, step: float, help_text: str, words: str) -> ValueSlider:
    return ValueSlider(name, low=low, high=high, step=step, help_text=help_text, width=0, words=words.format)


def _nothing(_job: Job) -> None:
    pass
