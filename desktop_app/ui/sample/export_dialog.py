"""Where to and as what: one picture a design, a contact sheet, or both."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop_app.ui.controls.buttons import push_button
from desktop_app.ui.controls.labels import label
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_6


@dataclass(frozen=True)
class ExportChoice:
    folder: Path
    pictures: bool
    contact_sheet: bool
    with_recipe: bool


class ExportDialog(QDialog):
    def __init__(self, count: int, folder: Path, *, with_recipe: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        designs = "1 design" if count == 1 else f"{count} designs"
        self.setWindowTitle("Export")
        self.setMinimumWidth(480)
        self._folder = QLineEdit(str(folder))
        self._folder.setAccessibleName("Folder")
        choose = push_button("Choose…")
        choose.clicked.connect(self._on_choose)
        self._pictures = QCheckBox("A PNG for each design")
        self._pictures.setChecked(True)
        self._sheet = QCheckBox("A contact sheet of all")
        self._recipe = QCheckBox("Write the recipe into the files")
        self._recipe.setChecked(with_recipe)
        self._recipe.setToolTip("A file with its recipe can be dropped here again and made again to the pixel.")
        self._go = push_button(f"Export {designs}", role="main")
        self._go.setDefault(True)
        cancel = push_button("Cancel")
        self._go.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        for box in (self._pictures, self._sheet):
            box.toggled.connect(self._on_changed)
        self._folder.textChanged.connect(self._on_changed)
        for box in (self._pictures, self._sheet, self._recipe):
            box.setAccessibleName(box.text())
        self._arrange(designs, choose, cancel)

    def _arrange(self, designs: str, choose: QWidget, cancel: QWidget) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        column.setSpacing(SPACE_3)
        column.addWidget(label(f"Export {designs}", role="display"))
        row = QHBoxLayout()
        row.setSpacing(SPACE_2)
        row.addWidget(self._folder, 1)
        row.addWidget(choose)
        column.addWidget(label("Folder", role="section"))
        column.addLayout(row)
        column.addSpacing(SPACE_2)
        for box in (self._pictures, self._sheet, self._recipe):
            column.addWidget(box)
        column.addSpacing(SPACE_3)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._go)
        column.addLayout(buttons)

    def choice(self) -> ExportChoice:
        return ExportChoice(
            Path(self._folder.text()).expanduser(),
            self._pictures.isChecked(),
            self._sheet.isChecked(),
            self._recipe.isChecked(),
        )

    @Slot()
    def _on_choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Export to", self._folder.text())
        if folder:
            self._folder.setText(folder)

    @Slot()
    def _on_changed(self) -> None:
        something = self._pictures.isChecked() or self._sheet.isChecked()
        self._go.setEnabled(something and bool(self._folder.text().strip()))
