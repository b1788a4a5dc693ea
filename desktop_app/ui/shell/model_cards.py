"""The cards of the models, two of them side by side, the question at an import: dialogs, made when they are needed."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from desktop_app import paths
from desktop_app.engine.errors import RequestError
from desktop_app.engine.packages import Package
from desktop_app.studio.comparison import require_same_kind
from desktop_app.studio.model_card import by_kind, kind_of
from desktop_app.studio.speeds import Speeds
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.labels import shortened
from desktop_app.ui.look.theme import Look
from desktop_app.ui.models.arrival_dialog import ArrivalDialog
from desktop_app.ui.models.check_up_runner import CheckUpRunner
from desktop_app.ui.models.compare_dialog import CompareDialog
from desktop_app.ui.models.models_dialog import ModelsDialog
from desktop_app.ui.models.receiver import Receiver
from desktop_app.ui.shell.desk import Desk
from desktop_app.ui.shell.importer import Imported, Importer, Question
from desktop_app.ui.shell.library_panel import LibraryPanel
from desktop_app.ui.shell.model_choice import ModelChoice

NAMES = ("This one", "Compared with")
HERE_AND_THERE = ("In the library", "On the disk")


class ModelCards(QObject):
    import_wished = Signal()

    def __init__(
        self,
        window: QWidget,
        look: Look,
        bridge: QueueBridge,
        desk: Desk,
        panel: LibraryPanel,
        models: ModelChoice,
        importer: Importer,
    ) -> None:
        super().__init__(window)
        self._window, self._look, self._desk, self._panel, self._models = window, look, desk, panel, models
        self._importer = importer
        self.runner = CheckUpRunner(bridge, Speeds(paths.user_data() / "speeds.json"), self)
        self._receiver = Receiver(desk.library, self)
        self._compared: Package | None = None  # with what is being fetched
        self.dialog: ModelsDialog | None = None
        self.comparison: CompareDialog | None = None
        self.question: ArrivalDialog | None = None
        panel.about_wished.connect(self.show)
        self._show_library()
        desk.library_changed.connect(self._show_library)
        importer.asked.connect(self._on_asked)
        importer.imported.connect(self._on_imported)
        self._receiver.arrived.connect(self._on_arrived)
        self._receiver.failed.connect(self._say)

    # -- the cards -------------------------------------------------------------------------------------------------

    @Slot()
    def show_current(self) -> None:
        """Of the card that has the keyboard, else of the model in use."""
        self.show(self._panel.focused or self._models.name)

    @Slot(str)
    def show(self, name: str) -> None:
        """The card of a package; of the model in use where the name is empty."""
        dialog = self._made()
        dialog.show_packages(self._desk.all_packages, name or self._models.name)
        dialog.open()

    def close(self) -> None:
        """Nothing is fetched and no question open any more."""
        for dialog in (self.question, self.comparison, self.dialog):
            if dialog is not None:
                dialog.close()
        self._receiver.close()

    def _made(self) -> ModelsDialog:
        if self.dialog is None:
            self.dialog = ModelsDialog(self._look, self.runner, self._window)
            self.dialog.use_wished.connect(self._on_use)
            self.dialog.import_wished.connect(self.import_wished)
            self.dialog.compare_wished.connect(self._offer_others)
        return self.dialog

    @Slot()
    def _show_library(self) -> None:
        self._panel.show_count(len(self._desk.all_packages))
        if self.dialog is not None:
            self.dialog.show_packages(self._desk.all_packages)

    @Slot(str)
    def _on_use(self, name: str) -> None:
        self._models.choose(name)
        self._window.raise_()
        self._window.activateWindow()

    @Slot(str)
    def _say(self, sentence: str) -> None:
        self._made().banner.say(sentence, tone="error")

    # -- side by side ----------------------------------------------------------------------------------------------

    @Slot(object, QPoint)
    def _offer_others(self, package: Package, spot: QPoint) -> None:
        """A menu, above that spot, of what it can be compared with: all of its kind, and what lies on the disk."""
        menu = QMenu(self.dialog)
        for other in by_kind(self._desk.all_packages).get(kind_of(package.manifest), []):
            if other.sha256 != package.sha256:
                title = shortened(other.manifest.title).replace("&", "&&")
                menu.addAction(title, partial(self.compare, package, other))
        menu.addSeparator()
        menu.addAction("A folder on the disk…", partial(self._ask_folder, package))
        menu.addAction("A .zip file on the disk…", partial(self._ask_zip, package))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(spot - QPoint(0, menu.sizeHint().height()))

    def compare(self, left: Package, right: Package, names: tuple[str, str] = NAMES) -> None:
        try:
            require_same_kind(left, right)
        except RequestError as error:
            self._receiver.drop()
            self._say(error.message)
            return
        if self.comparison is not None:
            self.comparison.close()
        self.comparison = CompareDialog(self._look, self.runner, (left, right), names, self.dialog or self._window)
        self.comparison.closed.connect(self._on_comparison_closed)
        self.comparison.show()

    def compare_with_file(self, package: Package, path: Path) -> None:
        """path: a folder or .zip, which is only looked at."""
        self._compared = package
        self._receiver.start(path)

    def _ask_folder(self, package: Package) -> None:
        folder = QFileDialog.getExistingDirectory(self.dialog, "Choose the folder of a model package")
        if folder:
            self.compare_with_file(package, Path(folder))

    def _ask_zip(self, package: Package) -> None:
        name, _ = QFileDialog.getOpenFileName(self.dialog, "Choose a zipped model package", "", "Packages (*.zip)")
        if name:
            self.compare_with_file(package, Path(name))

    @Slot(object)
    def _on_arrived(self, package: Package) -> None:
        if self._compared is not None:
            self.compare(self._compared, package, HERE_AND_THERE)

    @Slot()
    def _on_comparison_closed(self) -> None:
        closed, self.comparison = self.comparison, None
        if closed is not None:
            closed.deleteLater()
        self._receiver.drop()

    # -- imports ---------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_asked(self, q: Question) -> None:
        self.question = ArrivalDialog(
            self._look, q.package, q.found, q.there, q.there_found, can_replace=q.can_replace, parent=self._window
        )
        self.question.answered.connect(self._on_answered)
        self.question.show()

    @Slot(str)
    def _on_answered(self, answer: str) -> None:
        closed, self.question = self.question, None
        if closed is not None:
            closed.deleteLater()
        self._importer.answer(answer)  # type: ignore[arg-type]

    @Slot(object)
    def _on_imported(self, imported: Imported) -> None:
        self.runner.keep(imported.package.sha256, imported.found)
