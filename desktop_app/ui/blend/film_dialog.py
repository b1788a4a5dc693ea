"""A film: as what, how large, how fast, where to. Says beforehand what will come out, and what cannot be made here."""

import os
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QIntValidator, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QColorDialog,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app import paths
from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.studio.film import refuse_existing
from desktop_app.studio.film_options import BLACK, MAX_SIDE, NAMES, WHITE, Colour, FilmOptions, Format, check
from desktop_app.studio.icon_style import IconStyle
from desktop_app.studio.walk import Walk, default_frames, pauses
from desktop_app.ui.blend import film_choice as choices
from desktop_app.ui.blend.film_choice import RATES, FilmChoice
from desktop_app.ui.controls.buttons import chip, push_button
from desktop_app.ui.controls.labels import label
from desktop_app.ui.look.tokens import CONTROL_HEIGHT, SPACE_1, SPACE_2, SPACE_3, SPACE_4, SPACE_6

CUSTOM, OTHER = -1, "other"
GROUNDS: tuple[tuple[str, Colour | None], ...] = (
    ("Transparent", None),
    ("Black", (0, 0, 0)),
    ("White", (255, 255, 255)),
    ("Grey", (128, 128, 128)),
)


class FilmDialog(QDialog):
    def __init__(
        self,
        walk: Walk,
        package: Package,
        before: FilmChoice | None,
        parent: QWidget | None = None,
        *,
        icon: IconStyle | None = None,
    ) -> None:
        """before: what was chosen the last time. icon: how icons look, where the package makes some."""
        super().__init__(parent)
        self.setWindowTitle("Export film")
        self._walk = walk
        self._icon = None if package.manifest.icons is None else icon or IconStyle()
        self._shape = choices.shown_shape(package, self._icon)
        self._kinds = choices.formats_of(package)
        self._replaces = False  # what stands under this path may go
        self._ground: Colour | None = BLACK
        self._make_formats()
        self._make_look()
        self._make_place()
        self._summary = label("", role="title")
        self._remarks = label("", role="soft", wrap=True)
        self._refusal = label("", role="warn", wrap=True)
        self._refusal.hide()
        self._go = push_button("Export film", role="main")
        self._go.setDefault(True)
        self._go.clicked.connect(self._on_go)
        self._arrange()
        self._show_choice(before, f"{package.name}-walk")
        self._connect()
        self._on_changed()

    # -- parts -----------------------------------------------------------------------------------------------------

    def _make_formats(self) -> None:
        self._formats = QButtonGroup(self)
        self._missing: list[str] = []
        self._chips: list[QToolButton] = []
        for number, (format, _) in enumerate(self._kinds):
            button = chip(NAMES[format])
            reason = choices.why_not(format)
            button.setEnabled(not reason)
            button.setToolTip(reason)
            if reason:
                self._missing.append(f"{NAMES[format]}: {reason}")
            self._formats.addButton(button, number)
            self._chips.append(button)
        self._about = label("", role="small", wrap=True)

    def _make_look(self) -> None:
        self._size = QComboBox()
        self._size.setAccessibleName("Size")
        for words, side in choices.sizes(self._shape, icons=self._icon is not None):
            self._size.addItem(words, side)
        self._size.addItem("Other…", CUSTOM)
        self._side = QLineEdit("640")
        self._side.setAccessibleName("Pixels of the longer side")
        self._side.setValidator(QIntValidator(1, MAX_SIDE, self._side))
        self._side.setFixedWidth(72)
        self._scaling = QComboBox()
        self._scaling.setAccessibleName("How it is enlarged")
        self._scaling.addItem("Crisp pixels", False)
        self._scaling.addItem("Smooth", True)
        self._rate = QComboBox()
        self._rate.setAccessibleName("Frames a second")
        for fps in sorted({*RATES, self._walk.fps}):
            self._rate.addItem(f"{fps:g} frames a second", fps)
        self._grounds = QComboBox()
        self._grounds.setAccessibleName("Background")
        self._loop = QCheckBox("Play again and again")
        self._loop.setAccessibleName(self._loop.text())

    def _make_place(self) -> None:
        self._name = QLineEdit()
        self._name.setAccessibleName("Name")
        self._suffix = label("", role="soft")
        self._folder = QLineEdit()
        self._folder.setAccessibleName("Folder")
        self._choose = push_button("Choose…")
        self._recipe = QCheckBox("Write the recipe into the film")
        self._recipe.setAccessibleName(self._recipe.text())
        self._recipe.setToolTip("A film with its recipe tells its walk and its model, and can be made again.")

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        column.setSpacing(SPACE_3)
        column.addWidget(label("Export film", role="display"))
        column.addLayout(_row(*self._chips, spacing=SPACE_1))
        column.addWidget(self._about)
        if self._missing:
            column.addWidget(label("\n".join(self._missing), role="small", wrap=True))
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE_4)
        form.setVerticalSpacing(SPACE_2)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.addRow(_named("Size"), _row(self._size, self._side, self._scaling))
        form.addRow(_named("Rate"), _row(self._rate))
        self._ground_name = _named("Background")
        form.addRow(self._ground_name, _row(self._grounds))
        form.addRow(_named("Name"), _row(self._name, self._suffix, grows=0))
        form.addRow(_named("Folder"), _row(self._folder, self._choose, grows=0))
        column.addSpacing(SPACE_1)
        column.addLayout(form)
        column.addWidget(self._loop)
        column.addWidget(self._recipe)
        column.addSpacing(SPACE_1)
        for words in (self._summary, self._remarks, self._refusal):
            column.addWidget(words)
        column.addStretch(1)
        cancel = push_button("Cancel")
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_2)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._go)
        column.addLayout(buttons)
        self.setMinimumWidth(560)

    def _connect(self) -> None:
        self._formats.idClicked.connect(self._on_format)
        for box in (self._size, self._scaling, self._rate):
            box.activated.connect(self._on_changed)
        self._grounds.activated.connect(self._on_ground)
        self._loop.toggled.connect(self._on_changed)
        for field in (self._side, self._name, self._folder):
            field.textChanged.connect(self._on_changed)
        self._choose.clicked.connect(self._on_choose)

    # -- the choice ------------------------------------------------------------------------------------------------

    @property
    def format(self) -> Format:
        return self._kinds[max(self._formats.checkedId(), 0)][0]

    @property
    def path(self) -> Path:
        return Path(self._folder.text()).expanduser() / choices.with_suffix(self._name.text().strip(), self.format)

    @property
    def frames(self) -> int:
        return default_frames(replace(self._walk, fps=self.options().fps))

    def options(self) -> FilmOptions:
        side = self._size.currentData()
        if side == CUSTOM:
            side = int(self._side.text() or 0)
        made = FilmOptions(
            format=self.format,
            size=side,
            smooth=bool(self._scaling.currentData()),
            loop=self._loop.isChecked(),
            fps=float(self._rate.currentData()),
            icon=self._icon,
        )
        return replace(made, background=self._ground) if choices.needs_background(self._shape, made) else made

    def choice(self) -> FilmChoice:
        return FilmChoice(self.path, self.options(), self._recipe.isChecked(), self._replaces)

    def _show_choice(self, before: FilmChoice | None, name: str) -> None:
        """What was chosen the last time, or what suits most."""
        options = before.options if before and self._can_be(before.options) else self._first_options()
        usable = [number for number, button in enumerate(self._chips) if button.isEnabled()]
        wished = [format for format, _ in self._kinds].index(options.format)
        self._formats.button(wished if wished in usable else usable[0]).setChecked(True)
        index = self._size.findData(options.size)
        self._size.setCurrentIndex(index if index >= 0 else self._size.findData(CUSTOM))
        if index < 0:
            self._side.setText(str(options.size))
        self._scaling.setCurrentIndex(int(options.smooth))
        self._rate.setCurrentIndex(self._rate.findData(self._walk.fps))
        self._ground = options.background
        self._loop.setChecked(options.loop)
        self._recipe.setChecked(before.with_recipe if before else True)
        folder = before.path.parent if before else paths.export_folder()
        self._folder.setText(str(folder))
        self._name.setText(choices.free_name(folder, name, self.format))

    def _can_be(self, options: FilmOptions) -> bool:
        """Whether options of a film of another model suit this one."""
        return (options.icon is None) == (self._icon is None)

    def _first_options(self) -> FilmOptions:
        if self._icon is not None:
            return FilmOptions("svg", size=512, loop=self._walk.loop, icon=self._icon)
        return FilmOptions("gif", size=16 * max(self._shape[:2]), loop=self._walk.loop)

    # -- slots -----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_changed(self) -> None:
        options = self.options()
        self._replaces = False
        self._go.setText("Export film")
        self._refusal.hide()
        self._about.setText(self._kinds[max(self._formats.checkedId(), 0)][1])
        self._side.setVisible(self._size.currentData() == CUSTOM)
        self._scaling.setVisible(self._icon is None)  # icons are crisp at any size
        self._suffix.setText(choices.with_suffix("", self.format))
        self._loop.setEnabled(self.format not in ("mp4", "frames"))
        place = "folder" if self.format == "frames" else "film"
        self._recipe.setText(f"Write the recipe into the {place}")
        self._show_grounds(options)
        self._summary.setText(choices.summary(self._shape, options, self.frames))
        remarks = [*choices.remarks(self._shape, options), *filter(None, [pauses(self._walk)])]
        self._remarks.setText(" ".join(remarks))
        self._remarks.setVisible(bool(remarks))
        self._check(options)
        self._fit()

    def _fit(self) -> None:
        """As high as its words need: they wrap, and come and go."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            needed = layout.totalHeightForWidth(self.width())
            self.setMinimumHeight(needed)
            self.resize(self.width(), needed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _show_grounds(self, options: FilmOptions) -> None:
        clear = choices.may_be_clear(self._shape, options)
        if self._ground is None and not clear:
            self._ground = WHITE if self._icon else BLACK
        grounds = [(words, colour) for words, colour in GROUNDS if colour is not None or clear]
        if self._ground not in [colour for _, colour in grounds]:
            grounds.append((QColor(*(self._ground or (0, 0, 0))).name(), self._ground))
        self._grounds.clear()
        for words, colour in grounds:
            self._grounds.addItem(words, colour)
        self._grounds.addItem("Other…", OTHER)
        self._grounds.setCurrentIndex([colour for _, colour in grounds].index(self._ground))
        needed = choices.needs_background(self._shape, options)
        self._grounds.setEnabled(needed)
        self._ground_name.setEnabled(needed)
        self._grounds.setToolTip("" if needed else "The picture fills the whole frame.")

    def _check(self, options: FilmOptions) -> None:
        """Refuse at once what can be told beforehand."""
        name = self._name.text().strip()
        try:
            check(options, self._shape, self.frames)
        except StudioError as error:
            self._refuse(error.message)
            return
        bad = not name or name in (".", "..") or any(sign in name for sign in '/\\:*?"<>|')
        if bad and name:
            self._refuse('A name cannot hold any of these: / \\ : * ? " < > |')
        self._go.setEnabled(not bad and bool(self._folder.text().strip()))

    def _refuse(self, sentence: str) -> None:
        self._refusal.setText(sentence)
        self._refusal.show()
        self._go.setEnabled(False)

    @Slot(int)
    def _on_format(self, _number: int) -> None:
        self._on_changed()

    @Slot(int)
    def _on_ground(self, _index: int) -> None:
        chosen = self._grounds.currentData()
        if chosen == OTHER:
            colour = QColorDialog.getColor(QColor(*(self._ground or (0, 0, 0))), self, "Background")
            if colour.isValid():
                self._ground = (colour.red(), colour.green(), colour.blue())
        else:
            self._ground = None if chosen is None else tuple(chosen)
        self._on_changed()

    @Slot()
    def _on_choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Export to", self._folder.text())
        if folder:
            self._folder.setText(folder)

    @Slot()
    def _on_go(self) -> None:
        """Look at the place first: what stands in the way is said here, with all choices as they are."""
        path = self.path
        try:
            refuse_existing(path, self.options(), overwrite=self._replaces)
            sentence = _cannot_write(path.parent)
        except StudioError as error:
            sentence = error.message
            self._replaces = self._can_replace()
            if self._replaces:
                self._go.setText("Replace it")
        if sentence:
            self._refusal.setText(sentence)
            self._refusal.show()
            self._fit()
        else:
            self.accept()

    def _can_replace(self) -> bool:
        try:
            refuse_existing(self.path, self.options(), overwrite=True)
        except StudioError:
            return False
        return True


def _cannot_write(folder: Path) -> str:
    """Why nothing can be written there; empty where it can, as far as can be told without trying."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        return f"“{there}” is a file, not a folder. Choose another folder."
    return "" if os.access(there, os.W_OK | os.X_OK) else f"“{there}” cannot be written to. Choose another folder."


def _named(words: str) -> QLabel:
    """The name of a row, on one line with what stands in it."""
    made = label(words, role="soft")
    made.setMinimumHeight(CONTROL_HEIGHT)
    return made


def _row(*widgets: QWidget | QLabel, spacing: int = SPACE_2, grows: int | None = None) -> QHBoxLayout:
    """Side by side; the widget of number `grows` takes what is left of the line."""
    row = QHBoxLayout()
    row.setSpacing(spacing)
    for number, widget in enumerate(widgets):
        row.addWidget(widget, 1 if number == grows else 0)
    if grows is None:
        row.addStretch(1)
    return row
