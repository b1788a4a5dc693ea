"""The cards of all models: the list on the left, the card of the chosen one on the right. Not modal."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.engine.packages import MANIFEST, Package
from desktop_app.studio import check_up
from desktop_app.ui.controls.banner import Banner
from desktop_app.ui.controls.buttons import push_button
from desktop_app.ui.controls.empty_view import EmptyView
from desktop_app.ui.controls.labels import rule
from desktop_app.ui.controls.opening_size import open_at
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4
from desktop_app.ui.models.card_page import CardPage, Known
from desktop_app.ui.models.check_up_runner import CheckUpRunner
from desktop_app.ui.models.compare_dialog import scrolling
from desktop_app.ui.models.model_list import ModelList

LIST_WIDTH = 216
SIZE = (1100, 780)
LEAST = (860, 440)


class ModelsDialog(QDialog):
    use_wished = Signal(str)  # name of a package
    compare_wished = Signal(object, QPoint)  # Package, and where on the screen there is room for a menu
    import_wished = Signal()

    def __init__(self, look: Look, runner: CheckUpRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Models")
        self._look, self._runner = look, runner
        self._packages: dict[str, Package] = {}
        self._asked_for = ""  # hash of the package whose check-up was asked for here
        self.page: CardPage | None = None
        self.banner = Banner(look)
        self.list = ModelList(look)
        self.list.setFixedWidth(LIST_WIDTH)
        self._area = scrolling()
        self._empty = EmptyView(look, "package")
        self._empty.say(
            "No models yet", "Import one: a folder with a manifest, or such a folder zipped.", "Import a model"
        )
        self._empty.acted.connect(self.import_wished)
        self._use = push_button("Use this model", role="main")
        self._check = push_button("Check it up")
        self._compare = push_button("Compare with…")
        self._close = push_button("Close")
        self._arrange()
        self._connect()
        self.setMinimumSize(*LEAST)
        open_at(self, *SIZE)

    # -- parts -----------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.banner)
        right.addWidget(self._area, 1)
        right.addWidget(self._empty, 1)
        right.addWidget(rule())
        right.addLayout(self._buttons())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        left = QWidget()
        left.setObjectName("library")
        left.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(left)
        column.setContentsMargins(SPACE_2, SPACE_3, SPACE_2, SPACE_2)
        column.addWidget(self.list)
        row.addWidget(left)
        row.addLayout(right, 1)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_3)
        row.setSpacing(SPACE_2)
        for button in (self._check, self._compare):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self._close)
        row.addWidget(self._use)
        return row

    def _connect(self) -> None:
        self.list.chosen.connect(self._on_chosen)
        self.list.itemActivated.connect(self._on_use)
        self._use.clicked.connect(self._on_use)
        self._check.clicked.connect(self._on_check)
        self._compare.clicked.connect(self._on_compare)
        self._close.clicked.connect(self.close)
        self._runner.changed.connect(self._on_changed)
        self._runner.failed.connect(self._on_failed)

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def package(self) -> Package | None:
        return self._packages.get(self.list.current)

    def show_packages(self, packages: Sequence[Package], name: str = "") -> None:
        """name: the package whose card is wanted; empty: that which is shown, or the first."""
        self._packages = {package.sha256: package for package in packages}
        before = self.package.name if self.package is not None else self.page.package.name if self.page else ""
        wanted = next((p.sha256 for p in packages if p.name == (name or before)), self.list.current)
        self.list.show_packages(packages, wanted)
        if not packages:
            self._set_page(None)
        elif self.page is None or self.page.package.sha256 != self.list.current:
            self._show(fresh=True)

    def open(self) -> None:
        self.show()
        self.raise_()
        self.activateWindow()
        self.list.setFocus()
        if self.list.currentItem() is not None:
            self.list.scrollToItem(self.list.currentItem())

    def _show(self, *, fresh: bool) -> None:
        """fresh: from its top; else a card of which more is known stays where it is scrolled to."""
        package = self.package
        if package is None:
            return
        place = 0 if fresh else self._area.verticalScrollBar().value()
        runner, sha256 = self._runner, package.sha256
        known = Known(runner.speed(sha256), runner.found(sha256), runner.busy == sha256)
        if not fresh and self.page is not None and self.page.known == known:
            return
        page = CardPage(self._look, package, known)
        page.said.connect(self._on_said)
        self._set_page(page)
        page.adjustSize()
        self._area.verticalScrollBar().setValue(place)
        if fresh:
            self.banner.dismiss()
        self._show_state()

    def _set_page(self, page: CardPage | None) -> None:
        self.page = page
        self._area.setVisible(page is not None)
        self._empty.setVisible(page is None)
        if page is not None:
            self._area.setWidget(page)
            self._area.setAccessibleName(f"Card of {page.package.manifest.title}")
            self._area.setAccessibleDescription(page.spoken)
        self._show_state()

    def _show_state(self) -> None:
        """Which buttons can be pressed; a package whose files are gone is told."""
        package = self.package
        there = package is not None and (package.folder / MANIFEST).is_file()
        if package is not None and not there:
            folder = package.folder
            self.banner.say(f"The files of this model are gone from “{folder}”. Import it again.", tone="error")
        for button in (self._use, self._compare):
            button.setEnabled(there)
        self._check.setEnabled(there and not self._runner.busy)
        self._check.setText("Checking up…" if self._runner.busy == self.list.current != "" else "Check it up")

    # -- slots -----------------------------------------------------------------------------------------------------

    @Slot(str)
    def _on_chosen(self, _sha256: str) -> None:
        self._show(fresh=True)

    @Slot()
    def _on_use(self) -> None:
        if self.package is not None and self._use.isEnabled():
            self.use_wished.emit(self.package.name)

    @Slot()
    def _on_check(self) -> None:
        if self.package is not None:
            self.banner.dismiss()
            self._asked_for = self.package.sha256
            self._runner.start(self.package)

    @Slot()
    def _on_compare(self) -> None:
        above = self._compare.mapToGlobal(QPoint(0, 0))
        self.compare_wished.emit(self.package, above)

    @Slot(str)
    def _on_changed(self, sha256: str) -> None:
        if self.isVisible() and sha256 in ("", self.list.current):
            self._show(fresh=False)
            if sha256 == self._asked_for != self._runner.busy:
                self._tell_check_up()
        self._show_state()

    def _tell_check_up(self) -> None:
        """What was asked for has come: it is brought into view, and said."""
        package, self._asked_for = self._packages.get(self._asked_for), ""
        found = self._runner.found(package.sha256) if package is not None else None
        if package is None or found is None or self.page is None:
            return
        flags = check_up.flags(package.manifest, found)
        words = flags[0].what if flags else "Nothing wrong was found"
        self.banner.say(f"Checked up: {check_up.summary(found)} {words}.", tone="warn" if flags else "plain")
        self._area.verticalScrollBar().setValue(self.page.check_up_top)

    @Slot(str, str)
    def _on_failed(self, sha256: str, sentence: str) -> None:
        if sha256 == self.list.current:
            self.banner.say(sentence, tone="error")

    @Slot(str)
    def _on_said(self, sentence: str) -> None:
        self.banner.say(sentence)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self._show_state()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.banner.dismiss()
        super().closeEvent(event)
