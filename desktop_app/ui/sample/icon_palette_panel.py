"""A brand's palette: opened, saved, chosen from, added to; and icons held to it."""

from dataclasses import replace
from pathlib import Path

import msgspec
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.engine.errors import StudioError
from desktop_app.studio.colorimetry import Vision
from desktop_app.studio.icon_state import IconState
from desktop_app.studio.palette import Palette, Swatch, confusions
from desktop_app.ui.controls.buttons import chip, push_button
from desktop_app.ui.controls.colour_field import ColourSquare
from desktop_app.ui.controls.flow_layout import FlowLayout
from desktop_app.ui.controls.labels import ElidedLabel, label
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2
from desktop_app.ui.sample.icon_panel import IconPanel

FILES = "Palettes (*.ase *.gpl *.css);;All files (*)"
KINDS = "GIMP and Inkscape (*.gpl);;Adobe Swatch Exchange (*.ase);;CSS (*.css)"
SQUARE = 28  # px
MOST_SHOWN = 256
NAMED = 3  # pairs of colours that are named
EMPTY = "No palette is open. Open one of a brand as ASE, GPL or CSS, or begin one with the icon’s colour."


class IconPalettePanel(IconPanel):
    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._vision: Vision | None = None
        self._shown: Palette | None = None
        self._folder = ""
        self._name = ElidedLabel(middle=True)
        self._lock = QCheckBox("Only these colours")
        self._lock.setAccessibleName("Only colours of the palette")
        self._lock.setToolTip("Whatever is chosen becomes the nearest colour of the palette.")
        self._open, self._save = push_button("Open…"), push_button("Save…")
        self._add, self._close = push_button("Add colour"), push_button("Close palette", role="quiet")
        self._for_ink, self._for_tile = chip("Icon", role="segment"), chip("Tile", role="segment")
        self._target = QButtonGroup(self)
        self._add.setToolTip("The icon’s colour is added to the palette, or begins one.")
        self._home = QWidget()
        self._squares = FlowLayout(self._home, spacing=SPACE_1)
        self._note = label("", role="small", wrap=True)
        self._arrange()
        self._connect()
        self._say_about(None)

    def _arrange(self) -> None:
        for place, target in (("first", self._for_ink), ("last", self._for_tile)):
            target.setProperty("place", place)
            target.setToolTip(f"A swatch that is pressed becomes the colour of the {target.text().lower()}.")
            self._target.addButton(target)
        self._for_ink.setChecked(True)
        head, targets, files = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for row in (head, files):
            row.setSpacing(SPACE_2)
        targets.setSpacing(0)
        targets.addWidget(self._for_ink)
        targets.addWidget(self._for_tile)
        head.addWidget(self._name, 1)
        head.addLayout(targets)
        for button in (self._open, self._save, self._add):
            files.addWidget(button)
        files.addStretch(1)
        files.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        column.addLayout(head)
        column.addWidget(self._home)
        column.addWidget(self._lock)
        column.addWidget(self._note)
        column.addLayout(files)
        column.addStretch(1)

    def _connect(self) -> None:
        self._open.clicked.connect(self._on_open)
        self._save.clicked.connect(self._on_save)
        self._add.clicked.connect(self._on_add)
        self._close.clicked.connect(lambda: self._set_palette(None, "Close the palette"))
        self._lock.clicked.connect(self._on_lock)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_icons(self, state: IconState) -> None:
        self._state = state
        palette = state.palette
        if palette != self._shown:
            self._show_squares(palette)
            self._say_about(palette)
        self._lock.setChecked(state.look.style.lock is not None)
        for widget in (self._name, self._home, self._lock, self._save, self._close, self._for_ink, self._for_tile):
            widget.setVisible(palette is not None)
        self._for_tile.setEnabled(palette is not None and state.look.style.background is not None)
        if not self._for_tile.isEnabled():
            self._for_ink.setChecked(True)

    def show_vision(self, vision: Vision | None) -> None:
        self._vision = vision
        self._say_about(self._shown)

    def _show_squares(self, palette: Palette | None) -> None:
        self._shown = palette
        self._squares.clear()
        self._name.setText(palette.name if palette else "")
        for swatch in palette.swatches[:MOST_SHOWN] if palette else ():
            square = ColourSquare(self._look, f"{swatch.name}, {swatch.colour}", SQUARE)
            square.show_colour(swatch.colour)
            square.clicked.connect(lambda _=False, colour=swatch.colour: self._on_swatch(colour))
            self._squares.addWidget(square)
        self._home.updateGeometry()

    def _say_about(self, palette: Palette | None) -> None:
        if palette is None:
            self._say(EMPTY)
            return
        said = list(palette.notes)
        if len(palette.swatches) > MOST_SHOWN:
            said.append(f"{len(palette.swatches) - MOST_SHOWN:,} more colours are not shown, and count all the same.")
        said += self._confused(palette)
        self._say(" ".join(said))

    def _confused(self, palette: Palette) -> list[str]:
        pairs = confusions(palette.swatches[:MOST_SHOWN], self._vision) if self._vision else []
        if not pairs:
            return []
        named = "; ".join(f"“{one.name}” and “{two.name}”" for one, two in pairs[:NAMED])
        more = f" and {len(pairs) - NAMED:,} more pairs" if len(pairs) > NAMED else ""
        return [f"Hard to tell apart: {named}{more}."]

    def _say(self, sentence: str, *, tone: str = "small") -> None:
        self._note.setText(sentence)
        self._note.setVisible(bool(sentence))
        self._note.setProperty("role", tone)
        self._note.style().unpolish(self._note)
        self._note.style().polish(self._note)

    # -- hands -----------------------------------------------------------------------------------------------------

    def _on_swatch(self, colour: str) -> None:
        if self._for_tile.isChecked():
            self._restyle("Colour of tiles", background=colour)
        else:
            self._restyle("Colour of icons", foreground=colour)

    @Slot()
    def _on_open(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a palette", self._folder, FILES)
        if name:
            self.open_file(Path(name))

    def open_file(self, path: Path) -> None:
        """What is open stays where the file is none."""
        from desktop_app.studio import palette_file

        self._folder = str(path.parent)
        try:
            self._set_palette(palette_file.read(path), "Open a palette")
        except StudioError as error:
            self._say(error.message, tone="warn")

    @Slot()
    def _on_save(self) -> None:
        assert self._state.palette is not None
        start = str(Path(self._folder) / f"{self._state.palette.name}.gpl")
        name, _ = QFileDialog.getSaveFileName(self, "Save the palette", start, KINDS)
        if name:
            self.save_file(Path(name))

    def save_file(self, path: Path) -> None:
        from desktop_app.studio import palette_file

        assert self._state.palette is not None
        try:
            palette_file.write(path, self._state.palette)
        except StudioError as error:
            self._say(error.message, tone="warn")
            return
        self._folder = str(path.parent)
        self._say(f"The palette was saved as “{path.name}”.")

    @Slot()
    def _on_add(self) -> None:
        """The colour that was chosen, or begin a palette with it."""
        colour, palette = self._state.look.style.foreground, self._state.palette
        if palette is None:
            self._set_palette(Palette("Icons", (Swatch(colour, colour),)), "Begin a palette")
        elif colour not in {swatch.colour for swatch in palette.swatches}:
            more = replace(palette, swatches=(*palette.swatches, Swatch(colour, colour)), notes=())
            self._set_palette(more, "Add a colour")

    @Slot(bool)
    def _on_lock(self, locked: bool) -> None:
        words = "Hold icons to the palette" if locked else "Free the colours of icons"
        self._restyle(words, lock=self._state.palette if locked else None)

    def _set_palette(self, palette: Palette | None, words: str) -> None:
        style = self._state.look.style
        style = replace(style, lock=palette if style.lock is not None else None)
        look = msgspec.structs.replace(self._state.look, style=style)
        self.changed.emit(msgspec.structs.replace(self._state, look=look, palette=palette), words, "")
