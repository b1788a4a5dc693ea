"""Icons as files: which of them, as what, where to. All kinds are written with one action."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.engine.errors import StudioError
from desktop_app.ui.controls.buttons import chip, push_button
from desktop_app.ui.controls.labels import label
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_6
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.sample.icon_exporting import IconExportChoice, in_the_way

SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
KINDS = {
    "svg": ("SVG", "vectors, a file each"),
    "png": ("PNG", "pictures, a file for each size in pixels"),
    "sprite": ("SVG sprite", "all icons in one file, for web pages"),
    "font": ("Icon font", "TrueType, with code tables as JSON and CSS"),
}


class IconExportDialog(QDialog):
    def __init__(
        self,
        sources: Mapping[str, Sequence[Tile]],
        folder: Path,
        *,
        with_recipe: bool,
        parent: QWidget | None = None,
    ) -> None:
        """sources: what may be exported, by what it is called; the first is chosen."""
        super().__init__(parent)
        self._sources = dict(sources)
        self.setWindowTitle("Export icons")
        self.setMinimumWidth(560)
        self._confirmed: IconExportChoice | None = None  # that may replace files
        self._title, self._group = label("", role="display"), QButtonGroup(self)
        self._kinds = {kind: _kind_box(kind) for kind in KINDS}
        self._kinds["svg"].setChecked(True)
        self._sizes = {size: _size_chip(size) for size in SIZES}
        self._family = QLineEdit("Maquette Icons")
        self._family.setAccessibleName("Name of the sprite and the font")
        self._current = QCheckBox("SVGs take the colour of the text around them")
        self._current.setToolTip("currentColor, for icons without a tile; such files hold no recipe.")
        self._recipe = QCheckBox("Write the recipe into SVG and PNG")
        self._recipe.setChecked(with_recipe)
        self._recipe.setToolTip("A file with its recipe can be dropped here again and made again to the byte.")
        for box in (self._current, self._recipe):
            box.setAccessibleName(box.text())
        self._folder = QLineEdit(str(folder))
        self._folder.setAccessibleName("Folder")
        self._warning = label("", role="warn", wrap=True)
        self._warning.hide()
        self._go, self._cancel = push_button("Export", role="main"), push_button("Cancel")
        self._go.setDefault(True)
        self._arrange()
        self._connect()
        self._on_changed()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        column.setSpacing(SPACE_3)
        column.addWidget(self._title)
        if len(self._sources) > 1:
            column.addLayout(self._source_row())
        column.addWidget(label("As", role="section"))
        for kind, box in self._kinds.items():
            column.addWidget(box)
            if kind == "png":
                column.addWidget(self._size_row())
        self._family_row = self._named("Name", self._family)
        column.addWidget(self._family_row)
        column.addWidget(self._current)
        column.addWidget(self._recipe)
        column.addWidget(label("Folder", role="section"))
        folder = QHBoxLayout()
        folder.setSpacing(SPACE_2)
        self._choose = push_button("Choose…")
        folder.addWidget(self._folder, 1)
        folder.addWidget(self._choose)
        column.addLayout(folder)
        column.addWidget(self._warning)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._go)
        column.addLayout(buttons)

    def _source_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        for number, name in enumerate(self._sources):
            button = chip(f"{name}  {len(self._sources[name])}", role="segment")
            last = len(self._sources) - 1
            button.setProperty("place", "first" if number == 0 else "last" if number == last else "middle")
            self._group.addButton(button, number)
            row.addWidget(button)
        row.addStretch(1)
        self._group.button(0).setChecked(True)
        return row

    def _size_row(self) -> QWidget:
        self._size_home = QWidget()
        row = QHBoxLayout(self._size_home)
        row.setContentsMargins(SPACE_6, 0, 0, 0)
        row.setSpacing(SPACE_1)
        for button in self._sizes.values():
            row.addWidget(button)
        row.addStretch(1)
        return self._size_home

    def _named(self, text: str, field: QWidget) -> QWidget:
        home = QWidget()
        row = QHBoxLayout(home)
        row.setContentsMargins(SPACE_6, 0, 0, 0)
        row.setSpacing(SPACE_3)
        row.addWidget(label(text, role="soft"))
        row.addWidget(field, 1)
        return home

    def _connect(self) -> None:
        self._go.clicked.connect(self._on_go)
        self._cancel.clicked.connect(self.reject)
        self._choose.clicked.connect(self._on_choose)
        self._group.idClicked.connect(self._on_changed)
        for button in (*self._kinds.values(), *self._sizes.values(), self._current, self._recipe):
            button.toggled.connect(self._on_changed)
        for field in (self._folder, self._family):
            field.textChanged.connect(self._on_changed)

    # -- what was chosen -------------------------------------------------------------------------------------------

    @property
    def tiles(self) -> list[Tile]:
        number = max(0, self._group.checkedId())
        return list(list(self._sources.values())[number])

    def choice(self) -> IconExportChoice:
        asked = IconExportChoice(
            folder=Path(self._folder.text()).expanduser(),
            kinds=tuple(kind for kind, box in self._kinds.items() if box.isChecked()),
            sizes=tuple(size for size, button in self._sizes.items() if button.isChecked()),
            family=self._family.text().strip(),
            current_colour=self._current.isChecked(),
            with_recipe=self._recipe.isChecked(),
        )
        return replace(asked, overwrite=asked == self._confirmed)

    # -- hands -----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_changed(self) -> None:
        choice = self.choice()
        many = f"{len(self.tiles):,} icon{'s' * (len(self.tiles) != 1)}"
        self._title.setText(f"Export {many}")
        has_png, has_name = "png" in choice.kinds, bool({"sprite", "font"} & set(choice.kinds))
        self._size_home.setEnabled(has_png)
        self._family_row.setEnabled(has_name)
        self._current.setEnabled(bool({"svg", "sprite"} & set(choice.kinds)))
        self._recipe.setEnabled(bool({"svg", "png"} & set(choice.kinds)))
        is_whole = bool(choice.kinds) and bool(self._folder.text().strip()) and (bool(choice.sizes) or not has_png)
        self._go.setEnabled(is_whole and (bool(choice.family) or not has_name))
        self._go.setText("Replace and export" if choice.overwrite else f"Export {many}")
        if not choice.overwrite:
            self._warning.hide()

    @Slot()
    def _on_go(self) -> None:
        """At once, or after what is in the way was named."""
        choice = self.choice()
        try:
            known = [] if choice.overwrite else in_the_way(self.tiles, choice)
        except StudioError as error:
            self._warn(error.message)
            return
        if not known:
            self.accept()
            return
        self._confirmed = choice
        others = f" and {len(known) - 1:,} more are" if len(known) > 1 else " is"
        self._on_changed()
        self._warn(f"“{known[0].name}”{others} there already. Press again to replace, or choose another folder.")

    def _warn(self, sentence: str) -> None:
        self._warning.setText(sentence)
        self._warning.show()
        self._warning.setMinimumHeight(self._warning.heightForWidth(self._folder.width()))
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.resize(self.width(), max(self.height(), self.minimumSizeHint().height()))

    @Slot()
    def _on_choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Export to", self._folder.text())
        if folder:
            self._folder.setText(folder)


def _kind_box(kind: str) -> QCheckBox:
    name, help_text = KINDS[kind]
    box = QCheckBox(f"{name}: {help_text}")
    box.setAccessibleName(name)
    return box


def _size_chip(size: int) -> QToolButton:
    button = chip(str(size))
    button.setAccessibleName(f"{size} pixels")
    button.setToolTip(f"{size} × {size} pixels")
    button.setChecked(size in (24, 48, 128, 512))
    return button
