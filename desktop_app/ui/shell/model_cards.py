"""The cards of the models: the dialog, which is made when it is first asked for, and what its buttons mean."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop_app import paths
from desktop_app.studio.speeds import Speeds
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.look.theme import Look
from desktop_app.ui.models.check_up_runner import CheckUpRunner
from desktop_app.ui.models.models_dialog import ModelsDialog
from desktop_app.ui.shell.desk import Desk
from desktop_app.ui.shell.library_panel import LibraryPanel
from desktop_app.ui.shell.model_choice import ModelChoice


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
    ) -> None:
        super().__init__(window)
        self._window, self._look, self._desk, self._panel, self._models = window, look, desk, panel, models
        self.runner = CheckUpRunner(bridge, Speeds(paths.user_data() / "speeds.json"), self)
        self.dialog: ModelsDialog | None = None
        panel.about_wished.connect(self.show)
        desk.library_changed.connect(self._show_library)

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

    def _made(self) -> ModelsDialog:
        if self.dialog is None:
            self.dialog = ModelsDialog(self._look, self.runner, self._window)
            self.dialog.use_wished.connect(self._on_use)
            self.dialog.import_wished.connect(self.import_wished)
        return self.dialog

    @Slot()
    def _show_library(self) -> None:
        if self.dialog is not None:
            self.dialog.show_packages(self._desk.all_packages)

    @Slot(str)
    def _on_use(self, name: str) -> None:
        self._models.choose(name)
        self._window.raise_()
        self._window.activateWindow()
