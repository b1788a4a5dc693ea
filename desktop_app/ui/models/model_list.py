"""All packages at hand in one list, under what they are for."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from desktop_app.engine.packages import Package
from desktop_app.studio.model_card import by_kind
from desktop_app.ui.controls.labels import plain_tip, shortened
from desktop_app.ui.look.theme import Look, font
from desktop_app.ui.look.tokens import TEXT_SMALL
from desktop_app.ui.models.preview import preview_corner

ICON, HEADING = 32, 36
HASH = Qt.ItemDataRole.UserRole


class ModelList(QListWidget):
    chosen = Signal(str)  # the hash of a package

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setAccessibleName("All models")
        self.setIconSize(QSize(ICON, ICON))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.currentItemChanged.connect(self._on_current)

    def show_packages(self, packages: Sequence[Package], current: str) -> None:
        """current: a hash; the first package where it is of none."""
        self.blockSignals(True)
        self.clear()
        for kind, some in by_kind(packages).items():
            self._add_heading(kind)
            for package in some:
                self._add(package)
        self.blockSignals(False)
        self.choose(current)

    def choose(self, sha256: str) -> None:
        items = [self.item(row) for row in range(self.count())]
        known = [item for item in items if item.data(HASH)]
        found = next((item for item in known if item.data(HASH) == sha256), known[0] if known else None)
        if found is not None and found is not self.currentItem():
            self.setCurrentItem(found)

    @property
    def current(self) -> str:
        item = self.currentItem()
        return str(item.data(HASH) or "") if item is not None else ""

    def _add_heading(self, text: str) -> None:
        item = QListWidgetItem(text)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setFont(font(TEXT_SMALL, font(TEXT_SMALL).weight().DemiBold))
        item.setSizeHint(QSize(0, HEADING))
        item.setTextAlignment(Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft)
        self.addItem(item)

    def _add(self, package: Package) -> None:
        manifest = package.manifest
        corner = preview_corner(package, 2 * ICON)
        name = "write" if package.manifest.text is not None else "package"
        icon = self._look.icon(name) if corner.isNull() else _untinted(corner)
        item = QListWidgetItem(icon, shortened(manifest.title))
        item.setData(HASH, package.sha256)
        item.setToolTip(plain_tip(f"{shortened(manifest.title, 200)}\n{shortened(manifest.summary, 400)}"))
        item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, manifest.summary)
        self.addItem(item)

    @Slot(QListWidgetItem, QListWidgetItem)
    def _on_current(self, item: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        if item is not None and item.data(HASH):
            self.chosen.emit(str(item.data(HASH)))


def _untinted(image: QImage) -> QIcon:
    """A chosen row leaves the colours of a picture alone."""
    icon, pixmap = QIcon(), QPixmap.fromImage(image)
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        icon.addPixmap(pixmap, mode)
    return icon
